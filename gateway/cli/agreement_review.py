"""``gateway agreement due | diff | attach | check-document``: what an IG lead looks after."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import Exit
from gateway.cli.agreement_named import AgreementId, Day, Version, day_of, version_of
from gateway.cli.agreement_shown import tell_difference
from gateway.cli.documents import FileUnreadable, toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say, say_json, show_table
from gateway.clock import london_day
from gateway.law.agreements import Attach
from gateway.law.book import Edition
from gateway.law.difference import difference, neighbours
from policies.due import due_on
from schemas.agreements import Agreement, in_force

_CHUNK = 1 << 20


def due(*, day: Day = None, as_json: AsJson = False) -> None:
    """List what is due at 90, 30 and 0 days, overdue or missing: reviews, ends, signatures, persons."""
    with own_house() as house:
        edition = house.book.refresh()
        judged = day_of(day) or london_day(house.clock)
    found = due_on(edition.law, judged)
    if as_json:
        listed = [one.model_dump(mode="json") for one in found]
        say_json({"day": judged.isoformat(), "due": listed})
        return
    rows = [
        (
            one.kind,
            one.id if one.version is None else f"{one.id} version {one.version}",
            one.lacks.value.replace("_", " "),
            one.on,
            one.days,
            one.stops,
            f"{one.says} [{one.cites}]",
        )
        for one in found
    ]
    columns = ("what", "which", "due", "day", "days left", "stops sharing", "says")
    show_table("", columns, rows)
    if not found:
        say(f"Nothing is due within 90 days of {judged}, and nothing is missing.")


def diff(
    agreement: AgreementId,
    before: Annotated[
        str | None,
        typer.Argument(help="Earlier version, or a TOML file: that against what is in force."),
    ] = None,
    after: Annotated[int | None, typer.Argument(help="Later version; the last if absent.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show, term by term, what a version changes, and whether that tightens or loosens.

    Without versions: the last one against the one before it.
    """
    with own_house() as house:
        edition, day = house.book.refresh(), london_day(house.clock)
    versions = [one for one in edition.register.agreements if one.id == agreement]
    if before is None or before.isdecimal():
        found = neighbours(versions, None if before is None else int(before), after)
    else:
        draft = word_of(Agreement, toml_of(Path(before)))
        standing = in_force(versions, day)
        found = None if standing is None else (standing, draft)
    if found is None:
        raise Stopped(
            "There are no two such versions of an agreement to compare.",
            "See `gateway agreement list`.",
        )
    told = difference(*found)
    if as_json:
        say_json(told)
        return
    tell_difference(told)


def attach(
    agreement: AgreementId,
    file: Annotated[Path, typer.Argument(help="The signed document, such as a PDF.")],
    *,
    version: Version = None,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Record the SHA-256 of a version's signed document. The file itself is not stored."""
    digest = _sha256_of(file)
    with own_house() as house:
        found = version_of(house.book.refresh(), agreement, version)
        day = london_day(house.clock)
        change(house, actor, lambda act: Attach(found.id, found.version, digest, act, day))
    if as_json:
        say_json({"agreement": found.id, "version": found.version, "document_sha256": digest})
        return
    say(f"The document of agreement {found.id} version {found.version} is known by {digest}.")


def check_document(
    file: Annotated[Path, typer.Argument(help="A document, such as a PDF.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say which version of which agreement a document belongs to; exit code 1 where to none."""
    digest = _sha256_of(file)
    with own_house() as house:
        edition, day = house.book.refresh(), london_day(house.clock)
    found = _documented(edition, digest)
    known = edition.register.agreements
    if as_json:
        listed = [
            {"id": one.id, "version": one.version, "state": one.state_on(day, known).value}
            for one in found
        ]
        say_json({"document_sha256": digest, "agreements": listed})
    else:
        for one in found:
            state = one.state_on(day, known).value
            say(f"It is the document of agreement {one.id} version {one.version}, {state} today.")
    if not found:
        note(f"gateway: no agreement names this document ({digest}).")
        raise typer.Exit(Exit.FOUND_WRONG)


def _documented(edition: Edition, digest: str) -> list[Agreement]:
    return [
        one
        for one in edition.register.agreements
        if digest == one.document_sha256 or any(digest == each.sha256 for each in one.documents)
    ]


def _sha256_of(file: Path) -> str:
    """Return the hash of a file of any size, in hex (raises ``FileUnreadable``)."""
    made = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                made.update(chunk)
    except OSError:
        raise FileUnreadable from None
    return made.hexdigest()
