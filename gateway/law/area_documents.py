"""What is said of areas beside their outlines enters the house: one row, one ledger leaf, a new epoch.

The epoch makes every running process read it. The leaf has the kind, the name and the hash of the document.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from gateway.law.register import Act
from gateway.ledger.leaf import Operation, leaf
from gateway.store import tables as t
from gateway.store.area_documents import area_document_names, area_documents
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from schemas.areas import AreaFit, AreaSet, EditionDates, TileLayout

DATES: Final = "dates"
FIT: Final = "fit"
SET: Final = "set"
TILES: Final = "tiles"
PARTS: Final = (DATES, FIT, SET, TILES)
"""The kinds of documents; in a leaf they stand where an edition's kind of areas does."""

REMOVED: Final = "removed"

AreaDocument = EditionDates | AreaFit | AreaSet | TileLayout


def named(document: AreaDocument) -> tuple[str, str]:
    """Return the kind and the name under which a document is kept."""
    match document:
        case EditionDates():
            return DATES, f"{document.kind}:{document.edition}"
        case AreaFit():
            return FIT, fit_name(document.kind, document.before, document.onto, document.after)
        case AreaSet():
            return SET, document.name
        case TileLayout():
            return TILES, document.name


def fit_name(kind: str, before: str, onto: str, after: str) -> str:
    """Return the name of the fit of one edition onto another."""
    return f"{kind}:{before}/{onto}:{after}"


@dataclass(frozen=True, slots=True)
class PutAreaDocument:
    """The job that keeps a document under its name, in place of an earlier one. May be called again."""

    document: AreaDocument
    act: Act

    def __call__(self, tx: Tx) -> bool:
        """Store it; return False where it stands already.

        Raises:
            LeafRefused: The ledger does not take its name.
        """
        part, name = named(self.document)
        body = json.dumps(
            self.document.model_dump(mode="json", exclude_none=True),
            sort_keys=True,
            separators=(",", ":"),
        )
        key = {"part": part, "name": name}
        before = tx.one(t.GEOGRAPHY_DOCUMENT, key)
        if before is not None and before["body"] == body:
            return False
        change = "added" if before is None else "changed"
        sealed = _leaf(self.act, key, change, content_sha256=sha256(body.encode()).hexdigest())
        if before is None:
            tx.add(t.GEOGRAPHY_DOCUMENT, [{**key, "body": body}])
        else:
            tx.change(t.GEOGRAPHY_DOCUMENT, key, {"body": body})
        tx.seal(sealed)
        tx.raise_law_epoch()
        return True


@dataclass(frozen=True, slots=True)
class RemoveAreaDocument:
    """The job that takes a document away; what was said with it stays explainable by the ledger's hash."""

    part: str
    name: str
    act: Act

    def __call__(self, tx: Tx) -> bool:
        """Remove it; return False where there is none."""
        key = {"part": self.part, "name": self.name}
        if tx.one(t.GEOGRAPHY_DOCUMENT, key) is None:
            return False
        tx.remove(t.GEOGRAPHY_DOCUMENT, key)
        tx.seal(_leaf(self.act, key, REMOVED))
        tx.raise_law_epoch()
        return True


def _leaf(act: Act, key: dict[str, str], change: str, **said: Any) -> bytes:  # noqa: ANN401 - a leaf's
    return leaf(
        Operation.GEOGRAPHY,
        at=act.stamp,
        actor=act.actor,
        nonce=act.nonce,
        change=change,
        area_kind=key["part"],
        edition=key["name"],
        **said,
    )


# ------------------------------------------------------------------------------ reading
def dates_of_editions(reader: Reader) -> list[EditionDates]:
    """Return what an operator said of editions."""
    return [EditionDates.model_validate_json(body) for body in area_documents(reader, DATES)]


def area_sets(reader: Reader) -> list[AreaSet]:
    """Return the named sets, by name."""
    return [AreaSet.model_validate_json(body) for body in area_documents(reader, SET)]


def tile_layouts(reader: Reader) -> list[TileLayout]:
    """Return the tile cartograms, by name."""
    return [TileLayout.model_validate_json(body) for body in area_documents(reader, TILES)]


def area_fit(reader: Reader, kind: str, before: str, onto: str, after: str) -> AreaFit | None:
    """Return how one edition fits another; None where nobody worked it out."""
    found = area_documents(reader, FIT, fit_name(kind, before, onto, after))
    return AreaFit.model_validate_json(found[0]) if found else None


def fitted_onto(reader: Reader, kind: str, before: str) -> list[str]:
    """Return the other editions of a kind of areas onto which the fit of one is kept."""
    begins = fit_name(kind, before, kind, "")
    names = area_document_names(reader, FIT)
    return [name.removeprefix(begins) for name in names if name.startswith(begins)]


def area_fits(reader: Reader) -> list[AreaFit]:
    """Return every fit that is kept, by name."""
    return [AreaFit.model_validate_json(body) for body in area_documents(reader, FIT)]
