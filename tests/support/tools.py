"""Credentials of analysts' tools for tests."""

from __future__ import annotations

from gateway.assembly import House
from gateway.law.accounts import put_account
from gateway.law.tool_credentials import Issued, issue
from tests.support.signed_in import COUNCIL, LEAD


def fill(house: House) -> None:
    """Add two accounts, and a credential to one of them."""
    for person in (LEAD, COUNCIL):
        house.writer.run(put_account(person, house.act("operator"), house.clock.now()))
    a_credential(house, COUNCIL.account)


def a_credential(house: House, account: str, tool: str = "excel", days: int = 90) -> Issued:
    """Issue a credential to an account's tool."""
    return issue(
        house.reader,
        house.writer,
        account,
        tool,
        days,
        longest=90,
        act=house.act("operator"),
        now=house.clock.now(),
        random=house.random,
    )
