"""Writes the tables that stand in the READMEs, from the code that they describe.

``python -m gateway.docs`` writes, ``--check`` fails where a page is not current. A table stands between
``<!-- begin: name -->`` and ``<!-- end: name -->``; everything else on the page is written by hand.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from gateway import settings
from gateway.errors import GatewayError
from gateway.events import Event
from schemas.incident import SENSITIVITY, Incident

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "tests" / "reports"
EXAMPLE = "deploy/settings.example.env"
NOT_FIGURES = {"name", "seed", "test", "commit", "date"}
FOLDED = ("changed-byte",)
"""Proofs whose reports are parts of one, whatever follows in their names."""


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def errors() -> list[type[GatewayError]]:
    """Every error of the gateway that can leave, wherever it is defined, by status and code."""
    for module in _modules("gateway"):
        importlib.import_module(module)
    return sorted(_below(GatewayError), key=lambda error: (error.status, error.code))


def _below(error: type[GatewayError]) -> set[type[GatewayError]]:
    found = {error}
    for child in error.__subclasses__():
        found |= _below(child)
    return {one for one in found if one.__module__.startswith("gateway.")}


def _modules(package: str) -> Iterator[str]:
    """Modules below a package, without those that run or migrate something."""
    folder = ROOT / package
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        names = parts[:-1] if parts[-1] == "__init__" else parts
        if not {"migrations", "cli", "__main__", "docs"} & set(names):
            yield ".".join(names)


def error_table() -> str:
    """The problem documents, as ``gateway/README.md`` shows them."""
    rows = [
        (error.status, f"`{error.code}`", error.title, error.remedy, error.retry_after or "")
        for error in errors()
    ]
    return table(
        ("status", "type: `urn:gateway:problem:` +", "says", "remedy", "Retry-After, s"), rows
    )


def event_table() -> str:
    """The log events, as ``gateway/README.md`` shows them."""
    rows = [
        (f"`{e.code}`", e.level.name.lower(), e.says, ", ".join(f"`{f}`" for f in sorted(e.fields)))
        for e in (event.value for event in Event)
    ]
    return table(("event", "level", "says", "may carry"), rows)


def settings_table() -> str:
    """The settings, as ``gateway/README.md`` shows them."""
    rows = [
        (f"`{settings.variable(name)}`", f"`{settings.shown(field.default)}`", field.description)
        for name, field in settings.Settings.model_fields.items()
    ]
    return table(("variable", "default", "what it is"), rows)


def exit_table() -> str:
    """The exit codes of the command line."""
    cli = importlib.import_module("gateway.cli")
    return table(("code", "means"), [(code.value, code.says) for code in cli.Exit])


def dictionary() -> str:
    """The data dictionary: every field of the common record with its mark, half and group."""
    rows = [
        (f"`{name}`", _type(name), one.mark.value, one.half.value, one.group or "")
        for name, one in SENSITIVITY.items()
    ]
    return table(("field", "type", "mark", "half", "group"), rows)


def _type(name: str) -> str:
    """The type as the model writes it: ``Annotated[SourceCode | None, C]`` is shown as its first part."""
    written = str(Incident.__annotations__[name])
    return "`" + written.removeprefix("Annotated[").rpartition(", ")[0] + "`"


def figures() -> str:
    """What every proof has shown: the newest line of each of its parts, counted together."""
    proofs: dict[str, dict[str, dict[str, Any]]] = {}
    for report in sorted(REPORTS.glob("*.jsonl")):
        for text in report.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)  # noqa: TID251 - our own report
            name = str(line["name"])
            proof = next((one for one in FOLDED if name.startswith(one)), name)
            proofs.setdefault(proof, {})[f"{name} {line['test']}"] = line
    if not proofs:
        return "Nothing has been proved at full count yet: run `make prove`."
    rows = [_figure(name, list(parts.values())) for name, parts in proofs.items()]
    return table(("proof", "parts", "figures", "commit", "date"), rows)


def _figure(name: str, parts: list[dict[str, Any]]) -> tuple[str, str, str, str, str]:
    counted: dict[str, float] = {}
    for part in parts:
        for key, value in part.items():
            if key not in NOT_FIGURES and isinstance(value, int | float):
                # counts of the parts add up; of seconds and rates the largest is told
                before = counted.get(key, 0)
                alone = key.endswith(("seconds", "per_second"))
                counted[key] = max(before, value) if alone else before + value
    said = ", ".join(f"{key.replace('_', ' ')} {value:,}" for key, value in counted.items())
    newest = max(parts, key=lambda part: str(part["date"]))
    return name, str(len(parts)), said, str(newest["commit"]), str(newest["date"])


def decisions() -> str:
    """The index of decision records: number, title, status."""
    rows = []
    for path in sorted((ROOT / "deploy" / "decisions").glob("[0-9]*.md")):
        lines = path.read_text(encoding="utf-8").splitlines()
        status = next((line for line in lines if line.startswith("Status: ")), "Status: unknown")
        number, _, title = lines[0].removeprefix("# ").partition(" ")
        rows.append((number, f"[{title}]({path.name})", status.removeprefix("Status: ")))
    return table(("number", "decision", "status"), rows)


def charnwood() -> str:
    """The partnership's questions as they were answered on published data, from the report."""
    report = json.loads((REPORTS / "charnwood_questions.json").read_text(encoding="utf-8"))  # noqa: TID251 - our own report
    rows = [
        (one["asks"], one["period"], " ".join(one["says"][:3]))
        for one in report["questions"].values()
    ]
    districts = report["questions"]["districts"]["tables"]["areas"]
    counted = [(row["name"], row["kind"], f"{row['count']:,}", row["areas"]) for row in districts]
    return "\n\n".join(
        (
            table(("question", "period", "answer"), rows),
            table(("district", "kind", "count", "LSOAs with any"), counted),
        )
    )


