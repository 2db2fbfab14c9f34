"""Masking on texts that nobody here wrote: WNUT-17 and Presidio's synthetic set."""

from __future__ import annotations

import pytest

from policies.masking.judged import Level
from tests.benchmarks.masking import at_level, leaked, persons_and_letters, sentences, tweets
from tests.support.real_data import real


@pytest.mark.real_data
def test_persons_of_wnut_are_wholly_masked_and_harmless_letters_stay() -> None:
    texts = tweets(real("text"))

    strict, kept = persons_and_letters(texts, at_level(Level.STRICT))
    lax, more = persons_and_letters(texts, at_level(Level.ALLOW_LIST))

    assert strict >= 0.90
    assert kept >= 0.55
    assert lax < strict
    assert more > kept


@pytest.mark.real_data
def test_direct_identifiers_of_the_synthetic_set_do_not_leak() -> None:
    assert leaked(sentences(real("text")), at_level(Level.STRICT)) <= 0.10
