"""``gateway policies``: policy bundles, from proposal by two people's approval into force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.audit.policy_bundles import documents_of, full_name, overview, shown
from gateway.cli import Exit
from gateway.cli.documents import content_of
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, say, say_json, show_table
from gateway.errors import NotFound
from gateway.law.bundles import Approve, Propose, Withdraw, shelf
from gateway.store.reading import Reader
from policies.differences import Difference, difference
from policies.documents import FOLDERS, Documents
from policies.refusals import PolicyRefused
from schemas.bundles import APPROVALS, PolicyBundle

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Policy bundles: list, show, propose, approve by two people, go back, compare.",
)

Bundle = Annotated[
    str,
    typer.Argument(help="Hash of a bundle, its first 8 digits, `packaged` or `in-force`."),
]
Folder = Annotated[Path, typer.Argument(help="Folder with cedar/, data/ and treatments/.")]
By = Annotated[str, typer.Option("--by", help="Who does this: a person's office, not a name.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept on the register, not in the ledger.")]


@app.command("list")
def list_bundles(*, as_json: AsJson = False) -> None:
    """List every policy bundle, how it stands, and which one is in use."""
    with own_house() as house:
        document = overview(house.reader, house.book.refresh())
    if as_json:
        say_json(document)
        return
    rows = [
        (
            one["sha256"][:12],
            one["state"],
            "in use" if one["sha256"] == document["in_use"] else "",
            "; ".join(f"{step['change']} by {step['office']}" for step in one["steps"][-3:]),
        )
        for one in document["bundles"]
    ]
    show_table("", ("bundle", "state", "", "last steps"), rows)
    for sha256 in document["refused"]:
        say(f"NOT USED, though it should be: {sha256}. See `gateway verify`.")


@app.command("show")
def show(
    bundle: Bundle,
    *,
    document: Annotated[
        str | None, typer.Option(help="Print one document, such as cedar/section_17a.cedar.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a policy bundle: every step, every document by hash; or one document as it is."""
    with own_house() as house:
        _named(house.reader, bundle)
        if document is not None:
            texts = _loaded(house.reader, bundle).texts
            if document not in texts:
                raise Stopped("The bundle has no such document.", f"It has {', '.join(texts)}.")
            say(texts[document].rstrip())
            return
        found = shown(house.reader, bundle)
    if as_json:
        say_json(found)
        return
    say(f"{found['sha256']} · {found['state']} · {found['approvals']} of {APPROVALS} approvals")
    for step in found["steps"]:
        say(f"  {step['at']} {step['change']} by {step['office']}: {step.get('reason', '—')}")
    for name in found["documents"]:
        say(f"  {name}")


@app.command("propose")
def propose(folder: Folder, *, by: By, reason: Why, actor: Actor = OPERATOR) -> None:
    """Store a policy bundle, checked whole, for two people to approve. Nothing changes yet.

    Every rule is validated against the schema, every field must be treated in every lane, every list
    must fit its form; what is not whole is refused with file and rule.
    """
    documents = checked(texts_in(folder))
    with own_house() as house:
        made = change(house, actor, lambda act: Propose(documents.texts, by, reason, act))
        told = difference(documents_of(house.reader, house.book.refresh().documents), documents)
    say(f"Proposed: {made.sha256}")
    _tell(told, lines=False)
    say(f"Two people approve it: `gateway policies approve {made.sha256[:12]} --by OFFICE`.")
    say(f"What it would newly release: `gateway simulate --policies {made.sha256[:12]}`.")


@app.command("approve")
def approve(
    bundle: Bundle,
    *,
    by: By,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, at will.")] = None,
    actor: Actor = OPERATOR,
) -> None:
    """Approve a policy bundle as one of two people; the second approval puts it in force at once.

    An earlier bundle is approved in the same way: that is going back.
    """
    with own_house() as house:
        sha256 = _named(house.reader, bundle)
        _loaded(house.reader, sha256)
        made = change(house, actor, lambda act: Approve(sha256, by, reason, act))
        in_use = house.book.refresh().documents
    if made.sha256 == in_use:
        say(f"In force in every process: {made.sha256}")
        return
    say(f"{len(made.approvals)} of {APPROVALS} people have approved {made.sha256}.")


