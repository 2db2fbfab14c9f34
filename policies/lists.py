"""The dated facts that the law rests on, as closed models of the files in ``policies/data``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache, cached_property
from typing import Any, Literal, Self

from pydantic import ValidationError, model_validator

from policies.refusals import PolicyRefused
from schemas.agreements import ProvisionCode
from schemas.base import Word
from schemas.codes import Ground, Kind
from schemas.packaged import packaged_text
from schemas.partners import PartnerKind, Period
from schemas.powers import Power, Purpose
from schemas.requests import REQUEST_POWERS
from schemas.returns import NoticedBy
from schemas.sensitivity import Lane

FILES = (
    "section_115_2.toml",
    "purposes.toml",
    "prescribed.toml",
    "sensitive.toml",
    "provisions.toml",
    "powers.toml",
    "competent_authorities.toml",
)


LATER_POWERS = frozenset(REQUEST_POWERS)  # which older snapshots do not have
LATER = ("powers.toml", "competent_authorities.toml")
"""Files that older snapshots do not have."""
AS_PACKAGED = ("powers.toml",)
"""Those of them that are read as packaged there; without the other, no rule of that time asks for it."""


class ListedBody(Period):
    """One line of section 115(2)."""

    ref: str
    kinds: tuple[PartnerKind, ...]
    england_and_wales: bool
    source: str
    uncertain: str | None = None


class UnlistedBody(Word):
    """A kind that the list does not name, and why."""

    kind: PartnerKind
    why: str


class RelevantAuthorities(Word):
    """``section_115_2.toml``."""

    edition: str
    section_17a_in_force: date
    entry: tuple[ListedBody, ...]
    unlisted: tuple[UnlistedBody, ...]


class CompetentBody(Period):
    """Kinds that can be a competent authority under Part 3 of the Data Protection Act 2018."""

    kinds: tuple[PartnerKind, ...]
    source: str
    uncertain: str | None = None


class NoCompetentBody(Word):
    """Kinds that are none, though one may think so, and why."""

    kinds: tuple[PartnerKind, ...]
    why: str


class CompetentAuthorities(Word):
    """``competent_authorities.toml``."""

    edition: str
    entry: tuple[CompetentBody, ...]
    not_one: tuple[NoCompetentBody, ...] = ()


class PurposeEntry(Word):
    """What a purpose rests on and for which powers it counts."""

    code: Purpose
    provisions: tuple[str, ...]
    counts_for: tuple[Power, ...]


class Purposes(Word):
    """``purposes.toml``."""

    purpose: tuple[PurposeEntry, ...]
    power: tuple[dict[str, Any], ...] = ()
    """In older snapshots, the lanes of the powers: ``powers.toml`` says them now."""


class PowerEntry(Period):
    """A power: its section, what it may carry, and when it may be used."""

    code: Power
    title: str
    cites: str
    enabled: bool
    """False: off until somebody has confirmed it and loads a bundle that says so."""
    lanes: tuple[Lane, ...]
    rests_on_agreement: bool
    """Whether a request under it names a data-sharing agreement."""
    recipients: tuple[PartnerKind, ...] = ()
    """Kinds that may receive, where the power's own conditions ask for one."""
    holders: tuple[PartnerKind, ...] = ()
    """Kinds that may disclose, likewise."""
    co_opted: tuple[PartnerKind, ...] = ()
    """Kinds that can be co-opted as recipients; none named, as in older snapshots: any."""
    uncertain: str | None = None
    """What is not confirmed against a primary source: shown to whoever uses or explains the power."""

    @property
    def carries_personal(self) -> bool:
        """Whether personal information may go under it at all."""
        return Lane.PERSONAL in self.lanes

    def in_force(self, day: date) -> bool:
        """Whether it is enabled and its dates cover the day."""
        return self.enabled and self.covers(day)


