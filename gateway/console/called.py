"""What ids are called on a page: partners, feeds, agreements, conditions of the law, and people."""

from __future__ import annotations

from gateway.access.people import Person
from gateway.assembly import House
from gateway.release.disclosed import RESTRICTED
from policies.retention import NOBODY


def people(house: House) -> dict[str, str]:
    """Return account → «Priya Example (ig-lead)», for everybody who was ever let in."""
    found = {}
    for row in house.reader.accounts():
        person = Person.model_validate_json(row["body"])
        found[row["id"]] = f"{person.name} ({row['id']})"
    return found


def called(house: House) -> dict[str, str]:
    """Return id → what it is called: partner, feed, agreement, condition (its sentence), not a power."""
    edition = house.book.current()
    register = edition.register
    return {
        RESTRICTED: "The record is restricted: it is kept and goes to nobody.",
        NOBODY: "No agreement needs it, and its time without one is over.",
        **{key: rule.says for key, rule in edition.law.bundle.rules.items() if "." in key},
        **{one.id: one.title for one in register.agreements},
        **{key: feed.title for key, (_, feed) in register.feeds.items()},
        **{key: one.name for key, one in register.partners.items()},
    }
