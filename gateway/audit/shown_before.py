"""What a signer is shown before an agreement is signed: what it changes, and what it would newly release.

The digest of exactly that goes into the signature's entry of the ledger: nobody can say later that it was
not on the table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from gateway.audit.simulated import draft_of_agreement, simulated
from gateway.law.book import LawBook
from gateway.law.difference import difference
from gateway.store.reading import Reader
from policies.changes import predecessor
from schemas.agreements import Agreement
from schemas.simulations import Comparison


@dataclass(frozen=True, slots=True)
class ShownBefore:
    """What one version would do if every party signed it today."""

    agreement: Agreement
    difference: dict[str, Any] | None
    """Against what was agreed before; None where this is the first."""
    effect: Comparison
    """Counts over what is recorded, by request, rule and class: no record."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON, with the digest of the rest."""
        return {**self._said(), "shown_sha256": self.sha256}

    @property
    def sha256(self) -> str:
        """SHA-256 in hex of what was shown."""
        said = json.dumps(self._said(), sort_keys=True, separators=(",", ":"))
        return sha256(said.encode()).hexdigest()

    def _said(self) -> dict[str, Any]:
        return {
            "agreement": self.agreement.id,
            "version": self.agreement.version,
            "terms_sha256": self.agreement.terms_sha256,
            "difference": self.difference,
            "effect": self.effect.model_dump(mode="json"),
        }


def shown_before(reader: Reader, book: LawBook, agreement: Agreement, day: date) -> ShownBefore:
    """Work out what signing a version would change.

    Args:
        reader: Counts what is recorded, by class.
        book: The law in force.
        agreement: The version that is to be signed.
        day: Today; the version is judged by its first day, where that is still to come.
    """
    edition = book.refresh()
    before = predecessor(agreement, edition.register.agreements, day)
    draft = draft_of_agreement(reader, edition, agreement, day)
    return ShownBefore(
        agreement=agreement,
        difference=None if before is None else difference(before, agreement),
        effect=simulated(reader, book, edition, draft),
    )