class Powers(Word):
    """``powers.toml``."""

    power: tuple[PowerEntry, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        codes = [one.code for one in self.power]
        if sorted({*codes, *LATER_POWERS}) != sorted(Power) or len(set(codes)) < len(codes):
            message = "each power stands here once"
            raise ValueError(message)
        return self

    @cached_property
    def by_code(self) -> dict[Power, PowerEntry]:
        """The entry of each power; one that an older snapshot did not know is off there."""
        off: dict[str, Any] = {"title": "", "cites": "", "enabled": False, "lanes": ()}
        unknown = (PowerEntry(code=code, rests_on_agreement=False, **off) for code in LATER_POWERS)
        return {entry.code: entry for entry in (*unknown, *self.power)}


class Paragraph(Word):
    """One paragraph of the Schedule to SI 2007/1831."""

    number: int
    holder_kinds: tuple[PartnerKind, ...]
    unit: str
    incident_kinds: tuple[Kind, ...]
    ground: Ground | None = None
    items: tuple[str, ...] = ()
    """The lettered heads of the paragraph."""
    fields: tuple[str, ...]
    code_list: str | None = None
    frozen_at: str | None = None
    holder_status: Literal["clear", "needs_legal_view"]
    uncertain: str | None = None


class SensitiveCodes(Word):
    """Source codes in the schemes that use them."""

    schemes: tuple[str, ...]
    codes: tuple[str, ...]
    source: str


class FrozenCode(Word):
    """What the frozen list of a paragraph calls a code of a scheme of today."""

    paragraphs: tuple[int, ...]
    scheme: str
    code: str
    frozen: str


class Noticed(Word):
    """A list whose every code says who noticed the incident; what follows a colon is any list of it."""

    scheme: str
    by: NoticedBy
    source: str


class Prescribed(Word):
    """``prescribed.toml``."""

    edition: str = "SI 2007/1831"
    """Stands on every return. What comes after the first three was added later: an older snapshot of
    the law, which a release may rest on, has none of it."""
    disclose_by: str
    form: str
    paragraph: tuple[Paragraph, ...]
    crowd: int = 5
    """Rows of other paragraphs that must fit each racial row (``policies.crowd``)."""
    frozen: tuple[FrozenCode, ...] = ()
    noticed: tuple[Noticed, ...] = ()
    hate: tuple[SensitiveCodes, ...] = ()
    """Categories that say by themselves that an incident was about hate."""

    @cached_property
    def paragraphs(self) -> dict[int, Paragraph]:
        """Paragraphs by number."""
        return {one.number: one for one in self.paragraph}

    @cached_property
    def frozen_codes(self) -> dict[tuple[int, str | None, str], str]:
        """The frozen list's name, by (paragraph, scheme, code)."""
        return {
            (n, one.scheme, one.code): one.frozen for one in self.frozen for n in one.paragraphs
        }

    @cached_property
    def hate_codes(self) -> frozenset[tuple[str | None, str | None]]:
        """Categories that say hate, as (scheme, code)."""
        return frozenset(_pairs(self.hate))

    @cached_property
    def noticed_by_scheme(self) -> dict[str, NoticedBy]:
        """Who noticed the incidents of a scheme."""
        return {one.scheme: one.by for one in self.noticed}


class SensitiveBehaviour(Word):
    """A behaviour or sub-behaviour whose place is coarsened."""

    code: str
    except_sub_behaviours: tuple[str, ...] = ()
    source: str


class Sensitive(Word):
    """``sensitive.toml``."""

    released_qualifier: tuple[SensitiveCodes, ...]
    joint_category: tuple[SensitiveCodes, ...] = ()
    behaviour: tuple[SensitiveBehaviour, ...]
    sub_behaviour: tuple[SensitiveBehaviour, ...]
    code: tuple[SensitiveCodes, ...]

    @cached_property
    def behaviours(self) -> dict[str, frozenset[str]]:
        """Sub-behaviours excepted, by sensitive behaviour."""
        return {entry.code: frozenset(entry.except_sub_behaviours) for entry in self.behaviour}

    @cached_property
    def sub_behaviours(self) -> frozenset[str]:
        """Sensitive sub-behaviours."""
        return frozenset(entry.code for entry in self.sub_behaviour)

    @cached_property
    def codes(self) -> frozenset[tuple[str, str]]:
        """Source codes whose place is coarsened, as (scheme, code)."""
        return _pairs(self.code)

    @cached_property
    def joint_categories(self) -> dict[tuple[str | None, str | None], str]:
        """The code that stands for several together, by (scheme, code): no record shows which it was."""
        return {
            (scheme, code): "/".join(entry.codes)
            for entry in self.joint_category
            for scheme in entry.schemes
            for code in entry.codes
        }

    @cached_property
    def released_qualifiers(self) -> frozenset[tuple[str, str]]:
        """Qualifiers that may be kept and released, as (scheme, code)."""
        return _pairs(self.released_qualifier)


def _pairs(entries: tuple[SensitiveCodes, ...]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (scheme, code) for entry in entries for scheme in entry.schemes for code in entry.codes
    )


class Provision(Period):
    """A provision of the Act for whose purposes section 115 may be used, and when it is live."""

    code: ProvisionCode
    title: str
    uncertain: str | None = None


class RepealedProvision(Word):
    """A provision that nobody may cite any more, and why."""

    code: ProvisionCode
    why: str


class Provisions(Word):
    """``provisions.toml``."""

    provision: tuple[Provision, ...]
    repealed: tuple[RepealedProvision, ...]

    def is_live(self, code: str, day: date) -> bool:
        """Whether a provision is live on the day."""
        return any(one.code == code and one.covers(day) for one in self.provision)


class Lists(Word):
    """All files, with the text they were read from."""

    texts: dict[str, str]
    relevant_authorities: RelevantAuthorities
    purposes: Purposes
    prescribed: Prescribed
    sensitive: Sensitive
    provisions: Provisions
    powers: Powers
    competent_authorities: CompetentAuthorities | None = None
    """None in a snapshot older than the list: an agreement was believed whoever its recipient was."""

    @classmethod
    def load(cls, texts: Mapping[str, str]) -> Lists:
        """Read the files by name.

        Raises:
            PolicyRefused: A file is missing, is no TOML, or says what its model does not know.
        """
        # what came with a later edition is read as packaged where an older snapshot has no such file
        older = {name: packaged_text("policies", f"data/{name}") for name in AS_PACKAGED}
        documents = {}
        for name in FILES:
            if name not in texts and name not in older:
                if name in LATER:
                    continue
                raise PolicyRefused(name, "", "the file is missing")
            try:
                documents[name] = tomllib.loads(texts.get(name) or older[name])
            except tomllib.TOMLDecodeError as broken:
                raise PolicyRefused(name, "", f"it is no TOML: {broken}") from None
        try:
            return cls(
                texts={name: texts[name] for name in FILES if name in texts},
                relevant_authorities=RelevantAuthorities.model_validate(documents[FILES[0]]),
                purposes=Purposes.model_validate(documents[FILES[1]]),
                prescribed=Prescribed.model_validate(documents[FILES[2]]),
                sensitive=Sensitive.model_validate(documents[FILES[3]]),
                provisions=Provisions.model_validate(documents[FILES[4]]),
                powers=Powers.model_validate(documents["powers.toml"]),
                competent_authorities=_if_there(documents.get("competent_authorities.toml")),
            )
        except ValidationError as broken:
            where = ".".join(str(part) for part in broken.errors()[0]["loc"])
            raise PolicyRefused(broken.title, where, "it does not fit its model") from None

    @cached_property
    def listed(self) -> dict[PartnerKind, ListedBody]:
        """The line of section 115(2) that names a kind."""
        return {kind: line for line in self.relevant_authorities.entry for kind in line.kinds}

    def may_be_competent(self, kind: PartnerKind | None, day: date) -> bool:
        """Whether a body of the kind can be a competent authority on the day (DPA 2018 s.30, Sch. 7)."""
        known = self.competent_authorities
        return known is not None and any(
            kind in one.kinds and one.covers(day) for one in known.entry
        )

    @cached_property
    def counts_for(self) -> dict[Purpose, tuple[str, ...]]:
        """Powers for which each purpose counts, sorted."""
        return {
            entry.code: tuple(sorted(power.value for power in entry.counts_for))
            for entry in self.purposes.purpose
        }

    @cached_property
    def lanes_of(self) -> dict[Power, tuple[Lane, ...]]:
        """Lanes that each power may use."""
        return {code: entry.lanes for code, entry in self.powers.by_code.items()}


def _if_there(document: dict[str, Any] | None) -> CompetentAuthorities | None:
    return None if document is None else CompetentAuthorities.model_validate(document)


@cache
def packaged_lists() -> Lists:
    """Return the lists that travel inside the package."""
    return Lists.load({name: packaged_text("policies", f"data/{name}") for name in FILES})
