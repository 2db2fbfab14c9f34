"""Putting together what sends a house's push subscriptions, and what publishes its checkpoints."""

from __future__ import annotations

from collections.abc import Callable

from gateway.assembly import House
from gateway.audit.anchoring import Anchoring
from gateway.audit.checkpoints import Publisher
from gateway.net.egress import EgressClient, Limits, trust
from gateway.net.target import Egress
from gateway.release.courier import PostRoom
from gateway.release.dispatch import Dispatcher
from gateway.settings import Settings
from gateway.store.delivering import Deliveries
from gateway.store.leasing import Leases


def egress_client(settings: Settings) -> EgressClient:
    """Return what dials subscribers, under the rules of the settings."""
    return EgressClient(
        Egress.of(settings.egress_allow, settings.egress_ports),
        trust(settings.egress_ca_file),
        Limits(attempt=settings.egress_attempt_seconds),
    )


def anchoring_of(
    house: House, settings: Settings, *, client: EgressClient | None = None
) -> Anchoring:
    """Return what signs the house's checkpoints and publishes them.

    Args:
        house: Its house.
        settings: Where they go besides, what is required, and for how long it may fail.
        client: The egress client; made from the settings where absent and there are addresses.
    """
    folder = house.home / "checkpoints"
    return Anchoring(
        Publisher(house.reader, house.writer, house.keys, folder, settings.anchor_folder),
        house.clock,
        house.act,
        client or (egress_client(settings) if settings.anchor_urls else None),
        settings.anchor_urls,
        settings.anchor_required,
        round(settings.anchor_failure_hours * 3_600),
    )


def dispatcher_of(
    house: House,
    settings: Settings,
    *,
    client: EgressClient | None = None,
    count: Callable[[str, str], None] = lambda _subscription, _code: None,
) -> Dispatcher:
    """Return what sends the house's push subscriptions.

    Args:
        house: Its house.
        settings: What may be dialled, and how many attempts run at a time.
        client: The egress client; made from the settings where absent.
        count: Told of each attempt.
    """
    client = client or egress_client(settings)
    room = PostRoom(
        reader=house.reader,
        writer=house.writer,
        door=house.door,
        book=house.book,
        keys=house.keys,
        clock=house.clock,
        random=house.random,
        deliveries=Deliveries(house.reader),
        client=client,
        count=count,
    )
    leases = Leases(house.writer, house.new_id()) if house.database.shared else None
    return Dispatcher(room, house.wakener, leases, settings.push_attempts_at_once)
