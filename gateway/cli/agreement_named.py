"""Finding the agreement and version that a command names, and how they are told."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from gateway.cli import Exit
from gateway.cli.terminal import Stopped, note
from gateway.law.book import Edition
from gateway.law.standing import AgreementStanding
from schemas.agreements import Agreement, in_force

AgreementId = Annotated[str, typer.Argument(help="Id of the agreement.")]
Version = Annotated[int | None, typer.Option(min=1, help="Version; the latest where absent.")]
Day = Annotated[
    str | None, typer.Option(help="Day to judge by, such as 2026-11-23; today if absent.")
]


def in_force_on(edition: Edition, agreement: str, day: date) -> Agreement:
    """Return the version that speaks for an agreement on a day (raises ``Stopped``)."""
    found = in_force((one for one in edition.register.agreements if one.id == agreement), day)
    if found is None:
        raise Stopped("There is no agreement of that id.", "See `gateway agreement list`.")
    return found


def version_of(edition: Edition, agreement: str, version: int | None) -> Agreement:
    """Return a version of an agreement, the latest where none is named (raises ``Stopped``)."""
    known = [one for one in edition.register.agreements if one.id == agreement]
    found = [one for one in known if version in {None, one.version}]
    if not found:
        raise Stopped(
            "There is no such agreement or version of it.", "See `gateway agreement list`."
        )
    return found[-1]


def versions_of(
    edition: Edition, agreement: str, version: int | None, day: date
) -> tuple[Agreement, ...]:
    """Return the versions that a stop or its lifting is meant for: the one named, else all that count.

    Those are the version that speaks on the day and every later one, so that neither the one in force
    goes on nor one that is signed already comes into its place (raises ``Stopped``).
    """
    if version is not None:
        return (version_of(edition, agreement, version),)
    speaks = in_force_on(edition, agreement, day)
    known = [one for one in edition.register.agreements if one.id == agreement]
    return tuple(one for one in known if one.version >= speaks.version)


def day_of(text: str | None) -> date | None:
    """Read a day (raises ``Stopped``)."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Stopped("--day is not a day.", "Write it as 2026-11-23.", Exit.USAGE) from None


def tell_unmet(standing: AgreementStanding) -> None:
    """Say beside the result what the law has against an agreement today, and what is flagged."""
    for condition in standing.unmet:
        note(f"gateway: it is refused today: {condition.says} [{condition.cites}]")
    for flag in standing.flags:
        note(f"gateway: {flag}")


def line_of(standing: AgreementStanding) -> dict[str, Any]:
    """Return a version as one line of the list."""
    named = ("id", "version", "title", "holders", "recipients", "purpose", "provision", "review_by")
    document = standing.agreement.model_dump(mode="json", include=set(named))
    return {
        **document,
        "state": standing.state.value,
        "review": standing.review.value,
        "days_to_review": standing.days_to_review,
        "speaks": standing.speaks,
        "unmet": [one.id for one in standing.unmet] if standing.speaks else None,
    }
