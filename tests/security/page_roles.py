"""Who may open which signed-in page: the matrix that the tests hold the console against.

Written by hand, beside ``Desk.get`` and ``Desk.post``: a page that is missing here turns a test red.
"""

from __future__ import annotations

from gateway.access.people import EVERYBODY, Role

LEAD, NOMINATED = Role.IG_LEAD, Role.NOMINATED_PERSON
AUDITOR, ADMINISTRATOR, ANALYST = Role.PARTNER_AUDITOR, Role.ADMINISTRATOR, Role.ANALYST

PAGES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/console"): EVERYBODY,
    ("POST", "/console/sign-out"): EVERYBODY,
    ("GET", "/console/consultations"): frozenset({LEAD, NOMINATED, AUDITOR}),
}

EXAMPLES: dict[str, str] = {}
"""Path with parts → the same filled with what the demonstration's story made."""
