"""The stage: an own home with an invented geography, a signed protocol, and partners with their systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from gateway.access.clients import Client, Jwks, Method, Scope, new_secret
from gateway.assembly import House
from gateway.client.proof import Proof, Secret, SigningKey
from gateway.clock import london_day
from gateway.demo.geography import load_invented_geography
from gateway.law.register import PutSubscription, put_client, put_partner, put_protocol
from gateway.seed import PARTNERS
from schemas.partners import DatedKind, Partner, PartnerKind
from schemas.powers import Power, Protocol, Purpose, Signature
from schemas.sensitivity import Lane
from schemas.subscriptions import Filter, Subscription

POLICE, FIRE, COUNCIL, PCC = "leicestershire-police", "llr-fire", "charnwood-bc", "llr-pcc"
UNIVERSITY = "example-university"
NSIR, POLICE_UK = "police-nsir", "police-uk"
FIRE_17A = "fire-17a"
UNIVERSITY_RECORDS = "university-incidents"
OPEN_DATA = "pcc-open-data"
PROTOCOL = "example-protocol"
ACTOR = "gateway-demo"

SUBSCRIPTIONS = (
    Subscription(
        id=FIRE_17A,
        partner=FIRE,
        power=Power.SECTION_17A,
        purpose=Purpose.SECTION_17A_DUTY,
        lane=Lane.DEPERSONALISED,
        filter=Filter(sources=(NSIR,)),
    ),
    Subscription(
        id=UNIVERSITY_RECORDS,
        partner=UNIVERSITY,
        power=Power.SECTION_17A,
        purpose=Purpose.ACADEMIC_RESEARCH,
        lane=Lane.DEPERSONALISED,
        filter=Filter(sources=(NSIR,)),
    ),
)
OPEN_DATA_SUBSCRIPTION = Subscription(
    id=OPEN_DATA,
    partner=PCC,
    power=Power.NON_PERSONAL,
    purpose=Purpose.PUBLIC_INFORMATION,
    lane=Lane.DEPERSONALISED,
    filter=Filter(sources=(POLICE_UK,)),
)

_SENDS = frozenset({Scope.FEED_WRITE, Scope.LEDGER_READ})
_RECEIVES = frozenset({Scope.RECORDS_READ, Scope.LEDGER_READ})


@dataclass(frozen=True, slots=True)
class Stage:
    """What the play needs to know: who proves itself how, and what was set up."""

    proofs: dict[str, Proof]
    """By partner."""
    visitor: Secret
    """A second system of the fire authority, with a secret, for whoever tries it by hand."""
    lsoas: int
    points: int
    partners: int
    protocol: Protocol


def set_stage(house: House, *, with_open_data: bool) -> Stage:
    """Fill a new home: geography, protocol, partners, systems, subscriptions."""
    lsoas, points = load_invented_geography(house, ACTOR)
    write = house.writer.run
    university = Partner(
        id=UNIVERSITY,
        name="Example University",
        kinds=(DatedKind(kind=PartnerKind.UNIVERSITY),),
    )
    write(put_partner(university, house.act(ACTOR)))
    protocol = _protocol(london_day(house.clock))
    write(put_protocol(protocol, house.act(ACTOR)))
    senders = {POLICE: _SENDS, **({COUNCIL: _SENDS} if with_open_data else {})}
    receivers = (FIRE, UNIVERSITY, *((PCC,) if with_open_data else ()))
    proofs: dict[str, Proof] = {}
    for partner, scopes in (senders | dict.fromkeys(receivers, _RECEIVES)).items():
        proofs[partner] = _with_key(house, partner, scopes)
    visitor = _with_secret(house)
    open_data = (OPEN_DATA_SUBSCRIPTION,) if with_open_data else ()
    for subscription in SUBSCRIPTIONS + open_data:
        write(PutSubscription(subscription, house.act(ACTOR)))
    return Stage(proofs, visitor, lsoas, points, len(PARTNERS) + 1, protocol)


def _protocol(today: date) -> Protocol:
    """Signed a month ago by every authority that takes part, in force for two years."""
    signed = today - timedelta(days=30)
    parties = (POLICE, COUNCIL, FIRE, PCC)
    return Protocol(
        id=PROTOCOL,
        title="Information-sharing protocol of an example partnership",
        parties=parties,
        signatures=tuple(
            Signature(party=party, office="Designated officer", signed_on=signed)
            for party in parties
        ),
        valid_from=signed,
        valid_to=signed + timedelta(days=730),
    )


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
