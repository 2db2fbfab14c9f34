"""One row of a housing feed: an incident of a case, its category by scheme, its people, its stage.

One dated incident is one row; a case without any is one incident at the precision of a day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from adapters.cells import LIST_SEPARATOR
from adapters.crosswalk import crosswalk, local_crosswalk, schemes
from adapters.faults import UnreadableError
from adapters.housing_settings import HousingSettings
from adapters.placing import Code, Crosswalk, Placement
from adapters.readers import area_code, flag, listed, number
from adapters.row_reader import REFERENCE_LIMIT, Draft, Plain, Reading, RowReader
from adapters.rules import CODE_PATTERN, EXCLUDED
from adapters.source import CannotMap, Excluded, Kept, Mapped, Outcome, OutOfScope, Reference
from adapters.wordlists import word_list
from schemas.codes import Ground, Kind, MappingStatus, Status, SubjectRole, TimePrecision

_SUMMER: Final = timedelta(hours=1)
_NEVER_TAKEN: Final = ("property_reference", "risk")
_UNKNOWN_SCHEME: Final = {"kind": Kind.ASB_INCIDENT, "mapping_status": MappingStatus.UNCLASSIFIED}
"""What can be said of a letter whose scheme is not known: that a landlord filed it under ASB."""


class HousingReader(RowReader):
    """The settings of a housing feed, compiled."""

    named_parts = {  # noqa: RUF012 - read only
        "name": "complainant",
        "telephone": "complainant_telephone",
        "email": "complainant_email",
        "tenancy_reference": "tenancy",
        "case_reference": "case",
    }

    def __init__(self, settings: HousingSettings) -> None:
        super().__init__(
            settings.columns,
            Reading(
                times=(
                    ("reported", "reported_at"),
                    ("occurred", "occurred_from"),
                    ("occurred_to", "occurred_to"),
                ),
                time_formats=settings.time_formats,
                plain=_plain_readers(settings),
                bounds=settings.bounds,
                editions={"lsoa_code": settings.lsoa_edition, "ward_code": settings.ward_edition},
            ),
        )
        named = {*settings.schemes.values(), settings.scheme or ""}
        self.crosswalks: dict[str, Crosswalk] = {
            **{name: crosswalk(name) for name in schemes() if name in named},
            **{one.name: local_crosswalk(one, Kind.ASB_INCIDENT) for one in settings.local},
        }
        self._by_scheme = {one.name: one for one in self.crosswalks.values()}
        self._words = {
            word.casefold(): self.crosswalks[name] for word, name in settings.schemes.items()
        }
        self._default = self.crosswalks.get(settings.scheme or "")
        self._settings = settings
        self._nobody = frozenset(word.casefold() for word in settings.nobody)
        self._strands = listed(settings.strands)
        self._yes_or_no = flag(settings.yes, settings.no)
        self._statuses = listed(settings.statuses)
        self._outcomes = word_list("housing_outcomes").extended(settings.outcomes)
        self._hate = frozenset(settings.hate_categories)

    @property
    def listed(self) -> frozenset[str]:
        """Every code of every scheme of the feed."""
        return frozenset().union(*(one.codes for one in self.crosswalks.values()))

    def read(self, values: list[str], others: bool) -> Outcome:  # noqa: FBT001 - ReadCells
        """Make the outcome of one row."""
        draft = Draft([*values, ""])
        if not self.marked(draft):
            return CannotMap(tuple(draft.faults))
        reference = self._incident_reference(draft)
        placement = self._placement(draft)
        outcome = self._outcomes.read(self.cell(draft, "outcome")) or ""
        no_incident = self._settings.excluded_outcomes.get(outcome)
        if no_incident:
            return Excluded(no_incident, reference)
        if placement is not None and placement.left_out:
            left_out = Excluded if placement.left_out == EXCLUDED else OutOfScope
            return left_out(placement.reason, reference)
        self.read_times(draft)
        self.read_place(draft)
        self.read_plain(draft)
        self._read_case(draft)
        self._read_people(draft)
        self.read_person(draft)
        self.read_handling(draft, self._settings)
        if placement is None or reference is None or draft.faults:
            return CannotMap(tuple(draft.faults), reference)
        self._read_hate(draft, placement)
        return self._finished(draft, placement, reference, others=others)

    def _finished(
        self, draft: Draft, placement: Placement, reference: Reference, *, others: bool
    ) -> Outcome:
        outcome = self.finish(draft, placement, reference, others=others)
        case = self.cell(draft, "case")
        if isinstance(outcome, Mapped) and reference.text != case:
            # before its incidents were dated the case stood for itself, as one
            return replace(outcome, replaces=Reference(case))
        return outcome

    def _incident_reference(self, draft: Draft) -> Reference | None:
        """What the incident is known by: its case, and what tells it from the others of the case.

        ``ASB/2026/0117@2026-11-01T23:30`` (in UTC), ``ASB/2026/0117@2026-11-01``, ``ASB/2026/0117#2``,
        and for a case without a dated incident ``ASB/2026/0117``.
        """
        case = self.reference(draft, "case")
        if case is None:
            return None
        incident = self.cell(draft, "incident")
        parts = [case.text]
        if incident and "incident" in self._settings.key:
            parts.append(f"#{incident}")
        elif "occurred" in self._settings.key:
            parts.append(self._moment(draft))
        if "category" in self._settings.key:
            parts.append(f"/{self.cell(draft, 'category')}")
        text = "".join(parts)
        if len(text) > REFERENCE_LIMIT:
            self.fault(draft, "case", "reference.too_long")
            return None
        return Reference(text)

    def _moment(self, draft: Draft) -> str:
        cell = self.cell(draft, "occurred")
        if not cell:
            return ""
        try:
            at, precision = self.read_time(cell)
        except UnreadableError:
            return ""  # the fault is named where the times are read
        if precision is TimePrecision.DAY:
            # in summer a day of England begins an hour before UTC's, on what UTC calls the day before
            return f"@{(at + _SUMMER).date().isoformat()}"
        return f"@{at:%Y-%m-%dT%H:%M}"

    def _placement(self, draft: Draft) -> Placement | None:
        """Place the row by its category in its scheme; a row without a category has a fault."""
        category = self.cell(draft, "category")
        subs = tuple(
            part.strip()
            for part in self.cell(draft, "sub_category").split(LIST_SEPARATOR)
            if part.strip()
        )
        if not category:
            self.fault(draft, "category", "code.missing")
            return None
        scheme = self.cell(draft, "scheme")
        codes = self._words.get(scheme.casefold()) if scheme else self._default
        if codes is None:
            named = "scheme" if scheme else "category"
            self.drop(draft, named)
            letter = (category,) if CODE_PATTERN.fullmatch(category) else ()
            return Placement(_UNKNOWN_SCHEME, unlisted=letter)
        placement = place(codes, (category,), subs)
        for position in placement.unread:
            self.drop(draft, "sub_category" if position == "qualifier" else "category")
        return placement

    def place_again(self, kept: Kept) -> Placement | None:
        """Place a recorded incident by its scheme of today; ``None`` where the feed has it no more."""
        codes = self._by_scheme.get(kept.scheme)
        return None if codes is None else place(codes, kept.one_code, kept.qualifiers)

    def _read_case(self, draft: Draft) -> None:
        """The case around the incident: its reference, how far it has got, and how it ended."""
        fields = draft.fields
        fields["case_reference"] = self.cell(draft, "case") or None
        if not self.cell(draft, "occurred"):
            # a case stands for itself at the day it was opened, however exactly that was noted
            fields["time_precision"] = TimePrecision.DAY
        said = self.cell(draft, "status")
        status = self._statuses(said) if said else None
        if said and status is None:
            self.drop(draft, "status")
        if self.cell(draft, "closed"):
            fields["status"] = Status.CLOSED
        elif status is not None:
            fields["status"] = status
        elif self.cell(draft, "stage"):
            fields["status"] = Status.IN_PROGRESS
        for setting in _NEVER_TAKEN:
            if self.cell(draft, setting):
                self.drop(draft, setting)

    def _read_people(self, draft: Draft) -> None:
        complainant = self._parts(
            draft,
            ("name", "complainant"),
            ("telephone", "complainant_telephone"),
            ("email", "complainant_email"),
            ("tenancy_reference", "tenancy"),
        )
        subject = self._parts(draft, ("name", "subject"))
        people = (
            *(({"role": SubjectRole.COMPLAINANT, **complainant},) if complainant else ()),
            *(({"role": SubjectRole.SUBJECT, **subject},) if subject else ()),
        )
        if people:
            draft.fields["people"] = people

    def _parts(self, draft: Draft, *parts: tuple[str, str]) -> dict[str, str]:
        cells = ((part, self.cell(draft, setting)) for part, setting in parts)
        return {part: cell for part, cell in cells if cell and cell.casefold() not in self._nobody}

    def _read_hate(self, draft: Draft, placement: Placement) -> None:
        """Grounds and hate flag: from coded fields only, and into sealed fields only."""
        grounds: list[Ground] = []
        strands = self.cell(draft, "strand").split(LIST_SEPARATOR)
        for strand in filter(None, map(str.strip, strands)):
            ground = self._strands(strand)
            if ground is None:
                self.drop(draft, "strand")
            elif ground not in grounds:
                grounds.append(ground)
        scheme = placement.fields.get("source_category_scheme")
        code = placement.fields.get("source_category_code")
        if f"{scheme}:{code}" in self._hate or any(strands):
            draft.fields["hate_incident"] = True
        if grounds:
            draft.fields["grounds"] = tuple(grounds)


def place(codes: Crosswalk, categories: tuple[str, ...], subs: tuple[str, ...]) -> Placement:
    """Place by category and sub-categories; a sub-category's own behaviour stands beside the category's."""
    placement = codes.place((), (), subs, categories)
    if placement.left_out or not placement.fields["qualifier_codes"]:
        return placement
    primary = placement.fields.get("typology_behaviour")
    further = [
        code.rules[-1].behaviour
        for code in map(codes.read, placement.fields["qualifier_codes"])
        if isinstance(code, Code)
    ]
    others = tuple(dict.fromkeys(one for one in further if one and one != primary))
    return Placement(
        {**placement.fields, "other_behaviours": others},
        unlisted=placement.unlisted,
        unread=placement.unread,
    )


def _plain_readers(settings: HousingSettings) -> tuple[Plain, ...]:
    yes_or_no = flag(settings.yes, settings.no)
    return (
        ("hate", "hate_incident", yes_or_no),
        ("vulnerable", "vulnerability_flag", yes_or_no),
        ("uprn", "uprn", number),
        ("address", "address_text", None),
        ("postcode", "postcode", None),
        ("lsoa", "lsoa_code", area_code),
        ("ward", "ward_code", area_code),
        ("officer", "officer", None),
        ("stage", "intervention", word_list("housing_stages").extended(settings.stages).read),
        ("outcome", "outcome_code", word_list("housing_outcomes").extended(settings.outcomes).read),
        ("notes", "description", None),
    )
