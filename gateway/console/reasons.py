"""«State your reason»: the fields that every form has which opens bodies, and how they are read.

A page that opens bodies is reached by a form: ``reason_fields`` of ``reason.html`` in the template, and in
the handler ``reason_given(visit, …)``. Where it returns faults the same page is shown again with status 422.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from gateway.console.desk import Visit
from schemas.consulting import REASON_SAYS, SHORTEST_WORDS, ConsultationReason, ReasonCode

CODE_FIELD, WORDS_FIELD = "reason_code", "reason_words"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a form."""

    field: str
    """The field's id, to which the summary leads."""
    says: str
    """One sentence; never what was typed."""


def reason_given(
    visit: Visit, *codes: ReasonCode, case: str | None = None
) -> tuple[ConsultationReason | None, list[Fault]]:
    """Read the reason that a form states.

    Args:
        visit: Whose form.
        codes: The codes that the page offers; every one where none is named.
        case: Our own id of the case that it is for.

    Returns:
        The reason and no fault, or none and what is wrong.
    """
    offered = codes or tuple(ReasonCode)
    stated = visit.form.get(CODE_FIELD, offered[0].value if len(offered) == 1 else "")
    code = next((one for one in offered if one.value == stated), None)
    faults = [] if code else [Fault(CODE_FIELD, "Select why you open this. Nothing was opened.")]
    try:
        words = ConsultationReason(
            code=code or offered[0], words=visit.form.get(WORDS_FIELD, ""), case=case
        )
    except ValidationError:
        says = f"Say why in at least {SHORTEST_WORDS} letters (at most 1,000). Nothing was opened."
        return None, [*faults, Fault(WORDS_FIELD, says)]
    return (None, faults) if faults else (words, [])


def reason_choices(*codes: ReasonCode) -> list[dict[str, str]]:
    """Return the codes that a page offers, with their sentences; every one where none is named."""
    return [{"value": code.value, "text": REASON_SAYS[code]} for code in codes or tuple(ReasonCode)]


def fault_list(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """Return faults as GOV.UK's error summary takes them."""
    return [{"text": fault.says, "href": f"#{fault.field}"} for fault in faults]
