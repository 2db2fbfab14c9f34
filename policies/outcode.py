"""The outward part of a postcode: all that SI 2007/1831 lets be said of where a resident lives.

Source: SI 2007/1831 reg 2, «general postcode address»; forms of postcodes: BS 7666, as Royal Mail
publishes them.
"""

from __future__ import annotations

import re

_OUTWARD = r"(?:[A-Z][0-9]{1,2}|[A-Z]{2}[0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z]{2}[0-9][A-Z]|GIR0)"
_WHOLE = re.compile(rf"({_OUTWARD})[0-9][ABD-HJLNP-UW-Z]{{2}}")


def outcode(postcode: str) -> str | None:
    """Return the outward part of a whole, well-formed postcode: «LE11 2TZ» → «LE11».

    None where it is anything else: what is malformed is suppressed, because a part of it might be more
    than an outward part.
    """
    found = _WHOLE.fullmatch("".join(postcode.upper().split()))
    return None if found is None else found[1]
