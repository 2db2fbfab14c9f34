"""Lists of postcodes as their publishers write them, and rows that are placed by one."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import shapely

from gateway.intake.area_properties import GeographyRefused
from gateway.intake.geography import AreaEdition, AreaRow, PointEdition, PointRow
from gateway.intake.located import Places, located_batch
from gateway.intake.outlines import to_metres
from gateway.intake.postcodes import (
    PostcodeEdition,
    PostcodeKind,
    PostcodePlace,
    parse_postcodes,
)
from schemas.codes import Kind, LocationPrecision, MappingStatus
from schemas.incident import Incident

SHORT = "PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC"
LONG = (
    "Postcode,Positional_quality_indicator,Eastings,Northings,Country_code,NHS_regional_HA_code,"
    "NHS_HA_code,Admin_county_code,Admin_district_code,Admin_ward_code"
)
ROW = '"LE11 9ZZ",10,453412,319655,"E92000001","","","","E07000130","E05005468"'
DIRECTORY = (
    "pcd,pcd2,pcds,dointr,doterm,osgrdind,oslaua,osward,lsoa11,msoa11,lsoa21,msoa21,lat,long"
)
HERE = (
    "LE119ZZ,LE11 9ZZ,LE11 9ZZ,198001,,1,E07000130,E05015000,E01025700,E02005350,E01035000,E02007000,"
    "52.7699,-1.2088"
)


def read(kind: PostcodeKind, *texts: str, within: Sequence[str] = ()) -> PostcodeEdition:
    files = [io.BytesIO(text.encode()) for text in texts]
    return parse_postcodes(kind, files, "2026-08", "0" * 64, within)


def refusal(kind: PostcodeKind, *texts: str, within: Sequence[str] = ()) -> GeographyRefused:
    with pytest.raises(GeographyRefused) as caught:
        read(kind, *texts, within=within)
    return caught.value


@pytest.mark.parametrize(
    "texts",
    [
        (ROW,),
        (f"{SHORT}\n{ROW}",),
        (f"{LONG}\n{ROW}\n\n",),
        (f"{SHORT}\n{LONG}\n", ROW),
        (f"{LONG}\n", ROW),
        (ROW.replace(",", ";"),),
        (ROW.replace(",", "\t").replace('"', ""),),
        (f"\ufeff{SHORT}\r\n{ROW}\r\n",),
        (
            (
                "postcode|eastings|northings|admin_district_code|admin_ward_code\n"
                "le119zz|453412|319655|E07000130|E05005468"
            ),
        ),
    ],
)
def test_code_point_open_is_read_in_every_form_it_comes_in(texts: tuple[str, ...]) -> None:
    found = read("code-point-open", *texts)

    (row,) = found.rows
    assert (row.postcode, row.ward_code, row.district_code) == ("LE119ZZ", "E05005468", "E07000130")
    assert (row.lsoa_code, row.msoa_code) == (None, None)
    assert row.longitude is not None
    assert row.latitude is not None
    assert to_metres([(row.longitude, row.latitude)])[0] == pytest.approx(
        (453412, 319655), abs=0.01
    )
    assert found.vintages == {
        "ward_code": "code-point-2026-08",
        "district_code": "code-point-2026-08",
    }
    assert (found.read, found.without_location, found.terminated) == (1, 0, 0)


@pytest.mark.parametrize(
    ("header", "vintages"),
    [
        (DIRECTORY, {"ward_code": "onspd-2026-08", "district_code": "onspd-2026-08"}),
        (
            (
                "PCD7,PCD8,PCDS,DOINTR,DOTERM,GRIDIND,LAD25CD,WD25CD,LSOA11CD,MSOA11CD,LSOA21CD,MSOA21CD,"
                "LAT,LONG"
            ),
            {"ward_code": "2025", "district_code": "2025"},
        ),
    ],
)
def test_the_directory_is_read_under_its_old_and_new_names(
    header: str, vintages: dict[str, str]
) -> None:
    gone = HERE.replace("9ZZ", "8ZZ").replace("198001,,", "198001,201206,")
    found = read("onspd", f"{header}\n{HERE}\n{gone}\n")

    assert [row.postcode for row in found.rows] == ["LE118ZZ", "LE119ZZ"]
    assert found.rows[1][1:] == (
        -1.2088,
        52.7699,
        "E01035000",
        "E02007000",
        "E05015000",
        "E07000130",
    )
    assert found.vintages == {"lsoa_code": "2021", "msoa_code": "2021", **vintages}
    assert found.terminated == 1


def test_a_postcode_without_a_place_is_kept_and_counted() -> None:
    bare = (
        "LE119ZZ,LE11 9ZZ,LE11 9ZZ,198001,,9,E99999999,S13002500,,,S01006506,S02001236,99.999999,0"
    )
    far = "ZE19ZZ,ZE1 9ZZ,ZE1 9ZZ,198001,,1,S12000027,S13002500,,,S01006506,S02001236,60.1,-1.14"
    found = read("onspd", f"{DIRECTORY}\n{bare}\n{far}")

    assert found.without_location == 1
    assert found.rows[0] == ("LE119ZZ", *[None] * 6)
    assert found.rows[1] == ("ZE19ZZ", -1.14, 60.1, *[None] * 4)
    assert read("code-point-open", ROW.replace(",10,", ",90,")).without_location == 1
    assert read("code-point-open", ROW.replace("453412,319655", "0,0")).without_location == 1


def test_only_the_areas_wanted_are_kept() -> None:
    rows = [ROW.replace("LE11 9ZZ", code) for code in ("LE1 9ZZ", "LE11 9ZZ", "L1 9ZZ", "NG1 9ZZ")]
    rows += [ROW.replace("LE11 9ZZ", code) for code in ("LE1A 9ZZ", "DE74 9ZZ")]

    def kept(*within: str) -> list[str]:
        return [
            row.postcode for row in read("code-point-open", "\n".join(rows), within=within).rows
        ]

    assert kept("le") == ["LE119ZZ", "LE19ZZ", "LE1A9ZZ"]
    assert kept("L") == ["L19ZZ"]
    assert kept("LE1") == ["LE19ZZ"]
    assert kept("LE1A", "NG") == ["LE1A9ZZ", "NG19ZZ"]


@pytest.mark.parametrize(
    ("kind", "text", "code", "field"),
    [
        ("code-point-open", ROW.replace("453412", "canary"), "number", "EA"),
        ("code-point-open", ROW.replace("453412", "inf"), "number", "EA"),
        ("code-point-open", ROW.replace("453412", ""), "half_a_point", "EA"),
        ("code-point-open", ROW.replace("453412", "953412"), "outside_great_britain", "EA"),
        ("code-point-open", ROW.replace("E07000130", "canary"), "code", "DC"),
        ("code-point-open", f"{ROW}\n{ROW}", "code_twice", "PC"),
        ("code-point-open", f"{ROW}\ncanary,10,1,1,,,,,,", "postcode", "PC"),
        ("code-point-open", f"{ROW},more", "not_csv", ""),
        ("code-point-open", f'{ROW}\n"LE11 9ZZ"more', "not_csv", ""),
        ("code-point-open", "Postcode,Ward\nLE11 9ZZ,x", "column", "easting"),
        ("code-point-open", SHORT, "empty", ""),
        ("code-point-open", "", "empty", ""),
        ("onspd", "canary,other\nLE11 9ZZ,1", "column", "postcode"),
        ("onspd", "pcds,lat\nLE11 9ZZ,1", "column", "longitude"),
        ("onspd", f"{DIRECTORY}\n{HERE.replace('52.7699', '12')}", "outside_great_britain", "long"),
    ],
)
def test_a_bad_list_is_refused_by_row_column_and_rule_never_by_value(
    kind: PostcodeKind, text: str, code: str, field: str
) -> None:
    refused = refusal(kind, text)

    assert (refused.code, refused.field) == (f"geography.{code}", field)
    assert "canary" not in refused.says


def test_a_list_is_capped_and_its_options_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal("code-point-open", ROW, within=["L E"]).code == "geography.within"
    assert refusal("code-point-open", ROW, within=["NG"]).code == "geography.empty"
    with pytest.raises(GeographyRefused, match=r"geography\.edition"):
        parse_postcodes("onspd", [], "a year", "0" * 64)
    with pytest.raises(GeographyRefused, match="UTF-8"):
        parse_postcodes("onspd", [io.BytesIO(b"pcds\xff")], "2026", "0" * 64)
    monkeypatch.setattr("gateway.intake.postcodes.MAX_POSTCODES", 0)
    assert refusal("code-point-open", ROW).code == "geography.too_many"
    monkeypatch.setattr("gateway.intake.listed._MANY_ROWS", 1)
    assert refusal("code-point-open", f"{ROW}\n{ROW}").code == "geography.too_many"


# --------------------------------------------------------------------------- rows placed by one
LSOA = AreaEdition(
    "lsoa",
    "2011",
    "0" * 64,
    (
        AreaRow("E01000001", "Charnwood 001A", shapely.box(-1.3, 52.6, -1.2, 52.8).wkb),
        AreaRow("E01000002", "Blaby 001A", shapely.box(-1.2, 52.6, -1.1, 52.8).wkb),
    ),
)
POINTS = PointEdition(
    "2026-06", "0" * 64, (PointRow(-1.21, 52.7, "Charnwood"), PointRow(-1.19, 52.7, "Blaby"))
)
NAMES = {"E07000130": "Charnwood", "E07000129": "Blaby"}
LISTED = {
    "LE119ZZ": PostcodePlace(
        (-1.205, 52.7), {"district_code": "E07000130"}, {"district_code": "d"}
    ),
    "LE129ZZ": PostcodePlace(
        (-1.205, 52.7), {"district_code": "E07000129"}, {"district_code": "d"}
    ),
    "LE139ZZ": PostcodePlace(None, {"ward_code": "E05000001"}, {"ward_code": "w"}),
    "LE149ZZ": PostcodePlace((-1.205, 52.7), {}, {}),
    "LE159ZZ": PostcodePlace(
        (-1.205, 52.7), {"district_code": "E06000016"}, {"district_code": "d"}
    ),
}
NOTED = {
    code: place._replace(
        notes={name: f"{name.split('_')[0]}:code-point-2026" for name in place.notes}
    )
    for code, place in LISTED.items()
}
ASKED: list[list[str]] = []


def lookup(codes: Sequence[str]) -> Mapping[str, PostcodePlace]:
    ASKED.append(list(codes))
    return {code: NOTED[code] for code in codes if code in NOTED}


PLACES = Places.build([LSOA], [POINTS], NAMES, lookup)


def row(**values: Any) -> Incident:
    return Incident(kind=Kind.ASB_INCIDENT, mapping_status=MappingStatus.MAPPED, **values)


def placed(**values: Any) -> tuple[Incident, tuple[float, float] | None]:
    (found,) = located_batch([row(**values)], PLACES)
    assert not found.faults
    point = found.point
    return found.incident, None if point is None else (point.longitude, point.latitude)


@pytest.mark.parametrize(
    "given",
    [
        {"postcode": "LE11 9ZZ"},
        {"postcode": " le119zz"},
        {"address_text": "1 Example St, Loughborough, le11 9zz."},
        {"postcode": "LE11 9ZZ", "location_precision": "point"},
    ],
)
def test_a_postcode_gives_areas_and_a_point_but_no_coordinates(given: dict[str, Any]) -> None:
    incident, point = placed(**given)

    assert (incident.lsoa_code, incident.district_code) == ("E01000001", "E07000130")
    assert incident.geography_editions == ("district:code-point-2026", "lsoa:2011")
    assert incident.location_precision is LocationPrecision.POSTCODE
    assert point == (-1.21, 52.7)
    assert (incident.longitude, incident.latitude, incident.easting) == (None, None, None)


def test_supplied_codes_stand_over_those_of_the_postcode() -> None:
    incident, point = placed(
        postcode="LE11 9ZZ",
        lsoa_code="E01000002",
        geography_editions=("lsoa:2021",),
        location_precision="lsoa",
    )

    assert (incident.lsoa_code, incident.district_code) == ("E01000002", "E07000130")
    # the supplied LSOA lies in Blaby, and a point is never one of another district; its area is the point's
    assert incident.geography_editions == ("district:code-point-2026", "lsoa:2011")
    assert point == (-1.19, 52.7)


def test_on_a_boundary_the_lists_own_areas_go_together() -> None:
    incident, point = placed(postcode="LE12 9ZZ")

    # not the outline's LSOA, which lies in the other district, but the one of the map point
    assert (incident.lsoa_code, incident.district_code) == ("E01000002", "E07000129")
    assert point == (-1.19, 52.7)


def test_a_postcode_is_told_by_the_areas_of_its_map_point() -> None:
    """A border between a postcode and its point leaves few addresses: its own area would tell them."""
    lsoas = tuple(row._replace(name=f"Charnwood 00{n}A") for n, row in enumerate(LSOA.rows))
    points = PointEdition("2026-06", "0" * 64, (PointRow(-1.19, 52.7, "Charnwood"),))
    places = Places.build([replace(LSOA, rows=lsoas)], [points], NAMES, lookup)

    (found,) = located_batch([row(postcode="LE11 9ZZ")], places)

    assert found.point is not None
    assert (found.point.longitude, found.incident.lsoa_code) == (-1.19, "E01000002")
    assert found.incident.geography_editions == ("district:code-point-2026", "lsoa:2011")


def test_a_postcode_may_have_no_place_no_areas_or_no_points_in_its_district() -> None:
    ward, nowhere = placed(postcode="LE13 9ZZ")
    outlined, near = placed(postcode="LE14 9ZZ")
    far, none = placed(postcode="LE15 9ZZ")

    assert (ward.ward_code, ward.lsoa_code, nowhere) == ("E05000001", None, None)
    assert (outlined.lsoa_code, near) == ("E01000001", (-1.21, 52.7))
    assert (far.district_code, far.lsoa_code, none) == ("E06000016", None, None)


@pytest.mark.parametrize(
    "given",
    [
        {"postcode": "LE19 9ZZ"},
        {"postcode": "not known"},
        {"address_text": "LE11 9ZZ, somewhere behind"},
        {},
    ],
)
def test_an_unknown_postcode_changes_nothing(given: dict[str, Any]) -> None:
    incident, point = placed(**given)

    assert point is None
    assert incident == row(**given)


def test_a_list_is_asked_once_for_a_push_and_for_each_postcode_once() -> None:
    ASKED.clear()
    located_batch(
        [row(postcode="LE11 9ZZ"), row(postcode="LE119ZZ"), row(postcode="LE13 9ZZ")], PLACES
    )

    assert ASKED == [["LE119ZZ", "LE139ZZ"]]


def test_a_list_alone_gives_its_areas() -> None:
    (found,) = located_batch([row(postcode="LE11 9ZZ")], Places.build(postcodes=lookup))

    assert (found.incident.district_code, found.point) == ("E07000130", None)
