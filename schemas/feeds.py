"""Feeds: the named streams that partners' systems send."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from schemas.base import Word
from schemas.codes import Marking, Regime, Slug


class ControllerRole(StrEnum):
    """What the gateway's operator is to the feed's controller."""

    PROCESSOR = "processor"
    JOINT_CONTROLLER = "joint_controller"


class FeedMode(StrEnum):
    """Whether a file says all there is, or only what is new."""

    DELTA = "delta"
    FULL = "full"


class Feed(Word):
    """A feed names its controller and our role; without that it is refused."""

    name: Slug
    title: str
    adapter: str
    """Name of a source in ``adapters``, such as ``police_nsir``."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Columns, code lists, scheme, encoding: checked by the adapter's own settings model."""
    controller: Slug
    role: ControllerRole
    contract: str | None = None
    """Reference of the processing contract or joint-controller arrangement."""
    sender: Slug | None = None
    """The partner whose systems may push; the controller where absent."""
    mode: FeedMode = FeedMode.DELTA
    regime: Regime = Regime.GENERAL
    marking: Marking = Marking.OFFICIAL
    depersonalised_marking: Marking | None = None
    """What the controller marks records of it once they are depersonalised. Absent, depersonalising lowers
    nothing; where it does, the ledger says so of every release (law reference §6)."""
    accepts_intelligence: bool = False
    """Whether rows with a grading are taken: they are intelligence and no NSIR incidents, so by default they
    are counted as excluded and not kept (law reference §6, §9(i))."""
    keep_days: Annotated[int, Field(ge=1, le=36_525)] | None = None
    """How long a record is kept after it was recorded; absent, the controller has set no period."""
    patient_information: bool | None = None
    """Whether rows hold information about patients; unknown where absent, and then taken to."""
    health_or_social_care: bool | None = None
    """Whether the controller holds it as a health or social care authority; likewise."""
    received_under: Slug | None = None
    """The agreement under which the controller itself received what the feed holds: it is passed on only as
    that agreement's onward-sharing rule allows (law reference L59). Absent, it is the controller's own."""
    open_data_licence: str | None = None
    """Set where the controller publishes the same rows under this licence."""
    district_code: str | None = None
    """GSS code of the district in which rows without any area code lie."""
    district_name: str | None = None
    """The same district as map points name it («Charnwood»)."""
