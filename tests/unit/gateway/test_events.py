"""The log says what its catalogue permits, and nothing else gets in."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from gateway import events
from gateway.events import Event, FieldNotPermitted, Level, emit

CANARY = "Zebedee Canary-Ffoulkes"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """The log as it runs in service, written to memory."""
    before = events.JOURNAL.level, events.JOURNAL.strict, events.JOURNAL.stream
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    events.JOURNAL.dropped.clear()
    written = io.StringIO()
    events.configure("debug", strict=False, stream=written)
    yield written
    events.JOURNAL.level, events.JOURNAL.strict, events.JOURNAL.stream = before
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """What was written, one object a line."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_brings_its_level_and_sentence(stream: io.StringIO) -> None:
    emit(Event.LAW_LOADED, snapshot="ab12", epoch=3)

    (line,) = lines(stream)
    assert line.pop("at")
    assert line == {
        "level": "debug",
        "event": "law.loaded",
        "says": Event.LAW_LOADED.value.says,
        "snapshot": "ab12",
        "epoch": 3,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"name": CANARY},
        {"feed": CANARY},
        {"feed": "?postcode=LE11 3TT"},
        {"feed": {"name": CANARY}},
        {"feed": [CANARY]},
        {"feed": ValueError(CANARY)},
        {"feed": CANARY.encode()},
        {"feed": "x" * 81},
        {"feed": "a\nb"},
    ],
)
def test_what_the_event_may_not_carry_is_dropped_and_counted(
    stream: io.StringIO, fields: dict[str, object]
) -> None:
    emit(Event.PUSH_RECORDED, receipt="p-1", **fields)

    (line,) = lines(stream)
    assert line["receipt"] == "p-1"
    assert set(line) == {"at", "level", "event", "says", "receipt"}
    assert "Canary" not in stream.getvalue()
    assert events.JOURNAL.dropped == {"intake.recorded": 1}


def test_in_tests_it_raises(stream: io.StringIO) -> None:
    events.configure(strict=True, stream=stream)

    with pytest.raises(FieldNotPermitted):
        emit(Event.PUSH_RECORDED, name=CANARY)

    assert stream.getvalue() == ""


def test_a_librarys_text_and_exception_are_not_kept(stream: io.StringIO) -> None:
    logging.getLogger("a.library").warning("could not read %s", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("a.library").exception("while reading " + CANARY)  # noqa: G003 - as libraries do

    first, second = lines(stream)
    assert (first["event"], first["logger"]) == ("library.message", "a.library")
    assert second["error_type"] == "ValueError"
    assert "Canary" not in stream.getvalue()


def test_a_librarys_private_file_is_a_place_like_any_other(stream: io.StringIO) -> None:
    """psycopg warns from ``_pipeline.py`` when a statement fails inside a pipeline."""
    events.configure(strict=True, stream=stream)
    told = logging.LogRecord("psycopg", logging.WARNING, "psycopg/_pipeline.py", 77, "", None, None)

    logging.getLogger("psycopg").handle(told)

    assert [line["where"] for line in lines(stream)] == ["_pipeline.py:77"]


def test_events_below_the_level_are_not_written(stream: io.StringIO) -> None:
    events.configure("warning", stream=stream)

    emit(Event.STARTED, port=1)
    emit(Event.NOT_READY, check="store")

    assert [line["event"] for line in lines(stream)] == ["service.not_ready"]


def test_where_names_the_place_and_never_the_text() -> None:
    assert events.where(ValueError(CANARY)) == "unknown"


def test_lines_go_to_standard_error_unless_told(capsys: pytest.CaptureFixture[str]) -> None:
    emit(Event.NOT_READY, check="store")

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "service.not_ready" in captured.err


def test_every_code_is_unique_and_every_sentence_ends() -> None:
    codes = [event.value.code for event in Event]

    assert len(set(codes)) == len(codes) == len(Event)
    assert all(event.value.says.endswith(".") for event in Event)
    assert {event.value.level for event in Event} == set(Level)
