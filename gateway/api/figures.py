"""The metrics: how much, never whose. Labels are feeds and subscriptions, counted by kind."""

from __future__ import annotations

from collections.abc import Mapping

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
        self._attempts = Counter(
            "gateway_push_attempts",
            "Attempts to send, by what came of them",
            ("subscription", "outcome"),
            registry=self.registry,
        )
        self._log = Gauge("gateway_log_positions", "Positions of the log", registry=self.registry)
        self._refused = Gauge(
            "gateway_guard_refused",
            "Requests the guard refused",
            ("problem",),
            registry=self.registry,
        )
        self._dropped = Gauge(
            "gateway_log_dropped",
            "Log fields dropped because the catalogue does not permit them",
            ("event",),
            registry=self.registry,
        )
        self._notices = Gauge(
            "gateway_notices",
            "Notices that no recipient acknowledged, and of these the overdue",
            ("state",),
            registry=self.registry,
        )
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

    def attempt(self, subscription: str, outcome: str) -> None:
        """Count an attempt to send."""
        self._attempts.labels(subscription, outcome).inc()

    def text(
        self,
        log_size: int,
        ledger_size: int,
        refused: Mapping[str, int],
        dropped: Mapping[str, int],
        notices: Mapping[str, int],
    ) -> bytes:
        """Return the exposition text."""
        for state, number in notices.items():
            self._notices.labels(state).set(number)
        for problem, number in refused.items():
            self._refused.labels(problem).set(number)
        for event, number in dropped.items():
            self._dropped.labels(event).set(number)
        self._log.set(log_size)
        self._ledger.set(ledger_size)
        return generate_latest(self.registry)
