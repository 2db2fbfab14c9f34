"""The build step takes out what is not ours to use, and says where a later edition names it otherwise."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from typing import Any

import pytest
from pydantic_core import from_json

from tests.architecture.source import ROOT

STEP: dict[str, Any] = runpy.run_path(str(ROOT / "deploy" / "assets.py"))
without_branding: Callable[[str], str] = STEP["without_branding"]


def test_typeface_arms_and_crown_go_and_the_rest_stays() -> None:
    css = (
        "/*! The font has been customised. */@font-face{font-family:GDS Transport;src:url(/assets/f)}"
        ".a{font-family:GDS Transport,arial,sans-serif;color:red}"
        "@media print{.govuk-footer__crown{margin:0}.b{color:blue}}"
        ".govuk-footer__copyright-logo:before{background:url(/assets/images/govuk-crest.svg)}.c{top:0}"
    )

    assert without_branding(css) == (
        ".a{font-family:arial,sans-serif;color:red}@media print{.b{color:blue}}.c{top:0}"
    )


@pytest.mark.parametrize(
    "css",
    [
        ".a{font:16px 'GDS Transport'}",
        ".a{content:'GOV.UK'}",
        '.a{--mark:image-set("/assets/images/mark.svg")}',
        "/* the royal crest */",
    ],
)
def test_a_stylesheet_that_still_names_them_is_refused(css: str) -> None:
    with pytest.raises(STEP["AssetsUnfit"]):
        without_branding(css)


def test_the_lock_pins_every_file_by_its_hash_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: one for name, one in from_json(text)["packages"].items() if name}

    assert "://" not in text
    assert set(packages) >= {"node_modules/govuk-frontend", "node_modules/swagger-ui-dist"}
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    wanted = from_json((ROOT / "package.json").read_bytes())["dependencies"]
    assert all(version[0].isdigit() for version in wanted.values())
