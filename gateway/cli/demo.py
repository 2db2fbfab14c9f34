"""``gateway demo``: the whole job on invented data, over real HTTP, in an own database."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console

from gateway.cli import Exit
from gateway.house import RefusesToStart

PORT = 8115
S = TypeVar("S")

Once = Annotated[bool, typer.Option("--once", help="End after the story; do not keep serving.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and end.")]
Street = Annotated[
    Path | None,
    typer.Option(
        "--police-uk",
        exists=True,
        dir_okay=False,
        help="A data.police.uk street file (.csv or .gz) to push as well.",
    ),
]
Rows = Annotated[
    int, typer.Option(min=50, max=200_000, help="Invented rows to push, all feeds together.")
]
Seed = Annotated[int, typer.Option(min=0, help="Another seed invents other rows.")]
Port = Annotated[
    int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")
]
Home = Annotated[
    Path | None,
    typer.Option(
        file_okay=False, help="An empty folder to work in and keep; else a temporary one."
    ),
]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for."""

    once: bool
    as_json: bool
    street: Path | None
    rows: int
    seed: int
    port: int
    home_stays: bool


def command(
    *,
    once: Once = False,
    as_json: AsJson = False,
    police_uk: Street = None,
    rows: Rows = 6_000,
    seed: Seed = 17,
    port: Port = PORT,
    home: Home = None,
) -> None:
    """See the whole job done on invented data, in an own database.

    A quarter of history is written first, for the console (not with --once).
    Three simulated systems (police, housing, street management) push their rows
    over HTTP, and the law is applied. The council's team is sent its cases under
    section 115, the fire authority pulls under section 17A, an analyst gets
    counts, a university is refused with every reason. Records are corrected,
    taken back and restricted, the team's system is off for a while and catches
    up, and the ledger is proved. Then it goes on serving, for you to try; --once
    ends it there. Exit code 1 if anything did not balance.
    """
    started = time.monotonic()
    # both by hand: a shell that starts us in the background has SIGINT ignored
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)
    console = Console(quiet=as_json, highlight=False)
    console.print(
        "[bold]A real gateway starts on this machine, and simulated partner systems use it.[/]\n"
        "Every name, number and place that they send is invented."
    )
    wishes = Wishes(once or as_json, as_json, police_uk, rows, seed, port, home is not None)
    with _folder(home) as folder:
        well = _performed(folder, wishes, console, started)
    raise typer.Exit(Exit.OK if well else Exit.FOUND_WRONG)


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _performed(folder: Path, wishes: Wishes, console: Console, started: float) -> bool:
    """Run the gateway and the play; return whether all was well."""
    # these take most of a second to import, and the first line is on the screen by now
    from gateway.assembly import open_house  # noqa: PLC0415 - as above
    from gateway.cli.demo_server import listening, running  # noqa: PLC0415 - as above
    from gateway.cli.demo_story import Story  # noqa: PLC0415 - as above
    from gateway.clock import HistoryClock, SystemClock  # noqa: PLC0415 - as above
    from gateway.demo.cast import Cast  # noqa: PLC0415 - as above
    from gateway.demo.endpoint import running_subscriber  # noqa: PLC0415 - as above
    from gateway.demo.history import BEGINS, write_history  # noqa: PLC0415 - as above
    from gateway.demo.history import tell_stories as tell  # noqa: PLC0415 - as above
    from gateway.demo.play import Play  # noqa: PLC0415 - as above
    from gateway.demo.rows import invented, month_before  # noqa: PLC0415 - as above
    from gateway.demo.scenes import Ended  # noqa: PLC0415 - as above
    from gateway.demo.stage import set_stage  # noqa: PLC0415 - as above
    from gateway.events import configure  # noqa: PLC0415 - as above

    clock = HistoryClock(SystemClock().now() - BEGINS)
    if wishes.once:
        clock.at = None
    with (
        open_house(folder, clock=clock, create=True) as house,
        running_subscriber(house) as (subscriber, secret),
    ):
        stage = set_stage(house, subscriber.url, secret, with_open_data=wishes.street is not None)
        if not wishes.once:  # nobody would open the console on it
            console.print("First, a quarter of invented history is written for the console.")
            configure("error")
            write_history(house, clock)
            clock.at = None
            tell(house)
            clock.at = None
        with listening(wishes.port) as listener, running(house, listener) as gateway:
            story = Story(console, gateway.url, folder, stage.visitor, own_command())
            story.open(wishes.port)
            first = month_before(house.clock)
            cast = Cast(
                url=gateway.url,
                house=house,
                stage=stage,
                rows=invented(wishes.seed, wishes.rows, first),
                month=f"{first:%Y-%m}",
                publish=gateway.service.publish,
                subscriber=subscriber,
                started=started,
                street=wishes.street,
            )
            well = False
            for scene in _watched(Play(cast).perform(), console):
                story.tell(scene)
                if isinstance(scene, Ended):
                    well = scene.summary.is_well
                    if wishes.as_json:
                        sys.stdout.write(scene.summary.model_dump_json() + "\n")
            if not wishes.once:
                story.next_steps()
                _stay(console, home_stays=wishes.home_stays)
    return well


def own_command() -> str:
    """Return how the user calls us: by name where that is found, else by our place."""
    if shutil.which("gateway"):
        return "gateway"
    beside = Path(sys.executable).parent / "gateway"
    if not beside.exists():
        return f"{sys.executable} -m gateway"
    here = Path.cwd()
    return str(beside.relative_to(here) if beside.is_relative_to(here) else beside)


def _watched(scenes: Iterator[S], console: Console) -> Iterator[S]:
    """Yield scenes, with a sign of life while each is played."""
    while True:
        with console.status("working"):
            scene = next(scenes, None)
        if scene is None:
            return
        yield scene


_LOOK_SECONDS = 0.2
"""How soon Ctrl-C is noticed."""


def _stay(console: Console, *, home_stays: bool) -> None:
    """Serve until Ctrl-C."""
    with suppress(KeyboardInterrupt):
        # polars puts a handler of its own before Python's, after which no wait without an end is interrupted
        while True:
            time.sleep(_LOOK_SECONDS)
    went = "Its home stays." if home_stays else "Its temporary home is removed."
    console.print(f"\nStopped. {went}")


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    """Lend an empty folder: the one given, which stays, or a temporary one, which goes."""
    if wanted is None:
        folder = Path(tempfile.mkdtemp(prefix="gateway-demo-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    folder = wanted.expanduser().absolute()
    if folder.exists() and any(folder.iterdir()):
        raise RefusesToStart(
            "The folder given with --home is not empty.",
            "Give a new one: the demonstration never writes into a home that is in use.",
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    yield folder
