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
from gateway.settings import Settings
from gateway.store.postgres import PostgresDatabase
from gateway.workshop import seldom_collect
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

SECRET = "a-secret-of-the-benchmark-only"


def main(home: Path, port: int, database: str | None = None) -> None:
    """Serve a fresh home with a police and a fire system; on PostgreSQL where an address is given."""
    url = f"http://127.0.0.1:{port}"
    on = None if database is None else PostgresDatabase(database)
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
    )
    house.writer.run(PutSubscription(wanted, house.act("operator")))
    settings = Settings(home=home, public_url=url, requests_per_minute=10**9, client_secrets=True)
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
