"""Every question of analysis, in every form that answers it: for searches of what leaves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from gateway.access.people import Person, Role
from gateway.analysis.exported.run import COUNTS, RECORDS, Order, export
from gateway.analysis.written.forms import Form
from gateway.cli.exporting import signer_of
from gateway.cli.statistics import desk_of
from gateway.console.built import Built
from gateway.law.register import put_protocol
from schemas.partnership import PartnershipName
from tests.support.canaries import LATIN, SPACED, Listener
from tests.support.law import protocol
from tests.support.signed_in import signed_in

READER = Person(
    account="fire-reader", name="Jo Specimen", partner="llr-fire", roles=frozenset({Role.ANALYST})
)
RECORD_FORMS = tuple(
    f"{what} {form}" for what, form in product(("incidents", "incidents/download"), Form)
)
"""Places where records stand, each in its form: a canary that is let through is found in all of them."""
RECORD_PLACES = (*RECORD_FORMS, "ogc items", "export records parquet", "export records geoparquet")
PAGES = ("", "/map", "/behaviour", "/place", "/compare", "/quality", "/downloads", "/questions")
ELSEWHERE = (
    *("statistics json", "statistics csv", "hotspots json", "hotspots csv", "hotspots geojson"),
    *("links json", "links csv", "partnership", "ogc", "ogc item", "dictionary"),
    *("export statistics parquet", "question, badly"),
)
"""Places where counts and what belongs to them stand."""
POLICE, FIRE = "leicestershire-police", "llr-fire"
_OWN = "subscription=fire-json"
_BADLY = (f"&place={LATIN}&after={LATIN}", f"&{LATIN}={SPACED}")
_PERIOD = "first=2024-03&last=2024-06"


def ask_everything(listener: Listener, folder: Path, *, counts: bool = True) -> None:
    """Ask as a reader of records: records in every form, counts, hotspots, links, maps, pages, exports.

    Args:
        listener: Hears the answers; ``fire-json`` is a subscription of records.
        folder: Where exports are written.
        counts: Whether counts, links and pages are asked for as well as records.
    """
    house = listener.gateway.house
    for form in Form:
        for what in ("incidents", "incidents/download"):
            path = f"/v1/{what}?{_OWN}&format={form}"
            answer = listener.call(f"{what} {form}", "GET", path, "fire-analyst")
            assert answer.status_code == 200, answer.text
    items = "/ogc/collections/fire-json/items"
    page = listener.call("ogc items", "GET", f"{items}?limit=1000", "fire-analyst").json()
    for form in (Form.PARQUET, Form.GEOPARQUET):
        _export(listener, folder, RECORDS, form)
    if not counts:
        return
    linked = protocol(id="linked", parties=(POLICE, FIRE), linking=(POLICE,))
    house.writer.run(put_protocol(linked, house.act("operator")))
    house.book.refresh()
    for place, path in _addresses():
        headers = {"Accept": "text/csv" if place.endswith(" csv") else "application/json"}
        answer = listener.call(place, "GET", path, "fire-analyst", headers=headers)
        assert answer.status_code == 200, (path, answer.text)
    for what, more in product(("incidents", "statistics", "hotspots", "links"), _BADLY):
        listener.call("question, badly", "GET", f"/v1/{what}?{_OWN}{more}", "fire-analyst")
    for one in page["features"][:2]:
        listener.call("ogc item", "GET", f"{items}/{one['id']}", "fire-analyst")
    _read_pages(listener)
    _export(listener, folder, COUNTS, Form.PARQUET)


def _addresses() -> Iterator[tuple[str, str]]:
    counted = f"/v1/statistics?{_OWN}&place=lsoa&by=sub_behaviour&kind=asb_incident&{_PERIOD}"
    yield from ((f"statistics {form}", counted) for form in ("json", "csv"))
    for form in ("json", "csv", "geojson"):
        yield f"hotspots {form}", f"/v1/hotspots?{_OWN}&{_PERIOD}&format={form}"
    linked = f"/v1/links?{_OWN}&first=2024-03-01&last=2024-04-30&least=0.05"
    yield from ((f"links {form}", linked) for form in ("json", "csv"))
    for name in PartnershipName:
        yield "partnership", f"/v1/statistics/partnership/{name.value}?{_OWN}&today=2024-09-01"
    yield "dictionary", "/v1/incidents/dictionary"
    for path in ("", "/conformance", "/api", "/collections", "/collections/fire-json"):
        yield "ogc", f"/ogc{path}"
    yield "ogc", "/ogc/collections/fire-json/schema"


def _read_pages(listener: Listener) -> None:
    if not Built().whole:
        return
    reading = signed_in(listener.gateway, READER)
    ones = [f"/questions/{name.value}" for name in PartnershipName]
    for page in (*PAGES, *ones):
        answer = reading.get(f"/console/analysis{page}", params={"subscription": "fire-json"})
        assert answer.status_code in {200, 400, 422}, page
        listener.search.text("analysis pages", answer.content)


def _export(listener: Listener, folder: Path, what: str, form: Form) -> None:
    house, data = listener.gateway.house, folder / f"{what}-{form}"
    order = Order(data, "fire-json", form, what=what)
    export(desk_of(house), order, "operator", folder / "staging", signer_of(house))
    files = [path for path in data.rglob("*") if path.is_file()]
    assert files
    for path in files:
        listener.search.file(f"export {what} {form}", path.read_bytes())
