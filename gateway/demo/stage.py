"""The stage: an own home with an invented map, a signed protocol, an agreement, partners with systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from adapters.synthetic_housing import LOCAL_SETTINGS
from gateway.access.clients import Client, Jwks, Method, Scope, new_secret
from gateway.assembly import House
from gateway.audit.checkpoints import ledger_verifier_key
from gateway.client.proof import Proof, Secret, SigningKey
from gateway.clock import london_day
from gateway.demo.endpoint import put_endpoint
from gateway.demo.geography import Loaded, load_invented_geography
from gateway.law.agreements import PutAgreement, sign
from gateway.law.register import PutSubscription, put_client, put_feed, put_partner, put_protocol
from gateway.seed import FEEDS, PARTNERS
from schemas.agreements import Agreement, Coverage
from schemas.codes import Kind, SubjectRole
from schemas.partners import DatedKind, Partner, PartnerKind
from schemas.powers import Power, Protocol, Purpose, Signature
from schemas.sensitivity import Lane
from schemas.subscriptions import DeliveryMode, Filter, Subscription

POLICE, FIRE, COUNCIL, PCC = "leicestershire-police", "llr-fire", "charnwood-bc", "llr-pcc"
COUNTY, UNIVERSITY = "leicestershire-cc", "example-university"
NSIR, HOUSING, STREET = "police-nsir", "cnh-housing", "street-management"
POLICE_UK = "police-uk"
FIRE_17A = "fire-17a"
COUNCIL_115 = "council-asb-team"
COUNTY_COUNTS = "county-statistics"
UNIVERSITY_RECORDS = "university-incidents"
OPEN_DATA = "pcc-open-data"
PROTOCOL = "example-protocol"
AGREEMENT = "police-council-asb"
ACTOR = "gateway-demo"

FEEDS_SENT: Final = (NSIR, HOUSING, STREET)
"""What the three simulated systems send."""

OFFICES: Final = {
    POLICE: "Head of Information Management",
    COUNCIL: "Community Safety Manager",
}
"""Nominated persons of the two parties, by post."""
DEPUTY: Final = "Duty Inspector"
"""The police's post that decides what cannot wait."""

PULLED: Final = (
    Subscription(
        id=FIRE_17A,
        partner=FIRE,
        power=Power.SECTION_17A,
        purpose=Purpose.SECTION_17A_DUTY,
        lane=Lane.DEPERSONALISED,
        filter=Filter(sources=FEEDS_SENT),
    ),
    Subscription(
        id=UNIVERSITY_RECORDS,
        partner=UNIVERSITY,
        power=Power.SECTION_17A,
        purpose=Purpose.ACADEMIC_RESEARCH,
        lane=Lane.DEPERSONALISED,
        filter=Filter(sources=FEEDS_SENT),
    ),
)
COUNTED: Final = Subscription(
    id=COUNTY_COUNTS,
    partner=COUNTY,
    power=Power.SECTION_17A,
    purpose=Purpose.CRIME_AND_DISORDER_STRATEGY,
    lane=Lane.STATISTICS,
)
PUSHED: Final = Subscription(
    id=COUNCIL_115,
    partner=COUNCIL,
    power=Power.SECTION_115,
    purpose=Purpose.PREVENTING_CRIME_AND_DISORDER,
    lane=Lane.PERSONAL,
    mode=DeliveryMode.PUSH,
    filter=Filter(sources=(NSIR,)),
    agreement=AGREEMENT,
)
OPEN_DATA_SUBSCRIPTION: Final = Subscription(
    id=OPEN_DATA,
    partner=PCC,
    power=Power.NON_PERSONAL,
    purpose=Purpose.PUBLIC_INFORMATION,
    lane=Lane.DEPERSONALISED,
    filter=Filter(sources=(POLICE_UK,)),
)

_SENDS = frozenset({Scope.FEED_WRITE, Scope.LEDGER_READ})
_RECEIVES = frozenset({Scope.RECORDS_READ, Scope.LEDGER_READ})
_ANALYSES = _RECEIVES | {Scope.ANALYSIS_READ}


@dataclass(frozen=True, slots=True)
class Stage:
    """What the play needs to know: who proves itself how, and what was set up."""

    proofs: dict[str, Proof]
    """By partner."""
    visitor: Secret
    """A second system of the fire authority, with a secret, for whoever tries it by hand."""
    ledger_key: str
    """The ledger's verifier key, as it is handed to a partner that joins."""
    map: Loaded
    partners: int
    protocol: Protocol
    agreement: Agreement


