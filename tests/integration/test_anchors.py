"""Checkpoints are published on a clock; where that fails too long nothing is released until it works."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.assembly import House
from gateway.audit.anchoring import Anchoring, shown
from gateway.audit.stops import Watch
from gateway.audit.verify import verify
from gateway.errors import ReleaseUnanchored
from gateway.law.anchors import Kind, anchors
from gateway.ledger.checkpoint import parse_checkpoint
from gateway.ledger.leaf import Operation
from gateway.posting import anchoring_of
from gateway.settings import Settings
from tests.support.house import later, new_house, pull, rows, send, subscribe
from tests.support.requirements import law

HOURS = 3_600


class Elsewhere:
    """Another server on loopback that takes what is posted to it, or does not."""

    def __init__(self) -> None:
        self.status = 204
        self.taken: list[str] = []
        self.port = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        body = (await reader.readexactly(length)).decode()
        if self.status == 204:
            self.taken.append(body)
        writer.write(f"HTTP/1.1 {self.status} x\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    @contextmanager
    def running(self) -> Iterator[Elsewhere]:
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield self
        finally:
            server.close()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        subscribe(made)
        send(made, rows(3))
        yield made


def anchored(house: House, **given: object) -> Anchoring:
    return anchoring_of(house, Settings(home=house.home, **given))  # type: ignore[arg-type]


def sealed(house: House, operation: Operation) -> list[dict[str, object]]:
    found = (house.reader.leaf(index) for index in range(house.reader.head().ledger_size))
    said = [json.loads(leaf[0]) for leaf in found if leaf is not None]
    return [one for one in said if one["operation"] == operation.value]


def stopped(house: House) -> list[str]:
    watch = Watch(house.reader, house.writer, house.book, house.clock)
    return [one.code for one in watch.stops()]


@law("L33", "L37")
def test_releases_stop_when_the_required_file_fails_too_long_and_go_on_by_themselves(
    house: House, tmp_path: Path
) -> None:
    share = tmp_path / "share"
    share.mkdir()
    anchoring = anchored(house, anchor_folder=share)
    assert anchoring.publish() is not None
    assert (share / "latest").read_text() == (house.home / "checkpoints" / "latest").read_text()
    share.rename(tmp_path / "away")

    send(house, rows(2, begin=3))
    anchoring.publish()
    later(house, 4 * HOURS - 1)
    anchoring.publish()
    first = pull(house, limit=2)  # a while it may fail
    assert len(first.page.records) == 2
    assert stopped(house) == []

    later(house, 1)  # nobody has published or noted anything since: the time itself runs out
    with pytest.raises(ReleaseUnanchored):
        pull(house, first.page.cursor)
    anchoring.publish()
    assert stopped(house) == ["release.unanchored"]
    assert [one["change"] for one in sealed(house, Operation.ANCHOR)] == ["stopped"]
    with pytest.raises(ReleaseUnanchored):
        pull(house, first.page.cursor)
    assert send(house, rows(1, begin=9)).receipt.recorded == 1  # recording goes on

    (tmp_path / "away").rename(share)
    anchoring.publish()
    assert stopped(house) == []
    assert [one["change"] for one in sealed(house, Operation.ANCHOR)] == ["stopped", "resumed"]
    assert pull(house, first.page.cursor).page.records
    assert verify(house.database, house.keys).findings == ()


@pytest.mark.on_sqlite
def test_a_release_that_was_made_while_they_stood_still_is_found(house: House) -> None:
    anchoring = anchored(house)
    (house.home / "checkpoints").write_text("a file is in the way")
    for _ in range(2):
        anchoring.publish()
        later(house, 5 * HOURS)
    anchoring.publish()
    with pytest.raises(ReleaseUnanchored):
        pull(house)

    house.reader.anchors_stopping = lambda _at: []  # type: ignore[method-assign] # an operator's trick
    pull(house)

    found = verify(house.database, house.keys).findings
    assert {one.code for one in found} == {"release.while_stopped"}


@pytest.mark.on_sqlite
def test_a_post_is_tried_until_it_is_taken_and_one_address_is_enough(house: House) -> None:
    first, second = Elsewhere(), Elsewhere()
    with first.running(), second.running():
        urls = tuple(f"http://127.0.0.1:{one.port}/secret-path" for one in (first, second))
        allow = tuple(f"127.0.0.1:{one.port}" for one in (first, second))
        anchoring = anchored(house, anchor_urls=urls, anchor_required="both", egress_allow=allow)
        second.status = 500

        size, note = anchoring.publish() or (0, "")
        assert first.taken == [note]
        assert parse_checkpoint(note).size == size
        (post,) = [one for one in anchors(house.reader) if one.kind is Kind.POST]
        assert (post.failing_since, post.size) == (None, size)
        assert [place.code for place in post.places] == ["ok", "http-500"]
        assert "secret" not in post.model_dump_json()

        second.status = 204
        anchoring.publish()
        assert (len(first.taken), second.taken) == (1, [note])  # not posted twice

        first.status = second.status = 503
        send(house, rows(1, begin=9))
        anchoring.publish()
        later(house, 4 * HOURS)
        anchoring.publish()
        assert stopped(house) == ["release.unanchored"]
        with pytest.raises(ReleaseUnanchored):
            pull(house)

        first.status = 204
        anchoring.publish()
        assert stopped(house) == []
        assert pull(house).page.records


@pytest.mark.on_sqlite
def test_an_anchor_that_is_wanted_no_longer_holds_nothing_back(house: House) -> None:
    urls = ("https://witness.invalid/checkpoints",)
    resolves_nowhere = anchored(house, anchor_urls=urls, anchor_required="post")
    resolves_nowhere.publish()
    later(house, 4 * HOURS)
    resolves_nowhere.publish()
    assert stopped(house) == ["release.unanchored"]

    anchored(house).publish()

    assert stopped(house) == []
    assert [one["change"] for one in sealed(house, Operation.ANCHOR)] == ["stopped", "let-go"]
    assert verify(house.database, house.keys).findings == ()


@pytest.mark.on_sqlite
def test_what_goes_wrong_before_there_is_a_checkpoint_counts_as_failing(house: House) -> None:
    anchoring = anchored(house)

    def broken() -> None:
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            anchoring.publish(before=broken)
        later(house, 4 * HOURS)

    assert stopped(house) == ["release.unanchored"]
    assert "not-signed" in anchors(house.reader)[0].model_dump_json()


@pytest.mark.on_sqlite
def test_nothing_of_an_address_but_its_host_is_shown() -> None:
    assert shown("https://witness.example:8443/secret?token=1") == "https://witness.example:8443"
    assert shown("ftp://x") == "an address that cannot be read"
