"""How a delivery may stand."""

from __future__ import annotations

from enum import StrEnum


class Delivery(StrEnum):
    """How the delivery of one release stands."""

    PENDING = "pending"
    """Committed; nothing was tried yet, or it waits to be pulled."""
    RETRYING = "retrying"
    """Tried, and it will be tried again."""
    REFUSED = "refused"
    """The endpoint said that it is gone; it waits to be resumed or pulled."""
    EXPIRED = "expired"
    """The endpoint failed for too long; it waits to be resumed or pulled."""
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"
    """The law changed before it was tried: nobody had it."""
    UNCONFIRMED = "unconfirmed"
    """The law changed after it was tried: it counts as received."""


OPEN = (Delivery.PENDING, Delivery.RETRYING, Delivery.REFUSED, Delivery.EXPIRED)
"""States that an acknowledgement ends."""

CLOSED = (Delivery.WITHDRAWN, Delivery.UNCONFIRMED)
"""States of a release that is never sent again: what it covered is decided anew."""


class EndpointState(StrEnum):
    """Whether a subscription's endpoint is sent to."""

    ACTIVE = "active"
    PAUSED = "paused"
    """By an operator."""
    DISABLED = "disabled"
    """By an operator, by the endpoint's own «gone», or after it failed for too long."""