def set_stage(house: House, url: str, secret: bytes, *, with_open_data: bool) -> Stage:
    """Fill a new home: geography, protocol, agreement, partners, systems, feeds, subscriptions.

    Args:
        house: The home, empty but for its first register.
        url: Where the council's system takes deliveries.
        secret: What it shares with the gateway, to know its signatures.
        with_open_data: Whether somebody asks for open data too.
    """
    loaded = load_invented_geography(house, ACTOR)
    write, day = house.writer.run, london_day(house.clock)
    for partner in _partners():
        write(put_partner(partner, house.act(ACTOR)))
    protocol = _protocol(day)
    write(put_protocol(protocol, house.act(ACTOR)))
    agreement = _agreed(house, day)
    housing = next(feed for feed in FEEDS if feed.name == HOUSING)
    settled = housing.model_copy(update={"settings": LOCAL_SETTINGS})
    write(put_feed(settled, house.act(ACTOR)))
    scopes = {POLICE: _SENDS, COUNCIL: _SENDS | _RECEIVES, FIRE: _ANALYSES}
    scopes |= {COUNTY: _ANALYSES, UNIVERSITY: _RECEIVES}
    if with_open_data:
        scopes[PCC] = _RECEIVES
    proofs: dict[str, Proof] = {
        partner: _with_key(house, partner, granted) for partner, granted in scopes.items()
    }
    open_data = (OPEN_DATA_SUBSCRIPTION,) if with_open_data else ()
    for subscription in (*PULLED, COUNTED, PUSHED, *open_data):
        write(PutSubscription(subscription, house.act(ACTOR)))
    put_endpoint(house, COUNCIL_115, url, secret, house.act(ACTOR))
    key = ledger_verifier_key(house.keys).line()
    visitor = _with_secret(house)
    return Stage(proofs, visitor, key, loaded, len(PARTNERS) + 1, protocol, agreement)


def _partners() -> tuple[Partner, ...]:
    """The university, and the posts that the two parties of the agreement nominate."""
    university = Partner(
        id=UNIVERSITY,
        name="Example University",
        kinds=(DatedKind(kind=PartnerKind.UNIVERSITY),),
    )
    named = tuple(
        partner.model_copy(
            update={
                "nominated_person": OFFICES[partner.id],
                "deputies": (DEPUTY,) if partner.id == POLICE else (),
            }
        )
        for partner in PARTNERS
        if partner.id in OFFICES
    )
    return (university, *named)


def _protocol(today: date) -> Protocol:
    """Signed a month ago by every authority that takes part, in force for two years."""
    signed = today - timedelta(days=30)
    parties = (POLICE, COUNCIL, FIRE, PCC)
    return Protocol(
        id=PROTOCOL,
        title="Information-sharing protocol of an example partnership",
        parties=parties,
        # police and council let their reports be put beside each other; the others said nothing
        linking=(POLICE, COUNCIL),
        signatures=tuple(
            Signature(
                party=party, office=OFFICES.get(party, "Designated officer"), signed_on=signed
            )
            for party in parties
        ),
        valid_from=signed,
        valid_to=signed + timedelta(days=730),
    )


def _agreed(house: House, today: date) -> Agreement:
    """Draft, then signed by each party's nominated person."""
    draft = Agreement(
        id=AGREEMENT,
        title="Police incidents of nuisance for the council's anti-social behaviour team",
        protocol=PROTOCOL,
        holders=(POLICE,),
        recipients=(COUNCIL,),
        purpose=Purpose.PREVENTING_CRIME_AND_DISORDER,
        provision="s17",
        necessity="Case officers visit complainants and act on repeat nuisance; without name and "
        "address they cannot.",
        dpia="DPIA-EXAMPLE-1",
        fields=("source_reference", "occurred_from", "address_text", "people.name"),
        roles=(SubjectRole.CALLER, SubjectRole.COMPLAINANT, SubjectRole.VICTIM),
        coverage=Coverage(
            sources=(NSIR,),
            kinds=(Kind.ASB_INCIDENT,),
            behaviours=("noise", "nuisance_behaviour", "rowdy_behaviour"),
        ),
        crossing="Civil action against anti-social behaviour, authorised by section 115 "
        "(DPA 2018 s.36(4)).",
        retention_days=365,
        review_by=today + timedelta(days=365),
        records_from=today - timedelta(days=365),
        valid_from=today,
        valid_to=today + timedelta(days=730),
    )
    made = house.writer.run(PutAgreement(draft, house.act(ACTOR), today))
    for party in made.parties:
        step = sign(made.id, made.version, party, OFFICES[party], house.act(ACTOR), today)
        made = house.writer.run(step)
    return made


def _with_key(house: House, partner: str, scopes: frozenset[Scope]) -> SigningKey:
    key = SigningKey(f"{partner}-system", "demo-1", house.clock, house.random)
    keys = Jwks.model_validate({"keys": [key.public_jwk()]})
    client = Client(client_id=key.client_id, partner=partner, scopes=scopes, jwks=keys)
    house.writer.run(put_client(client, house.act(ACTOR)))
    return key


def _with_secret(house: House) -> Secret:
    text, digest = new_secret(house.random)
    client = Client(
        client_id="llr-fire-visitor",
        partner=FIRE,
        scopes=_RECEIVES,
        method=Method.CLIENT_SECRET_BASIC,
        secret_sha256=digest,
    )
    house.writer.run(put_client(client, house.act(ACTOR)))
    return Secret(client.client_id, text)
