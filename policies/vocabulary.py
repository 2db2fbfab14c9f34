"""What a schema lets policies look at, so that an older schema is asked in its own words.

A bundle brings its schema with it. One that was stored years ago does not know the attributes that the
program has learnt since; no rule of that bundle can read them, because each was validated against its own
schema, so that leaving them out changes no decision (law reference L61).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cedarpy

from policies.refusals import PolicyRefused

SCHEMA = "schema.cedarschema"
_WHERE = {
    "Partner": ('"receive"', "principal"),
    "RecordClass": ('"receive"', "resource"),
    "receive": ('"receive"', "context"),
    "see": ('"see"', "context"),
    "match": ('"match"', "context"),
    "link": ('"link"', "context"),
}
"""Entity type or action → the action to ask with, and the variable that has its attributes."""
_OPTIONAL = {"Agreement": "agreement", "Request": "request"}
"""Entity type → the part of the context that may name one."""


class Vocabulary:
    """A parsed schema, and which attributes it knows. Immutable but for what it remembers."""

    def __init__(self, text: str) -> None:
        """Parse it.

        Raises:
            PolicyRefused: It does not parse.
        """
        try:
            self.schema = cedarpy.Schema.from_str(text)
        except ValueError as broken:
            raise PolicyRefused(SCHEMA, "", f"it does not parse: {broken}") from None
        self._known: dict[tuple[str, str], bool] = {}

    def spoken(self, of: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the attributes of an entity type, or of the context of an action, that it knows."""
        return {name: value for name, value in attributes.items() if self._knows(of, name)}

    @property
    def knows_requests(self) -> bool:
        """Whether one decided request may be named at all."""
        return self._knows("receive", "request")

    @property
    def knows_matching(self) -> bool:
        """Whether it may be asked by what records are compared."""
        return self._knows("match", "key")

    @property
    def knows_linking(self) -> bool:
        """Whether it may be asked whether records may be linked."""
        return self._knows("link", "linked_controllers")

    def _knows(self, of: str, name: str) -> bool:
        known = self._known.get((of, name))
        if known is None:
            known = self._known[of, name] = self._asked(of, name)
        return known

    def _asked(self, of: str, name: str) -> bool:
        """Ask the validator: it says of an unknown attribute that it is not found."""
        if of in _OPTIONAL:
            action, owner = '"receive"', f"context.{_OPTIONAL[of]}"
            guard = f"context has {_OPTIONAL[of]} && "
        else:
            (action, owner), guard = _WHERE[of], ""
        reads = f"{guard}{owner}.{name} == {owner}.{name}"
        text = f"permit (principal, action == Action::{action}, resource) when {{ {reads} }};"
        found = cedarpy.validate_policies(text, self.schema)
        unknown = ("not found", "unrecognized action")
        return not any(one in fault.error for fault in found.errors for one in unknown)
