"""«State your reason»: how a form that opens bodies is read; its fields are in ``parts/reason.html``.

Where ``reason_given`` returns faults the same page is shown again with status 422: ``errors(faults.items())``
before the heading, ``reason_fields(reason_choices(…), form, faults)`` where the fields stand.
"""

from __future__ import annotations

from pydantic import ValidationError

from gateway.console.desk import Visit
from schemas.consulting import REASON_SAYS, SHORTEST_WORDS, ConsultationReason, ReasonCode

CODE_FIELD, WORDS_FIELD = "reason", "words"


def reason_given(
    visit: Visit, *codes: ReasonCode, case: str | None = None
) -> tuple[ConsultationReason | None, dict[str, str]]:
    """Read the reason that a form states.

    Args:
        visit: Whose form.
        codes: The codes that the page offers; every one where none is named.
        case: Our own id of the case that it is for.

    Returns:
        The reason and no fault, or none and what is wrong, by field.
    """
    offered = codes or tuple(ReasonCode)
    stated = visit.form.get(CODE_FIELD, offered[0].value if len(offered) == 1 else "")
    code = next((one for one in offered if one.value == stated), None)
    faults = {} if code else {CODE_FIELD: "Select why you open this. Nothing was opened."}
    try:
        reason = ConsultationReason(
            code=code or offered[0], words=visit.form.get(WORDS_FIELD, ""), case=case
        )
    except ValidationError:
        faults[WORDS_FIELD] = (
            f"Say why in {SHORTEST_WORDS} to 1,000 letters, so that it can be understood in a year. "
            "Nothing was opened."
        )
        return None, faults
    return (None, faults) if faults else (reason, {})


def reason_choices(*codes: ReasonCode) -> list[tuple[str, str]]:
    """Return the codes that a page offers, with their sentences; every one where none is named."""
    return [(code.value, REASON_SAYS[code]) for code in codes or tuple(ReasonCode)]
