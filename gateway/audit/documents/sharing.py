"""The information-sharing agreement, under the headings of the ICO's data sharing code (DPA 2018 s.121)."""

from __future__ import annotations

from gateway.audit.documents.bound import Bound
from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.model import (
    Blank,
    Block,
    Derived,
    Document,
    Grid,
    Said,
    Section,
    Statement,
    section,
)
from gateway.audit.documents.pieces import data_items, legal_basis, of_party, requests
from gateway.audit.documents.words import (
    attached,
    contact,
    contract,
    counted,
    day,
    else_said,
    ended,
    field_name,
    onward,
    plain,
    signatures,
    suspensions,
)
from schemas.agreements import PEOPLE, REVIEW_GRACE, Agreement
from schemas.clauses import Clauses
from schemas.incident import PERSON_GROUPS, SENSITIVITY

KIND = "sharing-agreement"


def sharing_agreement(configuration: Configuration, one: Agreement) -> Document:
    """Return a version of an agreement as the document that its parties print and sign."""
    bound = configuration.of_agreement(one)
    opening = (*_opening(configuration, one, bound), *_subject(configuration, one, bound))
    return Document(
        kind=KIND,
        about=f"{one.id}.{one.version}",
        title=f"Information-sharing agreement: {one.title}",
        day=configuration.day,
        snapshot=configuration.law.sha256,
        sections=(
            *opening,
            *_handling(configuration, one, bound),
            *_life(configuration, one, bound),
        ),
    )


def clause(bound: Bound, name: str) -> Statement:
    """Return a clause in the parties' words."""
    return bound.states(f"clauses.{name}", str(Clauses.model_fields[name].title))


def _opening(configuration: Configuration, one: Agreement, bound: Bound) -> tuple[Section, ...]:
    party_blocks: list[Block] = []
    asked = ("sharing", "data_protection_officer", "out_of_hours")
    for name in one.parties:
        party_blocks += of_party(configuration, name, asked)
    return (
        section(
            "document",
            "This document",
            bound.states("title", "Title"),
            bound.states("id", "Reference"),
            bound.states("version", "Version"),
            Said(
                "OFFICIAL. It names offices, terms and fields, and nobody’s personal data.",
                "",
                "Marking",
            ),
            bound.states("protocol", "Protocol it is made under", else_said("under no protocol")),
            clause(bound, "owner"),
            clause(bound, "signed_copy"),
            bound.states(
                "document_sha256", "Text fixed before signing", else_said("none was fixed")
            ),
            bound.states("documents", "Signed documents attached, by SHA-256", attached),
            _versions(configuration, one),
        ),
        section(
            "parties",
            "Parties and contacts",
            bound.states("holders", "Who shares"),
            bound.states("recipients", "Who receives"),
            party_blocks,
        ),
    )


def _versions(configuration: Configuration, one: Agreement) -> Grid:
    known = [each for each in configuration.law.agreements if each.id == one.id]
    rows = []
    for each in known:
        bound = configuration.of_agreement(each)
        state = each.state_on(configuration.day, known).value
        of = ("signatures", "suspensions", "terminated", "valid_from", "valid_to", "review_by")
        rows.append(
            (
                bound.states("version", "version"),
                bound.derives("state today", plain(state), *of),
                bound.states("signatures", "authorised by", signatures),
                bound.states("valid_from", "in force from", else_said("the day it is signed")),
                bound.states("review_by", "review by"),
            )
        )
    columns = (
        "Version",
        f"State on {day(configuration.day)}",
        "Authorised by",
        "From",
        "Review by",
    )
    return Grid("Versions of this agreement", columns, tuple(rows), "")


def _subject(configuration: Configuration, one: Agreement, bound: Bound) -> tuple[Section, ...]:
    handling = bound.states(
        "handling_conditions", "Handling conditions taken on", else_said("none is taken on")
    )
    return (
        section(
            "purpose",
            "Purpose, and why sharing is necessary",
            bound.states("purpose", "Purpose"),
            bound.states("necessity", "Why it is necessary or expedient"),
        ),
        section(
            "onward",
            "Other organisations and onward sharing",
            bound.states("onward", "Passing on", onward),
            bound.states("on_behalf_of", "Received on behalf of", else_said("nobody else")),
            handling,
        ),
        section(
            "roles",
            "Controllers and their roles",
            clause(bound, "controller_roles"),
            clause(bound, "joint_contact"),
            _feeds(configuration, one),
        ),
        section(
            "items",
            "Data items",
            data_items(configuration, one),
            _field_table(bound, one),
            Said(
                "What is not listed does not go. What stands in the open half of a record (kind, "
                "behaviour, coarse place and time) travels as in the depersonalised lane.",
                "Data Protection Act 2018 s.37; UK GDPR art. 5(1)(c)",
            ),
        ),
        section("basis", "Lawful basis, power and conditions", legal_basis(configuration, one)),
    )


