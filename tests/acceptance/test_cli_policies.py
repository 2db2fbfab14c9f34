"""Policy bundles and simulations by command, as an IG lead uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.agreeing import ID, example, new_shell
from tests.support.commands import Shell

BY = ("--by", "Data Protection Officer", "--reason", "Only what is marked OFFICIAL goes")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return new_shell(tmp_path)


def edited(shell: Shell, tmp_path: Path, name: str, old: str, new: str) -> Path:
    """The packaged bundle in a folder, with one change."""
    folder = tmp_path / "bundle"
    shell.ok("policies", "export", "packaged", folder)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


OFFICIAL = ("cedar/everywhere.cedar", '["OFFICIAL", "OFFICIAL-SENSITIVE"]', '["OFFICIAL"]')


def test_a_bundle_goes_from_a_folder_into_force_and_back(shell: Shell, tmp_path: Path) -> None:
    folder = edited(shell, tmp_path, *OFFICIAL)
    proposed = shell.ok("policies", "propose", folder, *BY)
    sha = proposed.out.split()[1]
    assert "everywhere.marking_within_official" in proposed.out

    shell.ok("simulate", "--policies", sha[:12])
    assert "1 of 2" in shell.ok("policies", "approve", sha[:8], "--by", "IG lead").out
    again = shell("policies", "approve", sha[:8], "--by", "I G Lead")
    assert (again.code, "policies.same_person" in again.err) == (1, True)
    assert "In force" in shell.ok("policies", "approve", sha, "--by", "Head of Information").out
    listed = shell.ok("policies", "list", "--json").json
    assert (listed["in_use"], listed["approved"], listed["refused"]) == (sha, sha, [])
    assert sha[:12] in shell.ok("check").out

    packaged = shell.ok("policies", "export", "packaged", tmp_path / "back")
    shell.ok("policies", "propose", tmp_path / "back", *BY)
    for office in ("IG lead", "Head of Information"):
        shell.ok("policies", "approve", packaged.out.split()[-1], "--by", office)
    shown = shell.ok("policies", "show", sha[:12]).out
    assert "former" in shown
    assert "approved by IG lead" in shown
    told = shell.ok("policies", "diff", "in-force", sha[:12], "--json").json
    assert [one["id"] for one in told["rules"]] == ["everywhere.marking_within_official"]
    shell.ok("policies", "withdraw", sha[:12], "--by", "IG lead", "--reason", "too strict")
    assert shell("policies", "approve", sha[:12], "--by", "IG lead").code == 1
    shell.ok("verify")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("cedar/everywhere.cedar", "on_register }", "on_the_list }", "on_register"),
        ("cedar/section_17a.cedar", "permit (", "forbid (", "section_17a.cedar, section_17a"),
        ("treatments/personal.toml", "kind = {", "kin = {", "personal.toml, kind"),
        ("data/purposes.toml", "code =", "kode =", "Purposes"),
        ("cedar/schema.cedarschema", "kind: String", "kind: Strin", "schema.cedarschema"),
    ],
)
def test_a_broken_bundle_is_refused_with_document_and_rule(
    shell: Shell, tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    folder = edited(shell, tmp_path, name, old, new)

    refused = shell("policies", "propose", folder, *BY)

    assert refused.code == 1
    assert told in refused.err
    assert len(shell.ok("policies", "list", "--json").json["bundles"]) == 1
    assert shell("simulate", "--policies", folder).code == 1


def test_what_is_named_badly_is_told(shell: Shell, tmp_path: Path) -> None:
    assert "no policy bundle" in shell("policies", "show", "abc").err
    assert "no policy bundle" in shell("policies", "propose", tmp_path, *BY).err
    assert "no such document" in shell("policies", "show", "packaged", "--document", "x").err
    text = shell.ok("policies", "show", "packaged", "--document", "cedar/section_17a.cedar").out
    assert "@id" in text
    assert "no such folder" in shell("simulate", "--policies", "0" * 64).err
    assert shell("simulate").code == 2
    assert shell("simulate", "--policies", "packaged", "--since", "yesterday").code == 2
    assert shell("policies", "export", "packaged", tmp_path).code == 2


def test_a_draft_agreement_and_a_partner_are_tried(shell: Shell, tmp_path: Path) -> None:
    size = shell.ok("db", "status", "--json").json["ledger_size"]
    tried = shell.ok("simulate", "--agreement", example(tmp_path), "--json").json
    asked = [one["subscription"] for one in tried["subscriptions"] if not one["standing"]]
    assert asked == ["would-be-charnwood-bc"]
    assert shell.ok("db", "status", "--json").json["ledger_size"] == size + 1
    assert ID not in shell.ok("agreement", "list").out

    off = 'id = "llr-fire"\nname = "x"\nvalid_to = 2020-01-01\n[[kinds]]\nkind = "charity"\n'
    (tmp_path / "partner.toml").write_text(off, encoding="utf-8")
    told = shell.ok("simulate", "--partner", tmp_path / "partner.toml", "--since", "2026-01-01")
    assert "Nothing was sent" in told.out
    shell.ok("verify")
