"""Who looked at what, when and why, and which looks stand out (Q7): for those whom the log is for.

The IG lead sees every look with its reason in words; a nominated person and an auditor see those at their own
organisation's records, and the words of their own people alone: another's may tell of another case.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.access.people import Person, Role
from gateway.audit.consulting import ABOUT, OPEN
from gateway.clock import LONDON, Clock
from gateway.errors import NotFound
from gateway.keys.bodies import LockedBody, open_body
from gateway.keys.ring import KeyRing
from gateway.ledger.leaf import read_leaf
from gateway.store.consulting import consultations, consulted_in
from gateway.store.reading import Reader
from policies.looks import FLAG_SAYS, Flag, Look, flags_of
from schemas.consulting import REASON_SAYS, ReasonCode

MOST = 500
"""Looks that are told at once."""
ROLES = (Role.IG_LEAD, Role.NOMINATED_PERSON, Role.PARTNER_AUDITOR)
"""Whom the log of consultations is for (DPA 2018 s.62(4))."""


@dataclass(frozen=True, slots=True)
class LookTold:
    """One look, as it is told."""

    look: Look
    action: str
    role: str
    partner: str | None
    words: str | None
    """None where they are not the reader's to see, or were destroyed with their case."""
    records: tuple[tuple[int, int], ...]
    """Incident and version of what was opened."""
    flags: tuple[Flag, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "entry": self.look.leaf,
            "at": self.look.at.isoformat(),
            "account": self.look.account,
            "role": self.role,
            "partner": self.partner,
            "action": self.action,
            "reason": self.look.reason.value,
            "reason_says": REASON_SAYS[self.look.reason],
            "words": self.words,
            "case": self.look.case,
            "number": self.look.number,
            "records": [{"incident": one, "version": version} for one, version in self.records],
            "flags": [{"flag": flag.value, "says": FLAG_SAYS[flag]} for flag in self.flags],
        }


@dataclass(frozen=True, slots=True)
class Looks:
    """Tells of consultations."""

    reader: Reader
    keys: KeyRing
    clock: Clock

    def of(
        self, person: Person, days: int, *, only: Collection[Flag] = (), most: int = MOST
    ) -> list[LookTold]:
        """Return the looks of some days, the newest first.

        Args:
            person: Who asks.
            days: How far back.
            only: Looks with one of these flags alone; every look where none is named.
            most: How many are read at most.

        Raises:
            NotFound: The log is not theirs to read.
        """
        own = _whose(person)
        since = int((self.clock.now() - timedelta(days=days)).timestamp())
        with self.reader.connection() as connection:
            rows = consultations(connection, since, most, own)
            opened = consulted_in(connection, [row["leaf"] for row in rows])
        looks = {row["leaf"]: _look(row) for row in rows}
        flags = flags_of(list(looks.values()))
        told: list[LookTold] = []
        for row in rows:
            leaf = row["leaf"]
            theirs = flags.get(leaf, ())
            if only and not set(theirs) & set(only):
                continue
            mine = own is None or row["partner"] == own
            records = tuple(
                (one["incident"], one["version"])
                for one in opened.get(leaf, [])
                if own is None or one["controller"] == own
            )
            # another's case, and how many records of others were opened with one's own, are another's
            others = {"case": None, "number": len(records)}
            look = looks[leaf] if mine else looks[leaf].model_copy(update=others)
            told.append(
                LookTold(
                    look=look,
                    action=row["action"],
                    role=row["role"],
                    partner=row["partner"],
                    words=self._words(row) if mine else None,
                    records=records,
                    flags=theirs,
                )
            )
        return told

    def _words(self, row: dict[str, Any]) -> str | None:
        found = self.reader.leaf(row["leaf"])
        if found is None or not row["ciphertext"]:
            return None
        nonce = bytes.fromhex(read_leaf(found[0])["nonce"])
        locked = LockedBody(bytes(row["wrapped_secret"]), bytes(row["ciphertext"]))
        return open_body(self.keys, locked, ABOUT + nonce).decode()


def _whose(person: Person) -> str | None:
    """Return the partner whose records somebody's view is limited to; None for all (or ``NotFound``)."""
    if person.has(Role.IG_LEAD):
        return None
    if person.has(*ROLES) and person.partner is not None:
        return person.partner
    raise NotFound


def _look(row: dict[str, Any]) -> Look:
    return Look(
        leaf=row["leaf"],
        at=datetime.fromtimestamp(row["at"], LONDON),
        account=row["account"],
        reason=ReasonCode(row["reason"]),
        case=row["case_id"],
        number=row["number"] if row["action"] == OPEN else 0,
    )
