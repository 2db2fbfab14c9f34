"""One row of a street-management feed, in either layout."""

from __future__ import annotations

import re
from typing import Final

from adapters.cells import LIST_SEPARATOR
from adapters.crosswalk import crosswalk
from adapters.placing import Placement
from adapters.readers import area_code, listed, number
from adapters.row_reader import REFERENCE_LIMIT, Draft, Plain, Reading, RowReader
from adapters.rules import CODE_PATTERN, EXCLUDED
from adapters.source import JSON, CannotMap, Excluded, Kept, Outcome, OutOfScope, Reference
from adapters.street_settings import StreetColumns, StreetSettings
from adapters.wordlists import word_list
from schemas.codes import SubjectRole

NOT_LISTED: Final = "not_listed"
"""The reason of a row whose category no list knows, where the settings put such rows out of scope."""

_PENALTY: Final = re.compile(r"(?:PCN\s*)?([0-9]{1,2})\s*[A-Za-z]{0,2}")
"""A contravention code: two digits, and suffix letters that say which kind of place it was."""
_NO_DATE: Final = ("0001-01-01", "01/01/0001", "1900-01-01T00:00:00")
_BLANKS: Final = re.compile(r"[^0-9a-z]+")
_SLUG: Final = 32
_REMEMBERED: Final = 4_096
"""Spellings of listed words of which it is remembered whether they are out of scope."""


