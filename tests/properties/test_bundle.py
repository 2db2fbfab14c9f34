"""The auditor's bundle: made by the gateway, checked without it; one changed byte anywhere is found."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.assembly import House
from gateway.audit import bundle_check as parts
from gateway.audit.bundle import Bundler, Scope
from gateway.audit.bundle_check import BundleRefused, check_bundle, split
from gateway.audit.checkpoints import ORIGIN, ledger_verifier_key
from gateway.audit.exposed import Span
from gateway.audit.proceedings import new_name
from gateway.ledger.checkpoint import VerifierKey, verifier_key
from gateway.ledger.leaf import Operation, leaf
from gateway.ledger.note import NoteRefused, sign_note, verify_note
from tests.support import house as houses
from tests.support import proceeded
from tests.support.commands import ROOT
from tests.support.house import FIRE
from tests.support.requirements import law

OTHER = Ed25519PrivateKey.generate()
pytestmark = pytest.mark.on_sqlite


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with houses.new_house(Path(tmp_path_factory.mktemp("home")) / "home") as made:
        houses.fill(made)
        yield made


def bundler(house: House) -> Bundler:
    return Bundler(house.reader, house.writer, house.keys, house.clock)


@pytest.fixture(scope="module")
def file(house: House) -> bytes:
    return bundler(house).make(Scope(), house.act("operator"), "for the Commissioner").file


@pytest.fixture(scope="module")
def key(house: House) -> VerifierKey:
    return ledger_verifier_key(house.keys)


@law("L35")
def test_a_bundle_holds_the_whole_ledger_and_proves_itself(
    house: House, file: bytes, key: VerifierKey
) -> None:
    checked = check_bundle(file, key)
    with house.reader.connection() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM disclosure").scalar_one()

    assert checked.entries == checked.size == house.reader.head().ledger_size - 1
    assert checked.disclosures == rows
    assert checked.checkpoints == 3
    assert checked.snapshots >= 1
    assert json.loads(json.dumps(checked.document()))["verified"] is True
    last = house.reader.leaf(house.reader.head().ledger_size - 1)
    assert last is not None
    says = json.loads(last[0])
    assert (says["operation"], says["content_sha256"]) == ("bundle", sha256(file).hexdigest())


def test_a_scope_holds_what_it_names_and_nothing_else(house: House, key: VerifierKey) -> None:
    of_fire = bundler(house).make(Scope(recipient=FIRE), house.act("operator"), "fire").file
    with zipfile.ZipFile(io.BytesIO(of_fire)) as opened:
        lines = [json.loads(one) for one in opened.read(parts.ENTRIES).splitlines()]
    told = [json.loads(one["leaf"]) for one in lines]
    assert told
    assert all(FIRE in {one.get("recipient"), one.get("partner")} for one in told)
    assert check_bundle(of_fire, key).entries == len(told)
    now = house.clock.now()
    before = Span(now - timedelta(days=9), now - timedelta(days=8))
    nothing = bundler(house).make(Scope(before), house.act("operator"), "before").file
    assert check_bundle(nothing, key).entries == 0


@law("L35")
def test_any_changed_byte_is_found(
    file: bytes, key: VerifierKey, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random(20_261_126)
    body, note = split(file)
    places = [*range(len(body), len(file)), *range(len(body) - 22, len(body))]
    places += [dice.randrange(len(file)) for _ in range(count(20_000))]
    missed = []
    for place in places:
        changed = bytearray(file)
        changed[place] ^= 1 << dice.randrange(8)
        if not is_refused(bytes(changed), key):
            missed.append(place)

    assert note.startswith(f"{ORIGIN}/bundle\n")
    assert missed == []
    proved("bundle-changed-byte", changed=len(places), missed=len(missed))


@given(cut=st.integers(1, 400), added=st.binary(min_size=1, max_size=40))
def test_a_cut_or_longer_file_is_refused(
    file: bytes, key: VerifierKey, cut: int, added: bytes
) -> None:
    assert is_refused(file[:-cut], key)
    assert is_refused(file + added, key)
    assert is_refused(added, key)


def is_refused(changed: bytes, key: VerifierKey) -> bool:
    try:
        check_bundle(changed, key)
    except BundleRefused:
        return True
    return False


def test_another_key_or_ledger_is_refused(file: bytes) -> None:
    assert is_refused(file, verifier_key(ORIGIN, OTHER))
    assert is_refused(file, verifier_key("another-ledger", OTHER))


def resigned(files: Mapping[str, bytes], house: House) -> bytes:
    """Zip and sign as the gateway does: what somebody with its key could make."""

    def note(body: bytes) -> bytes:
        return sign_note(
            ORIGIN, parts.KIND, [sha256(body).hexdigest()], house.keys.ledger_key
        ).encode()

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
        made.comment = b" " * len(note(b""))
    body, _ = split(out.getvalue())
    return body + note(body)


def test_even_the_holder_of_the_key_cannot_hand_over_what_does_not_fit(
    house: House, file: bytes, key: VerifierKey
) -> None:
    with zipfile.ZipFile(io.BytesIO(file)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    check_bundle(resigned(files, house), key)
    entries = files[parts.ENTRIES].splitlines(keepends=True)
    rows = files[parts.DISCLOSURES].splitlines(keepends=True)
    text = next(name for name in files if name.startswith(parts.TEXTS))
    older = files[parts.CHECKPOINTS].splitlines(keepends=True)
    path = json.loads(older[0])
    path["path"] = path["path"][::-1]
    stranger = rows[0].replace(b'"number":1', b'"number":999')
    wrong = [
        {parts.ENTRIES: files[parts.ENTRIES].replace(b"fire-17a", b"fire-17b", 1)},
        {parts.ENTRIES: b"".join(entries[1:])},
        {parts.DISCLOSURES: b"".join(rows[1:])},
        {parts.DISCLOSURES: b"".join([*rows, stranger])},
        {parts.CHECKPOINTS: json.dumps(path).encode()},
        {parts.CHECKPOINT: json.loads(older[0])["note"].encode()},
        {parts.SNAPSHOTS: b"{}\n"},
        {parts.LAW: b"not JSON"},
        {text: files[text] + b" "},
        {parts.MANIFEST: files[parts.MANIFEST].replace(b'"entries":', b'"entriez":')},
    ]
    for change in wrong:
        assert is_refused(resigned({**files, **change}, house), key), next(iter(change))
    for missing in (parts.CHECKPOINT, parts.ENTRIES, text):
        left = {name: content for name, content in files.items() if name != missing}
        assert is_refused(resigned(left, house), key), missing


def test_a_note_of_another_kind_or_shape_is_refused(house: House, key: VerifierKey) -> None:
    note = sign_note(ORIGIN, "bundle", ["one"], house.keys.ledger_key)
    assert verify_note(note, "bundle", key) == ["one"]
    for wrong in (note + "\n", note[:-1], note.replace("one", "two"), "", "x\n\n— a !\n"):
        with pytest.raises(NoteRefused):
            verify_note(wrong, "bundle", key)
    with pytest.raises(NoteRefused):
        verify_note(note, "off-boarding", key)
    for line in ("", "two\nlines"):
        with pytest.raises(NoteRefused):
            sign_note(ORIGIN, "bundle", [line], house.keys.ledger_key)


def test_proceedings_stand_in_the_bundle_without_their_words(
    house: House, key: VerifierKey
) -> None:
    proceeded.fill(house)
    file = bundler(house).make(Scope(), house.act("operator"), "after").file
    with zipfile.ZipFile(io.BytesIO(file)) as opened:
        entries = opened.read(parts.ENTRIES).decode()
    assert "off_boarding" in entries
    assert "laptop" not in entries
    assert check_bundle(file, key).entries > 0


def test_the_documented_steps_check_a_bundle_in_plain_python(
    file: bytes, key: VerifierKey, tmp_path: Path
) -> None:
    text = (ROOT / "deploy" / "bundle.md").read_text(encoding="utf-8")
    steps = text.partition("```python\n")[2].partition("```")[0]
    script, bundle = tmp_path / "steps.py", tmp_path / "bundle.zip"
    script.write_text(steps, encoding="utf-8")
    bundle.write_bytes(file)
    asked = [sys.executable, str(script), str(bundle), key.line()]

    good = subprocess.run(asked, check=False, capture_output=True, text=True)
    changed = bytearray(file)
    changed[len(changed) // 2] ^= 1
    bundle.write_bytes(bytes(changed))
    bad = subprocess.run(asked, check=False, capture_output=True, text=True)

    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("whole: ")
    assert bad.returncode != 0


@given(random=st.binary(min_size=5, max_size=5))
def test_a_new_name_of_a_proceeding_always_fits_the_ledger(random: bytes) -> None:
    name = new_name("b", lambda size: random[:size])
    made = leaf(
        Operation.BREACH,
        at="2026-11-26T00:00:00Z",
        actor="ig-lead",
        nonce="0" * 32,
        breach=name,
        change="opened",
        number=1,
        reason_hmac="0" * 64,
    )
    assert name.encode() in made
