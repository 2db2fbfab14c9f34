"""What a draft of the law would change, in words and counts: no record, and nothing that names one."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.base import Word
from schemas.powers import Power
from schemas.sensitivity import Lane


class Change(StrEnum):
    """What a draft would change for records of a class."""

    LEAVES = "newly_leaves"
    STOPS = "newly_stops"
    FIELDS = "other_fields"
    """They leave before and after, with other fields."""


class ClassChange(Word):
    """Records of one class, told in words, that a draft treats otherwise."""

    change: Change
    number: int
    record_class: str
    """In words, such as «asb_incident of police-nsir, held by leicestershire-police, noise»."""
    conditions: tuple[str, ...]
    """Ids of the conditions that stood, or would stand, against them and make the difference."""
    fields_leaving: tuple[str, ...] = ()
    """Fields that would newly leave; of people with the part and the role."""
    fields_stopping: tuple[str, ...] = ()


class SubscriptionChange(Word):
    """What a draft would change for one subscription."""

    subscription: str
    recipient: str
    power: Power
    lane: Lane
    agreement: str | None
    standing: bool
    """Whether it stands on the register; False for one that a draft agreement would allow."""
    considered: int
    """Versions that its filter asks for."""
    leave_now: int
    would_leave: int
    newly_leaves: int
    newly_stops: int
    other_fields: int
    let_go_by: dict[str, int]
    """Condition that stops records now and would not → how many."""
    stopped_by: dict[str, int]
    """Condition that would stop records and does not now → how many."""
    fields_leaving: dict[str, int]
    """Field → records with which it would newly leave."""
    fields_stopping: dict[str, int]
    classes: tuple[ClassChange, ...]
    """The most records first."""

    @property
    def changes(self) -> bool:
        """Whether the draft changes anything for it."""
        return bool(self.classes)


class Rule(Word):
    """A condition that makes a difference, in its own words."""

    id: str
    says: str
    cites: str


class TreatmentChange(Word):
    """A field that a draft treats otherwise in a lane: kept from the next recording on."""

    lane: Lane
    field: str
    before: str
    after: str


class Comparison(Word):
    """Everything that a draft of the law would change on one day."""

    day: date
    before: str
    """SHA-256 of the snapshot in force."""
    after: str
    """SHA-256 of the draft."""
    records: int
    classes: int
    newly_leaves: int
    """Summed over subscriptions: one record that would go to three counts three times."""
    newly_stops: int
    other_fields: int
    rules: tuple[Rule, ...]
    treatments: tuple[TreatmentChange, ...]
    subscriptions: tuple[SubscriptionChange, ...]
    """Every one that was asked about, by id."""

    @property
    def loosens(self) -> bool:
        """Whether any record or field would leave that does not leave now."""
        return any(one.newly_leaves or one.fields_leaving for one in self.subscriptions)
