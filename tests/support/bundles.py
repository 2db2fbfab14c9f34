"""Policy bundles for tests: the packaged one with a change, and how two people put one in force."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.assembly import House
from gateway.law.bundles import Approve, Propose, Withdraw, shelf
from policies.documents import packaged_documents, sha256_of
from schemas.bundles import PolicyBundle
from tests.support.law import rule

FIRST, SECOND = "Data Protection Officer", "Head of Information"
LOCAL = "cedar/local.cedar"


def with_rule(name: str = "section_17a.local", condition: str = "true") -> dict[str, str]:
    """The packaged documents with one more condition."""
    return {**packaged_documents().texts, LOCAL: rule(name, condition)}


def stricter() -> dict[str, str]:
    """The packaged documents, and no rowdy behaviour goes under section 17A."""
    quiet = '!(resource has typology_behaviour && resource.typology_behaviour == "rowdy_behaviour")'
    return with_rule("section_17a.no_rowdiness", quiet)


def propose(house: House, texts: Mapping[str, str], office: str = FIRST) -> PolicyBundle:
    """Store a bundle without checking it, as no command does."""
    return house.writer.run(Propose(texts, office, "a reason", house.act("operator")))


def approve(house: House, sha256: str, office: str) -> PolicyBundle:
    """One person's approval."""
    return house.writer.run(Approve(sha256, office, None, house.act("operator")))


def withdraw(house: House, sha256: str) -> PolicyBundle:
    """Withdraw."""
    return house.writer.run(Withdraw(sha256, FIRST, "a reason", house.act("operator")))


def put_in_force(house: House, texts: Mapping[str, str]) -> str:
    """Propose where it is not stored, let two people approve; return its hash."""
    sha256 = sha256_of(texts)
    if sha256 not in {one.sha256 for one in shelf(house.reader).bundles}:
        propose(house, texts)
    for office in (FIRST, SECOND):
        approve(house, sha256, office)
    return sha256