def from_module(module: str, function: str) -> Callable[[], str]:
    """A table that a package makes itself."""
    return lambda: cast("str", getattr(importlib.import_module(module), function)())


PAGES: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"figures": figures, "charnwood": charnwood},
    "gateway/README.md": {
        "errors": error_table,
        "events": event_table,
        "settings": settings_table,
        "exit codes": exit_table,
    },
    "gateway/access/README.md": {"defaults": from_module("gateway.access.defaults", "table")},
    "deploy/decisions/README.md": {"index": decisions},
    "schemas/README.md": {"data dictionary": dictionary},
    "adapters/README.md": {"crosswalks": from_module("adapters.crosswalk", "readme_tables")},
    "policies/README.md": {
        "law": from_module("policies.readme", "tables"),
        "requirements": from_module("gateway.law.proven", "table"),
    },
}
MARKS = {
    "law": (
        "<!-- made by policies.readme.tables() from here -->",
        "<!-- made by policies.readme.tables() until here -->",
    )
}
"""Marks that are not of the common form."""


def filled(page: str, text: str) -> str:
    """The page with every table of today between its marks.

    Raises:
        PageUnfit: The page has no place for one of its tables.
    """
    for name, make in PAGES[page].items():
        begin, end = MARKS.get(name, (f"<!-- begin: {name} -->", f"<!-- end: {name} -->"))
        before, found, rest = text.partition(begin)
        _old, closed, after = rest.partition(end)
        if not (found and closed):
            message = f"{page} has no place marked {begin} … {end}"
            raise PageUnfit(message)
        text = f"{before}{begin}\n{make().strip()}\n{end}{after}"
    return text


class PageUnfit(ValueError):
    """A page is missing, or has no place for a table."""


def wanted(page: str) -> str:
    """What a page should say.

    Raises:
        PageUnfit: The page is missing or has no place for one of its tables.
    """
    if page == EXAMPLE:
        return settings.example()
    path = ROOT / page
    if not path.is_file():
        message = f"{page} is missing"
        raise PageUnfit(message)
    return filled(page, path.read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` only say which are not current."""
    only_check = "--check" in arguments
    unfit = False
    for page in (EXAMPLE, *PAGES):
        path = ROOT / page
        try:
            text = wanted(page)
        except PageUnfit as error:
            sys.stderr.write(f"{error}.\n")
            unfit = True
            continue
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if only_check:
            sys.stderr.write(f"{page} is not current: run `make docs`.\n")
            unfit = True
        else:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"written: {page}\n")
    return int(unfit)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
