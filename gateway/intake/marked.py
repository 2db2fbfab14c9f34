"""What a push says of its own marking: SECRET and above is refused before anything of it is read.

A push says it in the header ``Gateway-Marking``, as a member beside the list of a JSON document, or on a
line of its own before the header of delimited text. What is refused is counted and stands in the ledger:
that it came, from whom and for which feed; nothing of what it held is kept, mapped or hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.faults import UnreadableError
from adapters.readers import marking
from gateway.errors import MarkingNotTaken, MarkingUnreadable
from gateway.ledger.leaf import Operation, leaf
from gateway.store.tx import Tx
from schemas.codes import Marking
from schemas.problems import ProblemError

MEMBERS = ("marking", "protective_marking", "classification")
"""Members of a JSON document, beside its rows, that may say its marking."""
ABOVE = "marking.above_official_sensitive"
_BANNER_BYTES = 200


def read_marking(stated: str, pointer: str) -> Marking:
    """Read the marking of a whole push.

    Raises:
        MarkingNotTaken: It is above OFFICIAL-SENSITIVE.
        MarkingUnreadable: It is none that is known.
    """
    try:
        return marking(stated)
    except UnreadableError as unreadable:
        says = str(unreadable)
        fault = ProblemError(pointer=pointer, rule=unreadable.rule, says=says.strip("'\""))
        kind = MarkingNotTaken if unreadable.rule == ABOVE else MarkingUnreadable
        raise kind(errors=(fault,)) from None


def of_document(document: Any) -> Marking | None:  # noqa: ANN401 - any JSON document
    """Return the marking that a JSON document states beside its rows (raises as ``read_marking``)."""
    if not isinstance(document, Mapping) or not any(_is_rows(one) for one in document.values()):
        return None
    found: Marking | None = None
    for name, stated in document.items():
        if name.casefold() in MEMBERS and isinstance(stated, str) and stated.strip():
            found = read_marking(stated, f"/{name.casefold()}")
    return found


def _is_rows(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, list) and any(isinstance(one, Mapping) for one in value)


def check_banner(body: bytes) -> None:
    """Refuse delimited text whose first line is a marking above OFFICIAL-SENSITIVE.

    Raises:
        MarkingNotTaken: It is.
    """
    first = body[:_BANNER_BYTES].lstrip().split(b"\n", 1)[0].strip()
    text = first.decode("utf-8-sig", "replace").strip('"')
    if "secret" not in text.casefold().replace(" ", "") or any(one in text for one in ",;\t|"):
        return
    read_marking(text, "")


def refusal(
    feed: str, partner: str, actor: str, at: str, random: Callable[[int], bytes]
) -> Callable[[Tx], int]:
    """Return the job that says in the ledger that a push was refused for its marking."""
    made = leaf(
        Operation.REFUSAL,
        at=at,
        actor=actor,
        nonce=random(16).hex(),
        action="push",
        reason="marking.above-official-sensitive",
        feed=feed,
        partner=partner,
    )
    return lambda tx: tx.seal(made)
