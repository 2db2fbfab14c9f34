"""Nobody who is planted in a narrative survives it, however the name or number is written."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.masking.narrative import mask
from policies.masking.words import packaged_words
from tests.support.narratives import HARMLESS, Told, identified, told

WORDS = packaged_words()
PIECES = (
    *(
        " ",
        ", ",
        ". ",
        "-",
        "/",
        "\n",
        "[name]",
        "[word] ",
        "MR ",
        "is ",
        "TO ",
        "Will ",
        "rose ",
        "NAMED ",
    ),
    *(
        "WHITE ",
        "J ",
        "A. ",
        "07700 900123 ",
        "12 ",
        "EXAMPLE ROAD ",
        "STATES ",
        "PC ",
        "KOWALSKI",
        "@",
        "at",
    ),
)
KEPT = 0.95
"""Letters of narratives that name nobody which stay, at least."""


def masked(text: str) -> str:
    return mask(text, WORDS).text or ""


def survives(one: Told, out: str) -> bool:
    """Whether a part of a planted name can still be read."""
    parts = [part for name in one.planted for part in re.split("[-']", name) if len(part) > 1]
    return any(re.search(rf"\b{re.escape(part)}\b", out) for part in parts)


@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_no_planted_name_survives(count: Callable[[int], int], proved: Callable[..., None]) -> None:
    draw, texts = random.Random(20_261_126), count(50_000)

    leaked = [one for one in (told(draw) for _ in range(texts)) if survives(one, masked(one.text))]

    assert leaked == []
    proved("masking-names", texts=texts, leaked=len(leaked))


@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_no_planted_number_survives_in_any_spelling(
    count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    draw, rounds = random.Random(115), count(200)
    leaked, texts = [], 0
    for _ in range(rounds):
        for kind, one in identified(draw):
            texts += 1
            out = re.sub(r"\[\w+\]", "", masked(one.text))
            if re.search(r"\d", out) or "example" in out.lower() or one.planted[0] in out:
                leaked.append((kind, one))

    assert leaked == []
    proved("masking-numbers", texts=texts, leaked=len(leaked))


def test_masking_twice_changes_nothing() -> None:
    draw = random.Random(7)
    for one in [told(draw) for _ in range(300)] + [one for _, one in identified(draw)]:
        once = masked(one.text)
        assert masked(once) == once


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12).map("".join))
@settings(max_examples=100, deadline=None)
def test_any_text_is_masked_or_withheld_and_then_stays_so(text: str) -> None:
    once = mask(text, WORDS)

    if once.text is not None:
        assert mask(once.text, WORDS) == once


def test_what_names_nobody_stays_readable() -> None:
    letters = sum(map(str.isalpha, "".join(HARMLESS)))
    left = sum(map(str.isalpha, re.sub(r"\[\w+\]", "", "".join(map(masked, HARMLESS)))))

    assert left >= KEPT * letters
