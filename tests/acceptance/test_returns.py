"""Section 17A returns from outside: by HTTP with the recipient's token, and by command."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.cli import Exit
from gateway.clock import FixedClock
from gateway.errors import ReturnPeriodRuns
from tests.support import house as houses
from tests.support import returning as r
from tests.support.commands import Shell
from tests.support.requirements import law
from tests.support.server import running_gateway

BASE = "/v1/returns/section-17a"


@law("L10", "L12")
def test_a_recipient_pulls_its_own_return_and_acknowledges_it(tmp_path: Path) -> None:
    with running_gateway(tmp_path, FixedClock(houses.NOW)) as gateway:
        gateway.usual()
        houses.send(gateway.house, [r.police_row(f"a{n}", UPRN="100030000000") for n in range(3)])
        path = f"{BASE}/2026Q3/leicestershire-police/1"

        file = gateway.call("GET", path, "fire-system")
        csv = gateway.call("GET", path, "fire-system", headers={"Accept": "text/csv"})
        head, *lines = map(json.loads, file.text.splitlines())
        manifest = head["manifest"]
        body = {"content_sha256": manifest["content_sha256"]}
        said = [
            gateway.call("POST", f"{path}/acknowledgements", "fire-system", json=one)
            for one in (body, body, {"content_sha256": "00"}, {"cursor": "x"}, [1])
        ]
        matrix = gateway.call("GET", f"{BASE}?quarter=2026Q3", "fire-system").json()
        entry = gateway.call("GET", f"{BASE}?quarter=2026Q9", "fire-system")

        assert len(lines) == manifest["rows"] == len(csv.text.splitlines()) - 1 == 3
        assert "100030000000" not in file.text + csv.text
        assert file.headers["gateway-marking"] == "OFFICIAL"
        assert [answer.status_code for answer in said] == [200, 200, 409, 422, 422]
        assert [answer.json()["acknowledged"] for answer in said[:2]] == [True, False]
        (police,) = [
            one
            for one in matrix["cells"]
            if (one["authority"], one["paragraph"]) == ("leicestershire-police", 1)
        ]
        assert [(one["recipient"], one["state"]) for one in police["recipients"]] == [
            ("llr-fire", "sent")
        ]
        assert entry.status_code == 422
        for system, status in (("university-system", 403), ("police-system", 404)):
            assert gateway.call("GET", path, system).status_code == status
        assert (
            gateway.call("GET", f"{BASE}/2026Q4/charnwood-bc/8", "fire-system").status_code == 409
        )


def test_the_operator_sees_makes_and_writes_returns(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    with houses.new_house(home) as house:
        houses.send(house, [r.police_row(f"a{n}") for n in range(3)])
    shell = Shell(home)
    asked = ("return", "section-17a", "--quarter", "2026Q3")

    shown = shell(*asked)
    only = (*asked, "--authority", "leicestershire-police")
    ready = shell(*only, "--make").out
    made = shell(*only, "--out", out, "--json")
    handed = shell(*only).out
    folder = out / "2026Q3" / "llr-fire" / "leicestershire-police"
    manifest = json.loads((folder / "paragraph-1.manifest.json").read_text(encoding="utf-8"))
    receipt = shell(
        *("return", "receipt", "--quarter", "2026Q3", "--authority", "leicestershire-police"),
        *("--recipient", "llr-fire", "--paragraph", "1", "--content", manifest["content_sha256"]),
    )

    assert "due by 2026-12-31" in shown.out
    assert "6 made" in ready
    assert "6 handed" in handed
    assert not {"made", "handed"} & set(shown.out.split())
    assert "RED" in shown.err
    assert sorted(path.name for path in folder.iterdir()) == [
        f"paragraph-{number}.{form}"
        for number in (1, 2)
        for form in ("csv", "jsonl", "manifest.json")
    ]
    cell = made.json["cells"][0]
    assert all(one["handed_at"] for one in cell["recipients"])
    assert receipt.code == Exit.OK
    assert "is sent" in receipt.out
    assert shell(*asked, "--authority", "nobody").code == Exit.FOUND_WRONG
    assert shell("return", "section-17a", "--quarter", "2026").code == Exit.USAGE


def test_a_return_of_a_running_period_is_refused_and_says_why(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    with houses.new_house(home):
        pass
    asked = ("return", "section-17a", "--quarter", "2098Q4")

    for how in (("--make",), ("--out", out)):
        ran = Shell(home)(*asked, *how)
        assert (ran.code, ran.out) == (Exit.FOUND_WRONG, "")
        assert ReturnPeriodRuns.title in ran.err
    assert not out.exists()
    assert "period_runs" in Shell(home).ok(*asked).out


@law("L15")
def test_exclusions_become_a_table_at_the_holder(tmp_path: Path) -> None:
    file = tmp_path / "pupils.csv"
    line = "13,female,Example High,Example Road,PP\n"
    file.write_text("age,gender,school_name,school_address,reason\n" + line, encoding="utf-8")
    shell = Shell(tmp_path / "home")

    cells = shell("return", "exclusions", file, "--json").json["cells"]
    shown = shell("return", "exclusions", file)
    file.write_text("age,gender\n13,female\n", encoding="utf-8")

    assert [cell["number"] for cell in cells] == ["*"]
    assert "*" in shown.out
    assert shell("return", "exclusions", file).code == Exit.FOUND_WRONG
    assert shell("return", "exclusions", tmp_path / "none.csv").code == Exit.USAGE
    file.write_text("age,gender,school_name,school_address,reason\n" + line, encoding="utf-8")
    shell("db", "upgrade")
    named = ("return", "exclusions", file, "--quarter", "2026Q3", "--authority")
    assert shell(*named, "leicestershire-police").code == Exit.FOUND_WRONG
    assert shell(*named, "leicestershire-cc").code == Exit.OK
    matrix = shell("return", "section-17a", "--quarter", "2026Q3", "--json").json
    states = {(one["authority"], one["paragraph"]): one["state"] for one in matrix["cells"]}
    assert (states["leicestershire-cc", 6], states["charnwood-bc", 6]) == ("due", "no_feed")
