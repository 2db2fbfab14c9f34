"""Wording for a partner's privacy notice: what the gateway does with its records."""

from __future__ import annotations

from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.flows import flows_of
from gateway.audit.documents.model import Block, Derived, Document, Said, section
from gateway.audit.documents.pieces import of_party
from gateway.audit.documents.words import contact, else_said, fields, onward, plain
from schemas.sensitivity import Lane

KIND = "privacy-notice"


def privacy_notice(configuration: Configuration, name: str) -> Document:
    """Return the wording of one partner."""
    party = configuration.of_partner(name)
    return Document(
        kind=KIND,
        about=name,
        title=f"Privacy notice wording: {configuration.name_of(name)}",
        day=configuration.day,
        snapshot=configuration.law.sha256,
        sections=(
            section(
                "who",
                "Who we are",
                of_party(configuration, name, ("data_protection_officer",)),
                party.states(
                    "ico_registration", "Our registration with the Information Commissioner"
                ),
                party.states("privacy_notice", "Where the whole notice is"),
            ),
            section("agreed", "What we share under an agreement", _agreed(configuration, name)),
            section(
                "without", "What we share without naming anybody", _flowing(configuration, name)
            ),
            section("received", "What we receive", _received(configuration, name)),
            section("kept", "How long it is kept", _kept(configuration, name)),
            section(
                "rights",
                "Your rights",
                Said(
                    "You can ask for what we hold about you and to whom we gave it, have it corrected, "
                    "and object. Where we correct or erase something, everybody who received it is told.",
                    "UK GDPR arts. 15 to 21; Data Protection Act 2018 ss.45 to 48",
                ),
                party.states("contacts.rights", "Where to ask", contact),
                party.states("contacts.complaints", "Where to complain to us", contact),
                Said(
                    "You can complain to the Information Commissioner: ico.org.uk, 0303 123 1113."
                ),
            ),
        ),
    )


def _agreed(configuration: Configuration, name: str) -> list[Block]:
    found: list[Block] = []
    for one in configuration.speaking():
        if name not in one.holders:
            continue
        bound = configuration.of_agreement(one)
        state = one.state_on(
            configuration.day, [each for each in configuration.law.agreements if each.id == one.id]
        )
        found += [
            bound.states("title", "Agreement"),
            bound.derives("It is", plain(state.value), "signatures", "valid_from", "valid_to"),
            bound.states("recipients", "We give to"),
            bound.states("purpose", "For"),
            bound.states("necessity", "Because"),
            bound.states("power", "The law that lets us"),
            bound.states("fields", "What may be given", fields),
            bound.states("roles", "About people who are", else_said("in no role: nobody is named")),
            bound.states("onward", "Whether it may go further", onward),
        ]
    return found or [Said("We share nothing that names you under a standing agreement.")]


def _flowing(configuration: Configuration, name: str) -> list[Block]:
    found: list[Block] = []
    for flow in flows_of(configuration):
        if flow.holder != name or flow.asked.lane is Lane.PERSONAL or not flow.runs:
            continue
        bound = configuration.of_subscription(flow.asked.id)
        feed = configuration.of_feed(flow.feed.name)
        of = tuple(map(bound.pointer, ("partner", "lane", "power", "purpose")))
        text = (
            f"{flow.feed.title}: {plain(flow.asked.lane)}, to {flow.asked.partner} "
            f"({plain(flow.asked.power)})."
        )
        found.append(Derived("We give", text, (*of, feed.pointer("title"))))
    return found or [Said("We share nothing in depersonalised form or as counts today.")]


def _received(configuration: Configuration, name: str) -> list[Block]:
    found: list[Block] = []
    for flow in flows_of(configuration):
        if flow.asked.partner != name or not flow.runs:
            continue
        bound = configuration.of_subscription(flow.asked.id)
        text = f"{flow.feed.title}, from {flow.holder}: {plain(flow.asked.lane)}."
        of = tuple(map(bound.pointer, ("partner", "lane", "power")))
        found.append(Derived("We receive", text, of))
    return found or [Said("We receive nothing through the gateway today.")]


def _kept(configuration: Configuration, name: str) -> list[Block]:
    found: list[Block] = []
    for feed_name, feed in configuration.feeds.items():
        if feed.controller == name:
            bound = configuration.of_feed(feed_name)
            found.append(bound.states("keep_days", f"{feed.title}, in the gateway", _days))
    for one in configuration.speaking():
        if name in one.parties:
            bound = configuration.of_agreement(one)
            found.append(bound.states("retention_days", f"{one.title}, at who receives it", _days))
    return found or [Said("We hold nothing in the gateway.")]


def _days(value: int | None) -> str:
    return "" if value is None else f"{value:,} days after it was recorded"
