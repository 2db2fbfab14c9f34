"""How the demonstration is told: short sentences, one step each, with its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import singledispatchmethod
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gateway.cli.demo_words import (
    NAMES,
    PLACES,
    RULES,
    SENDERS,
    compared_table,
    counted_table,
    listed,
    many,
    plain,
    receipt_lines,
)
from gateway.client.proof import Secret
from gateway.demo import scenes
from gateway.demo.people import PASSWORD, PEOPLE
from gateway.demo.stage import (
    FIRE_17A,
    NSIR,
    UNIVERSITY_RECORDS,
)
from gateway.demo.summary import Account
from schemas.released import Notice

_INDENT = (0, 0, 0, 3)
_FINDINGS = 10


class Story:
    """Tells the scenes on a console."""

    def __init__(
        self, console: Console, url: str, home: Path, visitor: Secret, gateway: str
    ) -> None:
        self._console, self._url, self._home, self._visitor = console, url, home, visitor
        self._gateway = gateway
        self._step = 0
        self._reference = self._start = ""

    def open(self, asked_port: int) -> None:
        """Say where the gateway listens."""
        port = int(self._url.rpartition(":")[2])
        if asked_port not in (0, port):
            self._say(f"Port {asked_port} is taken, so the gateway listens on {port} instead.")
        self._say(f"The gateway runs at {self._url}, with a database of its own in {self._home}.")

    @singledispatchmethod
    def tell(self, scene: object) -> None:
        """Tell one scene."""
        raise TypeError(type(scene).__name__)

    # ------------------------------------------------------------------ scenes
    @tell.register
    def _(self, scene: scenes.StageSet) -> None:
        stage = scene.stage
        signed = len(stage.protocol.signatures)
        self._head("The partnership")
        self._say(
            f"{stage.partners} partners are on the register, and a protocol signed by {signed} of "
            f"them is in force until {stage.protocol.valid_to}."
        )
        self._say(
            f"{len(stage.proofs)} of their systems prove themselves by keys of their own (ES256) and "
            "get tokens for ten minutes. One more has a secret, so that you can try it by hand."
        )
        agreement = stage.agreement
        self._say(
            f"One agreement under section 115, «{agreement.title}», is signed by the nominated persons "
            f"of both parties and is to be reviewed by {agreement.review_by}."
        )
        self._say(
            f"An invented map is loaded: {stage.map.lsoas} LSOAs, {stage.map.points:,} map points and "
            f"{stage.map.postcodes} postcodes."
        )

    @tell.register
    def _(self, scene: scenes.Pushed) -> None:
        receipt, sender = scene.receipt, SENDERS[scene.feed]
        self._head(sender)
        forms = listed({f"as {form}": count for form, count in scene.pushes.items()})
        rate = receipt.received / max(scene.seconds, 0.001)
        self._say(
            f"{receipt.received:,} rows in {sum(scene.pushes.values())} pushes ({forms}), answered "
            f"after commit in {scene.seconds:.1f} s: {rate:,.0f} rows a second."
        )
        table = plain()
        for label, count, note in receipt_lines(scene):
            table.add_row(label, f"{count:,}", note)
        self._show(table)
        if receipt.dropped_fields:
            most = sorted(receipt.dropped_fields.items(), key=lambda item: -item[1])[:6]
            self._say(
                "Not stored, because nothing in force uses it: "
                + ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in most)
                + "."
            )

    @tell.register
    def _(self, scene: scenes.Repeated) -> None:
        told = "the same receipt came back, and nothing was recorded twice"
        self._say(
            "The first push is sent again with its Idempotency-Key: "
            f"{told if scene.same_receipt else 'ANOTHER receipt came back'}."
        )

    @tell.register
    def _(self, scene: scenes.SentLater) -> None:
        receipt = scene.receipt
        self._head("The police correct what they sent")
        self._say(
            f"The next day's export repeats rows and closes others as noise: {receipt.duplicate} "
            f"duplicate, {receipt.revised} revised, {receipt.recorded} new. At the next pull:"
        )
        self._told(scene.notices)

    @tell.register
    def _(self, scene: scenes.BadBody) -> None:
        self._say(f"A body that names a key twice is refused with {scene.status}, and not echoed:")
        table = plain()
        for name in ("type", "title", "remedy"):
            table.add_row(name, str(scene.problem.get(name, "")))
        for fault in scene.problem.get("errors", []):
            table.add_row("rule", f"{fault['rule']}: {fault['says']}")
        self._show(table)

    @tell.register
    def _(self, scene: scenes.Pulled) -> None:
        name, account = NAMES[scene.subscription], scene.account
        power = "under section 17A" if scene.subscription == FIRE_17A else "as open data"
        self._head(f"{name} pulls {power}")
        self._say(
            f"{scene.records:,} depersonalised records arrived on {scene.pages} pages in "
            f"{scene.seconds:.1f} s: {listed(scene.sources)}. Asking on acknowledges the last page."
        )
        places = listed({PLACES.get(level, level): n for level, n in scene.places.items()})
        self._say(f"Each has one place: {places}. Times are given to the hour at most.")
        self._balance(account)
        for says, count in scene.unmet.items():
            self._say(f"Withheld, {count:,} of them, because this is not met: {says}")

    @tell.register
    def _(self, scene: scenes.Counted) -> None:
        self._head("An analyst of the county council, who may have no record, asks for counts")
        totals = listed({k.replace("_", " "): n for k, n in scene.totals.items() if n is not None})
        self._say(
            f"{scene.month}, the whole district: {totals}. By behaviour, beside the true counts:"
        )
        self._show(counted_table(scene))
        rules = listed({RULES.get(rule, rule): n for rule, n in scene.by_lsoa.items()})
        self._say(f"By LSOA and behaviour: {rules}. Nothing can be filtered, so nothing subtracts.")

    @tell.register
    def _(self, scene: scenes.Delivered) -> None:
        account = scene.account
        self._head("The council's anti-social behaviour team is sent its cases under section 115")
        self._say(
            f"{scene.records:,} records with what the agreement lists, {scene.named:,} of them naming who "
            f"called, in {scene.deliveries} signed deliveries to the team's own system, in "
            f"{scene.seconds:.1f} s. It checked every signature; {scene.refused} did not hold."
        )
        self._tick(
            "The ledger's checkpoint that came along extends the one that the council kept.",
            holds=scene.witnessed,
        )
        self._balance(account)
        for says, count in scene.unmet.items():
            self._say(f"Withheld, {count:,} of them, because this is not met: {says}")

    @tell.register
    def _(self, scene: scenes.SwitchedOff) -> None:
        self._head("The council's own system was switched off meanwhile")
        if not scene.failures:
            self._say(
                "Nothing that it may have was recorded meanwhile, so nobody tried to reach it."
            )
            return
        self._say(
            f"{many(scene.failures, 'try')} to reach it failed. The next ones would come after 5 seconds, 5 "
            "minutes, up to 10 hours. Nobody else waits, and no row is kept for it alone: the gateway knows "
            "how far it has got."
        )

    @tell.register
    def _(self, scene: scenes.CaughtUp) -> None:
        if not scene.deliveries:
            self._say(f"It comes back, and holds {scene.held:,} records as before.")
            return
        kinds = listed(dict(Counter(one.kind.value for one in scene.notices)))
        self._say(
            f"It comes back, and what it missed is sent in order: {many(scene.deliveries, 'delivery')} with "
            f"{many(scene.records, 'record')} that have come under the agreement since, and "
            f"{many(len(scene.notices), 'notice')} ({kinds or 'none'}). It holds {scene.held:,} records now."
        )
        if scene.repeated:
            self._say(f"{scene.repeated} deliveries came twice, under the same id, and count once.")

    @tell.register
    def _(self, scene: scenes.Refused) -> None:
        self._head(f"{NAMES[scene.subscription]} asks for the same records, for research")
        self._say(
            f"Refused with {scene.status}: {scene.account.withheld:,} records withheld, "
            f"{scene.account.released} released. Every reason is named:"
        )
        table = Table(box=box.SIMPLE, pad_edge=False, expand=False)
        table.add_column("Not met", ratio=3)
        table.add_column("Where it is written", ratio=2)
        for condition in scene.conditions:
            table.add_row(Text(condition["says"]), Text(condition["cites"]))
        self._show(table)

    @tell.register
    def _(self, scene: scenes.Compared) -> None:
        self._head("One record, before and after")
        self._say(
            "As the police hold it, what the council's team got under the agreement, and all that the fire "
            "authority got:"
            if scene.held_by_council
            else "As the police hold it, and all that the fire authority got of it:"
        )
        self._show(compared_table(scene))

    @tell.register
    def _(self, scene: scenes.Explained) -> None:
        name = NAMES[scene.subscription]
        if scene.is_first:
            self._head("Why that record went to some and not to all")
        if not scene.unmet:
            self._say(f"{name}: {scene.decision}. All {len(scene.met)} conditions are met.")
            self._say(f"The basis: {scene.basis}")
            return
        self._say(f"{name}: {scene.decision}. {len(scene.met)} conditions are met, these are not:")
        table = plain()
        for condition in scene.unmet:
            table.add_row(Text("✗", style="red"), Text(condition["says"]))
        self._show(table)

    @tell.register
    def _(self, scene: scenes.Retracted) -> None:
        self._head("The police take that record back: recorded in error")
        self._say(f"Retracted: {scene.retracted}. Who held it is told at the next pull:")
        self._told(scene.notices)

    @tell.register
    def _(self, scene: scenes.Restricted) -> None:
        self._head("Somebody contests a record, and the police restrict it")
        self._say(
            f"Restricted: {scene.restricted}. It is kept, and leaves by no way until that is lifted:"
        )
        self._told(scene.notices)

    @tell.register
    def _(self, scene: scenes.Lifted) -> None:
        self._head("It was accurate, and the police lift the restriction")
        self._say(
            f"Lifted: {scene.lifted}. {many(scene.given_again, 'record')} given again, under the same id:"
        )
        self._told(scene.notices)

    @tell.register
    def _(self, scene: scenes.Proved) -> None:
        seen, report = scene.witnessed, scene.report
        self._head("The proof")
        self._say("The fire authority's system checked, from nothing but what it was given:")
        for holds, says in (
            (
                seen.consistent,
                f"The signed ledger of {seen.newer} entries begins with the {seen.older} it knew before.",
            ),
            (
                seen.content_matches,
                f"Entry {seen.entry}, its first page, names the hash of exactly the bytes that came.",
            ),
        ):
            self._tick(says, holds=holds)
        self._say("The operator checked the whole database, as `gateway verify` does:")
        self._tick(report.text().strip().splitlines()[0], holds=report.whole)
        for finding in report.findings[:_FINDINGS]:
            self._tick(f"{finding.code} in {finding.table} at {finding.key}", holds=False)

    @tell.register
    def _(self, scene: scenes.Ended) -> None:
        self._reference, self._start = scene.reference, scene.start_cursor
        summary = scene.summary
        verdict = "Everything balances." if summary.is_well else "SOMETHING DOES NOT BALANCE."
        self._console.print()
        self._console.print(f"[bold]{verdict}[/] {summary.seconds:.1f} s in all.")

    def next_steps(self) -> None:
        """Say what to try while it goes on serving."""
        url, secret = self._url, self._visitor
        self._console.print(f"\n[bold]The console is at[/] {url}/console\n")
        table = plain()
        for person in PEOPLE:
            table.add_row(person.account, person.name, person.partner or "the operator")
        self._say("Sign in as one of these invented people, each with what their role may see:")
        self._show(table)
        self._say(f"Password of all: {PASSWORD}")
        self._console.print("\n[bold]It goes on serving. Try it from another terminal:[/]\n")
        token = (
            f"TOKEN=$(curl -s {url}/oauth/token -d grant_type=client_credentials \\\n"
            f"  -u {secret.client_id}:{secret.text} \\\n"
            "  | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])')"
        )
        pull = f"{url}/v1/subscriptions/{FIRE_17A}/records?after={self._start}"
        ask = 'curl -s -H "Authorization: Bearer $TOKEN"'
        own = f"GATEWAY_HOME={self._home} {self._gateway}"
        explain = f"explain --feed {NSIR} --subscription {UNIVERSITY_RECORDS}"
        for says, command in (
            ("A token, as a system of the fire authority (good for ten minutes):", token),
            (
                "Its subscription, and the ledger's checkpoint:",
                f"{ask} {url}/v1/subscriptions\n{ask} {url}/v1/ledger/checkpoint",
            ),
            ("The first page that it got, once more:", f'{ask} "{pull}" | head -c 2000'),
            (
                "Why that record may not go to the university:",
                f"echo {self._reference} | {own} {explain}",
            ),
            ("Prove the whole database:", f"{own} verify"),
        ):
            self._console.print(f"   {says}")
            for line in command.splitlines():
                self._console.print(Text(f"     {line}"), soft_wrap=True)
            self._console.print()
        self._console.print(
            f"   What an analyst sees (sign in as analyst): {url}/console/analysis\n"
            f"   Every route: {url}/openapi.json     Stop: Ctrl-C"
        )
        self._console.print(f"\n   What each partner gets of one incident, on one page: {url}/")

    # ------------------------------------------------------------------ ways to say
    def _head(self, title: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold cyan]{self._step}  {title}[/]")

    def _tick(self, says: str, *, holds: bool) -> None:
        sign = Text("✓ ", style="green") if holds else Text("✗ ", style="red")
        self._show(sign + Text(says))

    def _told(self, told: Mapping[str, list[Notice]]) -> None:
        table = plain()
        for subscription, notices in told.items():
            kinds = Counter(one.kind.value for one in notices)
            said = listed({f"{kind}": count for kind, count in kinds.items()})
            if len(notices) == 1:
                said = f"{notices[0].id} is {notices[0].kind.value} ({notices[0].reason})"
            table.add_row(NAMES[subscription], said or "nothing about what it never had")
        self._show(table)

    def _balance(self, account: Account) -> None:
        self._say(
            f"Considered {account.considered:,} = released {account.released:,} + withheld "
            f"{account.withheld:,} + held {account.held:,} + superseded {account.superseded:,}."
        )

    def _say(self, sentence: str) -> None:
        self._show(Text(sentence))

    def _show(self, what: Any) -> None:  # noqa: ANN401 - anything that Rich prints
        self._console.print(Padding(what, _INDENT))
