"""A kill at every storage system call of one push and one delivery: what was said stays true.

``strace`` ends the process at its n-th call that changes a file, for every n. Counting is by thread, so
a number stands for that call of the writing thread and of the one that closes the database.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import open_house
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.release.sent import PageForm, written
from tests.support.house import FIRE, NOW, new_house, pull, send, subscribe
from tests.support.requirements import law
from tests.support.writing import DELIVERED

ROOT = Path(__file__).resolve().parents[2]
CALLS = "pwrite64,pwritev,fdatasync,fsync,ftruncate,unlink,rename"


def prepared(home: Path) -> None:
    """A home that has a register, a subscription and something in its log."""
    with new_house(home) as house:
        subscribe(house)
        send(house, DELIVERED[:1])


def run(home: Path, *options: str) -> tuple[list[dict[str, Any]], bool]:
    """Push, deliver and acknowledge under strace; return what was said, and whether it was killed.

    ``--seccomp-bpf`` would be faster, but with it the number of a call is not counted and nobody is killed.
    """
    ran = subprocess.run(
        [
            *("strace", "-f", "-qq", *options),
            *(sys.executable, "-m", "tests.support.writing", "deliver", "0", "0", "0"),
        ],
        env={"PATH": os.environ["PATH"], "GATEWAY_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT,
        check=False,
        capture_output=True,
    )
    return [json.loads(line) for line in ran.stdout.splitlines()], ran.returncode == -signal.SIGKILL


def calls_made(home: Path, trace: Path) -> int:
    """How many storage calls the busiest thread of an undisturbed run makes."""
    said, killed = run(home, "-e", f"trace={CALLS}", "-o", str(trace))
    assert not killed
    assert [next(iter(one)) for one in said] == ["pushed", "release", "acknowledged"]
    threads = Counter(re.match(r"\d+", line)[0] for line in trace.read_text().splitlines())  # type: ignore[index] # strace begins with it
    return max(threads.values())


@dataclass
class Outcome:
    """What was wrong after the kills."""

    lost: int = 0
    doubled: int = 0
    unstable: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    """The last thing that a process said before it was killed, and how often."""

    def judge(self, home: Path, said: list[dict[str, Any]]) -> None:
        """Go on where the process was killed, as its partners would."""
        told = {name: value for one in said for name, value in one.items()}
        self.ended[next(iter(said[-1])) if said else "nothing"] += 1
        with open_house(home, clock=FixedClock(NOW)) as house:
            before = house.reader.head().log_size
            if "pushed" in told:
                self.lost += before != 4
            again = send(house, DELIVERED, key="the-one")
            self.lost += again.receipt.recorded + again.receipt.duplicate != len(DELIVERED)
            self.doubled += house.reader.head().log_size != 4
            pulled = pull(house)
            body = b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken))
            page = json.loads(body)
            ids = [record["id"] for record in page["records"]]
            if "acknowledged" in told:
                self.doubled += bool(ids)
            elif "release" in told:
                # the page was read whole, its acknowledgement was not answered: it was taken or not
                same = (page["release"], ids) == (told["release"], told["ids"])
                self.unstable += not same and bool(ids)
            else:
                self.lost += len(ids) != 4
            house.door.acknowledge("fire-17a", FIRE, "fire-system", page["cursor"])
            found = verify(house.database, house.keys).counted
            assert not found, found


@law("L33")
@pytest.mark.prove
@pytest.mark.timeout(3_600)
def test_a_kill_at_every_storage_call_loses_and_doubles_nothing(
    tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    home = tmp_path / "home"
    prepared(home)
    shutil.copytree(home, tmp_path / "whole")
    made = calls_made(tmp_path / "whole", tmp_path / "trace")
    # fine enough to meet the last calls, from release to acknowledgement
    step = max(1, made // count(400))
    outcome = Outcome()

    # how many pages a transaction changes differs a little from run to run: go on until one ends whole
    for number in range(1, 2 * made, step):
        copy = tmp_path / "copy"
        shutil.copytree(home, copy)
        kill = f"inject={CALLS}:signal=KILL:when={number}"
        said, killed = run(copy, "-e", f"trace={CALLS}", "-e", kill, "-o", "/dev/null")
        if not killed:
            assert number > 0.8 * made, f"nobody was killed at call {number}"
            assert "acknowledged" in said[-1]
            break
        outcome.judge(copy, said)
        shutil.rmtree(copy)

    assert made >= 20
    # the first kills come before the push is answered, the last ones after the page was read
    assert outcome.ended["nothing"]
    assert outcome.ended["release"]
    assert (outcome.lost, outcome.doubled, outcome.unstable) == (0, 0, 0)
    proved(
        "every-system-call",
        calls=made,
        kills=sum(outcome.ended.values()),
        lost=outcome.lost,
        doubled=outcome.doubled,
        unstable_ids=outcome.unstable,
        **{f"said_{name}": number for name, number in outcome.ended.items()},
    )
