"""The metrics: how much, never whose. Labels are feeds and subscriptions, counted by kind."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from schemas.receipts import Receipt


class Figures:
    """Prometheus counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("feed", "outcome")
        self._rows = Counter("gateway_rows", "Rows received", labels, registry=self.registry)
        self._released = Counter(
            "gateway_released",
            "Records and notices sent",
            ("subscription", "what"),
            registry=self.registry,
        )
        self._log = Gauge("gateway_log_positions", "Positions of the log", registry=self.registry)
        self._ledger = Gauge("gateway_ledger_leaves", "Ledger size", registry=self.registry)

    def push(self, feed: str, receipt: Receipt) -> None:
        """Count a push by outcome."""
        for outcome in (
            "recorded",
            "revised",
            "duplicate",
            "out_of_scope",
            "excluded",
            "quarantined",
        ):
            number = getattr(receipt, outcome)
            if number:
                self._rows.labels(feed, outcome).inc(number)

    def release(self, subscription: str, records: int, notices: int) -> None:
        """Count a page."""
        self._released.labels(subscription, "record").inc(records)
        self._released.labels(subscription, "notice").inc(notices)

    def text(self, log_size: int, ledger_size: int) -> bytes:
        """Return the exposition text."""
        self._log.set(log_size)
        self._ledger.set(ledger_size)
        return generate_latest(self.registry)
