"""The recorder gives what open_half and classify give, however rows follow each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies import recorder as module
from policies.classes import classify
from policies.depersonalise import open_half
from policies.kept import NOTHING, Kept
from policies.recorder import Recorder
from policies.treatments import packaged_treatments
from schemas.codes import Regime
from schemas.feeds import ControllerRole, Feed
from schemas.incident import Incident
from schemas.open_half import MapPoint
from schemas.partners import PartnerKind
from schemas.sensitivity import Lane

FEED = Feed(
    name="police-nsir",
    title="t",
    adapter="police_nsir",
    controller="leicestershire-police",
    role=ControllerRole.PROCESSOR,
    regime=Regime.LAW_ENFORCEMENT,
)
TABLE = packaged_treatments()[Lane.DEPERSONALISED]
KIND = PartnerKind.CHIEF_OFFICER_OF_POLICE
POINT = MapPoint(-1.2, 52.7, "points:2025-01")

times = st.one_of(
    st.none(),
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001 - made aware in the next call
)
incidents = st.builds(
    Incident,
    kind=st.sampled_from(["asb_incident", "crime"]),
    mapping_status=st.sampled_from(["mapped", "unclassified", "withheld"]),
    typology_area=st.sampled_from([None, "misuse_of_public_space"]),
    typology_behaviour=st.sampled_from([None, "noise", "prostitution"]),
    candidate_behaviours=st.sampled_from([(), ("noise", "begging")]),
    mapping_rule_id=st.sampled_from([None, "met.211"]),
    source_category_label=st.sampled_from([None, "Noise"]),
    opening_code=st.sampled_from([None, "214", "LOCAL9"]),
    closing_codes=st.sampled_from([(), ("211",), ("ZZ9",)]),
    occurred_from=times,
    occurred_to=times,
    reported_at=times,
    time_precision=st.sampled_from(["minute", "hour", "day", "month", "quarter"]),
    longitude=st.sampled_from([None, -1.21]),
    latitude=st.sampled_from([None, 52.76]),
    location_precision=st.sampled_from(["point", "published_point", "none", "lsoa"]),
    lsoa_code=st.sampled_from([None, "E01025692"]),
    ward_code=st.sampled_from([None, "E05005426"]),
    geography_editions=st.sampled_from([(), ("lsoa:2021",)]),
    grounds=st.sampled_from([(), ("race",)]),
    vulnerability_flag=st.sampled_from([None, True]),
    description=st.sampled_from([None, "A EXAMPLE"]),
)


def expected(incident: Incident, point: MapPoint | None, kept: Kept) -> tuple[Any, ...]:
    half = open_half(incident, point, TABLE)
    whole = half.model_dump(mode="json", exclude={"detail"})
    order = list(module.OPEN_ORDER)
    columns = [whole[name] for name in order]
    columns.append(half.detail.model_dump_json(exclude_defaults=True))
    return columns, classify(incident, FEED, KIND, kept)


@given(st.lists(st.tuples(incidents, st.sampled_from([None, POINT])), max_size=12))
def test_rows_in_any_order_come_out_as_one_by_one(
    rows: list[tuple[Incident, MapPoint | None]],
) -> None:
    recorder = Recorder(FEED, KIND, TABLE)

    for incident, point in [*rows, *rows]:
        assert tuple(recorder(incident, point)) == expected(incident, point, NOTHING)


@given(incidents)
def test_with_a_sealed_half_the_class_is_worked_out_for_each_row(incident: Incident) -> None:
    kept = Kept(frozenset({"description"}))
    recorder = Recorder(FEED, KIND, TABLE)

    assert recorder(incident, None, kept).record_class == classify(incident, FEED, KIND, kept)
    plain = incident.model_copy(update={"description": None})
    assert recorder(plain, None, kept).record_class == classify(plain, FEED, KIND, kept)


def test_what_is_remembered_is_bounded(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    recorder = Recorder(FEED, KIND, TABLE)

    for code in ("200", "201", "202", "203"):
        recorder(
            Incident(kind="asb_incident", mapping_status="unclassified", opening_code=code), None
        )
    assert len(recorder._known) <= 2


_CODES = (
    "kind",
    "mapping_status",
    "typology_area",
    "typology_behaviour",
    "candidate_behaviours",
    "mapping_rule_id",
    "source_category_label",
    "opening_code",
    "closing_codes",
)


@given(incidents, incidents, st.sampled_from([None, POINT]))
def test_codes_that_mean_something_else_now_come_out_as_the_row_would(
    incident: Incident, codes: Incident, point: MapPoint | None
) -> None:
    """The same row, its codes read by a later crosswalk; only a point that was hidden stays hidden."""
    recorder = Recorder(FEED, KIND, TABLE)
    later = incident.model_copy(update={name: getattr(codes, name) for name in _CODES})
    before, after = recorder(incident, point), recorder(later, point)

    again = recorder.again(before.columns, before.record_class, later)

    assert again.record_class == after.record_class
    if not before.record_class.sensitive or after.record_class.sensitive:
        assert again.columns == after.columns