def _feeds(configuration: Configuration, one: Agreement) -> Grid:
    named = one.coverage.sources
    rows = []
    for name, feed in configuration.feeds.items():
        holder = configuration.law.register.holder(feed.controller, configuration.day)
        if holder in one.holders and (not named or name in named):
            bound = configuration.of_feed(name)
            rows.append(
                (
                    bound.states("title", "feed"),
                    bound.states("controller", "controller"),
                    bound.states("role", "role of the gateway’s operator"),
                    bound.states("contract", "under", contract),
                    bound.states("regime", "held under"),
                )
            )
    columns = ("Feed", "Controller", "Gateway’s operator", "Under", "Held under")
    return Grid(
        "Feeds that it covers", columns, tuple(rows), "No feed of the holders is registered."
    )


def _field_table(bound: Bound, one: Agreement) -> Grid:
    rows = []
    for name in sorted(one.fields):
        field, _, part = name.partition(".")
        group = PERSON_GROUPS[part] if part else SENSITIVITY[field].group
        mark = SENSITIVITY[field].mark.value
        who = "of people in the agreed roles" if field == PEOPLE else "of the record"
        rows.append(
            (
                bound.derives("field", field_name(name), "fields"),
                bound.derives("group", f"{plain(group)}, {who}", "fields", "roles"),
                bound.derives("mark", f"marked {plain(mark)}", "fields"),
            )
        )
    nothing = "No personal field is listed."
    return Grid("Each field that may go", ("Field", "Group", "Mark"), tuple(rows), nothing)


def _handling(configuration: Configuration, one: Agreement, bound: Bound) -> tuple[Section, ...]:
    asked = [each for each in configuration.subscriptions.values() if each.agreement == one.id]

    def reached(kind: str) -> list[Block]:
        return [
            configuration.of_partner(name).states(f"contacts.{kind}", f"Contact at {name}", contact)
            for name in one.parties
        ]

    return (
        section(
            "rights",
            "Rights of the people concerned",
            clause(bound, "rights"),
            reached("rights"),
            Said(
                "Who holds a record that is corrected, restricted or erased is told by the gateway, "
                "and says that it was done.",
                "UK GDPR art. 19; Data Protection Act 2018 s.48(9)",
            ),
        ),
        section(
            "accuracy", "Accuracy and formats", clause(bound, "accuracy"), clause(bound, "formats")
        ),
        section(
            "retention",
            "Retention and deletion",
            bound.states(
                "retention_days",
                "Recipients keep a record for",
                counted("days after it was recorded"),
            ),
            clause(bound, "deletion"),
        ),
        section(
            "security",
            "Security and transfer",
            clause(bound, "security"),
            clause(bound, "transfer"),
            clause(bound, "transfers_abroad"),
            requests(
                configuration,
                asked,
                "Standing requests under this agreement",
                "No standing request rests on it.",
            ),
        ),
        section("staff", "Staff", clause(bound, "staff"), clause(bound, "profiling")),
        section("breach", "Breaches", clause(bound, "breach"), reached("breach")),
        section(
            "complaints",
            "Complaints and freedom of information",
            clause(bound, "complaints"),
            reached("complaints"),
            clause(bound, "freedom_of_information"),
        ),
    )


def _life(configuration: Configuration, one: Agreement, bound: Bound) -> tuple[Section, ...]:
    return (
        section(
            "review",
            "Review",
            bound.states("review_by", "Reviewed by"),
            clause(bound, "effectiveness"),
            Said(
                f"Sharing stops by itself {REVIEW_GRACE.days} days after a review that was not held."
            ),
        ),
        section(
            "ending",
            "Beginning and ending",
            bound.states(
                "valid_from", "In force from", else_said("the day every party has signed")
            ),
            bound.states("valid_to", "In force until before", else_said("no last day is agreed")),
            bound.states("suspensions", "Suspensions", suspensions),
            bound.states("terminated", "Termination", ended),
            clause(bound, "ending"),
        ),
        section(
            "assessment",
            "Data protection impact assessment",
            bound.states("dpia", "Reference of the assessment"),
        ),
        section("signatures", "Signatures", _signing(configuration, one, bound)),
    )


def _signing(configuration: Configuration, one: Agreement, bound: Bound) -> list[Block]:
    counts = {each.party for each in one.signed_by(configuration.day)}
    blocks: list[Block] = [
        bound.states("signatures", "Signed by", signatures),
        Derived("SHA-256 of the terms", one.terms_sha256, (bound.place,)),
    ]
    for name in one.parties:
        if name not in counts:
            office = configuration.of_partner(name).states(
                "nominated_person", f"To sign for {name}: the office of"
            )
            blocks += [office, Blank(f"For {name}: signature, name, date", 2)]
    return blocks
