"""The accessibility statement of the pages (SI 2018/952 reg. 8; model statement of 2020)."""

from __future__ import annotations

from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.model import Block, Document, Said, Section, section
from gateway.audit.documents.words import contact, day, plain

KIND = "accessibility-statement"
STATUS = {
    "fully": "Fully compliant with the Web Content Accessibility Guidelines 2.2, level AA.",
    "partially": "Partially compliant with the Web Content Accessibility Guidelines 2.2, level AA.",
    "not": "Not compliant with the Web Content Accessibility Guidelines 2.2, level AA.",
}


def accessibility_statement(configuration: Configuration) -> Document:
    """Return the statement: what was tested, what is not accessible, whom to tell, who enforces."""
    of = configuration.of_setting
    return Document(
        kind=KIND,
        about="console",
        title="Accessibility statement for the gateway’s pages",
        day=configuration.day,
        snapshot=configuration.law.sha256,
        sections=(
            *_covered(configuration),
            section(
                "reporting",
                "Reporting a problem",
                Said(
                    "Tell whoever runs the pages; they answer within their own complaints procedure."
                ),
                Said(
                    "If you are not satisfied with the answer, contact the Equality Advisory and Support "
                    "Service; the Equality and Human Rights Commission enforces the regulations.",
                    "SI 2018/952",
                ),
            ),
            section(
                "preparation",
                "How this statement was prepared",
                of("accessibility_checked_on").states(
                    "accessibility_checked_on", "Last tested on", day
                ),
                of("accessibility_checked_by").states(
                    "accessibility_checked_by", "Tested by, and how", plain
                ),
            ),
        ),
    )


def _covered(configuration: Configuration) -> tuple[Section, Section]:
    """What the statement covers, and how accessible that is."""
    of = configuration.of_setting
    operator = of("operator").states("operator", "Who runs these pages")
    reached: list[Block] = [operator]
    if configuration.settings.operator is not None:
        party = configuration.of_partner(configuration.settings.operator)
        reached = [
            operator,
            party.states("name", "Name"),
            party.states("contacts.accessibility", "Whom to tell", contact),
        ]
    return (
        section(
            "scope",
            "What it covers",
            of("public_url").states("public_url", "The pages at"),
            Said("The first page, the documentation of the interface, and the console."),
            reached,
        ),
        section(
            "how",
            "How accessible they are",
            of("accessibility_status").states(
                "accessibility_status",
                "Compliance",
                lambda value: "" if value is None else STATUS[value],
            ),
            of("accessibility_problems").states(
                "accessibility_problems", "What is not accessible, and why"
            ),
            Said(
                "Every page works without JavaScript, by keyboard alone, and from a phone’s width up."
            ),
        ),
    )
