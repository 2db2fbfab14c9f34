"""Is anti-social behaviour bigger than crime? Side by side, never summed, and what is not comparable said."""

from __future__ import annotations

from gateway.analysis.partnership.tables import Asked, Column, Table, Told, Value
from gateway.analysis.partnership.words import begun, counted
from schemas.codes import Kind

COLUMNS = (
    Column("month", "text", "The month; the last row is all of them."),
    Column("asb_incidents", "count", "Incidents of anti-social behaviour; empty where hidden."),
    Column("asb_rule", "text", "Why it is shown as it is."),
    Column("crimes", "count", "Crimes; empty where hidden."),
    Column("crime_rule", "text", "Why it is shown as it is."),
)
NOT_COMPARABLE = (
    "The two are counted by different rules: a crime is recorded once per victim or offence by the Home"
    " Office Counting Rules, an incident once per report that was not a crime. What was recorded as a crime"
    " is no incident besides, so the two are not added up."
)
_ASB, _CRIME = Kind.ASB_INCIDENT.value, Kind.CRIME.value


def is_asb_bigger(asked: Asked) -> Told:
    """Put anti-social behaviour and crime beside each other, month by month."""
    rows: list[tuple[Value, ...]] = []
    larger = known = 0
    figures = asked.figures["counted"]
    nothing = "nothing published" if figures.published else "nothing recorded"
    for month in asked.period.names:
        if figures.months and month not in figures.months:
            rows.append((month, None, nothing, None, nothing))
            continue
        asb, crime = asked.whole("counted", _ASB, [month]), asked.whole("counted", _CRIME, [month])
        rows.append((month, asb.number, asb.rule.value, crime.number, crime.rule.value))
        if asb.number is not None and crime.number is not None:
            known += 1
            larger += asb.number > crime.number
    asb, crime = (asked.whole("counted", kind, asked.period.names) for kind in (_ASB, _CRIME))
    rows.append(("all", asb.number, asb.rule.value, crime.number, crime.rule.value))
    said = [_says(f"{asked.period.says}{asked.says_where}", asb.number, crime.number)]
    if known:
        said.append(f"It was the larger in {larger} of {known} months that can be compared.")
    said.append(NOT_COMPARABLE)
    title = f"Anti-social behaviour and crime{asked.says_where}, {asked.period.says}"
    return Told(tuple(said), (Table("months", title, COLUMNS, rows),))


def _says(when: str, asb: int | None, crime: int | None) -> str:
    if asb is None or crime is None:
        hidden = [
            name for name, one in (("anti-social behaviour", asb), ("crime", crime)) if one is None
        ]
        return f"{begun(when)}: the figure of {' and of '.join(hidden)} is hidden, so none is the larger."
    pair = f"{counted(asb, _ASB)} and {counted(crime, _CRIME)}"
    if asb == crime:
        return f"{begun(when)}: {pair}: neither is the larger."
    if asb > crime:
        return f"{begun(when)}: {pair}: anti-social behaviour is the larger."
    return f"{begun(when)}: {pair}: crime is the larger."