class StreetReader(RowReader):
    """The settings of a feed for one layout of columns, compiled."""

    named_parts = {  # noqa: RUF012 - read only
        "name": "name",
        "telephone": "telephone",
        "email": "email",
        "media_url": "media",
    }

    def __init__(self, columns: StreetColumns, settings: StreetSettings) -> None:
        super().__init__(
            columns,
            Reading(
                times=(("reported", "reported_at"), ("occurred", "occurred_from")),
                time_formats=settings.time_formats,
                plain=_plain_readers(settings),
                bounds=settings.area_metres,
                editions={"lsoa_code": settings.lsoa_edition, "ward_code": settings.ward_edition},
            ),
        )
        self.codes = crosswalk(settings.scheme, settings.own, "open311")
        self.penalties = crosswalk("pcn")
        self._reasons: dict[str, str] = {}
        self._settings = settings
        self._excluded = {word.casefold(): why for word, why in settings.excluded.items()}
        self._mirrored = frozenset(word.casefold() for word in settings.mirrored)
        self._nulls = frozenset(word.casefold() for word in settings.nulls)
        self._nobody = frozenset(word.casefold() for word in settings.nobody)
        self._fly_tip = (
            ("land_type", word_list("wastedataflow_land").extended(settings.land_types)),
            ("waste_type", word_list("wastedataflow_waste").extended(settings.waste_types)),
            ("size", word_list("wastedataflow_size").extended(settings.sizes)),
        )

    def read(self, values: list[str], others: bool) -> Outcome:  # noqa: FBT001 - ReadCells
        """Make the outcome of one row. What is out of scope is decided first, and nothing else of it read."""
        draft = Draft([self._said(cell) for cell in (*values, "")])
        if not self.marked(draft):
            return CannotMap(tuple(draft.faults))
        code, label = self.cell(draft, "code"), self.cell(draft, "label")
        placement = self.placement(code, label, self.cell(draft, "contravention"))
        if placement is not None and placement.left_out and placement.left_out != EXCLUDED:
            return OutOfScope(placement.reason, self.reference(draft))
        reference = self.reference(draft)
        reason = self._not_counted(draft) or (placement.reason if placement else "")
        if reason:
            return Excluded(reason, reference)
        self._read_rest(draft)
        if placement is None:
            setting = next(one for one in ("label", "code", "contravention") if one in self.at)
            self.fault(draft, setting, "code.missing")
        if placement is None or reference is None or draft.faults:
            return CannotMap(tuple(draft.faults), reference)
        if placement.unread:
            self._drop_unread(draft)
        return self.finish(draft, placement, reference, others=others)

    def _said(self, cell: str) -> str:
        nothing = cell.casefold() in self._nulls or cell.startswith(_NO_DATE)
        return "" if nothing else cell

    def placement(self, code: str, label: str, contravention: str) -> Placement | None:
        """Place by contravention, else by the code or label that the list knows; ``None`` without any."""
        if contravention:
            penalty = _PENALTY.fullmatch(contravention)
            cell = penalty[1].zfill(2) if penalty else contravention
            return self.penalties.place((), (), (), (cell,))
        cells = [cell for cell in (code, label) if cell]
        if not cells:
            return None
        known = next((cell for cell in cells if self.codes.read(cell)), None)
        if known is not None:
            return self.codes.place((), (), (), (known,))
        if self._settings.unlisted == "out_of_scope":
            return Placement({}, "out_of_scope", NOT_LISTED)
        cells.sort(key=self.codes.could_list, reverse=True)
        placement = self.codes.place((), (), (), tuple(cells))
        words = tuple(_slug(cell) for cell in cells if not CODE_PATTERN.fullmatch(cell))
        return Placement(
            placement.fields,
            unlisted=(*placement.unlisted, *filter(None, words)),
            unread=placement.unread,
        )

    def out_of_scope(self, cells: list[JSON]) -> str:
        """The reason for which a category is out of scope, told from its cells alone; empty: read on.

        The first cell that the list knows decides. Only words of the list are remembered.
        """
        for cell in cells:
            if cell is None or cell == "":
                continue
            if type(cell) is not str:
                return ""
            reason = self._reasons.get(cell)
            if reason is None:
                word = cell.strip()
                if self.codes.read(word) is None:
                    continue
                placed = self.codes.place((), (), (), (word,))
                left_out = placed.left_out and placed.left_out != EXCLUDED
                reason = placed.reason if left_out else ""
                if len(self._reasons) < _REMEMBERED:
                    self._reasons[cell] = reason
            return reason
        return ""

    def place_again(self, kept: Kept) -> Placement | None:
        """Place a recorded incident by its scheme of today; ``None`` where the feed has it no more."""
        found = [one for one in (self.codes, self.penalties) if one.reads(kept.scheme)]
        return found[0].place((), (), (), kept.one_code) if found else None

    @property
    def listed(self) -> frozenset[str]:
        """Every code of both lists, and WasteDataFlow's."""
        words = (words.codes for _, words in self._fly_tip)
        return frozenset().union(self.codes.codes, self.penalties.codes, *words)

    def _drop_unread(self, draft: Draft) -> None:
        for setting in ("contravention", "code", "label"):
            if self.cell(draft, setting):
                self.drop(draft, setting)

    def _not_counted(self, draft: Draft) -> str:
        """Why a row is no incident of its own: closed as duplicate, cancelled, or mirrored back."""
        for setting in ("closing", "status"):
            reason = self._excluded.get(self.cell(draft, setting).casefold())
            if reason:
                return reason
        return "mirrored" if self.cell(draft, "channel").casefold() in self._mirrored else ""

    def _read_rest(self, draft: Draft) -> None:
        self.read_times(draft)
        updated, reported = (draft.fields.get(n) for n in ("source_updated_at", "reported_at"))
        if updated and reported and updated < reported:
            # an update before the request says nothing about which version is the later one
            del draft.fields["source_updated_at"]
            self.drop(draft, "updated")
        self.read_place(draft)
        self._check_area(draft)
        self.read_plain(draft)
        self._read_text(draft)
        self._read_fly_tip(draft)
        self._read_reporter(draft)
        self.read_handling(draft, self._settings)

    def _check_area(self, draft: Draft) -> None:
        fields, settings = draft.fields, self._settings
        degrees, metres = settings.area_degrees, settings.area_metres
        if (
            degrees is not None
            and "longitude" in fields
            and not degrees.holds(fields["longitude"], fields["latitude"])
        ) or (
            metres is not None
            and "easting" in fields
            and not metres.holds(fields["easting"], fields["northing"])
        ):
            self.fault(draft, "easting", "place.outside_area")

    def _read_text(self, draft: Draft) -> None:
        if "description" not in draft.fields:
            text = ": ".join(
                cell for cell in (self.cell(draft, one) for one in ("title", "detail")) if cell
            )
            if text:
                draft.fields["description"] = text
        media = self.cell(draft, "media").split(LIST_SEPARATOR)
        links = tuple(filter(None, map(str.strip, media)))
        if links:
            draft.fields["media_url"] = links

    def _read_fly_tip(self, draft: Draft) -> None:
        told: dict[str, str] = {}
        for setting, words in self._fly_tip:
            cell = self.cell(draft, setting)
            code = words.read(cell) if cell else None
            if code:
                told[setting] = code
            elif cell:
                self.drop(draft, setting)
        if told:
            draft.fields["fly_tip"] = told

    def _read_reporter(self, draft: Draft) -> None:
        names = (self.cell(draft, one) for one in ("first_name", "last_name"))
        name = self.cell(draft, "name") or " ".join(filter(None, names))
        telephone, email = self.cell(draft, "telephone"), self.cell(draft, "email")
        told = {
            part: cell
            for part, cell in (("name", name), ("telephone", telephone), ("email", email))
            if cell and cell.casefold() not in self._nobody
        }
        if told:
            draft.fields["people"] = ({"role": SubjectRole.CALLER, **told},)


def usable(reference: str) -> Reference | None:
    """The reference of a row of which nothing else is read; ``None`` where it cannot be one."""
    return Reference(reference) if 0 < len(reference) <= REFERENCE_LIMIT else None


def _slug(label: str) -> str:
    """An unknown label as a code that a feed's own table can name."""
    return _BLANKS.sub("_", label.casefold()).strip("_")[:_SLUG]


def _plain_readers(settings: StreetSettings) -> tuple[Plain, ...]:
    return (
        ("status", "status", listed(settings.statuses)),
        ("uprn", "uprn", number),
        ("usrn", "usrn", number),
        ("address", "address_text", None),
        ("postcode", "postcode", None),
        ("lsoa", "lsoa_code", area_code),
        ("ward", "ward_code", area_code),
        ("vehicle", "vehicle_registration", None),
        ("officer", "officer", None),
        ("description", "description", None),
    )
