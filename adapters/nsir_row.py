"""One row of a command-and-control feed: codes in four positions, a caller, one incident."""

from __future__ import annotations

from typing import Final

from adapters.cells import LIST_SEPARATOR
from adapters.nsir_settings import NsirSettings
from adapters.placing import Crosswalk, Placement
from adapters.readers import area_code, code, flag, listed
from adapters.row_reader import Draft, Plain, Reading, RowReader
from adapters.rules import EXCLUDED
from adapters.source import CannotMap, Excluded, Kept, Outcome, OutOfScope
from schemas.codes import SubjectRole

_COLUMN_OF_POSITION: Final = {
    "opening": "opening_codes",
    "closing": "closing_codes",
    "qualifier": "qualifiers",
    "class": "nsir_class",
}


class NsirReader(RowReader):
    """The settings of a command-and-control feed, compiled."""

    named_parts = {"name": "caller_name", "telephone": "caller_telephone"}  # noqa: RUF012 - read only

    def __init__(self, settings: NsirSettings, codes: Crosswalk) -> None:
        super().__init__(
            settings.columns,
            Reading(
                times=(
                    ("created", "reported_at"),
                    ("occurred", "occurred_from"),
                    ("occurred_to", "occurred_to"),
                ),
                time_formats=settings.time_formats,
                plain=_plain_readers(settings),
                bounds=settings.bounds,
                editions={"lsoa_code": settings.lsoa_edition, "ward_code": settings.ward_edition},
            ),
        )
        self._codes, self._said = codes, settings
        self._separator = settings.code_separator
        self._nobody = frozenset(word.casefold() for word in settings.nobody)

    def read(self, values: list[str], others: bool) -> Outcome:  # noqa: FBT001 - ReadCells
        """Make the outcome of one row."""
        draft = Draft([*values, ""])
        if not self.marked(draft):
            return CannotMap(tuple(draft.faults))
        reference = self.reference(draft)
        placement = self._placement(draft)
        if placement is not None and placement.left_out:
            left_out = Excluded if placement.left_out == EXCLUDED else OutOfScope
            return left_out(placement.reason, reference)
        self.read_times(draft)
        self.read_place(draft)
        self.read_plain(draft)
        self._read_caller(draft)
        self.read_person(draft)
        self.read_handling(draft, self._said)
        if placement is None or reference is None or draft.faults:
            return CannotMap(tuple(draft.faults), reference)
        return self.finish(draft, placement, reference, others=others)

    def _placement(self, draft: Draft) -> Placement | None:
        """Place the row by its codes; a row without any has a fault instead."""
        label = draft.values[self.one_cell["opening_label"]]
        opening = self._code_cells(draft, "opening_codes")
        if label and not opening and self._codes.read(label):
            opening = (label,)
        elif label:
            draft.dropped.append(self.names["opening_label"])
        closing = self._code_cells(draft, "closing_codes")
        qualifiers = self._code_cells(draft, "qualifiers")
        classes = self._code_cells(draft, "nsir_class")
        if not (opening or closing or qualifiers or classes):
            setting = "closing_codes" if "opening_codes" not in self.at else "opening_codes"
            self.fault(draft, setting, "code.missing")
            return None
        placement = self._codes.place(opening, closing, qualifiers, classes)
        for position in placement.unread:
            draft.dropped.append(self.names[_COLUMN_OF_POSITION[position]])
        return placement

    def place_again(self, kept: Kept) -> Placement | None:
        """Place a recorded incident by the list of today; ``None`` where its codes are another list's.

        Codes that no list knew were kept without their position. Where one of them decided, they stand
        where a code decides first; else where it decides last.
        """
        if not self._codes.reads(kept.scheme):
            return None
        decided = kept.code is None
        return self._codes.place(
            kept.opening,
            (*kept.unlisted, *kept.closing) if decided else kept.closing,
            kept.qualifiers if decided else (*kept.qualifiers, *kept.unlisted),
            (kept.nsir_class,) if kept.nsir_class else (),
        )

    def _code_cells(self, draft: Draft, setting: str) -> tuple[str, ...]:
        codes: list[str] = []
        for position in self.at.get(setting, ()):
            cell = draft.values[position]
            if not cell:
                continue
            if self._separator in cell or LIST_SEPARATOR in cell:
                split = cell.replace(LIST_SEPARATOR, self._separator).split(self._separator)
                codes.extend(part.strip() for part in split if part.strip())
            else:
                codes.append(cell)
        return tuple(codes)

    def _read_caller(self, draft: Draft) -> None:
        name = draft.values[self.one_cell["caller_name"]]
        telephone = draft.values[self.one_cell["caller_telephone"]]
        named = {
            part: cell
            for part, cell in (("name", name), ("telephone", telephone))
            if cell and cell.casefold() not in self._nobody
        }
        if named:
            draft.fields["people"] = ({"role": SubjectRole.CALLER, **named},)


def _plain_readers(settings: NsirSettings) -> tuple[Plain, ...]:
    yes_or_no = flag(settings.yes, settings.no)
    return (
        ("grade", "response_grade", listed(settings.grades)),
        ("address", "address_text", None),
        ("premises", "premises_name", None),
        ("postcode", "postcode", None),
        ("beat", "beat_code", code),
        ("lsoa", "lsoa_code", area_code),
        ("ward", "ward_code", area_code),
        ("repeat", "repeat_flag", yes_or_no),
        ("vulnerable", "vulnerability_flag", yes_or_no),
        ("description", "description", None),
    )
