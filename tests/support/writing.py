"""One writer as a process of its own: pushes rows of its own through a house that it opens itself.

Run as ``python -m tests.support.writing WHAT NUMBER PUSHES ROWS``, with home and database in the environment.
``push`` and ``stop-inside`` say «ready» on standard output and wait for a line on standard input.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from gateway.assembly import database_of, open_house
from gateway.clock import FixedClock
from gateway.release.sent import PageForm, written
from gateway.settings import load
from gateway.store.tx import Tx
from tests.support.house import FIRE, NOW, pull, row, send

DELIVERED = [row(f"d{number}", "213") for number in range(4)]


def push(number: int, pushes: int, rows: int) -> None:
    """Push so many times."""
    settings = load()
    with open_house(settings.home, database=database_of(settings)) as house:
        _ready()
        recorded = 0
        for turn in range(pushes):
            sent = [row(f"w{number}-{turn}-{n}", "213") for n in range(rows)]
            recorded += send(house, sent, key=f"{number}-{turn}").receipt.recorded
        sys.stdout.write(f"{recorded}\n")


def stop_inside(_number: int, _pushes: int, _rows: int) -> None:
    """Stop this very process inside a commit, with the lock held; go on when told to."""
    settings = load()
    with open_house(settings.home, database=database_of(settings)) as house:
        _ready()

        def job(tx: Tx) -> None:
            tx.raise_law_epoch()
            os.kill(os.getpid(), signal.SIGSTOP)
            # another thread may be the first to be stopped: this one must not get as far as the commit
            time.sleep(0.5)

        error = house.writer.submit(job).exception()
        sys.stdout.write(f"{type(error).__name__}\n")
        kept = send(house, [row("after-the-stop")])
        sys.stdout.write(f"{kept.receipt.recorded}\n")


def deliver(_number: int, _pushes: int, _rows: int) -> None:
    """Push once, be given it in one page, acknowledge it; say after each what was answered."""
    settings = load()
    with open_house(settings.home, database=database_of(settings), clock=FixedClock(NOW)) as house:
        _say({"pushed": send(house, DELIVERED, key="the-one").receipt.recorded})
        pulled = pull(house)
        body = b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken))
        page = json.loads(body)
        _say({"release": page["release"], "ids": [record["id"] for record in page["records"]]})
        house.door.acknowledge("fire-17a", FIRE, "fire-system", page["cursor"])
        _say({"acknowledged": page["release"]})


def _say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


WORK = {"push": push, "stop-inside": stop_inside, "deliver": deliver}

if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[2])
    WORK[sys.argv[1]](*map(int, sys.argv[2:]))
