"""What every source must do. A new file in ``adapters`` gets these tests without a line here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import sources
from adapters.cells import cell_text
from adapters.placing import Crosswalk
from adapters.source import (
    NOT_SUPPLIED,
    BodyUnreadable,
    CannotMap,
    Excluded,
    Mapped,
    Mapper,
    Outcome,
    OutOfScope,
    Row,
    Source,
)
from schemas.codes import MappingStatus
from schemas.incident import SENSITIVITY
from schemas.sensitivity import Half

EVERY = pytest.mark.parametrize("source", sources().values(), ids=sources().keys())
CODE_FIELDS = {"opening_code", "closing_codes", "qualifier_codes", "source_category_code"}
SECRETS = (f"Zq{number}x Canary" for number in count())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3)
    ),
    max_leaves=6,
)


def plain(source: Source) -> tuple[Mapper, dict[str, Any]]:
    """A mapper with the source's own settings, and a row that it maps."""
    example = next(one for one in source.examples if isinstance(one.gives, Mapping))
    return source.compile(example.settings), dict(example.given)


def delimiter(source: Source) -> str:
    """What stands between the cells of the source's files by its own settings."""
    return str(source.settings_model.model_validate({}).model_dump()["delimiter"])


def taken(read: Callable[[], list[Row]]) -> tuple[list[Row], str]:
    """The rows that were read, or the code by which the whole was refused."""
    try:
        return read(), ""
    except BodyUnreadable as refused:
        return [], refused.code


def shown(outcome: Outcome) -> str:
    """Everything that an outcome but ``Mapped`` says, its own reference aside."""
    match outcome:
        case CannotMap(faults, _):
            return json.dumps([one.model_dump() for one in faults])
        case Excluded(reason, _) | OutOfScope(reason, _):
            return reason
        case Mapped(_, _, dropped, _):
            return json.dumps(dropped)


def code_columns(mapper: Mapper, row: Mapping[str, Any]) -> list[str]:
    """The columns of a row that hold codes: a code that no list knows is noticed there."""
    return [name for name in row if "ZQX.9" in _unlisted(mapper.map({**row, name: "ZQX.9"}))]


def _unlisted(outcome: Outcome) -> tuple[str, ...]:
    return outcome.unlisted if isinstance(outcome, Mapped) else ()


def _codes_of(outcome: Outcome) -> set[str]:
    if not isinstance(outcome, Mapped):
        return {type(outcome).__name__}
    incident = outcome.incident
    return {
        code
        for code in (
            incident.source_category_code,
            incident.opening_code,
            *incident.closing_codes,
            *incident.qualifier_codes,
        )
        if code
    }


@EVERY
def test_its_examples_come_out_as_written(source: Source) -> None:
    for example in source.examples:
        outcome = source.compile(example.settings).map(example.given)

        if isinstance(outcome, Mapped):
            filled = outcome.incident.model_dump(mode="json", exclude_defaults=True)
            assert filled == dict(example.gives), example.title
        else:
            assert outcome == example.gives, example.title


@EVERY
def test_its_examples_carry_nobody_real(source: Source) -> None:
    text = json.dumps([dict(example.given) for example in source.examples])
    telephones = re.findall(r"\b0[127]\d{3} ?\d{6}\b", text)
    postcodes = re.findall(r"\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b", text)

    assert all(one.startswith(("01632 960", "07700 900")) for one in telephones)
    assert all(one.endswith("9ZZ") for one in postcodes)


@EVERY
def test_it_says_for_every_field_whether_it_supplies_it(source: Source) -> None:
    assert source.fields.keys() == SENSITIVITY.keys()
    assert all(text is NOT_SUPPLIED or str(text).strip() for text in source.fields.values())


def test_a_source_that_leaves_out_a_field_cannot_be_imported() -> None:
    whole = next(iter(sources().values()))

    with pytest.raises(TypeError, match="people"):
        Source(
            name="half",
            title="Half a source",
            settings_model=whole.settings_model,
            build=whole.build,
            fields={name: text for name, text in whole.fields.items() if name != "people"},
            examples=(),
        )


@EVERY
def test_it_fills_no_field_that_it_says_it_does_not_supply(source: Source) -> None:
    for example in source.examples:
        outcome = source.compile(example.settings).map(example.given)
        if isinstance(outcome, Mapped):
            filled = outcome.incident.model_dump(mode="json", exclude_defaults=True)
            assert filled.keys() <= set(source.supplied), example.title


@EVERY
def test_every_code_of_its_crosswalk_is_placed_as_its_rule_says(source: Source) -> None:
    mapper, row = plain(source)
    columns = code_columns(mapper, row)
    alone = {name: value for name, value in row.items() if name not in columns}

    for code in mapper.crosswalk.codes.values():
        outcome = mapper.map({**alone, columns[0]: code.code})
        rule = code.rules[-1]
        if rule.reason:
            assert isinstance(outcome, Excluded | OutOfScope)
            assert outcome.reason == rule.reason
        else:
            assert isinstance(outcome, Mapped), code.code
            assert outcome.incident.source_category_code == code.code
            assert outcome.incident.typology_behaviour in {one.behaviour for one in code.rules}
            assert outcome.unlisted == ()


@EVERY
@given(code=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_./:-]{0,31}", fullmatch=True))
def test_an_unknown_code_is_unclassified_and_stays(source: Source, code: str) -> None:
    mapper, row = plain(source)
    known: Crosswalk = mapper.crosswalk

    for column in code_columns(mapper, row):
        outcome = mapper.map({**row, column: code})

        if known.read(code) is None and isinstance(outcome, Mapped):
            assert code in outcome.unlisted
            # only what has the shape of the list's codes is kept: a name in a code column is not
            assert (code in _codes_of(outcome)) == known.could_list(code)
            incident = outcome.incident
            if incident.source_category_code == code:
                assert incident.mapping_status is MappingStatus.UNCLASSIFIED
                assert incident.typology_behaviour is None
                assert incident.source_category_label is None


