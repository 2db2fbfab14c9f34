"""The error catalogue: every error that can leave, with code, status, sentence and remedy.

An error never carries a record's value, an exception's text or a name. ``gateway/README.md`` lists them
(generated). ``retry_after`` is in seconds and becomes the ``Retry-After`` header.
"""

from __future__ import annotations

from typing import Any, ClassVar

from typing_extensions import override

from schemas.problems import Problem, ProblemError

PROBLEM_PREFIX = "urn:gateway:problem:"


class GatewayError(Exception):
    """The base: one class an error, one sentence and one remedy each."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something failed inside the gateway; nothing was half done."
    remedy: ClassVar[str] = (
        "Send the request again; quote the instance to the operator if it stays."
    )
    at_terminal: ClassVar[str | None] = None
    """The remedy for an operator at a command, where it is another than a caller's."""
    retry_after: ClassVar[int | None] = None

    def __init__(
        self, *, errors: tuple[ProblemError, ...] = (), extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(self.code)
        self.errors = errors
        self.extra = extra

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        """Let the error cross from one of our processes to another."""
        return _again, (type(self), self.errors, self.extra)

    def problem(self, instance: str | None = None) -> Problem:
        """Return the RFC 9457 document."""
        return Problem(
            type=PROBLEM_PREFIX + self.code,
            title=self.title,
            status=self.status,
            detail=self.title,
            remedy=self.remedy,
            instance=instance,
            errors=self.errors,
            extra=self.extra,
        )


def _again(
    kind: type[GatewayError], errors: tuple[ProblemError, ...], extra: dict[str, Any] | None
) -> GatewayError:
    return kind(errors=errors, extra=extra)


class BodyTooLarge(GatewayError):
    """413."""

    code, status = "body.too_large", 413
    title = "The body is larger than this route takes."
    remedy = "Split it into several pushes; a police.uk file keeps its unit by Gateway-Unit."


class BodyTooSlow(GatewayError):
    """408."""

    code, status = "body.too_slow", 408
    title = "The body did not arrive in time."
    remedy = "Send it again; nothing of it was kept."


class MediaTypeNotTaken(GatewayError):
    """415."""

    code, status = "body.media_type", 415
    title = "This media type or content encoding is not taken here."
    remedy = (
        "Send application/json, application/x-ndjson, text/csv or, where the feed reads it, "
        "application/xml; without Content-Encoding."
    )


class BodyUnreadable(GatewayError):
    """400: the body as a whole cannot be read; nothing of it was kept."""

    code, status = "body.unreadable", 400
    title = "The body cannot be read as what it says it is."
    remedy = "Check encoding, JSON or CSV form against the rule named; nothing of it was kept."


class MarkingNotTaken(GatewayError):
    """422: marked SECRET or above; nothing of it was read or kept, and the ledger says that it came."""

    code, status = "push.marking_not_taken", 422
    title = "Nothing marked above OFFICIAL-SENSITIVE is taken here; it was not read."
    remedy = (
        "Report it to your information security lead: it was sent to a system that may not hold it."
    )


class MarkingUnreadable(GatewayError):
    """422: a whole push says a marking that is none."""

    code, status = "push.marking_unreadable", 422
    title = "The marking of the push is neither OFFICIAL nor OFFICIAL-SENSITIVE."
    remedy = "State one of them in the header Gateway-Marking, or none."


class TooManyRecords(GatewayError):
    """413: too many rows in one push."""

    code, status = "body.too_many_records", 413
    title = "One push takes at most 10,000 records."
    remedy = "Split it; identical rows of one file are kept apart by Gateway-Unit."


class AllRowsRefused(GatewayError):
    """422: nothing could be taken; every row is in quarantine for its sender."""

    code, status = "push.all_rows_refused", 422
    title = "No row could be taken; all are in quarantine, by row number, field and rule."
    remedy = "Correct the fields named and send the rows again; the receipt counts them."


class RequestInvalid(GatewayError):
    """422: a parameter or body that does not fit the documented shape."""

    code, status = "request.invalid", 422
    title = "The request does not fit its documented form."
    remedy = "See errors[] for each place and rule, and /openapi.json for the form."


class FeatureQueryInvalid(GatewayError):
    """400: a parameter of the map interface is unknown or does not fit (OGC 17-069r3, 7.5.1)."""

    code, status = "features.query_invalid", 400
    title = "A parameter is unknown, stands twice or does not fit its documented form."
    remedy = "See errors[] for each parameter, and /ogc/api for what each address takes."


class PivotOnPerson(GatewayError):
    """400: a question of analysis by what names a person, a home or a report (DPA 2018 s.41(2))."""

    code, status = "analysis.pivot_on_person", 400
    title = (
        "Nothing is grouped, filtered, sorted or listed by who, by which home or by which report."
    )
    remedy = "Ask by place, period, kind, class, source or behaviour; /openapi.json lists them."


class NotAuthenticated(GatewayError):
    """401."""

    code, status = "access.not_authenticated", 401
    title = "A valid access token is needed."
    remedy = "Get one at /oauth/token with your client credentials; tokens live ten minutes."


class ToolThrottled(GatewayError):
    """429: too many wrong passwords of a tool."""

    code, status = "access.tool_throttled", 429
    title = "Too many wrong passwords were given for this tool, or from this address."
    remedy = "Wait for Retry-After, and give the tool its credential anew."
    retry_after = 900


class ScopeMissing(GatewayError):
    """403."""

    code, status = "access.scope_missing", 403
    title = "The access token does not carry the scope that this route needs."
    remedy = "Ask for the scope at /oauth/token; the operator grants scopes to a system."


class NotFound(GatewayError):
    """404: it does not exist, or it is not yours; the two are not told apart."""

    code, status = "not_found", 404
    title = "There is nothing here for you."
    remedy = "Check the address; what belongs to another partner is never shown."


class MethodNotAllowed(GatewayError):
    """405."""

    code, status = "method_not_allowed", 405
    title = "This address does not take that method."
    remedy = "See /openapi.json for the methods."


class IdempotencyConflict(GatewayError):
    """409."""

    code, status = "push.idempotency_conflict", 409
    title = "This Idempotency-Key was used before with another body."
    remedy = "Use a new key for a new body; the first push stands as it was answered."


class CursorInvalid(GatewayError):
    """400."""

    code, status = "release.cursor_invalid", 400
    title = "The cursor was not made by this gateway for this subscription."
    remedy = "Use the cursor of your last page, or leave `after` out to begin."


class CursorAhead(GatewayError):
    """409: acknowledges a release that was never made."""

    code, status = "release.cursor_ahead", 409
    title = "The cursor names a release that this gateway has not made."
    remedy = (
        "If the gateway was restored from a backup, ask the operator; else use your last cursor."
    )


class ReleaseHeld(GatewayError):
    """503: the gateway was put back to an earlier state, and nobody has said yet how to go on."""

    code, status, retry_after = "release.held", 503, 60
    title = "Nothing is released: the gateway was put back to an earlier state of its ledger."
    remedy = "Try later. The operator looks into it, then runs `gateway hold lift`."


class ReleaseUnanchored(ReleaseHeld):
    """503: what the ledger says was published nowhere for too long; nothing is released until it is."""

    code, status, retry_after = "release.unanchored", 503, 60
    title = "Nothing is released: the ledger's checkpoints could not be published for too long."
    remedy = (
        "Try later; releases go on by themselves once the operator has mended what publishes them."
    )
    at_terminal = "See `gateway check` or /console/health for which anchor fails, and since when."


class LawRefuses(GatewayError):
    """403: the law refuses the subscription as a whole; ``conditions`` names every reason."""

    code, status = "law.refused", 403
    title = "The law does not allow this disclosure to you under the power you named."
    remedy = "See conditions[]; each names the provision that is not met."


class TooManyCells(GatewayError):
    """422: a table of counts that would be too large for one answer."""

    code, status = "statistics.too_many_cells", 422
    title = "The table would have too many cells for one answer."
    remedy = "Ask for fewer months, a coarser level of place or behaviour, or part of the places."


class ReturnPeriodRuns(GatewayError):
    """409: a section 17A return is made when its period is over."""

    code, status = "return.period_runs", 409
    title = "The information period is not over, so its return cannot be made yet."
    remedy = "Ask after the quarter's last day in London; it is due by the end of the next quarter."


class ReturnTableStands(GatewayError):
    """409: a table of a return is brought once a period."""

    code, status = "return.table_stands", 409
    title = "Another table of this paragraph stands for the period already; it was not changed."
    remedy = (
        "Tables are not made twice, or two of them could be subtracted: put it in the next period."
    )


class ReturnReceiptWrong(GatewayError):
    """409: a receipt for another content than was handed out last."""

    code, status = "return.receipt_wrong", 409
    title = "The receipt does not name the content that was handed out to you last."
    remedy = "Ask for the file again and repeat the content_sha256 of its manifest."


class EditionNotClosed(GatewayError):
    """409: counts are published of closed periods only."""

    code, status = "statistics.period_open", 409
    title = "The period is not closed: it is not over, or late data are still waited for."
    remedy = "Publish it when its days of grace are over (GATEWAY_STATISTICS_GRACE_DAYS)."


class EditionRefused(GatewayError):
    """409: an edition cannot be published."""

    code, status = "statistics.edition_refused", 409
    title = "No edition can be made: nobody may read it, or a small count could be worked out."
    remedy = "See `gateway subscription list`; publish a longer period, which holds more."


class QuarterKeyDestroyed(GatewayError):
    """409: no id can be made for an incident of a quarter whose key was destroyed."""

    code, status = "keys.quarter_destroyed", 409
    title = "The key of this quarter's ids was destroyed; nothing of it can be named any more."
    remedy = (
        "There is none: what was released of the quarter has passed its time at the recipients."
    )


class FeedHasNoAdapter(GatewayError):
    """409."""

    code, status = "feed.no_adapter", 409
    title = "This feed is registered but no adapter is installed that reads it."
    remedy = "Ask the operator to set the feed's adapter and settings."


class StoreUnavailable(GatewayError):
    """503: the database did not answer; nothing was acknowledged."""

    code, status = "store.unavailable", 503
    title = "The database is not available; nothing was acknowledged, nothing acknowledged is lost."
    remedy = "Try again after Retry-After; a push with the same Idempotency-Key."
    at_terminal = (
        "See that it runs and that GATEWAY_DATABASE_URL or GATEWAY_HOME names it; try again."
    )
    retry_after = 2


class LawMoved(GatewayError):
    """503: law or register changed while a push was worked out, again and again."""

    code, status = "law.moved", 503
    title = "The law or the register changed while this was worked out; nothing was recorded."
    remedy = "Send it again after Retry-After, with the same Idempotency-Key."
    retry_after = 1


class Overloaded(GatewayError):
    """503: the intake queue is full."""

    code, status = "intake.overloaded", 503
    title = "Too many pushes are waiting."
    remedy = "Send it again after Retry-After, with the same Idempotency-Key."
    retry_after = 1


class RateLimited(GatewayError):
    """429."""

    code, status = "access.rate_limited", 429
    title = "Your systems send more requests than the partner's quota."
    remedy = "Wait for Retry-After; send several records in one push."
    retry_after = 60


class LawUnavailable(GatewayError):
    """503: no valid policy bundle is loaded; nothing is released."""

    code, status = "law.unavailable", 503
    title = "No valid set of policies is loaded, so nothing is released."
    remedy = "The operator has been alarmed; pull again after Retry-After."
    retry_after = 30
