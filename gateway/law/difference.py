"""What parts two versions of an agreement, for whoever reads it: by command or over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policies.changes import changes, loosening_is_assessed, loosens
from schemas.agreements import Agreement


def difference(before: Agreement, after: Agreement) -> dict[str, Any]:
    """Return every term that differs, what that does, and whether a loosening is assessed, as JSON."""
    return {
        "agreement": after.id,
        "before": before.version,
        "after": after.version,
        "loosens": loosens(before, after),
        "assessed": loosening_is_assessed(after, before),
        "dpia": {"before": before.dpia, "after": after.dpia},
        "changes": [one.model_dump(mode="json") for one in changes(before, after)],
    }


def neighbours(
    versions: Sequence[Agreement], before: int | None, after: int | None
) -> tuple[Agreement, Agreement] | None:
    """Return the two versions to compare: the last with the one before it, unless they are named.

    Args:
        versions: Every version of one agreement, in their order.
        before: The earlier one; where absent, the one before ``after``.
        after: The later one; the last where absent.
    """
    later = [one for one in versions if after in {None, one.version}]
    if not later:
        return None
    last = later[-1]
    earlier = [
        one
        for one in versions
        if (one.version == before if before is not None else one.version < last.version)
    ]
    return (earlier[-1], last) if earlier else None
