"""What came back from a gateway, and what a system cannot go on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

_ERROR = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    content: bytes
    document: Any
    """The JSON in it, or None."""
    asked: tuple[str, ...] | None = None
    """What was sent, for the receipt: the fields of ``receipts.Asked``."""

    @property
    def is_error(self) -> bool:
        """Whether it says that something was not done."""
        return self.status >= _ERROR

    def wanted(self) -> Answer:
        """Return itself, or raise ``Unexpected`` for an error."""
        if self.is_error:
            raise Unexpected(self)
        return self


class ClientError(Exception):
    """A system cannot go on. Holds a sentence and a remedy, never a value that was sent."""

    exit_code: ClassVar[int] = 1
    """What a command ends with: something wrong was found."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


class Unexpected(ClientError):
    """An error answer. Holds the status and what the problem document says of it."""

    def __init__(self, answer: Answer) -> None:
        problem = answer.document if isinstance(answer.document, dict) else {}
        self.status = answer.status
        self.problem: dict[str, Any] = problem
        """The problem document (RFC 9457), or an empty one."""
        # the token endpoint says it in OAuth's words (RFC 6749 §5.2)
        title = problem.get("title") or problem.get("error_description") or "no reason given"
        super().__init__(
            f"The gateway answered {answer.status}: {title}",
            str(problem.get("remedy") or "Ask the gateway's operator; its log says more."),
        )

    @property
    def conditions(self) -> list[dict[str, str]]:
        """The legal conditions that are not met, where the law refuses."""
        found: list[dict[str, str]] = self.problem.get("conditions", [])
        return found


class Unreachable(ClientError):
    """No answer came, however often it was tried."""

    exit_code = 69

    def __init__(self) -> None:
        super().__init__(
            "The gateway does not answer.",
            "Check its address and the network; sending again under the same key doubles nothing.",
        )


class PageBroken(ClientError):
    """A page or a batch that is not what the gateway writes."""

    def __init__(self) -> None:
        super().__init__(
            "What arrived is no page of this gateway.",
            "Ask for it again with the same cursor; nothing is lost.",
        )


def asked_of(
    method: str, target: bytes, headers: Mapping[str, str], body: bytes
) -> tuple[str, ...]:
    """Return the fields of ``receipts.Asked`` for a request as it was sent."""
    media_type = headers.get("content-type", "")
    return method, target.decode("latin-1"), media_type, sha256(body).hexdigest()
