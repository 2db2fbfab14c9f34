"""The clauses of an agreement that are words between its parties and decide nothing about a record.

Each answers one heading of the ICO's data sharing code (DPA 2018 s.121; law reference §4). All are optional,
so that what was stored before reads as it did; a document says of one that is absent that it is not recorded.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Word

Clause = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
"""A paragraph that people agreed on; blank is none."""


def _clause(title: str) -> Clause | None:
    made: Clause | None = Field(default=None, title=title)
    return made


class Clauses(Word):
    """What the parties agree beside the terms that the gateway enforces. Titles are what a reader sees."""

    owner: Clause | None = _clause("Who looks after this agreement")
    signed_copy: Clause | None = _clause("Where the signed copy is kept")
    controller_roles: Clause | None = _clause("Who is controller, joint controller or processor")
    joint_contact: Clause | None = _clause("Contact point where parties are joint controllers")
    rights: Clause | None = _clause("How requests by the people concerned are handled")
    accuracy: Clause | None = _clause("How accuracy is kept and errors are told")
    formats: Clause | None = _clause("Formats and recording standards")
    deletion: Clause | None = _clause("Deletion during the agreement and at its end")
    security: Clause | None = _clause("Security at each party")
    transfer: Clause | None = _clause("How information is transferred")
    transfers_abroad: Clause | None = _clause("Transfers outside the United Kingdom")
    profiling: Clause | None = _clause("Profiling and automated decisions")
    staff: Clause | None = _clause("Staff: who has access, and their training")
    breach: Clause | None = _clause("What happens when there is a breach")
    complaints: Clause | None = _clause("Complaints")
    freedom_of_information: Clause | None = _clause("Freedom of information requests")
    effectiveness: Clause | None = _clause("How it is judged whether sharing works")
    ending: Clause | None = _clause("Ending the agreement: notice, and what is left to do")
