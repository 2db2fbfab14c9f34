"""What a column of a file to assess may be named as; apart, because the help of the command lists it."""

from __future__ import annotations

NAMED = (
    *("point", "longitude", "latitude", "lsoa", "lsoa_name", "msoa", "ward", "district"),
    *("time", "hour", "day", "month", "quarter", "sub", "behaviour", "area"),
)
"""What a column may be named as; ``time`` is read at whatever precision it has."""
