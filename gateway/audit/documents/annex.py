"""The protocol's annex on section 17A: who owes what to whom each quarter, for its parties to sign.

Section 17A is a duty and rests on no agreement (law reference §3); the protocol that SI 2007/1830 asks for
says how it is carried out.
"""

from __future__ import annotations

from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.model import Blank, Block, Derived, Document, Grid, Said, section
from gateway.audit.documents.pieces import of_party, requests
from gateway.audit.documents.words import decisions, plain, signatures
from schemas.powers import Power

KIND = "section-17a-annex"


def section_17a_annex(configuration: Configuration, name: str) -> Document:
    """Return the annex of one protocol."""
    protocol = configuration.protocols[name]
    bound = configuration.of_protocol(name)
    asked = [one for one in configuration.subscriptions.values() if one.power is Power.SECTION_17A]
    parties: list[Block] = []
    for party in protocol.parties:
        parties += of_party(configuration, party, ("sharing",))
    return Document(
        kind=KIND,
        about=name,
        title=f"Annex on section 17A: {protocol.title}",
        day=configuration.day,
        snapshot=configuration.law.sha256,
        sections=(
            section(
                "duty",
                "The duty",
                Said(
                    "A relevant authority discloses to every other the information that is prescribed, at "
                    "intervals of no more than three months, and nothing that names anybody.",
                    "Crime and Disorder Act 1998 s.17A(1), (4); SI 2007/1831 reg 3",
                ),
                bound.states("covers_section_17a", "The protocol covers it"),
                bound.states("signatures", "The protocol is signed by", signatures),
            ),
            section("parties", "Parties", bound.states("parties", "Parties"), parties),
            section("owed", "What each authority owes", _owed(configuration)),
            section("withheld", "Decisions to withhold", _withheld(configuration)),
            section(
                "standing",
                "Standing requests",
                requests(
                    configuration,
                    asked,
                    "Requests under section 17A",
                    "There is no standing request.",
                ),
            ),
            section(
                "signatures",
                "Signatures",
                [Blank(f"For {party}: signature, office, date", 2) for party in protocol.parties],
            ),
        ),
    )


def _owed(configuration: Configuration) -> Grid:
    rows = []
    register, day = configuration.law.register, configuration.day
    for entry in configuration.law.lists.prescribed.paragraph:
        holders = [
            partner
            for partner in register.partners
            if partner.kind_on(day) in entry.holder_kinds
            and register.standing(partner.id, day).relevant_authority
        ]
        for partner in holders:
            bound = configuration.of_partner(partner.id)
            clear = "" if entry.holder_status == "clear" else " (needs a legal view)"
            rows.append(
                (
                    bound.states("name", "authority"),
                    bound.derives("paragraph", f"paragraph {entry.number}{clear}", "kinds"),
                    bound.derives("each", plain(entry.unit), "kinds"),
                )
            )
    columns = ("Authority", "SI 2007/1831, Schedule", "About each")
    return Grid("What is prescribed", columns, tuple(rows), "No relevant authority is registered.")


def _withheld(configuration: Configuration) -> list[Block]:
    found: list[Block] = [
        configuration.of_partner(partner.id).states(
            "withholds_section_17a", partner.name, decisions
        )
        for partner in configuration.law.register.partners
        if partner.withholds_section_17a
    ]
    return found or [
        Derived(
            "Today",
            "no decision to withhold is recorded",
            tuple(
                f"/partners/{one.id}/withholds_section_17a"
                for one in configuration.law.register.partners
            ),
        )
    ]
