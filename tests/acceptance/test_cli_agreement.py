"""An agreement from draft to end by command: added, signed, suspended, resumed, exported, terminated."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.support.agreeing import EXAMPLES, ID, POSTS, example, new_shell, protocol, sign, written
from tests.support.commands import Shell

TO_ASK = ("--id", "council-115", "--partner", "charnwood-bc", "--power", "section_115")
ASKED = (*TO_ASK, "--purpose", "preventing_crime_and_disorder", "--lane", "personal")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return new_shell(tmp_path)


def state(shell: Shell) -> str:
    return str(shell.ok("agreement", "show", ID, "--json").json["state"])


def test_an_agreement_goes_from_draft_to_live_to_its_end_and_verifies(
    shell: Shell, tmp_path: Path
) -> None:
    added = shell.ok("agreement", "add", example(tmp_path))
    assert "draft" in added.out
    assert "section_115" not in added.out
    assert "signed as it stands" in added.err

    assert "signed as it stands" in sign(shell, "leicestershire-police")
    assert sign(shell, "charnwood-bc") == ""
    assert state(shell) == "live"
    assert (
        "in cells of 5 or more, no finer than lsoa by month"
        in shell.ok("agreement", "show", ID).out
    )
    assert shell.ok("subscription", "add", *ASKED, "--agreement", ID).err == ""

    stop = ("--party", "charnwood-bc", "--reason", "a breach is looked into")
    assert "live on the day" in shell.ok("agreement", "suspend", ID, *stop).err
    assert state(shell) == "suspended"
    other = shell("agreement", "resume", ID, "--party", "leicestershire-police")
    assert (other.code, "agreement.not_suspended" in other.err) == (1, True)
    shell.ok("agreement", "resume", ID, "--party", "charnwood-bc")
    assert state(shell) == "live"

    end = ("--party", "leicestershire-police", "--reason", "the project is over")
    shell.ok("agreement", "terminate", ID, *end)
    assert state(shell) == "terminated"
    assert shell("agreement", "suspend", ID, *stop).code == 1
    shell.ok("verify")


def test_parts_that_contradict_are_told_in_the_forms_own_words(
    shell: Shell, tmp_path: Path
) -> None:
    onward = ('rule = "forbidden"', 'rule = "named"')
    both = ('recipients = ["charnwood-bc"]', 'recipients = ["leicestershire-police"]')
    for change, pointer, says in (
        (onward, "/onward", "Partners are named where, and only where, the rule is `named`."),
        (both, "/", "A party is holder or recipient, not both."),
        (('"occurred_from"', '"zebedee"'), "/fields/2", "The record has no such field."),
    ):
        ran = shell("agreement", "add", example(tmp_path, change))

        assert ran.code == 1
        assert f"{pointer}: {says} (form.value_error)" in ran.err
        assert "zebedee" not in ran.err


def test_what_is_exported_is_read_back_as_the_same_agreement(shell: Shell, tmp_path: Path) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    sign(shell, "leicestershire-police")
    before = shell.ok("agreement", "show", ID, "--json").json["agreement"]

    exported = shell.ok("agreement", "export", ID).out
    size = shell.ok("db", "status", "--json").json["ledger_size"]
    shell.ok("agreement", "add", written(tmp_path, exported))

    assert shell.ok("agreement", "show", ID, "--json").json["agreement"] == before
    assert shell.ok("db", "status", "--json").json["ledger_size"] == size


def test_signed_terms_are_not_changed_and_another_version_follows(
    shell: Shell, tmp_path: Path
) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    shell.ok("agreement", "add", example(tmp_path, ("DPIA-2026-014", "DPIA-2026-015")))
    for party in ("leicestershire-police", "charnwood-bc"):
        sign(shell, party)

    wider = ('  "hate_incident",\n', '  "hate_incident",\n  "officer",\n')
    changed = shell("agreement", "add", example(tmp_path, wider))
    far = shell("agreement", "add", example(tmp_path, wider, ("version = 1", "version = 3")))
    shell.ok("agreement", "add", example(tmp_path, wider, ("version = 1", "version = 2")))
    listed = shell.ok("agreement", "list", "--json").json["agreements"]

    assert (changed.code, "agreement.version_signed" in changed.err) == (1, True)
    assert (far.code, "agreement.version" in far.err) == (1, True)
    assert [(one["version"], one["state"]) for one in listed] == [(1, "live"), (2, "draft")]
    for party in ("leicestershire-police", "charnwood-bc"):
        sign(shell, party)
    listed = shell.ok("agreement", "list", "--json").json["agreements"]
    assert [one["state"] for one in listed] == ["superseded", "live"]
    shell.ok("verify")


@pytest.mark.parametrize("stop", ["suspend", "terminate"])
def test_a_stop_reaches_the_version_in_force_whatever_was_drafted_after_it(
    shell: Shell, tmp_path: Path, stop: str
) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    for party in ("leicestershire-police", "charnwood-bc"):
        sign(shell, party)
    shell.ok("agreement", "add", example(tmp_path, ("version = 1", "version = 2")))
    told = ("--party", "leicestershire-police", "--reason", "breach")

    stopped = shell.ok("agreement", stop, ID, *told, "--json").json

    def states() -> list[tuple[int, str]]:
        listed = shell.ok("agreement", "list", "--json").json["agreements"]
        return [(one["version"], one["state"]) for one in listed]

    ended = "suspended" if stop == "suspend" else "terminated"
    assert (stopped["state"], len(stopped["later_versions"])) == (ended, 1)
    assert states()[0] == (1, ended)
    again = shell("agreement", stop, ID, *told)
    assert (
        again.code,
        f"agreement.{'suspended_already' if stop == 'suspend' else 'terminated'}" in again.err,
    ) == (1, True)
    if stop == "suspend":
        shell.ok("agreement", "resume", ID, "--party", "leicestershire-police")
        assert states() == [(1, "live"), (2, "draft")]


def test_only_the_nominated_person_signs_and_once(shell: Shell, tmp_path: Path) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    police = "leicestershire-police"

    def refused(party: str, office: str) -> str:
        ran = shell("agreement", "sign", ID, "--party", party, "--office", office, "--yes")
        assert ran.code == 1
        assert office not in ran.err
        return ran.err

    assert "agreement.nominated_person" in refused(police, "A Sergeant")
    assert "agreement.no_party" in refused("llr-fire", "Head of Prevention")
    assert "agreement.unknown" in refused("nobody", "Head of Prevention")
    sign(shell, police)
    assert "agreement.signed_twice" in refused(police, POSTS[police][1])
    text = f'id = "charnwood-bc"\nname = "c"\nnominated_person = "{POSTS[police][1]}"\n'
    same = written(tmp_path, text + '[[kinds]]\nkind = "district_council"\n')
    shell.ok("partner", "add", same)
    assert "agreement.same_office" in refused("charnwood-bc", POSTS[police][1])


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (('provision = "s17" ', 'provision = "s1" '), "agreement.provision"),
        (('protocol = "charnwood"', 'protocol = "none"'), "agreement.protocol"),
        (('recipients = ["charnwood-bc"]', 'recipients = ["nobody"]'), "agreement.party"),
        (('recipients = ["charnwood-bc"]', 'recipients = ["llr-pcc"]'), "protocol_parties"),
        (('provision = "s17" ', 'provision = " " '), "form.string_pattern_mismatch"),
        (('necessity = "Case', 'necessity = " "\n#'), "form.string_too_short"),
        (("# case_references = [", "case_references = [7, "), "agreement.case_references"),
    ],
)
def test_a_document_that_does_not_fit_is_refused_by_place_and_rule(
    shell: Shell, tmp_path: Path, change: tuple[str, str], rule: str
) -> None:
    ran = shell("agreement", "add", example(tmp_path, change))

    assert (ran.code, rule in ran.err) == (1, True)
    assert shell.ok("agreement", "list", "--json").json == {"agreements": []}


def test_case_references_are_kept_as_keyed_hashes_only(shell: Shell, tmp_path: Path) -> None:
    shell.ok("agreement", "add", example(tmp_path, ("# case_references", "case_references")))

    shown = shell.ok("agreement", "show", ID, "--json")
    database = (shell.home / "gateway.sqlite3").read_bytes()
    wal = shell.home / "gateway.sqlite3-wal"

    assert len(shown.json["agreement"]["coverage"]["cases"]) == 1
    for held in (shown.out.encode(), database, wal.read_bytes() if wal.exists() else b""):
        assert b"2026-0042" not in held
    assert "1 listed" in shell.ok("agreement", "show", ID).out


def test_parties_without_a_nominated_person_are_asked_for(tmp_path: Path) -> None:
    bare = Shell(tmp_path / "bare")
    bare.ok("db", "upgrade")

    added = bare.ok("protocol", "add", protocol(tmp_path))
    shown = bare.ok("protocol", "show", "--json").json["protocols"][0]

    assert added.err.count("has no nominated person") == 3
    assert shown["without_nominated_person"] == list(POSTS)


def test_a_subscription_names_an_agreement_that_exists(shell: Shell) -> None:
    unknown = shell("subscription", "add", *ASKED, "--agreement", "unknown")
    without = shell.ok("subscription", "add", *ASKED)

    assert (unknown.code, "subscription.agreement" in unknown.err) == (1, True)
    assert "names a data-sharing agreement" in without.err
    assert shell("agreement", "show", "unknown").code == 1
    assert shell("agreement", "export", "unknown").code == 1
    assert shell("agreement", "show", "unknown", "--day", "someday").code == 2


def test_the_readme_s_example_makes_a_live_agreement(tmp_path: Path) -> None:
    made = Shell(tmp_path / "home")
    made.ok("db", "upgrade")
    for name in ("police", "council"):
        made.ok("partner", "add", EXAMPLES / f"{name}.toml")
    made.ok("protocol", "add", protocol(tmp_path))
    made.ok("agreement", "add", example(tmp_path))
    readme = (EXAMPLES.parents[1] / "README.md").read_text(encoding="utf-8")
    signing = [shlex.split(line)[1:] for line in readme.splitlines() if "agreement sign" in line]

    for line in signing:
        made.ok(*line)

    shown = made.ok("agreement", "show", ID).out
    assert f"{ID} version 1" in shown
    assert "Unmet" not in shown
    stop = next(
        line for line in readme.splitlines() if line.startswith("gateway agreement suspend")
    )
    made.ok(*shlex.split(stop)[1:])
    assert "\nUnmet:\n" in made.ok("agreement", "show", ID).out
