"""The Home Office typology of anti-social behaviour: 4 areas, 16 behaviours, 59 sub-behaviours.

Source: Home Office, RDS Development and Practice Report 26 (2004), ISBN 1 84473 332 7; shipped as
versioned data in ``schemas/data/typology.toml``, so that a later edition is a file and not a release.
"""

from __future__ import annotations

from functools import cached_property
from typing import Self

from pydantic import model_validator

from schemas.base import Word
from schemas.packaged import packaged_toml


class SubBehaviour(Word):
    """The third level, such as ``fly_tipping``."""

    code: str
    name: str


class Behaviour(Word):
    """The second level, such as ``litter_rubbish``, with the area it belongs to."""

    code: str
    area: str
    name: str
    sub_behaviours: tuple[SubBehaviour, ...]


class Area(Word):
    """The first level, such as ``environmental_damage``."""

    code: str
    name: str


class Typology(Word):
    """One edition of the list. Codes are unique within each level and never reused."""

    edition: str
    version: int
    grounds: tuple[str, ...]
    area: tuple[Area, ...]
    behaviour: tuple[Behaviour, ...]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        areas = [area.code for area in self.area]
        behaviours = [behaviour.code for behaviour in self.behaviour]
        subs = [sub.code for behaviour in self.behaviour for sub in behaviour.sub_behaviours]
        for level, codes in (("area", areas), ("behaviour", behaviours), ("sub", subs)):
            if len(set(codes)) != len(codes):
                message = f"a {level} code stands twice"
                raise ValueError(message)
        homeless = {behaviour.area for behaviour in self.behaviour} - set(areas)
        if homeless:
            message = "a behaviour names an area that is not in the list"
            raise ValueError(message)
        return self

    @cached_property
    def area_of(self) -> dict[str, str]:
        """Area code by behaviour code."""
        return {behaviour.code: behaviour.area for behaviour in self.behaviour}

    @cached_property
    def behaviour_of(self) -> dict[str, str]:
        """Behaviour code by sub-behaviour code."""
        return {
            sub.code: behaviour.code
            for behaviour in self.behaviour
            for sub in behaviour.sub_behaviours
        }

    @cached_property
    def names(self) -> dict[str, str]:
        """The published name of every area, behaviour and sub-behaviour, by code."""
        named: dict[str, str] = {area.code: area.name for area in self.area}
        for behaviour in self.behaviour:
            named[behaviour.code] = behaviour.name
            named.update({sub.code: sub.name for sub in behaviour.sub_behaviours})
        return named


TYPOLOGY = Typology.model_validate(packaged_toml("schemas", "data/typology.toml"))
"""The edition in force: ``rds-26-2004``."""
