"""A home with the example protocol, every party's nominated person, and the example agreement to add."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.commands import Shell

EXAMPLES = Path(__file__).resolve().parents[2] / "deploy" / "examples"
ID = "police-council-asb"
POSTS = {
    "leicestershire-police": ("chief_officer_of_police", "Head of Information, Police"),
    "charnwood-bc": ("district_council", "Community Safety Manager"),
    "llr-fire": ("combined_fire_authority", "Head of Prevention"),
}


def new_shell(tmp_path: Path) -> Shell:
    """A new home with the example protocol and every party's nominated person.

    It is made once beside the folders of a run's tests, and copied.
    """
    made, whole = Shell(tmp_path / "home"), tmp_path.parent / "agreeing-home"
    if not whole.exists():
        _furnish(Shell(whole), tmp_path)
    shutil.copytree(whole, made.home)
    return made


def _furnish(made: Shell, tmp_path: Path) -> None:
    made.ok("db", "upgrade")
    for name, (kind, post) in POSTS.items():
        text = f'id = "{name}"\nname = "{name}"\nnominated_person = "{post}"\n[[kinds]]\nkind = "{kind}"\n'
        made.ok("partner", "add", written(tmp_path, text))
    made.ok("protocol", "add", protocol(tmp_path))


def written(tmp_path: Path, text: str, name: str = "a.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


FAR_OFF = (("valid_to = 2029", "valid_to = 2099"), ("valid_to = 2028", "valid_to = 2098"))
"""Commands go by the machine's clock, so that an example's own end would end these tests."""


def protocol(tmp_path: Path) -> Path:
    text = (EXAMPLES / "protocol.toml").read_text(encoding="utf-8")
    return written(tmp_path, text.replace(*FAR_OFF[0]), "protocol.toml")


def example(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = (EXAMPLES / "agreement.toml").read_text(encoding="utf-8")
    for old, new in (*FAR_OFF, ("review_by = 2027", "review_by = 2097")):
        text = text.replace(old, new)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return written(tmp_path, text, "agreement.toml")


def sign(shell: Shell, party: str, office: str | None = None) -> str:
    post = office or POSTS[party][1]
    return shell.ok("agreement", "sign", ID, "--party", party, "--office", post, "--yes").err