@EVERY
@given(document=JSON, data=st.data())
def test_any_row_at_all_gets_an_outcome_that_repeats_nothing(
    source: Source, document: Any, data: st.DataObject
) -> None:
    mapper, row = plain(source)
    names = st.sampled_from(sorted(row))
    row.update(data.draw(st.dictionaries(names, JSON, max_size=4)))
    row.update(data.draw(st.dictionaries(st.text(max_size=10), JSON, max_size=2)))

    rows, _ = taken(lambda: mapper.rows_of(document))

    for one in (row, *rows):
        assert isinstance(mapper.map(one), Mapped | Excluded | OutOfScope | CannotMap)


@EVERY
@given(body=st.binary(max_size=300), media_type=st.text(max_size=40))
def test_any_body_at_all_gives_rows_or_is_refused_with_a_code(
    source: Source, body: bytes, media_type: str
) -> None:
    mapper, row = plain(source)
    header = delimiter(source).join(row).encode("utf-8") + b"\n"

    for sent in (body, header + body):
        rows, code = taken(lambda sent=sent: list(mapper.rows(sent, media_type)))  # type: ignore[misc]

        assert code.partition(".")[0] in {"", "body", "header"}
        for one in rows:
            assert isinstance(mapper.map(one), Mapped | Excluded | OutOfScope | CannotMap)


@EVERY
def test_a_refusal_repeats_no_value_and_no_unknown_column(source: Source) -> None:
    mapper, row = plain(source)

    for name in row:
        for value in (next(SECRETS), next(SECRETS) * 700, [next(SECRETS)], {"a": next(SECRETS)}):
            sent = {**row, name: value, next(SECRETS): next(SECRETS)}
            assert "Canary" not in shown(mapper.map(sent)), name


@EVERY
def test_nothing_of_a_text_column_lands_in_an_open_field(source: Source) -> None:
    mapper, row = plain(source)
    canaries = {
        name: next(SECRETS)
        for name in row
        if isinstance(mapper.map({**row, name: "Some Words"}), Mapped)
    }

    outcomes = [mapper.map({**row, name: canary}) for name, canary in canaries.items()]
    outcomes.append(mapper.map({**row, **canaries}))

    for outcome in outcomes:
        assert isinstance(outcome, Mapped)
        dumped = outcome.incident.model_dump(mode="json")
        opened = {name: dumped[name] for name, s in SENSITIVITY.items() if s.half is Half.OPEN}
        assert "Canary" not in json.dumps(opened)
        assert "Canary" not in shown(outcome)


@EVERY
def test_a_word_in_a_column_that_holds_no_code_lands_in_no_open_field(source: Source) -> None:
    mapper, row = plain(source)

    for name in sorted(row.keys() - set(code_columns(mapper, row))):
        outcome = mapper.map({**row, name: "ZQXCANARY"})
        if isinstance(outcome, Mapped):
            dumped = outcome.incident.model_dump(mode="json")
            for field, sensitivity in SENSITIVITY.items():
                if sensitivity.half is Half.OPEN:
                    assert "ZQXCANARY" not in json.dumps(dumped[field]), (name, field)


@EVERY
def test_the_label_is_the_schemes_own_and_never_the_rows(source: Source) -> None:
    mapper, row = plain(source)
    labels = {rule.row.label for code in mapper.crosswalk.codes.values() for rule in code.rules}

    for column in code_columns(mapper, row):
        for code in mapper.crosswalk.codes.values():
            outcome = mapper.map({**row, column: f" {code.rules[-1].row.label.upper()} "})
            if isinstance(outcome, Mapped) and outcome.incident.source_category_label:
                assert outcome.incident.source_category_label in labels


@EVERY
def test_the_same_row_gives_the_same_and_stays_as_it_was(source: Source) -> None:
    for example in source.examples:
        row = dict(example.given)
        before = json.dumps(row, sort_keys=True)
        one, two = source.compile(example.settings), source.compile(example.settings)

        assert one.map(row) == one.map(row) == two.map(row)
        assert json.dumps(row, sort_keys=True) == before


@EVERY
def test_its_times_are_aware(source: Source) -> None:
    for example in source.examples:
        outcome = source.compile(example.settings).map(example.given)
        if isinstance(outcome, Mapped):
            times = [one for one in dict(outcome.incident).values() if isinstance(one, datetime)]
            assert all(one.tzinfo is not None for one in times)


@EVERY
def test_a_row_of_a_file_and_the_same_row_as_json_are_one_incident(source: Source) -> None:
    mapper, _ = plain(source)
    rows: list[Row] = [
        one.given
        for one in source.examples
        if all(isinstance(value, str) and "\n" not in value for value in one.given.values())
    ]
    columns = list(rows[0])
    lines = [columns, *([str(row.get(name, "")) for name in columns] for row in rows)]
    between = delimiter(source)
    body = "\r\n".join(between.join(f'"{cell}"' for cell in line) for line in lines)

    read = list(mapper.rows(body.encode("utf-8"), "text/csv; charset=utf-8"))

    assert [mapper.map(one) for one in read] == [
        mapper.map({name: row.get(name) for name in columns}) for row in rows
    ]
    assert dict(read[0]) == {name: cell_text(rows[0][name]).text for name in columns}
