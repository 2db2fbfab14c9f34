"""Dateless registrations: letters that mean nothing, and letters that are a word beside a vehicle."""

from __future__ import annotations

import pytest

from policies.masking.narrative import mask
from policies.masking.words import packaged_words

WORDS = packaged_words()


def masked(text: str) -> str:
    """What is left of a text."""
    return mask(text, WORDS).text or ""


@pytest.mark.parametrize(
    "text",
    [
        "CAR ABC 123 DROVE OFF",
        "SUSPECT LEFT IN ABC 123",
        "CAR AND 1 ABC",
        "BLUE FORD FIESTA ABC 12 SEEN",
        "BMW 4 CAT",
        "the van was 77 tin",
        "SEEN KLD 12 BY GARAGES",
    ],
)
def test_a_dateless_registration_does_not_leave(text: str) -> None:
    assert "[vehicle]" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "CAR 2 OF 3 PARKED IN CAR PARK 12",
        "CAR 10 PM, VAN 3 YRS OLD",
        "car at 30 mph",
        "the van 2 men got out",
        "left in 2 cars",
    ],
)
def test_a_number_of_something_stays(text: str) -> None:
    assert masked(text) == text
