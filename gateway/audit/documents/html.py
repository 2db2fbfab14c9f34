"""A document as HTML: its body for a page of the console, and a whole file to keep, print and sign.

The file carries its own style and needs nothing else; the same document gives the same bytes, so that a
hash of it can be attached to an agreement. Every text is escaped here and nowhere else.
"""

from __future__ import annotations

from html import escape

from gateway.audit.documents.model import (
    Blank,
    Block,
    Cell,
    Derived,
    Document,
    Grid,
    Picture,
    Said,
    Section,
    Statement,
)
from gateway.audit.documents.words import day

_STYLE = """
body { font: 11pt/1.4 arial, sans-serif; color: #0b0c0c; max-width: 60rem; margin: 2rem auto;
 padding: 0 1rem; }
h1 { font-size: 20pt; line-height: 1.15; } h2 { font-size: 14pt; margin-top: 1.6em; break-after: avoid; }
dl { margin: 0; } .document__line { display: grid; grid-template-columns: 16rem 1fr; gap: 0 1rem;
 padding: 4px 0; border-bottom: 1px solid #b1b4b6; break-inside: avoid; }
dt { font-weight: bold; } dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 1em 0; font-size: 9.5pt; }
caption { text-align: left; font-weight: bold; padding-bottom: 4px; }
th, td { text-align: left; vertical-align: top; padding: 4px 8px 4px 0; border-bottom: 1px solid #b1b4b6;
 overflow-wrap: anywhere; } tr { break-inside: avoid; }
.document__missing { color: #942514; font-weight: bold; } .document__cites { color: #484949; }
.document__blank { border-bottom: 1px solid #0b0c0c; height: 2.2em; margin: 0; }
svg { max-width: 100%; height: auto; } .document__foot { margin-top: 2em; font-size: 9pt; }
@page { margin: 18mm; } @media print { body { margin: 0; max-width: none; } }
@media (max-width: 40rem) { .document__line { grid-template-columns: 1fr; } }
"""


def whole(document: Document) -> bytes:
    """Return the file to keep."""
    title = escape(document.title)
    text = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"<p>As configured on {day(document.day)}. OFFICIAL.</p>\n"
        f"{body(document)}</main>\n</body>\n</html>\n"
    )
    return text.encode()


def body(document: Document) -> str:
    """Return the sections, headings of the second level first."""
    parts = [_section(section) for section in document.sections]
    foot = (
        f'<p class="govuk-body-s document__foot">Made from the configuration in force on '
        f"{day(document.day)}, snapshot {document.snapshot}. What is not recorded is said to be missing; "
        "nothing is filled in for it.</p>\n"
    )
    return "".join([*parts, foot])


def _section(section: Section) -> str:
    parts = [f'<h2 class="govuk-heading-m" id="s-{section.id}">{escape(section.title)}</h2>\n']
    lines: list[str] = []

    def close() -> None:
        if lines:
            parts.append('<dl class="document__lines">\n' + "".join(lines) + "</dl>\n")
            lines.clear()

    for block in section.blocks:
        if isinstance(block, Statement | Derived) or (isinstance(block, Said) and block.label):
            lines.append(_line(block))
        else:
            close()
            parts.append(_block(block))
    close()
    return "".join(parts)


def _line(block: Statement | Derived | Said) -> str:
    return f'<div class="document__line"><dt>{escape(block.label)}</dt><dd>{_value(block)}</dd></div>\n'


def _value(block: Cell) -> str:
    text = escape(block.text)
    if isinstance(block, Statement) and block.is_missing:
        return f'<span class="document__missing">{text} {escape(block.remedy)}</span>'
    if isinstance(block, Said) and block.cites:
        return f'{text} <span class="document__cites">[{escape(block.cites)}]</span>'
    return text


def _block(block: Block) -> str:
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Picture):
        return (
            f'<figure class="document__picture scroll" tabindex="0" role="region" '
            f'aria-label="{escape(block.title)}">{block.svg}</figure>\n'
            f'<p class="govuk-body-s">{escape(block.description)}</p>\n'
        )
    if isinstance(block, Blank):
        blanks = '<p class="document__blank"></p>\n' * block.lines
        return f'<p class="govuk-body document__to-fill">{escape(block.label)}</p>\n{blanks}'
    return f'<p class="govuk-body">{_value(block)}</p>\n'


def _grid(grid: Grid) -> str:
    caption = escape(grid.caption)
    if not grid.rows:
        return f'<p class="govuk-body">{caption}: {escape(grid.nothing)}</p>\n'
    heads = "".join(
        f'<th scope="col" class="govuk-table__header">{escape(column)}</th>'
        for column in grid.columns
    )
    rows = []
    for first, *rest in grid.rows:
        head = f'<th scope="row" class="govuk-table__header">{_value(first)}</th>'
        cells = "".join(f'<td class="govuk-table__cell">{_value(cell)}</td>' for cell in rest)
        rows.append(f'<tr class="govuk-table__row">{head}{cells}</tr>\n')
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}">\n'
        f'<table class="govuk-table document__table"><caption class="govuk-table__caption '
        f'govuk-table__caption--s">{caption}</caption>\n<thead class="govuk-table__head"><tr '
        f'class="govuk-table__row">{heads}</tr></thead>\n<tbody class="govuk-table__body">\n'
        f"{''.join(rows)}</tbody></table></div>\n"
    )
