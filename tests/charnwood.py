"""Answers the partnership's questions on published data: ``python -m tests.charnwood`` writes the report.

The whole six months of ``../shared/data/police`` go in through the feed ``police-uk``, as anybody may
download them; who asks is a reader of open data.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from gateway.analysis.partnership.asked import ask_partnership
from gateway.analysis.partnership.tables import Answer
from gateway.assembly import House, open_house
from gateway.cli import main as gateway
from gateway.cli.statistics import desk_of
from gateway.law.register import PutSubscription
from schemas.partnership import PartnershipName, PartnershipQuestion
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.support.real_data import street_month
from tests.support.street_data import CHARNWOOD, MONTHS, load_districts, load_outlines, slug

REPORT = Path(__file__).parent / "reports" / "charnwood_questions.json"
TODAY = date(2025, 7, 1)
ALL = (PartnershipName.COMMUNITIES, PartnershipName.DISTRICTS)
"""The questions that are about every district; the others are about Charnwood alone."""


def open_reader(house: House) -> None:
    """Register a reader of open data."""
    wanted = Subscription(
        id="fire-open",
        partner="llr-fire",
        power=Power.NON_PERSONAL,
        purpose=Purpose.PUBLIC_INFORMATION,
        lane=Lane.DEPERSONALISED,
    )
    house.writer.run(PutSubscription(wanted, house.act("operator")))


def answered(house: House, name: PartnershipName) -> Answer:
    """Ask one question about Charnwood, on the day after the half year."""
    question = PartnershipQuestion(
        subscription="fire-open",
        today=TODAY,
        months=len(MONTHS),
        set="districts",
        area=slug(CHARNWOOD),
    )
    return ask_partnership(desk_of(house), name, question, "llr-fire", "analyst")


def reported(house: House) -> dict[str, Any]:
    """Return the report: every question with its sentences and tables, nothing of a clock or a key."""
    found = {name.value: answered(house, name) for name in PartnershipName}
    return {
        "data": "data.police.uk, Leicestershire Police, January to June 2025 (OGL v3.0)",
        "made_with": ".venv/bin/python -m tests.charnwood",
        "today": TODAY.isoformat(),
        "areas": sorted({area for one in found.values() for area in one.areas}),
        "questions": {
            name: {
                "asks": one.asks,
                "period": one.period.says,
                "says": list(one.told.sentences),
                "coverage": dict(one.coverage),
                "rules": dict(one.rules),
                "tables": {table.name: table.records() for table in one.told.tables},
            }
            for name, one in found.items()
        },
    }


def fill(home: Path, files: list[Path]) -> None:
    """Make a house and take files in."""
    os.environ["GATEWAY_HOME"] = str(home)
    for arguments in (
        ["db", "upgrade"],
        *(["ingest", "police-uk", str(file), "--json"] for file in files),
    ):
        if gateway(arguments) != 0:
            message = f"gateway {arguments[0]} failed"
            raise RuntimeError(message)


def main() -> int:
    """Write the report."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fill(home, [street_month(month) for month in MONTHS])
        with open_house(home) as house:
            open_reader(house)
            load_outlines(house)
            load_districts(house, MONTHS)
            made = reported(house)
    REPORT.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
