"""The keys of an address that a question looks up: as it is written, and as it is written elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from policies.premises import doorway
from policies.subject_keys import SubjectKind
from policies.subject_search.scored import ADDRESS, DOOR, EXCHANGED


def looked_up_at(address: str | None, postcode: str | None) -> Iterator[tuple[str, str, str]]:
    """Yield kind, spelling and reason of each key; the postcode is told or stands in the address.

    Records without a postcode are found by house and street. «14/2» is read as flat 14 of number 2; in
    half of the country it is flat 2 of number 14, so both are proposed, and neither is ever matched by.
    """
    home = doorway(address, postcode)
    if home is None:
        return
    for one, why in ((home, ADDRESS), (home.exchanged, EXCHANGED)):
        if one is None:
            continue
        if one.postcode:
            yield SubjectKind.ADDRESS.value, one.text, why
        yield SubjectKind.DOOR.value, one.door, DOOR if why == ADDRESS else why
