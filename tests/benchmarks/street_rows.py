"""How long one row of street management takes: what is out of scope, beside what is mapped.

``python -m tests.benchmarks.street_rows`` prints the quickest of five rounds, in microseconds a row.
"""

from __future__ import annotations

from timeit import repeat

from adapters import source
from adapters.source import Mapper, Row

ROUNDS, ROWS = 5, 20_000


def microseconds(mapper: Mapper, row: Row) -> float:
    """Return the quickest round, a row."""
    mapper.map(row)
    return min(repeat(lambda: mapper.map(row), number=ROWS, repeat=ROUNDS)) / ROWS * 1e6


def main() -> None:
    """Measure both layouts."""
    street = source("street_management")
    mapper = street.compile({})
    tipped, report = (dict(one.given) for one in street.examples[:2])
    pothole = {**report, "service_code": "Potholes", "service_name": "Potholes"}
    header = ",".join(tipped)
    cells = ",".join(
        str({**tipped, "RecTypeDesc": "Pothole"}[name]) for name in tipped if name != "Location"
    )
    body = f"{header.replace(',Location', '')}\n{cells}\n".encode()
    row = next(iter(mapper.rows(body, "text/csv")))
    for title, one in (
        ("Open311, mapped", report),
        ("Open311, out of scope", pothole),
        ("back office, mapped", tipped),
        ("back office CSV, out of scope", row),
    ):
        print(f"{title:<32}{microseconds(mapper, one):7.2f} µs a row")


if __name__ == "__main__":
    main()
