"""What the existence of a record tells, and to whom it may be told.

That a holder has anything about a person is itself personal data. So the
gateway looks for nothing while a request is asked: every asker who may ask gets the same receipt, and who
may not ask is refused before anything is read. «Held by us: ask us» is an answer that the holder's
nominated person gives, and only where the holder could lawfully release at least one of the records found
to this asker today, none of those being of a sensitive kind (``existence_may_be_told``). In every other
case the answer is «nothing that may be shared», in the same words whether nothing is held or nothing may go.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from policies.law import Law
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription


def existence_may_be_told(
    law: Law, supposed: Subscription, held: Iterable[RecordClass], day: date
) -> bool:
    """Say whether an asker may be told that something is held.

    Args:
        law: The law of the moment.
        supposed: As ``as_if_released`` gives it.
        held: The classes of the records found.
        day: Today.
    """
    return any(not one.sensitive and law.decide(supposed, one, day).releases for one in held)
