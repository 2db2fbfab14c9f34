"""The geography that is loaded, ready to be asked: areas, map points by district, postcodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.intake.geography import AREA_FIELDS, AreaEdition, Inside, PointEdition, folded
from gateway.intake.postcodes import PostcodePlace, Postcodes
from schemas.incident import Incident

if TYPE_CHECKING:
    from gateway.intake.geometry import Areas, DistrictPoints


@dataclass(frozen=True, slots=True)
class Places:
    """The loaded geography, ready to be asked; safe to share between threads. Make by ``build``."""

    areas: Areas | None = None
    points: Mapping[str, DistrictPoints] = field(default_factory=dict)
    """Map points by district."""
    names: Mapping[str, str] = field(default_factory=dict)
    """District by GSS code of the district, or of an LSOA or MSOA named after it."""
    outlined: frozenset[str] = frozenset()
    """Districts of which some outline is loaded."""
    postcodes: Postcodes | None = None
    """Looks postcodes up, where a list of them is loaded."""

    @classmethod
    def build(
        cls,
        areas: Iterable[AreaEdition] = (),
        points: Iterable[PointEdition] = (),
        district_names: Mapping[str, str] | None = None,
        postcodes: Postcodes | None = None,
    ) -> Places:
        """Index stored editions; several of a kind may be given, the newest is asked first.

        Args:
            areas: Outlines. Names of LSOAs, MSOAs and districts tell which district a place is in.
            points: Map points.
            district_names: GSS code → name of districts whose outline is not loaded, so that a feed's
                district code finds map points that know their district by name.
            postcodes: Looks postcodes up, where a list of them is loaded.
        """
        area_editions, point_editions = tuple(areas), tuple(points)
        names = {code: folded(name) for code, name in (district_names or {}).items()}
        if not area_editions and not point_editions:
            return cls(names=names, postcodes=postcodes)
        # numpy and shapely take 0.25 s to import, which a gateway without geography need not spend
        from gateway.intake.geometry import Areas, points_by_district  # noqa: PLC0415

        index = Areas(area_editions)
        # the newest comes first, so it is written last
        named = reversed(list(zip(index.codes, index.districts, strict=True)))
        names |= {code: district for code, district in named if district is not None}
        return cls(
            areas=index if area_editions else None,
            points=points_by_district(
                point_editions,
                lambda text: names.get(text, folded(text)),
                index if area_editions else None,
            ),
            names=names,
            outlined=frozenset(name for name in index.districts if name is not None),
            postcodes=postcodes,
        )

    def district_of(
        self, incident: Incident, inside: Inside | None, default: str | None
    ) -> str | None:
        """Return the district of an exact place: by its own codes, else by outline, else the default.

        The default speaks for rows without any area code only, and not where the loaded outlines of
        that very district leave the place outside.
        """
        supplied = incident.district_code, incident.lsoa_code, incident.msoa_code
        for code in supplied:
            if code is not None and (name := self.names.get(code)) is not None:
                return name
        if supplied[0] is not None and (name := folded(supplied[0])) in self.points:
            return name
        if inside is not None and inside.district is not None:
            return inside.district
        if default is None or incident.ward_code is not None or any(supplied):
            return None
        name = self.names.get(default, folded(default))
        return None if name in self.outlined else name

    def inside_of(self, place: PostcodePlace, outlined: Inside | None) -> Inside:
        """Return the areas of a postcode: as its list has them, and by outline what that leaves open.

        Where the outlines put the postcode's point into another district than the list does, which
        happens on a boundary, the list alone answers: its areas go together.
        """
        known = (self.names.get(code) for code in place.codes.values())
        district = next((name for name in known if name is not None), None)
        if district is None and "district_code" in place.codes:
            district = folded(place.codes["district_code"])
        if outlined is None or (district is not None and outlined.district not in {None, district}):
            return Inside.of(place.codes, place.notes, district)
        codes = {**outlined.codes, **place.codes}
        notes = {**outlined.notes, **place.notes}
        ordered = [name for name in AREA_FIELDS if name in codes]
        return Inside.of(
            {name: codes[name] for name in ordered},
            {name: notes[name] for name in ordered},
            district or outlined.district,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is loaded that coordinates could be held against."""
        return self.areas is None and not self.points


NOWHERE = Places()
"""No geography loaded: coordinates are checked, published points kept."""
