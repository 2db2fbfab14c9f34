"""The Cedar files as one checked bundle. What is not whole does not load.

A rule is one ``permit`` a power or one ``forbid … unless`` a legal condition. Each policy id is set to
its ``@id``, so that the engine's reasons and errors are conditions of law and not numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import cedarpy
from pydantic_core import from_json

from policies import probe, request
from policies.lists import packaged_lists
from policies.refusals import PolicyRefused
from policies.register import UNKNOWN
from policies.vocabulary import SCHEMA, Vocabulary
from schemas.decisions import About, Condition
from schemas.matching import MatchKey
from schemas.packaged import packaged_text
from schemas.powers import Power
from schemas.sensitivity import FieldGroup

EVERYWHERE = "everywhere"
FILES = (
    "everywhere.cedar",
    "section_17a.cedar",
    "section_115.cedar",
    "non_personal.cedar",
    "asb_case_review.cedar",
    "serious_violence_duty.cedar",
    "asb_data_return.cedar",
    "policing.cedar",
    "offender_management.cedar",
    "section_115_request.cedar",
    "asb_case_review_request.cedar",
)
_ANNOTATIONS = frozenset({"id", "power", "cites", "says", "about"})
_POWERS = frozenset(power.value for power in Power)
_ACTIONS = [
    {"op": "==", "entity": action}
    for action in (request.RECEIVE, request.SEE, request.MATCH, request.LINK)
]
_ANY = {"op": "All"}
_TOLD = frozenset({About.RECIPIENT.value, About.REQUEST.value})
_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One policy: its annotations, where it stands, and whether it permits or forbids."""

    id: str
    power: str
    """A power's name, or ``everywhere``."""
    cites: str
    says: str
    about: About
    file: str
    permits: bool
    sees: bool = False
    """Whether it decides a group of sealed fields, and not whether the record may go."""
    matches: bool = False
    """Whether it decides by what a record may be compared."""
    links: bool = False
    """Whether it decides that a record may be put beside another as probably the same event."""

    @property
    def receives(self) -> bool:
        """Whether it decides that the record may go."""
        return not self.sees and not self.matches and not self.links

    def condition(self, power: Power) -> Condition:
        """Return the rule as a condition of one power (an ``everywhere`` rule is one of each)."""
        return Condition(
            id=self.id, power=power, cites=self.cites, says=self.says, about=self.about
        )


def _when_asked(power: str) -> dict[str, Any]:
    """The clause ``when { context.power == "…" }`` in Cedar's JSON."""
    asked = {".": {"left": {"Var": "context"}, "attr": "power"}}
    return {"kind": "when", "body": {"==": {"left": asked, "right": {"Value": power}}}}


def _parsed(name: str, text: str) -> list[dict[str, Any]]:
    try:
        document = from_json(cedarpy.policies_to_json_str(text))
    except ValueError as broken:
        raise PolicyRefused(name, "", f"it does not parse: {broken}") from None
    if document["templates"]:
        raise PolicyRefused(name, "", "a template is no rule")
    return list(document["staticPolicies"].values())


def _rule(name: str, policy: dict[str, Any]) -> Rule:
    """Read the annotations of one policy and check its shape."""
    said = policy.get("annotations", {})
    identity = said.get("id") or "a rule without @id"
    if set(said) != _ANNOTATIONS or not all(said.values()):
        needs = "it needs exactly @id @power @cites @says @about, none empty"
        raise PolicyRefused(name, identity, needs)
    if not _ID.fullmatch(identity):
        raise PolicyRefused(name, "", "an @id is lower case, digits, underscores and dots")
    if said["power"] not in _POWERS | {EVERYWHERE}:
        raise PolicyRefused(name, identity, "@power names no power")
    if said["about"] not in set(About):
        raise PolicyRefused(name, identity, "@about is recipient, request, holder or record")
    rule = Rule(
        id=identity,
        power=said["power"],
        cites=said["cites"],
        says=said["says"],
        about=About(said["about"]),
        file=name,
        permits=policy["effect"] == "permit",
        sees=policy["action"].get("entity") == request.SEE,
        matches=policy["action"].get("entity") == request.MATCH,
        links=policy["action"].get("entity") == request.LINK,
    )
    _check_shape(rule, policy)
    return rule


