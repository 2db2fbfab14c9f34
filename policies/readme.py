"""The rules in plain English, made from the Cedar annotations, the lists and the treatment tables."""

from __future__ import annotations

from policies.bundle import EVERYWHERE, Bundle, Rule, packaged_bundle
from policies.lists import Lists, packaged_lists
from policies.operations import OPERATIONS
from policies.treatments import Treatments, packaged_treatments
from schemas.incident import SENSITIVITY
from schemas.sensitivity import Lane

BEGIN = "<!-- made by policies.readme.tables() from here -->"
END = "<!-- made by policies.readme.tables() until here -->"


def tables() -> str:
    """Return what stands in ``policies/README.md`` between its two markers, as Markdown."""
    parts = [
        _rules(packaged_bundle()),
        _powers(packaged_lists()),
        _authorities(packaged_lists()),
        _provisions(packaged_lists()),
        _prescribed(packaged_lists()),
        *(_treated(lane, table) for lane, table in packaged_treatments().items()),
    ]
    return "\n".join(parts)


def _rules(bundle: Bundle) -> str:
    lines = []
    for permit in bundle.permits.values():
        lines += [f"### {permit.power}", "", f"{permit.says} *({permit.cites})* But only if:", ""]
        own = [rule for rule in bundle.rules.values() if rule.power == permit.power]
        stated = [rule for rule in own if not rule.permits]
        lines += [*_conditions([rule for rule in stated if rule.receives]), ""]
        to_see = [rule for rule in stated if rule.sees]
        if to_see:
            lines += ["A group of sealed fields is seen only if:", "", *_conditions(to_see), ""]
        to_match = [rule for rule in stated if rule.matches]
        if to_match:
            lines += ["A record is compared by a key only if:", "", *_conditions(to_match), ""]
        to_link = [rule for rule in stated if rule.links]
        if to_link:
            lines += ["A record is linked with others only if:", "", *_conditions(to_link), ""]
    lines += ["### Every power", ""]
    shared = [rule for rule in bundle.rules.values() if rule.power == EVERYWHERE]
    return "\n".join([*lines, *_conditions(shared), ""])


def _conditions(rules: list[Rule]) -> list[str]:
    rows = [f"| {rule.says} | {rule.cites} | {rule.about.value} | `{rule.id}` |" for rule in rules]
    return ["| condition | rests on | about | id |", "|---|---|---|---|", *rows]


def _powers(lists: Lists) -> str:
    lines = ["### Powers", ""]
    lines += ["| power | rests on | from | lanes | agreement | not confirmed |"]
    lines += ["|---|---|---|---|---|---|"]
    for one in lists.powers.power:
        start = one.valid_from.isoformat() if one.valid_from else ""
        since = start if one.enabled else "off until enabled"
        lanes = ", ".join(lane.value for lane in one.lanes)
        needs = "yes" if one.rests_on_agreement else "no"
        cells = (f"`{one.code.value}`", one.cites, since, lanes, needs, one.uncertain or "")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _authorities(lists: Lists) -> str:
    listed = lists.relevant_authorities
    lines = ["### Who is listed in section 115(2)", ""]
    lines += ["| ref | kinds | section 17A | from | not confirmed |", "|---|---|---|---|---|"]
    for line in listed.entry:
        start = line.valid_from.isoformat() if line.valid_from else ""
        duty = "yes" if line.england_and_wales else "no"
        kinds = ", ".join(kind.value for kind in line.kinds)
        lines.append(f"| {line.ref} | {kinds} | {duty} | {start} | {line.uncertain or ''} |")
    lines += ["", "Not listed:", ""]
    lines += [f"- {body.kind.value}: {body.why}" for body in listed.unlisted]
    return "\n".join([*lines, ""])


def _provisions(lists: Lists) -> str:
    lines = ["### Provisions of the Act that an agreement may cite", ""]
    lines += ["| code | for | not confirmed |", "|---|---|---|"]
    for one in lists.provisions.provision:
        lines.append(f"| {one.code} | {one.title} | {one.uncertain or ''} |")
    lines += ["", "Repealed:", ""]
    lines += [f"- {one.code}: {one.why}" for one in lists.provisions.repealed]
    return "\n".join([*lines, ""])


def _prescribed(lists: Lists) -> str:
    lines = ["### What SI 2007/1831 prescribes", ""]
    lines += ["| para | holder | each | taken from feeds as |", "|---|---|---|---|"]
    for paragraph in lists.prescribed.paragraph:
        holders = ", ".join(kind.value for kind in paragraph.holder_kinds)
        kinds = ", ".join(kind.value for kind in paragraph.incident_kinds) or "–"
        if paragraph.ground is not None:
            kinds += f", ground {paragraph.ground.value}"
        if paragraph.holder_status != "clear":
            kinds += " (holder needs a legal view)"
        lines.append(f"| {paragraph.number} | {holders} | {paragraph.unit} | {kinds} |")
    return "\n".join([*lines, ""])


def _treated(lane: Lane, table: Treatments) -> str:
    lines = [f"### The {lane.value} lane", ""]
    lines += ["| field | mark, half | treatment | leaves as |", "|---|---|---|---|"]
    for name, line in table.lines.items():
        mark = f"{SENSITIVITY[name].mark.value}, {SENSITIVITY[name].half.value}"
        says = OPERATIONS[line.op].says
        leaves = f"`{line.releases}`" if line.releases else "–"
        lines.append(f"| `{name}` | {mark} | {says} | {leaves} |")
    return "\n".join([*lines, ""])
