"""What one policy bundle says otherwise than another: rules by their ids, documents line by line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import unified_diff
from typing import Literal

import cedarpy
from pydantic_core import from_json

from policies.bundle import Bundle, Rule
from policies.documents import Documents
from policies.vocabulary import SCHEMA
from schemas.base import Word

Change = Literal["added", "removed", "changed"]


class RuleChange(Word):
    """A rule that stands in one bundle only, or has other words, another shape or another condition."""

    id: str
    change: Change
    file: str
    says: str
    """In the words of the later bundle, or of the earlier one where it is removed."""
    cites: str


class DocumentChange(Word):
    """A document that differs, with its lines as ``diff -u`` shows them."""

    name: str
    change: Change
    lines: tuple[str, ...]


class Difference(Word):
    """Everything that differs between two policy bundles."""

    before: str
    after: str
    rules: tuple[RuleChange, ...]
    documents: tuple[DocumentChange, ...]


def difference(before: Documents, after: Documents) -> Difference:
    """Return what a later bundle says otherwise than an earlier one."""
    was, now = _bodies(before.bundle), _bodies(after.bundle)
    rules = {**before.bundle.rules, **after.bundle.rules}
    return Difference(
        before=before.sha256,
        after=after.sha256,
        rules=tuple(
            _rule(rules[name], change)
            for name in sorted(rules)
            if (change := _change(was.get(name), now.get(name))) is not None
        ),
        documents=tuple(
            DocumentChange(name=name, change=change, lines=_lines(before.texts, after.texts, name))
            for name in sorted({*before.texts, *after.texts})
            if (change := _change(before.texts.get(name), after.texts.get(name))) is not None
        ),
    )


def _change(was: str | None, now: str | None) -> Change | None:
    if was == now:
        return None
    return "added" if was is None else "removed" if now is None else "changed"


def _rule(rule: Rule, change: Change) -> RuleChange:
    return RuleChange(id=rule.id, change=change, file=rule.file, says=rule.says, cites=rule.cites)


def _bodies(bundle: Bundle) -> dict[str, str]:
    """Return each rule as canonical JSON by its id: blanks, comments and place make no difference."""
    found: dict[str, str] = {}
    for name in bundle.texts.keys() - {SCHEMA}:
        policies = from_json(cedarpy.policies_to_json_str(bundle.texts[name]))["staticPolicies"]
        found |= {
            policy["annotations"]["id"]: json.dumps(policy, sort_keys=True)
            for policy in policies.values()
        }
    return found


def _lines(before: Mapping[str, str], after: Mapping[str, str], name: str) -> tuple[str, ...]:
    was, now = before.get(name, "").splitlines(), after.get(name, "").splitlines()
    return tuple(unified_diff(was, now, lineterm="", n=1))[2:]
