"""What a signer is shown before signing, and the question that follows."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import typer

from gateway.audit.shown_before import ShownBefore
from gateway.cli.terminal import Stopped, say, show_table
from schemas.simulations import Comparison, SubscriptionChange

_MOST = 12
"""Classes of records that are shown for one request, the most records first."""


def tell_shown(shown: ShownBefore) -> None:
    """Write what a version changes, and what it would newly release and newly stop, with the digest."""
    made, effect = shown.agreement, shown.effect
    say(f"Agreement {made.id} version {made.version}, if every party signs it:")
    if shown.difference is None:
        say("It is the first version: nothing was agreed before.")
    else:
        tell_difference(shown.difference)
    say("")
    counted = f"{effect.records} recorded, judged by {effect.day}"
    if made.valid_from is not None and made.valid_from == effect.day:
        counted += ", its first day"
    say(
        f"Of {counted}: {effect.newly_leaves} would newly leave, {effect.newly_stops} newly stop,"
        f" {effect.other_fields} leave with other fields."
    )
    for one in effect.subscriptions:
        if one.changes:
            tell_change(one)
    tell_conditions(effect)
    say(f"Digest of what was shown: {shown.sha256}")


def tell_conditions(effect: Comparison) -> None:
    """Write the conditions that make a difference, in their own words."""
    says = {rule.id: f"{rule.says} [{rule.cites}]" for rule in effect.rules}
    if says:
        say("")
        show_table("The conditions:", ("id", "says"), says.items())


def tell_difference(difference: Mapping[str, Any]) -> None:
    """Write the terms that differ between two versions, and whether a loosening is assessed."""
    before, after = difference["before"], difference["after"]
    rows = [
        (one["field"], one["effect"], one["says"], one["before"], one["after"])
        for one in difference["changes"]
    ]
    if not rows:
        say(f"No term differs between version {before} and version {after}.")
        return
    columns = ("term", "effect", "what", f"version {before}", f"version {after}")
    show_table("", columns, rows)
    if not difference["loosens"]:
        say("It loosens nothing.")
    elif difference["assessed"]:
        say(f"It loosens what was agreed, under another assessment: {difference['dpia']['after']}.")
    else:
        say("It loosens what was agreed and names no other assessment: it cannot be signed.")


def ask_whether_to_sign(*, yes: bool) -> None:
    """Ask at a terminal; a script says beforehand that it was read.

    Raises:
        Stopped: The answer is no, or there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise Stopped(
            "Nothing was signed: nobody can be asked whether what it would release was read.",
            "Read what is shown, then sign with --yes.",
        )
    if not typer.confirm("Sign?"):
        raise Stopped("Nothing was signed.", "Sign again once it is what you want.")


def tell_change(one: SubscriptionChange) -> None:
    """Write what would change for one subscription: a line a class, the most records first."""
    stands = "" if one.standing else ", which nobody has asked for yet"
    rows = [
        (
            each.change.value.replace("_", " "),
            each.number,
            each.record_class,
            ", ".join(each.conditions),
            ", ".join(each.fields_leaving),
            ", ".join(each.fields_stopping),
        )
        for each in one.classes[:_MOST]
    ]
    say("")
    counted = f"{one.leave_now} leave now, {one.would_leave} would."
    title = f"{one.subscription} of {one.recipient}{stands}: {counted}"
    columns = ("records", "how many", "of the class", "by condition", "fields more", "fields less")
    show_table(title, columns, rows)
    if len(one.classes) > _MOST:
        say(f"… and {len(one.classes) - _MOST} further classes: see `gateway simulate`.")
