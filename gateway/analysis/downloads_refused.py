"""Why a download, or a part of one, is not given."""

from __future__ import annotations

from gateway.errors import GatewayError


class DownloadGone(GatewayError):
    """410: what a range is asked of is not held any more, or may not leave any more."""

    code, status = "analysis.download_gone", 410
    title = "The law or a record moved, or its time ran out: this download cannot be read on."
    remedy = "Ask for the whole anew, without Range; it is worked out as things stand now."


class DownloadTooLarge(GatewayError):
    """413: a download is larger than the operator lets one be."""

    code, status = "analysis.download_too_large", 413
    title = "The download would be larger than this gateway gives at a time."
    remedy = (
        "Ask for a shorter period or fewer fields; the operator has `gateway export` for the whole."
    )


class DownloadsBusy(GatewayError):
    """503: as many downloads as are made at a time are being made."""

    code, status = "analysis.downloads_busy", 503
    title = "Other downloads are being made; no more are made at a time."
    remedy = "Ask again after Retry-After."
    retry_after = 5


class RangeNotSatisfiable(GatewayError):
    """416: the range lies behind the end."""

    code, status = "analysis.range_not_satisfiable", 416
    title = "The range asked for lies behind the end."
    remedy = "Content-Range says how many bytes there are."


class PreconditionFailed(GatewayError):
    """412: what is held now is not what If-Match names."""

    code, status = "analysis.precondition_failed", 412
    title = "What is held now is not what you have a part of."
    remedy = "Ask for the whole anew, without If-Match."
