"""The documents that the law is made of, as one thing: they load whole, under one hash, or not at all.

Cedar files with their schema, the dated lists, one treatment table a lane. With the register and the
agreements of a day they are the law of that day (``policies.law``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from policies.bundle import FILES as CEDAR_FILES
from policies.bundle import Bundle
from policies.law import Law
from policies.lists import FILES as LIST_FILES
from policies.lists import LATER, Lists
from policies.refusals import PolicyRefused
from policies.treatments import PACKAGED_LANES, Treatments
from policies.vocabulary import SCHEMA
from schemas.agreements import Agreement
from schemas.packaged import packaged_text
from schemas.partners import Partner
from schemas.powers import Protocol
from schemas.sensitivity import Lane

LONGEST = 1_000_000
"""Characters that a document may have."""
READ_AS_PACKAGED = ("prescribed.toml", "sensitive.toml")
"""Lists by which a record's class and place are made when it is recorded, before any law is asked."""
_TABLES = {f"{lane.value}.toml": lane for lane in PACKAGED_LANES}
_CEDAR, _DATA, _TREATMENTS = "cedar", "data", "treatments"
FOLDERS = (_CEDAR, _DATA, _TREATMENTS)


class Documents:
    """A policy bundle, checked whole. Immutable; made by ``load``."""

    def __init__(
        self,
        texts: Mapping[str, str],
        bundle: Bundle,
        lists: Lists,
        treatments: Mapping[Lane, Treatments],
    ) -> None:
        self.texts: Mapping[str, str] = MappingProxyType(dict(texts))
        """Name → text, such as ``cedar/section_17a.cedar``."""
        self.sha256 = sha256_of(texts)
        """SHA-256 in hex of names and texts: what is approved, and what stands in every snapshot."""
        self.bundle, self.lists = bundle, lists
        self.treatments: Mapping[Lane, Treatments] = MappingProxyType(dict(treatments))

    @classmethod
    def load(cls, texts: Mapping[str, str], *, approved_before: bool = False) -> Documents:
        """Check every document, and that none is missing and none is there that nobody reads.

        Args:
            texts: Name → text.
            approved_before: Whether it was approved under an earlier version, perhaps: what came since
                is read as packaged then, as in an older snapshot.

        Raises:
            PolicyRefused: A document does not belong here, is missing, is too long, or is not whole
                (``Bundle.load``, ``Lists.load``, ``Treatments.load`` say what that means); a list by which
                records are classified is another than the packaged one.
        """
        folders: dict[str, dict[str, str]] = {folder: {} for folder in FOLDERS}
        for name, text in texts.items():
            folder, _, file = name.partition("/")
            if not _belongs(folder, file):
                raise PolicyRefused(name, "", "no such document belongs to a policy bundle")
            if len(text) > LONGEST:
                raise PolicyRefused(name, "", "it is longer than a document may be")
            folders[folder][file] = text
        earlier = set(LATER) if approved_before else set()
        wanted = ((_CEDAR, {SCHEMA}), (_DATA, {*LIST_FILES} - earlier), (_TREATMENTS, set(_TABLES)))
        for folder, files in wanted:
            for file in sorted(files - folders[folder].keys()):
                raise PolicyRefused(f"{folder}/{file}", "", "the document is missing")
        if not approved_before:
            _check_as_packaged(folders[_DATA])
        read = Treatments.of_snapshot if approved_before else Treatments.load
        return cls(
            texts,
            Bundle.load(folders[_CEDAR]),
            Lists.load(folders[_DATA]),
            {lane: read(lane, folders[_TREATMENTS][file]) for file, lane in _TABLES.items()},
        )

    def law(
        self,
        partners: Iterable[Partner],
        protocols: Iterable[Protocol],
        agreements: Iterable[Agreement],
    ) -> Law:
        """Return the law that these documents are, with a register and agreements."""
        return Law(self.bundle, self.treatments, partners, protocols, self.lists, agreements)


def _belongs(folder: str, file: str) -> bool:
    if folder == _CEDAR:
        return "/" not in file and (file == SCHEMA or file.endswith(".cedar"))
    return (folder == _DATA and file in LIST_FILES) or (folder == _TREATMENTS and file in _TABLES)


def _check_as_packaged(lists: Mapping[str, str]) -> None:
    """Refuse what would be approved and change nothing: recording reads these two as packaged."""
    for file in READ_AS_PACKAGED:
        if lists[file] != packaged_text("policies", f"{_DATA}/{file}"):
            says = (
                "recording reads this list as packaged: another comes with a version of the gateway"
            )
            raise PolicyRefused(f"{_DATA}/{file}", "", says)


def sha256_of(texts: Mapping[str, str]) -> str:
    """Return the hash of a policy bundle: of its names and texts as canonical JSON."""
    canonical = json.dumps(dict(texts), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


@cache
def packaged_documents() -> Documents:
    """Return the policy bundle that travels inside the package: in force until another is approved."""
    names = [
        *(f"{_CEDAR}/{file}" for file in (*CEDAR_FILES, SCHEMA)),
        *(f"{_DATA}/{file}" for file in LIST_FILES),
        *(f"{_TREATMENTS}/{file}" for file in _TABLES),
    ]
    return Documents.load({name: packaged_text("policies", name) for name in names})
