"""Before a push is answered with 2xx, its bytes are forced to the disk: seen from outside, by strace.

A SIGKILL proves nothing about a power cut: without any sync it loses nothing either (reliability.md §0.3).
So the system calls are watched: between the reading of a push and the writing of its 2xx there must be an
fdatasync or fsync that succeeded.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

from tests.support.load import FEED, ServedGateway, System, prepare

CALLS = "fdatasync,fsync,read,recv,recvfrom,write,send,sendto,writev,sendmsg"
PUSHES = 8
_SYNC = re.compile(r"(fdatasync|fsync)(\(\d+\)| resumed>\)) += 0")


def row(number: int) -> dict[str, str]:
    return {
        "URN": f"D-{number:07d}",
        "CREATED": "31/10/2026 21:47",
        "OPENING_CODE": "215",
        "CLOSING_CODE_1": "213",
    }


def syncs_before_answers(trace: str) -> list[int]:
    """For each push that was answered 201: how many syncs ended between its reading and the answer."""
    counted: list[int] = []
    since: int | None = None
    for line in trace.splitlines():
        if "POST /v1/feeds/" in line:
            since = 0
        elif since is not None and _SYNC.search(line):
            since += 1
        elif since is not None and "HTTP/1.1 201" in line:
            counted.append(since)
            since = None
    return counted


def traced(tmp_path: Path) -> Iterator[str]:
    """Run a gateway under strace, push some rows one by one, and give the trace."""
    home, trace = tmp_path / "home", tmp_path / "trace"
    wrapper = ("strace", "-f", "-qq", "-s", "40", "-e", f"trace={CALLS}", "-o", str(trace))
    gateway = ServedGateway(home, prepare(home), wrapper=wrapper)
    gateway.start()
    try:
        gateway.wait_ready(120)
        system = System(gateway, "police-system")
        for number in range(PUSHES):
            answer = system.once("POST", FEED + "/records", json=row(number))
            assert answer.status_code == 201, answer.text
        system.http.close()
    finally:
        gateway.end(signal.SIGTERM)
    yield trace.read_text(encoding="utf-8", errors="replace")


def test_a_push_is_on_the_disk_before_it_is_answered(tmp_path: Path) -> None:
    (trace,) = traced(tmp_path)

    syncs = syncs_before_answers(trace)
    assert len(syncs) == PUSHES
    assert min(syncs) >= 1


def test_an_answer_without_a_sync_would_be_seen() -> None:
    lines = (
        '12 recvfrom(7, "POST /v1/feeds/police-nsir/records"..., 65536) = 300',
        "13 fdatasync(9 <unfinished ...>",
        "13 <... fdatasync resumed>) = 0",
        '12 sendto(7, "HTTP/1.1 201 Created"..., 99) = 99',
        '12 recvfrom(7, "POST /v1/feeds/police-nsir/records"..., 65536) = 300',
        "13 fdatasync(9) = -1 EIO (Input/output error)",
        '12 sendto(7, "HTTP/1.1 201 Created"..., 99) = 99',
    )

    assert syncs_before_answers("\n".join(lines)) == [1, 0]
