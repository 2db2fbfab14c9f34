"""The kinds of documents, what each may be about, and making one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from gateway.audit.documents import (
    accessibility,
    annex,
    assessment,
    counts,
    privacy,
    processing,
    sharing,
)
from gateway.audit.documents.configuration import (
    Configuration,
    configuration_of,
    published_quarters,
)
from gateway.audit.documents.model import Document
from gateway.errors import NotFound
from gateway.law.book import Edition
from gateway.settings import Settings
from gateway.store.reading import Reader


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document."""

    name: str
    title: str
    says: str
    about: Callable[[Configuration], tuple[str, ...]]
    """What there can be one about, ids in their order."""
    make: Callable[[Configuration, str], Document]


def _versions(configuration: Configuration) -> tuple[str, ...]:
    return tuple(f"{one.id}.{one.version}" for one in configuration.law.agreements)


def _sharing(configuration: Configuration, about: str) -> Document:
    name, _, version = about.rpartition(".")
    found = configuration.agreement(name, int(version)) if version.isdecimal() else None
    if found is None:
        raise NotFound
    return sharing.sharing_agreement(configuration, found)


def _processing(configuration: Configuration, about: str) -> Document:
    if about == processing.OPERATOR:
        return processing.as_processor(configuration)
    return processing.as_controller(configuration, about)


def _counts(configuration: Configuration, _: str) -> Document:
    if configuration.edition is None:
        raise NotFound
    return counts.statistics_answer(configuration, configuration.edition)


def _partners(configuration: Configuration) -> tuple[str, ...]:
    return tuple(configuration.partners)


KINDS = {
    one.name: one
    for one in (
        Kind(
            sharing.KIND,
            "Information-sharing agreement",
            "Under the headings of the ICO’s data sharing code, to print and sign.",
            _versions,
            _sharing,
        ),
        Kind(
            annex.KIND,
            "Protocol annex on section 17A",
            "Who owes what to whom each quarter, for the protocol’s parties to sign.",
            lambda configuration: tuple(configuration.protocols),
            annex.section_17a_annex,
        ),
        Kind(
            assessment.KIND,
            "Input for the impact assessment",
            "Every flow with its picture, feed, request, power, partner and measure.",
            lambda _: ("gateway",),
            lambda configuration, _: assessment.impact_assessment(configuration),
        ),
        Kind(
            processing.KIND,
            "Record of processing",
            "Section 61 and article 30: each partner as controller, the operator as processor.",
            lambda configuration: (processing.OPERATOR, *_partners(configuration)),
            _processing,
        ),
        Kind(
            privacy.KIND,
            "Privacy notice wording",
            "What the gateway does with a partner’s records, for the people concerned.",
            _partners,
            privacy.privacy_notice,
        ),
        Kind(
            counts.KIND,
            "Answer with statistics",
            "Published counts for a freedom of information request, with the rule of each hidden figure.",
            lambda _: (),
            _counts,
        ),
        Kind(
            accessibility.KIND,
            "Accessibility statement",
            "For these pages, under the 2018 regulations.",
            lambda _: ("console",),
            lambda configuration, _: accessibility.accessibility_statement(configuration),
        ),
    )
}
"""Every kind, by name."""


def abouts(reader: Reader, configuration: Configuration, kind: Kind) -> tuple[str, ...]:
    """Return what a kind can be about today."""
    return published_quarters(reader) if kind.name == counts.KIND else kind.about(configuration)


def document(
    reader: Reader, edition: Edition, settings: Settings, day: date, kind: str, about: str
) -> Document:
    """Make a document from what is configured.

    Raises:
        NotFound: There is no such kind, or nothing that it could be about under this id.
    """
    known = KINDS.get(kind)
    if known is None:
        raise NotFound
    quarter = about if kind == counts.KIND else None
    configuration = configuration_of(reader, edition, settings, day, quarter)
    if about not in abouts(reader, configuration, known):
        raise NotFound
    return known.make(configuration, about)
