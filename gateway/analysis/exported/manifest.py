"""The manifest of a data set: which files, which hashes, of what, by which entry of the ledger.

Readers of data sets pass over names that begin with ``_``, so it lies beside the files that it names.
"""

from __future__ import annotations

import json
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from gateway.errors import GatewayError
from schemas.base import Word

NAME = "_manifest.json"
FILE = "data.parquet"
"""The one file of a part."""
UNKNOWN = "__HIVE_DEFAULT_PARTITION__"
"""What stands for a month that is not known, by Hive's convention."""
_PART = rf"^year=([0-9]{{4}}|{UNKNOWN})/month=([1-9]|1[0-2]|{UNKNOWN})/{FILE}$"
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ManifestRefused(Exception):
    """What is in the folder is no data set of ours, or not whole: says where, never a value."""


class ExportElsewhere(GatewayError):
    """A folder holds a data set of another subscription, kind or form."""

    code = "export.elsewhere"
    status = 409
    title = "The folder holds another data set; nothing was written."
    remedy = "Name another folder, or ask for the same subscription, kinds and form."


class ListedFile(Word):
    """One file."""

    path: Annotated[str, Field(pattern=_PART)]
    rows: Annotated[int, Field(ge=1)]
    size: Annotated[int, Field(ge=1)]
    """Bytes."""
    sha256: _Hash
    fingerprint: _Hash
    """Hash of which versions stand in it under which treatment: equal ones need not be written again."""


class Described(Word):
    """What a data set is: all that the receipt answers for."""

    form: Literal["gateway-export/1"] = "gateway-export/1"
    what: str
    file_form: str
    partition: str = "year/month"
    subscription: str
    recipient: str
    power: str
    lane: str
    kinds: tuple[str, ...] = ()
    """The kinds asked for; empty: all that the subscription asks for."""
    snapshot: str
    """SHA-256 of the law by which it was decided."""
    as_of: str
    log_size: int
    marking: str
    rows: int
    files: tuple[ListedFile, ...]
    rules: tuple[str, ...]
    dictionary: tuple[dict[str, str | list[str]], ...]

    def content_sha256(self) -> bytes:
        """Hash of all of it as canonical JSON: what the ledger's entry and the receipt name."""
        told = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return sha256(told.encode()).digest()


class Manifest(Word):
    """What lies beside the files."""

    described: Described
    leaf: int
    """Index of the ledger's entry of the run that wrote it."""
    receipt: str
    """Signed by the ledger's key: a C2SP note (``gateway receipt verify``)."""


def read_manifest(folder: Path) -> Manifest | None:
    """Return a folder's manifest; None where there is none.

    Raises:
        ManifestRefused: It is none of ours.
    """
    try:
        return Manifest.model_validate_json((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError):
        raise ManifestRefused("the manifest is none of ours") from None


def hash_of(file: Path) -> str | None:
    """Return the SHA-256 of a file in hex; None where there is none."""
    try:
        with file.open("rb") as opened:
            return file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def present(folder: Path) -> set[str]:
    """Return the paths of the files that lie where files of a data set lie."""
    return {path.relative_to(folder).as_posix() for path in folder.glob(f"year=*/month=*/{FILE}")}


def faults(folder: Path, manifest: Manifest) -> list[str]:
    """Return what is wrong with the files of a data set, one sentence each."""
    listed = {one.path: one for one in manifest.described.files}
    said = [f"{path}: not in the manifest" for path in sorted(present(folder) - listed.keys())]
    for path, one in listed.items():
        found = hash_of(folder / path)
        if found is None:
            said.append(f"{path}: missing")
        elif found != one.sha256:
            said.append(f"{path}: changed")
    if manifest.described.rows != sum(one.rows for one in listed.values()):
        said.append("the rows do not add up")
    return said
