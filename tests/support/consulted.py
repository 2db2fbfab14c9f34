"""Looks at records of a filled house, for tests of what is kept about them."""

from __future__ import annotations

from gateway.assembly import House
from gateway.store.consulting import versions_at
from schemas.consulting import ConsultationReason, ReasonCode
from tests.support.signed_in import LEAD, POLICE

WORDS = "Asked in writing on 20 November what is held about them"
WHY = ConsultationReason(code=ReasonCode.SUBJECT_ACCESS, words=WORDS, case="sar-1")
AUDIT = ConsultationReason(code=ReasonCode.AUDIT, words="Quarterly sample of what is held")


def fill(house: House) -> None:
    """Two looks and a search."""
    with house.reader.connection() as connection:
        known = sorted(versions_at(connection, range(1, house.reader.head().log_size + 1)))
    house.consultations.open(LEAD, WHY, known[-2:])
    house.consultations.search(LEAD, WHY, [b"ada", b"example"], 2)
    with house.reader.connection() as connection:
        rows = versions_at(connection, known)
    classes = house.book.classes()
    theirs = [at for at in known if classes[rows[at].row.class_id].controller == POLICE.partner]
    house.consultations.open(POLICE, AUDIT, theirs[:1])
