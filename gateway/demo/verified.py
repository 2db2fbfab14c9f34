"""The proof of the whole database, as `gateway verify` gives it."""

from __future__ import annotations

from gateway.assembly import House
from gateway.demo.play import Verify


def verifier(house: House) -> Verify:
    """Return what proves this database and names what is wrong."""

    def verify() -> list[str]:
        return ["gateway.audit.verify is not there yet"]

    return verify
