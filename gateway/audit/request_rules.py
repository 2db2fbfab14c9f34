"""How long a request for disclosure has, and what stands against a step, each in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gateway.errors import GatewayError


@dataclass(frozen=True, slots=True)
class RequestRules:
    """Times, as set (``gateway.settings``)."""

    answer_working_days: int = 5
    """Working days until an answer is due; an urgent request is due on its own day."""
    review_hours: float = 24.0
    """Hours until an urgent release is reviewed."""
    collect_days: int = 28
    """Days in which what was released is collected."""
    recipient_days: int = 365
    """Days that the recipient keeps it where the holder says nothing."""
    keep_days: int = 730
    """Days after its last step that a request's words are kept."""

    @property
    def review_within(self) -> timedelta:
        """The time until a review is due."""
        return timedelta(hours=self.review_hours)


class RequestRefused(GatewayError):
    """403: the partner may not ask this; told by the conditions about asker and request alone."""

    code, status = "request.not_entitled", 403
    title = "This may not be asked under this power; nothing was looked for, and nothing kept."
    remedy = "See the conditions named; the partnership keeps the register and the protocol."


class NotYoursToDecide(GatewayError):
    """403: neither the holder's nominated person decides, nor in urgency a deputy; nor reviews."""

    code, status = "request.not_yours_to_decide", 403
    title = "The holder's nominated person, in urgency a named deputy, decides this; nothing was changed."
    remedy = (
        "Let the nominated person on the register decide, or, where the request is urgent, a deputy "
        "whom the register names (`deputies` of the partner). Who released it does not review it."
    )


class AnswerRefused(GatewayError):
    """409: the law does not let go what the answer would release, or does not let existence be told."""

    code, status = "request.answer_refused", 409
    title = "The law does not let this answer be given; nothing was changed."
    remedy = (
        "See the conditions named: take the record or field out, give the reason that it needs, or "
        "answer «nothing»."
    )


class RecordMoved(GatewayError):
    """409: a record named has a newer version, or is no longer live."""

    code, status = "request.record_moved", 409
    title = "A record has changed since it was looked at; nothing was changed."
    remedy = "Look again, and decide about the version that now stands."
