"""The configuration of `gateway client`: one TOML file, paths beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field

from gateway.cli.documents import toml_of, word_of
from gateway.client.proof import SigningKey
from gateway.client.receipts import ReceiptFolder
from gateway.client.state import FileState
from gateway.client.system import PartnerSystem
from gateway.clock import SystemClock
from schemas.base import Word

Text = Annotated[str, Field(min_length=1, max_length=300)]


class Config(Word):
    """Where a gateway is, and how this system proves itself to it."""

    url: Annotated[str, Field(pattern=r"^https?://[^/?#\s\"]+$")]
    client_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    kid: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{1,64}$")] = "one"
    key_file: Text
    state_file: Text = "gateway-client.state.json"
    """Cursors and the ledger's checkpoint. Keep it: without it the ledger's past is unknown."""
    receipts_folder: Text | None = None
    """Where receipts are kept, a file a day (`gateway receipt verify`); absent: checked and not kept."""
    ledger_key: Text | None = None
    """The ledger's verifier key (`gateway keys show`); absent: the first one shown is kept."""
    witnessing: bool = True
    """Whether checkpoints and receipts are checked; it needs the scope ledger:read."""

    def toml(self) -> str:
        """Return the file's text."""
        given = self.model_dump(exclude_defaults=True, exclude={"witnessing"})
        return "".join(f'{name} = "{value}"\n' for name, value in given.items())


def config_of(path: Path) -> tuple[Config, Path]:
    """Read a configuration; return it with the folder that its paths start from.

    Raises:
        FileUnreadable: It cannot be read.
        DocumentRefused: It does not fit its form.
    """
    return word_of(Config, toml_of(path)), path.parent


def opened(found: tuple[Config, Path]) -> PartnerSystem:
    """Return the system that a configuration describes (raises ``KeyRefused``)."""
    config, folder = found
    clock = SystemClock()
    key_file = folder / config.key_file
    proof = SigningKey.load(config.client_id, config.kid, key_file, clock, os.urandom)
    state = FileState(folder / config.state_file)
    kept = (
        None if config.receipts_folder is None else ReceiptFolder(folder / config.receipts_folder)
    )
    return PartnerSystem(
        config.url,
        proof,
        state,
        receipts=kept,
        ledger_key=config.ledger_key,
        witnessing=config.witnessing,
        clock=clock,
    )
