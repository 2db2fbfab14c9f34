"""The base of every word: frozen, and closed to fields that nobody declared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

_NO_DAY = "It is no day: write it as 2026-11-23."
DAY_FAULTS = dict.fromkeys(
    ("date_from_datetime_inexact", "date_from_datetime_parsing", "date_parsing", "date_type"),
    _NO_DAY,
)
"""What is said of each of Pydantic's faults of a day: its own words do not say how to write one."""


class DoesNotFit(ValueError):
    """What a form itself has against a value, or against parts that contradict each other.

    Its words are constant, so that an answer may show them: they never hold what was given.
    """


_SPELLED = re.compile("[^\\W_\u115f\u1160\u3164\uffa0]{2}")
"""Two letters or digits side by side; the four fillers of Hangul are letters that nobody sees."""


def says_something(text: str) -> str:
    """Return a reason in words as it is, where it holds anything to read (raises ``DoesNotFit``)."""
    if not _SPELLED.search(text):
        message = "it says nothing: a word at least"
        raise DoesNotFit(message)
    return text


def own_words(fault: Mapping[str, Any]) -> str | None:
    """Return what a form itself says, as a sentence; None where it was not the form that refused.

    Args:
        fault: One of Pydantic's errors, with its ``ctx`` where it has one.
    """
    error = fault.get("ctx", {}).get("error")
    if not isinstance(error, DoesNotFit):
        return None
    says = str(error)
    return f"{says[0].upper()}{says[1:]}."


class Word(BaseModel):
    """A frozen value with no undeclared fields and no NaN or infinity."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )
