"""What a new database begins with: Charnwood's register and the four feeds.

Facts about who is who: law.md §1 and §0.2 (CNH was dissolved; its controller is the borough council).
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.clock import Clock
from gateway.law.register import Act, put_feed, put_partner
from gateway.ledger.leaf import stamp
from gateway.store.reading import Reader
from gateway.store.writer import Writer
from schemas.codes import Regime
from schemas.feeds import ControllerRole, Feed
from schemas.partners import DatedKind, Partner, PartnerKind

CHARNWOOD = "E07000130"
"""GSS code of the district of Charnwood."""


def _partner(slug: str, name: str, kind: PartnerKind, office: str | None = None) -> Partner:
    return Partner(id=slug, name=name, kinds=(DatedKind(kind=kind),), nominated_person=office)


PARTNERS = (
    _partner("leicestershire-police", "Leicestershire Police", PartnerKind.CHIEF_OFFICER_OF_POLICE),
    _partner("charnwood-bc", "Charnwood Borough Council", PartnerKind.DISTRICT_COUNCIL),
    _partner("leicestershire-cc", "Leicestershire County Council", PartnerKind.COUNTY_COUNCIL),
    _partner(
        "llr-fire",
        "Leicester, Leicestershire and Rutland Combined Fire Authority",
        PartnerKind.COMBINED_FIRE_AUTHORITY,
    ),
    _partner(
        "llr-pcc",
        "Police and Crime Commissioner for Leicester, Leicestershire and Rutland",
        PartnerKind.LOCAL_POLICING_BODY,
    ),
    _partner(
        "llr-icb",
        "Leicester, Leicestershire and Rutland Integrated Care Board",
        PartnerKind.INTEGRATED_CARE_BOARD,
    ),
    _partner("nhs-england", "NHS England", PartnerKind.NHS_ENGLAND),
    _partner("home-office", "Home Office", PartnerKind.GOVERNMENT_DEPARTMENT),
)

AS_TOLD = {"assertion": "opinion"}
"""A narrative says what somebody told, and nobody has found yet: what its sender does not call a fact is no
fact (DPA 2018 s.38(2)). A controller that knows better names a column."""
FEEDS = (
    Feed(
        name="police-nsir",
        title="Police incidents recorded under the National Standard for Incident Recording",
        adapter="police_nsir",
        settings=AS_TOLD,
        controller="leicestershire-police",
        role=ControllerRole.PROCESSOR,
        contract="to-be-named",
        regime=Regime.LAW_ENFORCEMENT,
        district_code=CHARNWOOD,
        district_name="Charnwood",
    ),
    Feed(
        name="cnh-housing",
        title="Housing records of the former Charnwood Neighbourhood Housing",
        adapter="cnh_housing",
        settings=AS_TOLD,
        controller="charnwood-bc",
        role=ControllerRole.PROCESSOR,
        contract="to-be-named",
        district_code=CHARNWOOD,
        district_name="Charnwood",
    ),
    Feed(
        name="street-management",
        title="Council street management",
        adapter="street_management",
        settings=AS_TOLD,
        controller="charnwood-bc",
        role=ControllerRole.PROCESSOR,
        contract="to-be-named",
        district_code=CHARNWOOD,
        district_name="Charnwood",
    ),
    Feed(
        name="police-uk",
        title="Street-level crime and anti-social behaviour published at data.police.uk",
        adapter="police_uk",
        controller="home-office",
        role=ControllerRole.JOINT_CONTROLLER,
        contract="open-data",
        sender="charnwood-bc",
        open_data_licence="OGL-UK-3.0",
    ),
)


def seed(reader: Reader, writer: Writer, clock: Clock, random: Callable[[int], bytes]) -> bool:
    """Fill an empty register; return whether it was empty."""
    if reader.bodies("partner"):
        return False
    now = stamp(clock.now())

    def act() -> Act:
        return Act("gateway", now, random(16).hex())

    for partner in PARTNERS:
        writer.run(put_partner(partner, act()))
    for feed in FEEDS:
        writer.run(put_feed(feed, act()))
    return True
