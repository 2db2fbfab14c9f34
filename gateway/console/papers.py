"""Her documents: what can be made, each as a page, and as a file with its entry in the ledger."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Response
from markupsafe import Markup

from gateway.audit.documents import accessibility, annex, counts, privacy, processing, sharing
from gateway.audit.documents.configuration import Configuration, configuration_of
from gateway.audit.documents.html import body
from gateway.audit.documents.kinds import KINDS, abouts, document
from gateway.audit.documents.made import (
    FORMATS,
    MEDIA_TYPES,
    LogDocument,
    content_of,
    file_name,
)
from gateway.audit.documents.model import Document
from gateway.clock import london_day
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import LEAD, NOMINATED, link
from gateway.errors import NotFound
from schemas.agreements import Agreement

PATH = "/console/documents"
ONE = PATH + "/{kind}/{about}"
FILE, CHECK = ONE + "/file", PATH + "/check"


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Law", PATH, "Documents", LEAD, NOMINATED)
    desk.get(PATH, LEAD, NOMINATED)(_listed)
    desk.post(CHECK, LEAD, NOMINATED)(_checked)
    desk.get(ONE, LEAD, NOMINATED)(_shown)
    desk.post(FILE, LEAD, NOMINATED)(_filed)


def path_of(kind: str, about: str) -> str:
    """Return the page of a document."""
    return f"{PATH}/{kind}/{about}"


def may_have(visit: Visit, configuration: Configuration, kind: str, about: str) -> bool:
    """Whether a visitor may have a document: the IG lead every one, others those of their organisation."""
    own = visit.person.partner
    if visit.person.has(LEAD):
        return True
    if kind == sharing.KIND:
        found = configuration.agreement(about.rpartition(".")[0])
        return found is not None and own in found.parties
    if kind == annex.KIND:
        return own in configuration.protocols[about].parties
    if kind in {processing.KIND, privacy.KIND}:
        return own == about
    return kind in {counts.KIND, accessibility.KIND}


def _configuration(visit: Visit) -> Configuration:
    house = visit.house
    return configuration_of(
        house.reader, house.book.current(), visit.settings, london_day(house.clock)
    )


def _listed(visit: Visit) -> Response:
    return _page(visit, None)


def _page(visit: Visit, checked: tuple[str, tuple[Agreement, ...]] | None) -> Response:
    configuration = _configuration(visit)
    titles = {name: one.name for name, one in configuration.partners.items()}
    titles |= {
        f"{one.id}.{one.version}": f"{one.title}, version {one.version}"
        for one in configuration.law.agreements
    }
    titles |= {name: one.title for name, one in configuration.protocols.items()}
    titles |= {
        "operator": "The gateway’s operator, as a processor",
        "console": "These pages",
        "gateway": "The whole gateway",
    }
    listed = []
    for kind in KINDS.values():
        known = abouts(visit.house.reader, configuration, kind)
        mine = [
            (path_of(kind.name, about), titles.get(about, about))
            for about in known
            if may_have(visit, configuration, kind.name, about)
        ]
        listed.append((kind, mine))
    return visit.page("papers/list.html", listed=listed, checked=checked)


def _made(visit: Visit) -> Document:
    """Make the document that the path names (raises ``NotFound``, for what is another's too)."""
    kind, about = visit.part("kind"), visit.part("about")
    configuration = _configuration(visit)
    known = KINDS.get(kind)
    if known is None or about not in abouts(visit.house.reader, configuration, known):
        raise NotFound
    if not may_have(visit, configuration, kind, about):
        raise NotFound
    house = visit.house
    edition, day = house.book.current(), london_day(house.clock)
    return document(house.reader, edition, visit.settings, day, kind, about)


def _shown(visit: Visit) -> Response:
    made = _made(visit)
    # every text in it is escaped where it is written (gateway.audit.documents.html)
    whole = Markup(body(made))  # noqa: S704 - as said above
    return visit.page("papers/one.html", made=made, body=whole, here=path_of(made.kind, made.about))


def _filed(visit: Visit) -> Response:
    made, form = _made(visit), visit.form.get("format", "html")
    if form not in FORMATS:
        raise NotFound
    content = content_of(made, form)
    act = visit.house.act(visit.person.account)
    visit.house.writer.run(LogDocument(made, form, content, act))
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(made, form)}"',
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    }
    return Response(content, headers=headers, media_type=MEDIA_TYPES[form])


def _checked(visit: Visit) -> Response:
    """Say which agreement a file is the signed document of; the file is hashed and not kept."""
    content = visit.files.get("file", b"")
    if not content:
        return _page(visit, ("", ()))
    digest = sha256(content).hexdigest()
    configuration = _configuration(visit)
    found = tuple(
        one
        for one in configuration.law.agreements
        if digest == one.document_sha256 or any(digest == each.sha256 for each in one.documents)
        if visit.person.has(LEAD) or visit.person.partner in one.parties
    )
    return _page(visit, (digest, found))