def _check_shape(rule: Rule, policy: dict[str, Any]) -> None:
    """Refuse a rule that reaches further than its annotations say.

    «Met» is a power's conditions less the unmet; that holds only if each rule speaks for its power alone.
    """
    clauses = policy["conditions"]
    scoped = [] if rule.power == EVERYWHERE else [_when_asked(rule.power)]
    anyone = (policy["principal"], policy["resource"]) == (_ANY, _ANY)
    if not anyone or policy["action"] not in _ACTIONS:
        says = 'its head is (principal, action == Action::"receive", "see", "match" or "link", resource)'
        raise PolicyRefused(rule.file, rule.id, says)
    if rule.permits and (not scoped or clauses != scoped):
        raise PolicyRefused(rule.file, rule.id, "a permit speaks when its one power is asked for")
    kinds = [clause["kind"] for clause in clauses]
    if not rule.permits and (clauses[:-1] != scoped or kinds[-1:] != ["unless"]):
        raise PolicyRefused(
            rule.file, rule.id, "a condition is: when its power is asked, one unless"
        )
    if rule.about in _TOLD and '"Var": "resource"' in json.dumps(clauses):
        says = "about the recipient or the request, and yet it reads the record"
        raise PolicyRefused(rule.file, rule.id, says)


class Bundle:
    """A checked set of rules. Immutable."""

    def __init__(self, texts: Mapping[str, str], rules: Mapping[str, Rule], engine: Engine) -> None:
        self.texts: Mapping[str, str] = MappingProxyType(dict(texts))
        """File name → text, the schema among them: enough to load it again."""
        self.rules: Mapping[str, Rule] = MappingProxyType(dict(rules))
        """Rules by id, in the order of the files."""
        self.engine = engine
        self.permits: Mapping[Power, Rule] = MappingProxyType(
            {Power(rule.power): rule for rule in rules.values() if rule.permits and rule.receives}
        )
        """The permit of each power that this bundle enables."""
        self.sees: Mapping[Power, Rule] = MappingProxyType(
            {Power(rule.power): rule for rule in rules.values() if rule.permits and rule.sees}
        )
        """The permit under which a power lets groups of sealed fields be seen, where it has one."""
        self.matches: Mapping[Power, Rule] = MappingProxyType(
            {Power(rule.power): rule for rule in rules.values() if rule.permits and rule.matches}
        )
        """The permit under which a power lets records be compared, where it has one."""
        self.links: Mapping[Power, Rule] = MappingProxyType(
            {Power(rule.power): rule for rule in rules.values() if rule.permits and rule.links}
        )
        """The permit under which a power lets records be linked, where it has one."""
        self._conditions = {power: self._of(power, lambda one: one.receives) for power in Power}
        self._to_see = {power: self._of(power, lambda one: one.sees) for power in Power}
        self._to_match = {power: self._of(power, lambda one: one.matches) for power in Power}
        self._to_link = {power: self._of(power, lambda one: one.links) for power in Power}

    def conditions(self, power: Power) -> tuple[Condition, ...]:
        """Return the conditions of a power, its own first and then those that bind every power."""
        return self._conditions[power]

    def conditions_to_see(self, power: Power) -> tuple[Condition, ...]:
        """Return the conditions under which a power lets groups of sealed fields be seen."""
        return self._to_see[power]

    def conditions_to_match(self, power: Power) -> tuple[Condition, ...]:
        """Return the conditions under which a power lets records be compared."""
        return self._to_match[power]

    def conditions_to_link(self, power: Power) -> tuple[Condition, ...]:
        """Return the conditions under which a power lets records be linked."""
        return self._to_link[power]

    def _of(self, power: Power, decides: Callable[[Rule], bool]) -> tuple[Condition, ...]:
        stated = [one for one in self.rules.values() if not one.permits and decides(one)]
        own = [rule for rule in stated if rule.power == power.value]
        shared = [rule for rule in stated if rule.power == EVERYWHERE]
        return tuple(rule.condition(power) for rule in (*own, *shared))

    @classmethod
    def load(cls, texts: Mapping[str, str]) -> Bundle:
        """Read and check policy files.

        Args:
            texts: File name → text. Names end in ``.cedar``; ``schema.cedarschema`` may be among them
                and is the packaged one otherwise.

        Raises:
            PolicyRefused: A file does not parse; an annotation is missing or stands twice; a power is
                unknown, has no permit, two, or no condition; a rule reaches beyond its power; the
                validator finds a name or type that the schema does not know.
        """
        whole = dict(texts)
        schema_text = whole.setdefault(SCHEMA, packaged_text("policies", f"cedar/{SCHEMA}"))
        rules: dict[str, Rule] = {}
        policies: dict[str, dict[str, Any]] = {}
        for name in sorted(whole.keys() - {SCHEMA}):
            for policy in _parsed(name, whole[name]):
                rule = _rule(name, policy)
                if rule.id in rules:
                    other = rules[rule.id].file
                    raise PolicyRefused(name, rule.id, f"its @id stands in {other} too")
                rules[rule.id], policies[rule.id] = rule, policy
        _check_powers(rules)
        words = Vocabulary(schema_text)
        _validate(whole, words.schema)
        engine = Engine(rules, policies, words)
        _probe(engine)
        return cls(whole, rules, engine)