@app.command("withdraw")
def withdraw(bundle: Bundle, *, by: By, reason: Why, actor: Actor = OPERATOR) -> None:
    """Withdraw a policy bundle that is not in force; approvals given so far count no more."""
    with own_house() as house:
        sha256 = _named(house.reader, bundle)
        made: PolicyBundle = change(house, actor, lambda act: Withdraw(sha256, by, reason, act))
    say(f"{made.state(None).value.capitalize()}: {made.sha256}")


@app.command("export")
def export(bundle: Bundle, folder: Folder) -> None:
    """Write a policy bundle into a new folder; `propose` reads it back, under the same hash."""
    with own_house() as house:
        documents = _loaded(house.reader, bundle)
    if folder.exists():
        raise Stopped("The folder exists.", "Name a new one: nothing is overwritten.", Exit.USAGE)
    for name, text in documents.texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    say(f"Written: {len(documents.texts)} documents of {documents.sha256}")


@app.command("diff")
def diff(before: Bundle, after: Bundle, *, as_json: AsJson = False) -> None:
    """Say which rules and documents differ between two policy bundles."""
    with own_house() as house:
        told = difference(_loaded(house.reader, before), _loaded(house.reader, after))
    if as_json:
        say_json(told.model_dump(mode="json"))
        return
    _tell(told, lines=True)


def texts_in(folder: Path) -> dict[str, str]:
    """Read the documents of a folder: what lies in cedar/, data/ and treatments/.

    Raises:
        Stopped: It is no such folder, or a file is not UTF-8.
        FileUnreadable: A file cannot be read.
    """
    files = [path for name in FOLDERS for path in sorted((folder / name).glob("*"))]
    if not files:
        raise Stopped(
            "The folder holds no policy bundle.",
            "It has the folders cedar, data and treatments: see `gateway policies export`.",
        )
    try:
        return {
            path.relative_to(folder).as_posix(): content_of(path).decode("utf-8") for path in files
        }
    except UnicodeDecodeError:
        raise Stopped("A document is not UTF-8.", "Save it as UTF-8.") from None


def checked(texts: dict[str, str]) -> Documents:
    """Load a bundle from its documents.

    Raises:
        Stopped: It is not whole; names file and rule.
    """
    try:
        return Documents.load(texts)
    except PolicyRefused as refusal:
        raise _not_whole(refusal) from None


def _loaded(reader: Reader, named: str) -> Documents:
    try:
        return documents_of(reader, _named(reader, named))
    except PolicyRefused as refusal:
        raise _not_whole(refusal) from None


def _not_whole(refusal: PolicyRefused) -> Stopped:
    where = f"{refusal.file}, {refusal.rule or 'the whole document'}"
    return Stopped(
        f"The policy bundle is not whole: {where}: {refusal.says.rstrip('.')}.",
        "Correct what is named.",
    )


def _named(reader: Reader, named: str) -> str:
    try:
        return full_name(shelf(reader), named)
    except NotFound:
        raise Stopped(
            "There is no policy bundle of that hash, or several begin so.",
            "See `gateway policies list`; at least 8 digits are needed.",
        ) from None


def _tell(told: Difference, *, lines: bool) -> None:
    if not told.documents:
        say("The two are the same.")
    for rule in told.rules:
        say(f"  {rule.change:<8} {rule.id} ({rule.file}): {rule.says} [{rule.cites}]")
    for one in told.documents:
        say(f"  {one.change:<8} {one.name}")
        for line in one.lines if lines else ():
            say(f"    {line}")
