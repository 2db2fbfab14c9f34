"""Opening the house for a command: settings, keys, database, law; and changing its register."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from gateway.assembly import House, database_of, open_house
from gateway.cli import Exit
from gateway.cli.terminal import Stopped, note
from gateway.events import JOURNAL, configure
from gateway.law.register import Act
from gateway.ledger.leaf import LeafRefused
from gateway.settings import Settings, load
from gateway.store.database import SchemaOld
from gateway.store.schema import SchemaTooNew
from gateway.store.tx import Tx
from policies.refusals import PolicyRefused

T = TypeVar("T")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def own_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsRefused: A variable is unknown or does not fit.
    """
    return load()


def own_house(settings: Settings | None = None, *, create: bool = False) -> House:
    """Open the house that the settings name.

    Args:
        settings: From the environment where absent.
        create: Make keys, tables and the first register where there is nothing yet.

    Raises:
        StoreMissing: There is no database and ``create`` is not set.
        KeysUnavailable: The keys are missing or unreadable.
        Stopped: The law or the tables do not fit this version.
    """
    settings = settings or own_settings()
    configure("warning", strict=JOURNAL.strict)
    database = database_of(settings)
    is_new = create and not database.exists()
    try:
        house = open_house(
            settings.home,
            database=database,
            create=create,
            queue_limit=settings.intake_queue_pushes,
        )
    except PolicyRefused as refusal:
        raise Stopped(
            f"The policies are not whole: {refusal.file}, {refusal.rule or 'the whole file'}.",
            "Install the gateway again, or correct the file named.",
            Exit.CONFIGURATION,
        ) from None
    except SchemaOld:
        raise Stopped(
            "The database's tables are of an earlier version of the gateway.",
            "Make a backup, then run `gateway db upgrade`.",
            Exit.CONFIGURATION,
        ) from None
    except SchemaTooNew:
        raise Stopped(
            "A later version of the gateway wrote this database.",
            "Install that version, or restore a backup made by this one.",
            Exit.CONFIGURATION,
        ) from None
    except OSError:
        raise Stopped(
            "The folder that GATEWAY_HOME names cannot be made or read.",
            "Check that its owner is the user who runs the gateway.",
            Exit.CONFIGURATION,
        ) from None
    if is_new:
        note(
            "gateway: a new database and the first register were made; the keys lie in GATEWAY_HOME."
        )
    return house


def change(house: House, actor: str, job_of: Callable[[Act], Callable[[Tx], T]]) -> T:
    """Run one job of the register in the name of an actor, with one leaf of the ledger.

    Raises:
        Stopped: The ledger does not take the actor or an id of the change.
    """
    try:
        return house.writer.run(job_of(house.act(checked_actor(actor))))
    except LeafRefused:
        raise Stopped(
            "The ledger does not take one of the ids or codes; nothing was changed.",
            "Use words of lower-case letters and digits joined by single hyphens, and no seven"
            " digits in a row.",
        ) from None


def checked_actor(actor: str) -> str:
    """Return an actor that may stand in the ledger.

    Raises:
        Stopped: It is none.
    """
    if not _SLUG.fullmatch(actor):
        raise Stopped(
            "The actor is not a name that the ledger takes.",
            "Use lower-case letters, digits and hyphens: a post such as `ig-lead`.",
            Exit.USAGE,
        )
    return actor
