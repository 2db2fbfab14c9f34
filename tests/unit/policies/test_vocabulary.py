"""An older schema is asked in its own words."""

from __future__ import annotations

import pytest

from policies.bundle import SCHEMA, Bundle, packaged_bundle
from policies.law import Law
from policies.refusals import PolicyRefused
from policies.vocabulary import Vocabulary
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription
from tests.support.law import DAY, law, law_115, record_class, request_115, subscription
from tests.support.requirements import law as requirement

WORDS = packaged_bundle().engine.words


@pytest.mark.parametrize(
    ("of", "known", "unknown"),
    [
        ("Partner", "kind", "controller"),
        ("RecordClass", "controller", "dpia"),
        ("Agreement", "dpia", "controller"),
        ("receive", "minimum_cell", "group"),
        ("see", "group", "minimum_cell"),
    ],
)
def test_a_schema_knows_what_it_names(of: str, known: str, unknown: str) -> None:
    assert WORDS.spoken(of, {known: 1, unknown: 2, known[:-1]: 3}) == {known: 1}


def test_a_schema_that_does_not_parse_is_refused() -> None:
    with pytest.raises(PolicyRefused) as caught:
        Vocabulary("entity Partner = {")
    assert caught.value.file == SCHEMA


@requirement("L61")
@pytest.mark.parametrize("asked", [subscription(), request_115()], ids=lambda one: one.id)
def test_what_an_older_schema_does_not_know_changes_no_decision(asked: Subscription) -> None:
    """The bundle of a time before children, markings and the minimum cell were looked at."""
    texts = dict(packaged_bundle().texts)
    for line in ("  child: Bool, ", "  marking: String,", "  minimum_cell: Long,"):
        assert line in texts[SCHEMA]
        texts[SCHEMA] = "\n".join(
            one for one in texts[SCHEMA].splitlines() if not one.strip().startswith(line.strip())
        )
    gone = ("resource.child", "resource.marking", "context.minimum_cell")
    for name in texts.keys() - {SCHEMA}:
        rules = texts[name].split("\n\n")
        texts[name] = "\n\n".join(one for one in rules if not any(word in one for word in gone))
    known = law_115() if asked.agreement else law()
    older = Law(
        Bundle.load(texts),
        known.treatments,
        known.register.partners,
        known.protocols,
        agreements=known.agreements,
    )

    for cls in (record_class(), record_class(mapping_status="withheld"), _child()):
        now, then = known.decide(asked, cls, DAY), older.decide(asked, cls, DAY)
        dropped = {one.id for one in now.unmet} - {one.id for one in then.unmet}
        assert {one.id for one in then.unmet} <= {one.id for one in now.unmet}
        assert all("children" in one for one in dropped)
        assert then.errors == ()


def _child() -> RecordClass:
    return record_class(child=True)
