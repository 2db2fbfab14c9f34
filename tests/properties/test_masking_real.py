"""Masking on texts that nobody here wrote: WNUT-17 and Presidio's synthetic set."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.masking.judged import Level
from tests.benchmarks.masking import (
    Labelled,
    at_level,
    leaked,
    persons_and_letters,
    sentences,
    tweets,
)
from tests.support.real_data import real


def some(texts: list[Labelled], count: Callable[[int], int]) -> list[Labelled]:
    """Every third text in tests, every one under `make prove`."""
    return texts[:: 1 if count(50) == 50 else 3]


@pytest.mark.prove
@pytest.mark.real_data
def test_persons_of_wnut_are_wholly_masked_and_harmless_letters_stay(
    count: Callable[[int], int],
) -> None:
    texts = some(tweets(real("text")), count)

    strict, kept = persons_and_letters(texts, at_level(Level.STRICT))
    lax, more = persons_and_letters(texts, at_level(Level.ALLOW_LIST))

    assert strict >= 0.90
    assert kept >= 0.55
    assert lax < strict
    assert more > kept


@pytest.mark.prove
@pytest.mark.real_data
def test_direct_identifiers_of_the_synthetic_set_do_not_leak(count: Callable[[int], int]) -> None:
    assert leaked(some(sentences(real("text")), count), at_level(Level.STRICT)) <= 0.10
