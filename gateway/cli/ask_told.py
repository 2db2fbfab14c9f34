"""What ``gateway ask`` does, apart from its options: its help imports nothing of this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from gateway.audit.answers import QUESTIONS
from gateway.audit.questions import Asked, House
from gateway.cli import Exit
from gateway.cli.home import own_house, own_settings
from gateway.cli.terminal import Stopped, reference_given, say, say_json, show_table
from gateway.errors import NotFound, RequestInvalid

_REFERENCE = "reference"


def tell_answer(question: str | None, given: Mapping[str, str], *, as_json: bool) -> None:
    """Answer a question, or list them all.

    Raises:
        Stopped: There is no such question or record, or something that it needs is missing.
        typer.Exit: With 1 where the log is not whole.
    """
    if question is None:
        _list(as_json=as_json)
        return
    number = question.upper().removeprefix("Q")
    known = {str(one.number): one for one in QUESTIONS.all()}
    if number not in known:
        raise Stopped("There is no such question.", "See `gateway ask`.", Exit.USAGE)
    asked = known[number]
    said = dict(given)
    needs = {one.name: one for one in asked.parameters}
    if _REFERENCE in needs and (needs[_REFERENCE].required or "feed" in said):
        said[_REFERENCE] = reference_given("The source's reference of the record:")
    settings = own_settings()
    with own_house(settings) as house:
        house.book.refresh()
        house_asked = House.of(house, settings)
        try:
            answer = QUESTIONS.ask(asked.number, Asked(house_asked, said))
        except RequestInvalid as faulty:
            one = faulty.errors[0]
            option = one.pointer.removeprefix("/")
            where = f"It is --{option}." if option and option != _REFERENCE else "It was not asked."
            raise Stopped(one.says, where, Exit.USAGE) from None
        except NotFound:
            raise Stopped(
                "There is no such record, case, partner or release.", "Check what was given."
            ) from None
    if as_json:
        say_json(answer)
    else:
        say(f"Q{asked.number} · {asked.asks}\n{asked.cites}\n")
        _say("", answer["answer"])
    if answer["answer"].get("verified") is False:
        raise typer.Exit(Exit.FOUND_WRONG)


def _list(*, as_json: bool) -> None:
    if as_json:
        say_json(
            {"questions": [{"number": one.number, "asks": one.asks} for one in QUESTIONS.all()]}
        )
        return
    rows = [
        (f"Q{one.number}", one.asks, ", ".join(p.name for p in one.parameters))
        for one in QUESTIONS.all()
    ]
    show_table("", ("", "question", "needs"), rows)


def _say(indent: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for key, one in value.items():
            if isinstance(one, dict | list) and one:
                say(f"{indent}{_words(key)}:")
                _say(indent + "  ", one)
            else:
                say(f"{indent}{_words(key)}: {_plain(one)}")
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                _say_one(indent, one)
            else:
                say(f"{indent}· {_plain(one)}")


def _say_one(indent: str, one: dict[str, Any]) -> None:
    """Say a member of a list: what is plain on its line, lists of objects beneath."""
    beneath = {k: v for k, v in one.items() if isinstance(v, list) and v and isinstance(v[0], dict)}
    plain = "; ".join(f"{_words(k)}: {_plain(v)}" for k, v in one.items() if k not in beneath)
    say(f"{indent}· {plain}")
    if beneath:
        _say(indent + "  ", beneath)


def _words(key: object) -> str:
    return str(key).replace("_", " ")


def _plain(value: object) -> str:
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{_words(key)} {_plain(one)}" for key, one in value.items())
    return str(value)
