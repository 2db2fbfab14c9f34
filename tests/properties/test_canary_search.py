"""The search for canaries knows them in every disguise, and tells a plain hash from a salted one."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable

import httpx
import polars as pl
import pytest

from gateway.analysis.frames import RECORD_COLUMNS, schema_of
from gateway.analysis.written.about import About
from gateway.analysis.written.forms import FORMS, Form
from tests.support.canaries import LATIN, SCRIPTS, SPACED, Planted, Search

DISGUISES: dict[str, Callable[[str], str | bytes]] = {
    "upper case": str.upper,
    "reversed, in title case": lambda text: text[::-1].title(),
    "hex": lambda text: text.encode().hex(),
    "JSON": lambda text: json.dumps({"x": text}),
    "UTF-16": lambda text: text.encode("utf-16"),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, one byte on": lambda text: base64.b64encode(b"x" + text.encode()),
    "base64, two bytes on": lambda text: base64.urlsafe_b64encode(b"xx" + text.encode()),
    "URL": lambda text: str(httpx.QueryParams({"x": text})),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("word", [LATIN, SPACED, *SCRIPTS])
def test_the_search_knows_every_disguise(word: str, disguise: str) -> None:
    search = Search(Planted())
    search.look("here", DISGUISES[disguise](f"{word} N0000001"))

    assert search.found


@pytest.mark.parametrize("where", ["value", "metadata"])
@pytest.mark.parametrize("form", Form)
def test_the_search_opens_files_of_every_form(form: Form, where: str) -> None:
    if where == "metadata" and form in {Form.CSV, Form.NDJSON}:
        return  # these have no place for it
    planted = f"{LATIN} N0000001"
    frame = pl.DataFrame(schema=schema_of(RECORD_COLUMNS))
    row = dict.fromkeys(frame.columns) | {"id": planted if where == "value" else "r1"}
    words = planted if where == "metadata" else "Incidents"
    about = About(
        words, "2026-10-31T21:47:00Z", "fire-17a", "section_17a", "OFFICIAL", RECORD_COLUMNS
    )
    out = io.BytesIO()
    FORMS[form].write([pl.DataFrame([row], schema=frame.schema)], about, out)
    search = Search(Planted())
    search.file("here", out.getvalue())

    assert search.found


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512"])
def test_the_search_knows_a_plain_hash_from_a_salted_one(name: str) -> None:
    text = f"{LATIN} N0000001"
    plain, salted = Search(Planted([text])), Search(Planted([text]))
    plain.look("here", hashlib.new(name, text.lower().encode()).hexdigest())
    salted.look("here", hashlib.new(name, b"salt" + text.encode()).hexdigest())

    assert plain.digests_of("here")
    assert not salted.digests_of("here")
