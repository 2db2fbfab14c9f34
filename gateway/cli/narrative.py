"""What ``gateway depersonalise text`` does: standard input, masked line for line."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from gateway.cli.terminal import note
from policies.masking.judged import Level
from policies.masking.narrative import LONGEST, Masked, mask
from policies.masking.words import Words, packaged_words
from schemas.released import NarrativeWithheld as Withheld

_MOST_BYTES = 4 * LONGEST + 2
"""What the longest line in UTF-8 takes, with its end."""
_STOOD = re.compile(rf"\[withheld: (?:{'|'.join(Withheld)})\]")


def mask_lines(level: Level, *, as_json: bool) -> None:
    """Mask standard input line for line, and say how many lines were withheld and why."""
    words, reasons = packaged_words(), Counter[str]()
    for line in lines_of(sys.stdin.buffer):
        masked = of_line(line, words, level)
        if masked.withheld is not None:
            reasons[masked.withheld] += 1
        sys.stdout.write((as_document(masked) if as_json else as_text(masked)) + "\n")
        sys.stdout.flush()
    for reason, count in sorted(reasons.items()):
        note(f"gateway: {count:,} lines withheld: {reason}")


def lines_of(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield each line without its end; None for one that is longer than any narrative may be."""
    while line := stream.readline(_MOST_BYTES):
        whole = line.endswith(b"\n") or len(line) < _MOST_BYTES
        while not line.endswith(b"\n") and len(line) == _MOST_BYTES:
            line = stream.readline(_MOST_BYTES)
        yield line.rstrip(b"\r\n") if whole else None


def of_line(line: bytes | None, words: Words, level: Level = Level.STRICT) -> Masked:
    """Mask one line."""
    if line is None:
        return Masked(None, Withheld.TOO_LONG)
    try:
        decoded = line.decode("utf-8")
    except UnicodeDecodeError:
        return Masked(None, Withheld.UNDECODABLE)
    if _STOOD.fullmatch(decoded):
        return Masked(decoded)
    return mask(decoded, words, level=level)


def as_text(masked: Masked) -> str:
    """Write what became of a line as a line."""
    return f"[withheld: {masked.withheld}]" if masked.text is None else masked.text


def as_document(masked: Masked) -> str:
    """Write it as a line of JSON."""
    return json.dumps({"text": masked.text, "withheld": masked.withheld}, ensure_ascii=False)
