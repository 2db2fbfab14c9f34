"""Pieces that several documents have: how a party is reached, what a request asks, who signed."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.audit.documents.bound import Words
from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.model import Block, Derived, Grid, Statement
from gateway.audit.documents.words import (
    agencies,
    cases,
    cells,
    condition,
    contact,
    counted,
    dated_kinds,
    decisions,
    else_said,
    fields,
    listed,
    matching,
    onward,
    periods,
    plain,
    provision,
)
from schemas.agreements import Agreement
from schemas.partners import Contacts
from schemas.subscriptions import Subscription

CONTACTS = tuple(Contacts.model_fields)


def contact_title(name: str) -> str:
    """Return what a contact is for, as its form says it."""
    return str(Contacts.model_fields[name].title)


def of_party(
    configuration: Configuration, name: str, contacts: Iterable[str] = CONTACTS
) -> list[Block]:
    """Return who a party is and whom to ask there."""
    party = configuration.of_partner(name)
    label = configuration.name_of(name)
    return [
        party.states("name", f"{label}: name"),
        party.states("address", f"{label}: address"),
        party.states("nominated_person", f"{label}: nominated person (SI 2007/1830 reg 4(3))"),
        *(
            party.states(f"contacts.{one}", f"{label}: {contact_title(one).lower()}", contact)
            for one in contacts
        ),
    ]


def register_entry(configuration: Configuration, name: str) -> list[Block]:
    """Return everything else that the register says of a partner."""
    party = configuration.of_partner(name)
    label = configuration.name_of(name)
    open_ended = else_said("not dated")
    return [
        party.states("id", f"{label}: id on the register"),
        party.states("kinds", f"{label}: what it is under section 115(2)", dated_kinds),
        party.states(
            "ico_registration", f"{label}: registration with the Information Commissioner"
        ),
        party.states("privacy_notice", f"{label}: where its privacy notice is published"),
        party.states(
            "deputies",
            f"{label}: offices that may decide an urgent request",
            else_said("none but the nominated person’s", listed),
        ),
        party.states("acts_on_behalf_of", f"{label}: acts on behalf of", agencies),
        party.states("succeeded_by", f"{label}: succeeded by", else_said("nobody")),
        party.states("withholds_section_17a", f"{label}: withholds under section 17A", decisions),
        party.states("withholds_section_115", f"{label}: withholds under section 115", decisions),
        party.states("co_opted_for_case_reviews", f"{label}: co-opted for case reviews", periods),
        party.states("valid_from", f"{label}: on the register from", open_ended),
        party.states("valid_to", f"{label}: on the register until before", open_ended),
    ]


def data_items(configuration: Configuration, one: Agreement) -> list[Statement]:
    """Return which records and fields go under an agreement, and in which form."""
    bound = configuration.of_agreement(one)
    every = else_said
    return [
        bound.states("fields", "Fields that may go", fields),
        bound.states("roles", "People who may be named, by role", every("nobody may be named")),
        bound.states("coverage.sources", "Feeds", every("every feed of the holders", listed)),
        bound.states("coverage.kinds", "Kinds of incident", every("every kind", listed)),
        bound.states("coverage.behaviours", "Behaviours", every("every behaviour", listed)),
        bound.states("coverage.cases", "Cases", cases),
        bound.states("matching", "The same household in several feeds", matching),
        bound.states("records_from", "Only what was recorded on or after"),
        bound.states("marking", "Highest marking that may go"),
        bound.states(
            "minimum_cell", "Depersonalised records go in cells of at least", counted("incidents")
        ),
        bound.states("cells", "Finest cell of depersonalised records", cells),
    ]


def legal_basis(configuration: Configuration, one: Agreement) -> list[Block]:
    """Return power, provision and conditions of an agreement."""
    bound = configuration.of_agreement(one)
    entry = configuration.law.lists.powers.by_code[one.power]
    basis = Derived("Which rests on", f"{entry.title}: {entry.cites}.", (bound.pointer("power"),))
    return [
        bound.states("power", "Power"),
        basis,
        bound.states("provision", "Provision of the Act it serves", _provision_of(one)),
        bound.states("special_category", "Condition for special category fields", condition),
        bound.states("offence", "Condition for offence fields", condition),
        bound.states("children", "Best interests of children", else_said(_NO_CHILDREN)),
        bound.states("recipient_regime", "How recipients process it"),
        bound.states(
            "crossing", "Use for another purpose than law enforcement", else_said(_NO_CROSSING)
        ),
        bound.states("onward", "Onward sharing", onward),
    ]


_NO_CHILDREN = "Nothing is stated: records about children do not go."
_NO_CROSSING = "Nothing is stated: law-enforcement data does not go to a recipient outside Part 3."


def _provision_of(one: Agreement) -> Words:
    """A provision is wanted under section 115 alone; elsewhere its absence is no gap."""
    return provision if one.power.value == "section_115" else else_said("none needed", provision)


def request_rows(
    configuration: Configuration, asked: Iterable[Subscription]
) -> tuple[tuple[Statement, ...], ...]:
    """Return a row for each standing request: who, power, purpose, form, agreement."""
    rows = []
    for one in asked:
        bound = configuration.of_subscription(one.id)
        rows.append(
            (
                bound.states("id", "request"),
                bound.states("partner", "recipient"),
                bound.states("power", "power"),
                bound.states("purpose", "purpose"),
                bound.states("lane", "form"),
                bound.states("agreement", "agreement", else_said("rests on no agreement", plain)),
            )
        )
    return tuple(rows)


REQUEST_COLUMNS = ("Request", "Recipient", "Power", "Purpose", "Form", "Agreement")


def requests(
    configuration: Configuration, asked: Iterable[Subscription], caption: str, nothing: str
) -> Grid:
    """Return a table of standing requests."""
    return Grid(caption, REQUEST_COLUMNS, request_rows(configuration, asked), nothing)