def _check_powers(rules: Mapping[str, Rule]) -> None:
    """Every power that is spoken of has exactly one permit and at least one condition."""
    spoken = {rule.power for rule in rules.values()} - {EVERYWHERE}
    if not spoken:
        raise PolicyRefused("the bundle", "", "it permits nothing")
    for power in sorted(spoken):
        own = [rule for rule in rules.values() if rule.power == power]
        _check_permit(power, own[0].file, [rule for rule in own if rule.receives])
        to_see, to_match = [one for one in own if one.sees], [one for one in own if one.matches]
        for beside in (to_see, to_match, [one for one in own if one.links]):
            if beside:
                _check_permit(power, beside[0].file, beside)


def _check_permit(power: str, file: str, rules: list[Rule]) -> None:
    if len([rule for rule in rules if rule.permits]) != 1:
        raise PolicyRefused(file, power, "a power has exactly one permit")
    if len(rules) == 1:
        raise PolicyRefused(file, power, "a power has at least one condition")


def _validate(texts: Mapping[str, str], schema: cedarpy.Schema) -> None:
    """Refuse what the schema does not know, file by file so that the file can be named."""
    for name in sorted(texts.keys() - {SCHEMA}):
        result = cedarpy.validate_policies(texts[name], schema)
        if not result:
            fault = result.errors[0]
            rule = result.id_annotations_by_policy_id.get(fault.policy_id, "")
            raise PolicyRefused(name, rule, fault.error)


class Engine:
    """The Cedar engine over one bundle: one policy set a power, its own rules and everyone's."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        policies: Mapping[str, dict[str, Any]],
        words: Vocabulary,
    ) -> None:
        self.words = words
        self._sets = {
            power: _policy_set(
                {
                    name: policies[name]
                    for name, rule in rules.items()
                    if rule.power in {power.value, EVERYWHERE}
                }
            )
            for power in Power
        }

    def ask(
        self,
        power: Power,
        asked: dict[str, Any],
        entities: cedarpy.Entities,
        *,
        checked: bool = False,
    ) -> cedarpy.AuthzResult:
        """Evaluate one request against the rules of one power.

        Args:
            power: Whose rules, with those that bind every power.
            asked: The request (``policies.request.asked``).
            entities: The partners and the class it names, checked against the schema before.
            checked: Whether to check the request too; it is of one form, so once a bundle is enough.
        """
        schema = self.words.schema if checked else None
        spoken = {**asked, "context": self.words.spoken(asked["action"]["id"], asked["context"])}
        return cedarpy.is_authorized(spoken, self._sets[power], entities, schema)


def _probe(engine: Engine) -> None:
    """Ask one question of each kind with request checking on: a schema for others does not load."""
    try:
        known = {"probe": UNKNOWN}
        base = request.parties(known, probe.AGREEMENT, engine.words, probe.DECIDED)
        entities = request.with_class(base, probe.NO_RECORD, "probe", engine.words)
        questions = [
            request.asked(probe.REQUEST, packaged_lists(), probe.AGREEMENT, probe.NO_DAY),
            request.asked_to_see(probe.REQUEST, FieldGroup.IDENTITY, probe.AGREEMENT),
            request.asked(probe.COLLECTED, packaged_lists(), None, probe.NO_DAY),
            request.asked_to_see(probe.COLLECTED, FieldGroup.IDENTITY, None),
        ]
        if engine.words.knows_matching:
            questions.append(request.asked_to_match(probe.REQUEST, MatchKey.UPRN, probe.AGREEMENT))
        if engine.words.knows_linking:
            questions.append(request.asked_to_link(probe.REQUEST, ("probe",), probe.AGREEMENT))
        answers = [
            engine.ask(Power.SECTION_17A, asked, entities, checked=True).decision
            for asked in questions
        ]
    except ValueError:
        answers = [cedarpy.Decision.NoDecision]
    if cedarpy.Decision.NoDecision in answers:
        raise PolicyRefused(SCHEMA, "", "it does not describe what the gateway asks")


def _policy_set(policies: dict[str, dict[str, Any]]) -> cedarpy.PolicySet:
    document = {"templates": {}, "staticPolicies": policies, "templateLinks": []}
    return cedarpy.PolicySet.from_json_str(json.dumps(document))


@cache
def packaged_bundle() -> Bundle:
    """Return the bundle that travels inside the package."""
    return Bundle.load({name: packaged_text("policies", f"cedar/{name}") for name in FILES})
