"""The oracle on gradings, in plain Python, from law reference §6 and not from the Cedar files."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription

NEW = {"source": set("123"), "intelligence": set("ABCDE"), "handling": set("PC")}
LEGACY = {"source": set("ABCDE"), "intelligence": set("12345"), "handling": set("12345")}


def oracle_grading(
    asked: Subscription, cls: RecordClass, recipient_kind: str | None, takes_on: Iterable[str]
) -> set[str]:
    """Law reference §6: a grading is honoured as given; neither scheme is read as the other."""
    given = {
        "source": cls.source_grading,
        "intelligence": cls.intelligence_grading,
        "handling": None if cls.handling is None else cls.handling.value,
    }
    legacy = cls.grading_scheme == "5x5x5"
    of_scheme = LEGACY if legacy else NEW
    unmet = set()
    if any(code is not None and code not in of_scheme[part] for part, code in given.items()):
        unmet.add("grading_is_of_one_scheme")
    graded = cls.grading_scheme is not None or any(given.values())
    if given["handling"] in ("C", "5"):
        conditions = {one.value for one in cls.handling_conditions}
        goes = len(conditions) > 0 and conditions <= set(takes_on)
    elif given["handling"] == "1":
        goes = recipient_kind in {"chief_officer_of_police", "police_service_of_scotland"}
    else:
        goes = given["handling"] in ("P", "2") if graded else True
    if not goes:
        unmet.add("handling_permits")
    if given["intelligence"] in ("E", "5"):
        unmet.add("not_suspected_false")
    doubtful = given["source"] in ("2", "3") or given["intelligence"] == "D" or legacy
    if doubtful and asked.lane != "personal":
        unmet.add("grading_is_shown")
    return unmet
