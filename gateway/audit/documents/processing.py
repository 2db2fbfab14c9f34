"""Records of processing: an organisation as controller, the gateway's operator as processor.

Lettered as in DPA 2018 s.61(2) and (4) (UK GDPR art. 30), so that none of eleven and six items is missed.
"""

from __future__ import annotations

from gateway.audit.documents.bound import Bound
from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.measures import measures
from gateway.audit.documents.model import Block, Derived, Document, Grid, Said, section
from gateway.audit.documents.pieces import data_items, legal_basis, of_party, requests
from gateway.audit.documents.sharing import clause
from gateway.audit.documents.words import contact, contract, counted, else_said, plain
from schemas.agreements import Agreement
from schemas.feeds import ControllerRole, Feed
from schemas.subscriptions import Subscription

KIND = "record-of-processing"
OPERATOR = "operator"
"""What the record as processor is about."""


def as_controller(configuration: Configuration, name: str) -> Document:
    """Return a partner's record of processing as a controller: eleven items."""
    agreed = [one for one in configuration.speaking() if name in one.parties]
    party = configuration.of_partner(name)
    bounds = [(one, configuration.of_agreement(one)) for one in agreed]
    received = [one for one in configuration.subscriptions.values() if one.partner == name]
    given = [
        one
        for one in configuration.subscriptions.values()
        if one.partner != name and one.agreement in {each.id for each in agreed} | {None}
    ]
    own = [feed for feed in configuration.feeds.values() if feed.controller == name]
    joint = [feed for feed in own if feed.role is ControllerRole.JOINT_CONTROLLER]
    return Document(
        kind=KIND,
        about=name,
        title=f"Record of processing as a controller: {configuration.name_of(name)}",
        day=configuration.day,
        snapshot=configuration.law.sha256,
        sections=(
            section("a", "(a) The controller", of_party(configuration, name, ("sharing",))),
            section(
                "b",
                "(b) Joint controllers",
                _joint(configuration, [one.name for one in joint], bounds),
            ),
            section(
                "c",
                "(c) The data protection officer",
                party.states(
                    "contacts.data_protection_officer", "Data protection officer", contact
                ),
            ),
            section("d", "(d) Purposes", _purposes(bounds), _received(configuration, received)),
            section("e", "(e) Recipients", _recipients(configuration, bounds, given)),
            section("f", "(f) People and data", _subjects(configuration, own, bounds)),
            section("g", "(g) Profiling", _clauses(bounds, "profiling")),
            section("h", "(h) Transfers to third countries", _clauses(bounds, "transfers_abroad")),
            section("i", "(i) Legal basis", _basis(configuration, bounds)),
            section("j", "(j) Time limits for erasure", _limits(configuration, own, bounds)),
            section(
                "k", "(k) Security measures", _clauses(bounds, "security"), measures(configuration)
            ),
            section(
                "42",
                "Sensitive processing: conditions relied on",
                Said(
                    "The condition relied on and the policy document beside it; whether records were "
                    "kept and erased as it says is shown by `gateway retention`.",
                    "Data Protection Act 2018 s.42(4)",
                ),
                _conditions(bounds),
            ),
        ),
    )


_Agreed = list[tuple[Agreement, Bound]]


def _joint(configuration: Configuration, names: list[str], bounds: _Agreed) -> list[Block]:
    rows = tuple(
        (
            configuration.of_feed(name).states("title", "feed"),
            configuration.of_feed(name).states("role", "role"),
            configuration.of_feed(name).states("contract", "arrangement", contract),
        )
        for name in names
    )
    grid = Grid(
        "Feeds held jointly with the gateway’s operator",
        ("Feed", "Role", "Arrangement"),
        rows,
        "No feed is held jointly with the gateway’s operator.",
    )
    return [grid, *_clauses(bounds, "controller_roles"), *_clauses(bounds, "joint_contact")]


def _clauses(bounds: _Agreed, name: str) -> list[Block]:
    """Return what each agreement says of one matter; where there is none, that there is none."""
    found: list[Block] = []
    for one, bound in bounds:
        stated = clause(bound, name)
        found.append(bound.states(f"clauses.{name}", f"{one.id}: {stated.label.lower()}"))
    return found or [Said("No agreement of this organisation is on the register.")]


def _purposes(bounds: _Agreed) -> Grid:
    rows = tuple(
        (
            bound.states("title", "agreement"),
            bound.states("purpose", "purpose"),
            bound.states("necessity", "why"),
        )
        for _, bound in bounds
    )
    columns = ("Agreement", "Purpose", "Why it is necessary")
    return Grid("Purposes agreed", columns, rows, "No agreement is on the register.")


def _received(configuration: Configuration, asked: list[Subscription]) -> Grid:
    caption = "Standing requests of this organisation"
    return requests(configuration, asked, caption, "It asks for nothing.")


def _recipients(
    configuration: Configuration, bounds: _Agreed, given: list[Subscription]
) -> list[Block]:
    rows = tuple(
        (
            bound.states("title", "agreement"),
            bound.states("holders", "who shares"),
            bound.states("recipients", "who receives"),
            bound.states("on_behalf_of", "on behalf of", else_said("nobody else")),
        )
        for _, bound in bounds
    )
    columns = ("Agreement", "Who shares", "Who receives", "On behalf of")
    grid = Grid("Recipients named in agreements", columns, rows, "No agreement is on the register.")
    caption = "Standing requests of others"
    return [
        grid,
        requests(configuration, given, caption, "Nobody else asks for anything."),
        Said(
            "What is disclosed case by case, on one request, stands with its reasons in the register of "
            "requests.",
            "Crime and Disorder Act 1998 s.115(1)",
        ),
    ]


