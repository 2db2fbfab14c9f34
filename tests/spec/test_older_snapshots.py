"""Law reference L61: what was decided under an older snapshot is decided so again by the program of today.

``older/DAY.json`` holds the parts of a snapshot as a commit of that day stored them, record classes and
requests as it stored those, and what it decided. A later program reads the same bytes: classes without
the attributes that came since, a schema without them, lists without files that came since.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policies.allowance import allowance
from policies.law import Law
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription
from tests.support.requirements import law

OLDER = sorted(Path(__file__).with_name("older").glob("*.json"))


@law("L61")
@pytest.mark.parametrize("file", OLDER, ids=lambda file: file.stem)
def test_an_older_snapshot_still_decides_what_it_decided(file: Path) -> None:
    older = json.loads(file.read_text(encoding="utf-8"))
    snapshot = Law.from_parts(older["parts"])

    assert snapshot.sha256 == older["sha256"]
    for case in older["cases"]:
        assert _decided(snapshot, case) == {name: case[name] for name in _TOLD}, case
    assert len(older["cases"]) >= 100


def test_an_older_class_keeps_its_hash() -> None:
    """The hash of a class is stored beside it and covered by ``gateway verify``."""
    for file in OLDER:
        for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
            stored = json.dumps(case["class"], sort_keys=True, separators=(",", ":"))
            read = RecordClass.model_validate_json(stored)

            assert json.loads(read.canonical_json).items() >= case["class"].items()


_TOLD = ("outcome", "unmet", "basis", "groups", "fields", "roles")


def _decided(snapshot: Law, case: dict[str, Any]) -> dict[str, Any]:
    # a request as it is stored says its k; the file leaves out what was the default then
    asked = Subscription.model_validate_json(json.dumps({"minimum_cell": 0} | case["subscription"]))
    record_class = RecordClass.model_validate_json(json.dumps(case["class"]))
    day = date.fromisoformat(case["day"])
    decision = snapshot.decide(asked, record_class, day)
    allowed = allowance(snapshot, asked, record_class, day)
    return {
        "outcome": decision.outcome.value,
        "unmet": sorted(one.id for one in decision.unmet),
        "basis": decision.basis,
        "groups": sorted(snapshot.see(asked, record_class, day).groups),
        "fields": []
        if allowed is None
        else sorted(allowed.fields | {f"people.{part}" for part in allowed.person_parts}),
        "roles": [] if allowed is None else sorted(allowed.roles),
    }
