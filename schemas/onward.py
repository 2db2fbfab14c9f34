"""Onward sharing: whether a recipient may pass on what it received (law reference L59)."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from schemas.base import DoesNotFit, Word
from schemas.codes import Slug


class OnwardRule(StrEnum):
    """Whether a recipient may pass on what it received (law reference L59)."""

    FORBIDDEN = "forbidden"
    WITH_CONSENT = "with_consent"
    """Only with the holder's consent, given case by case outside the gateway."""
    NAMED = "named"
    """To the partners that are named, and to nobody else."""


class OnwardSharing(Word):
    """The rule on passing on, and to whom where partners are named."""

    rule: OnwardRule = OnwardRule.FORBIDDEN
    to: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _named(self) -> Self:
        if bool(self.to) is not (self.rule is OnwardRule.NAMED):
            message = "partners are named where, and only where, the rule is `named`"
            raise DoesNotFit(message)
        return self
