"""People who sign in: who they are, for which partner they act, and in which roles.

What each role may open is said page by page (``gateway.console.desk``) and route by route; here stand the
roles alone. Bodies of records are opened by a stated reason, never by a role (DPA 2018 s.62).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import field_serializer

from schemas.base import Word
from schemas.codes import Slug


class Role(StrEnum):
    """What somebody is to the gateway."""

    IG_LEAD = "ig_lead"
    """Information governance: audits everything, answers subjects and the regulator."""
    NOMINATED_PERSON = "nominated_person"
    """Signs and decides for the own organisation (SI 2007/1830 reg 4(3)); sees its records and requests."""
    PARTNER_AUDITOR = "partner_auditor"
    """Sees the own organisation's exchanges, as metadata."""
    ADMINISTRATOR = "administrator"
    """Keeps the machine running: feeds, deliveries, health; no bodies."""
    ANALYST = "analyst"
    """Reads counts; no ledger, no disclosures."""


EVERYBODY = frozenset(Role)
OF_A_PARTNER = frozenset({Role.NOMINATED_PERSON, Role.PARTNER_AUDITOR})
"""Roles that see what is one organisation's own, and so name it."""


class Person(Word):
    """Somebody who is signed in."""

    account: Slug
    """What the ledger calls them: an id of ours, never a name or an address."""
    name: str
    """What the pages call them."""
    partner: Slug | None = None
    """The organisation they act for; None: the gateway's own operator."""
    office: str | None = None
    """The office they hold there, as the register of nominated persons names it."""
    roles: frozenset[Role] = frozenset()

    @field_serializer("roles")
    def _in_order(self, roles: frozenset[Role]) -> list[str]:
        return sorted(roles)

    def has(self, *roles: Role) -> bool:
        """Whether they have one of the roles."""
        return not self.roles.isdisjoint(roles)


_GROUP_ROLE = re.compile(r"([^=,]+)=([a-z_]+)(?:@([a-z0-9][a-z0-9-]{0,62}))?")


@dataclass(frozen=True, slots=True)
class GroupRole:
    """What a group of the organisation's own directory means here."""

    group: str
    role: Role
    partner: str | None
    """For whom its people act; None: the gateway's own operator."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``group=role`` or ``group=role@partner``.

        Raises:
            ValueError: It is neither, the role is unknown, or acts for a partner and names none.
        """
        match = _GROUP_ROLE.fullmatch(text)
        if match is None:
            raise ValueError("group=role or group=role@partner")
        role = Role(match[2])
        if role in OF_A_PARTNER and match[3] is None:
            raise ValueError("this role acts for a partner: group=role@partner")
        return cls(match[1].strip(), role, match[3])