def _subjects(configuration: Configuration, own: list[Feed], bounds: _Agreed) -> list[Block]:
    rows = []
    for feed in own:
        bound = configuration.of_feed(feed.name)
        rows.append(
            (
                bound.states("title", "feed"),
                bound.states("regime", "held under"),
                bound.states("marking", "marking"),
                bound.states("accepts_intelligence", "intelligence"),
            )
        )
    columns = ("Feed", "Held under", "Marking", "Takes graded intelligence")
    found: list[Block] = [Grid("Its own feeds", columns, tuple(rows), "It sends nothing.")]
    for one, _ in bounds:
        found += [
            type(item)(
                f"{one.id}: {item.label.lower()}", item.text, item.pointer, item.value, item.remedy
            )
            for item in data_items(configuration, one)
        ]
    return found


def _basis(configuration: Configuration, bounds: _Agreed) -> list[Block]:
    found: list[Block] = []
    for one, bound in bounds:
        found += [bound.states("title", "Agreement"), *legal_basis(configuration, one)]
    return found or [
        Said(
            "No agreement is on the register; section 17A rests on the Act itself.",
            "CDA 1998 s.17A",
        )
    ]


def _limits(configuration: Configuration, own: list[Feed], bounds: _Agreed) -> list[Block]:
    kept = [
        configuration.of_feed(feed.name).states(
            "keep_days", f"{feed.title}: kept here for", counted("days after recording")
        )
        for feed in own
    ]
    given = [
        bound.states(
            "retention_days", f"{one.id}: recipients keep it for", counted("days after recording")
        )
        for one, bound in bounds
    ]
    reviewed = [bound.states("review_by", f"{one.id}: reviewed by") for one, bound in bounds]
    found: list[Block] = [*kept, *given, *reviewed]
    return found or [Said("It sends nothing and receives nothing under an agreement.")]


def _conditions(bounds: _Agreed) -> Grid:
    rows = []
    for one, bound in bounds:
        for field in ("special_category", "offence"):
            named = getattr(one, field)
            if named is not None:
                text = f"{named.condition}; {named.policy_document}"
                rows.append(
                    (
                        bound.states("title", "agreement"),
                        bound.derives("fields", plain(field), field),
                        bound.derives("condition", text, field),
                    )
                )
    columns = ("Agreement", "Fields", "Condition and policy document")
    return Grid("Conditions", columns, tuple(rows), "No condition is named in any agreement.")


# ---------------------------------------------------------------------- as processor


def as_processor(configuration: Configuration) -> Document:
    """Return the record of processing of whoever runs the gateway, as a processor: six items."""
    operator = configuration.of_setting("operator").states("operator", "Who runs the gateway")
    who: list[Block] = [operator]
    officer: list[Block] = []
    if configuration.settings.operator is not None:
        name = configuration.settings.operator
        who += of_party(configuration, name, ("sharing",))
        officer = [
            configuration.of_partner(name).states(
                "contacts.data_protection_officer", "Data protection officer", contact
            )
        ]
    hosted = configuration.of_setting("hosted_by").states("hosted_by", "Other processors engaged")
    abroad = configuration.of_setting("hosted_in").states("hosted_in", "Country of the machines")
    return Document(
        kind=KIND,
        about=OPERATOR,
        title="Record of processing as a processor: the gateway’s operator",
        day=configuration.day,
        snapshot=configuration.law.sha256,
        sections=(
            section("a", "(a) The processor, and other processors it engages", who, hosted),
            section("b", "(b) The controllers it acts for", _acts_for(configuration)),
            section("c", "(c) The data protection officer", officer or [operator]),
            section("d", "(d) Categories of processing", _carried_out(configuration)),
            section("e", "(e) Transfers to third countries", abroad),
            section("f", "(f) Security measures", measures(configuration)),
        ),
    )


def _acts_for(configuration: Configuration) -> Grid:
    rows = []
    for name in configuration.feeds:
        bound = configuration.of_feed(name)
        rows.append(
            (
                bound.states("controller", "controller"),
                bound.states("title", "feed"),
                bound.states("role", "role"),
                bound.states("contract", "under", contract),
            )
        )
    columns = ("Controller", "Feed", "Role", "Contract or arrangement")
    return Grid("Controllers", columns, tuple(rows), "No feed is registered.")


def _carried_out(configuration: Configuration) -> list[Block]:
    rows = []
    for name in configuration.feeds:
        bound = configuration.of_feed(name)
        asked = [
            one
            for one in configuration.subscriptions.values()
            if not one.filter.sources or name in one.filter.sources
        ]
        of = tuple(configuration.of_subscription(one.id).pointer("filter/sources") for one in asked)
        told = "; ".join(one.id for one in asked) or "nobody"
        rows.append(
            (
                bound.states("title", "feed"),
                bound.states("adapter", "read as"),
                bound.states("keep_days", "kept", counted("days")),
                Derived("requests", told, of or (bound.place,)),
            )
        )
    columns = ("Feed", "Read as", "Kept for", "Offered to the requests")
    return [
        Said(
            "Collection, storage, depersonalising, matching where agreed, disclosure on the controllers’ "
            "instructions, notices of corrections, erasure."
        ),
        Grid("Processing by feed", columns, tuple(rows), "No feed is registered."),
    ]
