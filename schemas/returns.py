"""What a section 17A return may say: one closed row a paragraph, and nothing else.

Each row *has no* field but those that the Schedule to SI 2007/1831 names for its paragraph; what a holder
adds of its own will stands in ``Voluntary`` and nowhere else.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Word
from schemas.codes import RepeatAtPlace, Slug, SourceCode
from schemas.released import Place

QuarterName = Annotated[str, Field(pattern=r"^20[0-9]{2}Q[1-4]$")]
"""An information period, such as ``2026Q3``: a calendar quarter by the clock of Europe/London."""

RowId = Annotated[str, Field(pattern=r"^s17a\.[0-9]{4}Q[1-4]\.[A-Za-z0-9_-]{22}$")]
"""The recipient's own name for one row: so that a later correction can say which row it corrects."""

UNMAPPED = "unmapped"
NOT_STATED = "not_stated"


class Category(Word):
    """A category as the source codes it, and as the frozen list names it where that is known.

    ``source_code`` is ``unmapped`` where the source's own list does not know the code, ``not_stated``
    where the row had none; ``frozen_code`` is ``unmapped`` where no entry of the list of 2007 is known.
    """

    source_code: SourceCode
    scheme: SourceCode | None = None
    list_version: SourceCode | None = None
    frozen_code: str = UNMAPPED


class NoticedBy(StrEnum):
    """Paragraph 8: who noticed the incident."""

    AUTHORITY = "identified_by_authority"
    PUBLIC = "reported_by_public"
    NOT_STATED = "not_stated"


class Voluntary(Word):
    """What no regulation prescribes and a holder may add: the typology of the Home Office, and repeats."""

    typology_behaviour: str | None = None
    typology_sub_behaviour: str | None = None
    repeat_at_place: RepeatAtPlace | None = None


class Row(Word):
    """What every paragraph of incidents prescribes.

    ``date`` is ``2026-10-31``, or ``2026-10`` or ``2026Q4`` where the source knew no better; ``time`` is
    the hour in local time, ``21:00``, a part of the day, ``18:00/24:00``, or ``not_stated``.
    """

    date: str
    time: str
    location: Place


class CategoryRow(Row):
    """Paragraph 1: an incident of anti-social behaviour, transport, public safety or welfare."""

    category: Category
    voluntary: Voluntary | None = None


class CrimeRow(Row):
    """Paragraph 2: a crime."""

    sub_category: Category
    voluntary: Voluntary | None = None


class RaceRow(Row):
    """Paragraph 7: a racial incident. No category, no id of another row, place a ward or coarser."""


class CouncilRow(CategoryRow):
    """Paragraph 8: an incident of anti-social behaviour that a local authority holds."""

    noticed_by: NoticedBy


ReturnRow = CategoryRow | CrimeRow | RaceRow | CouncilRow


class Change(StrEnum):
    """What a line of a return does to what the recipient holds."""

    ORIGINAL = "original"
    LATE = "late"
    """A row of an earlier period that came, or might leave, after that period's return was made."""
    REVISED = "revised"
    RETRACTED = "retracted"
    """Delete the row: it was taken back, or may not be held by the recipient any more."""


class Line(Word):
    """One line of a return's file: which row, of which period, and what it says now."""

    id: RowId
    change: Change
    period: QuarterName
    row: ReturnRow | None = None
    """None where the row is retracted."""


class Manifest(Word):
    """What a return's file is, so that its recipient can judge it (DPA 2018 s.38(5)(b))."""

    holder: Slug
    recipient: Slug
    period: QuarterName
    paragraph: Annotated[int, Field(ge=1, le=12)]
    form: Literal["prescribed", "voluntary"]
    catalogue: str
    """Edition of the catalogue of prescribed information that it was made by."""
    code_list: str | None
    frozen_at: str | None
    made_at: str
    """ISO 8601 instant up to which the gateway had received when it was made."""
    due: str
    """The last day on which it is in time: the end of the following quarter."""
    counts: dict[str, int | dict[str, int]]
    """As it was made: considered = released + withheld + held, with the reasons; how many of the released
    are late, revised or retracted; how many are unmapped."""
    rows: int
    """Lines that are handed out: those released, without what was taken back or changed since."""
    snapshot: str
    """SHA-256 of the law that it was decided by."""
    content_sha256: str
    """Over the lines as JSON, each ended by a newline: what a receipt repeats."""
    entry: int
    """Index of its entry in the ledger."""
