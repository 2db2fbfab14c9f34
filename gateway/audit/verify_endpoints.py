"""Verifying endpoints: where records are sent, and whether an operator stopped it.

How sending goes (failures, the breaker, a replay on its way) is working state. So are the secrets: locked
for their subscription, a changed one does not open; each change of them is an operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_stored import body_sha256, unnamed
from gateway.store.states import EndpointState
from gateway.store.verifying import Evidence

_STATES = {state.value for state in EndpointState}


class EndpointWalk:
    """Folds the operations about endpoints."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._bodies: dict[str, str] = {}
        self._states: dict[str, str] = {}

    def take(self, document: Mapping[str, Any]) -> None:
        """Follow one operation."""
        name, change = document["subscription"], document["change"]
        if "content_sha256" in document:
            self._bodies[name] = document["content_sha256"]
            self._states.setdefault(name, EndpointState.ACTIVE.value)
        if change in _STATES:
            self._states[name] = change

    def finish(self, evidence: Evidence) -> None:
        """Hold the table against what was folded."""
        left = dict(self._bodies)
        for name, body, state in evidence.rows("endpoint"):
            told = left.pop(name, None)
            if told is None:
                self._findings.add("register.uncovered", "endpoint", unnamed(name))
            elif (body_sha256(body), state) != (told, self._states[name]):
                self._findings.add("register.changed", "endpoint", name)
        for name in left:
            self._findings.add("register.missing", "endpoint", name)
