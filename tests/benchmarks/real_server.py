"""The real gateway as its own process, for the benchmarks; ready when its port answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import uvicorn

from gateway import events
from gateway.access.clients import Client, Method, Scope, hash_secret
from gateway.api.app import create_app, guarded, make_service
from gateway.assembly import open_house
from gateway.cli.serve import SWITCH_SECONDS
from gateway.law.register import PutSubscription, put_client
from gateway.release.endpoints import Endpoint, PutEndpoint, SealedSecret, seal_secret
from gateway.settings import Settings
from gateway.store.postgres import PostgresDatabase
from gateway.workshop import seldom_collect
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import DeliveryMode, Subscription

SECRET = "a-secret-of-the-benchmark-only"
PUSH_SECRET = b"a secret of the benchmark only.."


def main(home: Path, port: int, database: str | None = None, receiver: str | None = None) -> None:
    """Serve a fresh home with a police and a fire system.

    Args:
        home: Its folder.
        port: Where to listen.
        database: A PostgreSQL address; SQLite where there is none.
        receiver: Where the fire system is pushed to; it pulls where there is none.
    """
    url = f"http://127.0.0.1:{port}"
    on = PostgresDatabase(database) if database else None
    house = open_house(home, database=on, create=True)
    for name, partner in (("police", "leicestershire-police"), ("fire", "llr-fire")):
        client = Client(
            client_id=name,
            partner=partner,
            scopes=frozenset({Scope.FEED_WRITE, Scope.RECORDS_READ}),
            method=Method.CLIENT_SECRET_BASIC,
            secret_sha256=hash_secret(SECRET),
        )
        house.writer.run(put_client(client, house.act("operator")))
    wanted = Subscription(
        id="fire-17a",
        partner="llr-fire",
        power=Power.SECTION_17A,
        purpose=Purpose.SECTION_17A_DUTY,
        lane=Lane.DEPERSONALISED,
        mode=DeliveryMode.PULL if receiver is None else DeliveryMode.PUSH,
    )
    house.writer.run(PutSubscription(wanted, house.act("operator")))
    if receiver is not None:
        wrapped = seal_secret(house.keys.wrapping, "fire-17a", PUSH_SECRET, house.random(12))
        secret = SealedSecret(wrapped, "00" * 32)
        act = house.act("operator")
        house.writer.run(PutEndpoint("fire-17a", Endpoint(url=receiver), secret, act, 0))
    settings = Settings(
        home=home,
        public_url=url,
        requests_per_minute=10**9,
        client_secrets=True,
        egress_allow=("127.0.0.1",),
    )
    service = make_service(house, settings, url)
    events.configure(stream=Path("/dev/null").open("w"))  # noqa: SIM115 - for the life of the process
    app = guarded(create_app(service), settings)
    sys.setswitchinterval(SWITCH_SECONDS)
    seldom_collect()
    uvicorn.run(
        app, host="127.0.0.1", port=port, log_config=None, access_log=False, server_header=False
    )
    house.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
    json.dump({}, sys.stdout)
