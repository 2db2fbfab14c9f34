"""Sources: how each partner speaks. Rows in, incidents on the common schema out, nothing else.

A source is one file here that defines ``SOURCE``; dropping it in is the whole installation
(``adapters/README.md``). Everything in this package is pure: no clock, file, network or randomness.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from adapters.source import Source


@cache
def sources() -> dict[str, Source]:
    """Every source of this package by name, in alphabetical order.

    Raises:
        TypeError: Two files define a source of the same name, or one of them is not a ``Source``.
    """
    found: dict[str, Source] = {}
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        declared = getattr(import_module(f"{__name__}.{module.name}"), "SOURCE", None)
        if declared is not None:
            _enter(found, declared)
    return found


def _enter(found: dict[str, Source], declared: object) -> None:
    if not isinstance(declared, Source) or declared.name in found:
        message = "SOURCE must be a Source, with a name that no other file of adapters uses"
        raise TypeError(message)
    found[declared.name] = declared


def source(name: str) -> Source:
    """Return one source by the name that feeds give in ``adapter``, such as ``police_nsir``.

    Raises:
        KeyError: No file of this package defines a source of that name.
    """
    return sources()[name]
