"""The answer to a person: made from confirmed records, without anybody else's data, itself a disclosure.

What the answer says is kept with the case, locked; the ledger has its hash. It is made in three commits: the
consultation that opens the records, the answer's own entry, and then it can be read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from gateway.access.people import Person
from gateway.audit.consulting import Consultations, Opened
from gateway.audit.subject_cases import StepMissing, SubjectCase, SubjectCases
from gateway.audit.subject_disclosures import NOTICE, Disclosed, Disclosures
from gateway.clock import london_day
from gateway.law.book import Edition
from gateway.ledger.leaf import stamp
from gateway.release.treated import open_half_of
from gateway.store.subject_cases import versions_of
from policies.subject_answer import FIELD_SAYS, LANE_SAYS, POWER_SAYS, own_part
from policies.subject_case import StepDone, missing_for
from policies.subject_search.asked import SubjectAsked
from schemas.consulting import ConsultationReason, ReasonCode
from schemas.subject_access import SubjectStep
from schemas.typology import TYPOLOGY


@dataclass(frozen=True, slots=True)
class Answers:
    """Makes answers."""

    consultations: Consultations
    cases: SubjectCases
    disclosures: Disclosures

    def make(self, person: Person, case_id: str, reason: ConsultationReason) -> dict[str, Any]:
        """Make the answer of a case, commit it, and return it.

        Args:
            person: Who makes it.
            case_id: Which case.
            reason: Why the records are opened.

        Raises:
            NotFound: There is no such case, or it is not theirs.
            StepMissing: Something is undecided, or withheld without a reason.
        """
        case = self.cases.of(person, case_id)
        step = StepDone(SubjectStep.ANSWERED, case.today, {})
        missing = missing_for(case.case, step)
        if missing is not None:
            raise StepMissing(missing)
        given = sorted(case.case.confirmed - case.case.withheld.keys())
        document = self._document(person, case, given, reason)
        canonical = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
        self.cases.take(
            person,
            case_id,
            SubjectStep.ANSWERED,
            {"document": document},
            counted={
                "content_sha256": sha256(canonical).hexdigest(),
                "count": len(given),
                "withheld": len(case.case.withheld),
            },
        )
        return document

    def read(
        self, person: Person, case_id: str, reason: ConsultationReason
    ) -> dict[str, Any] | None:
        """Commit that somebody reads the newest answer of a case, and return it; None where none was made.

        Raises:
            NotFound: There is no such case, or it is not theirs.
        """
        step = self.cases.of(person, case_id).last(SubjectStep.ANSWERED)
        if step is None or "document" not in step.done.said:
            return None
        document: dict[str, Any] = step.done.said["document"]
        self.consultations.reading(person, reason, len(document["records"]))
        return document

    def _document(
        self, person: Person, case: SubjectCase, given: list[int], reason: ConsultationReason
    ) -> dict[str, Any]:
        asked = case.asked
        if asked is None:
            message = "a case that is open holds what was asked"
            raise TypeError(message)
        opened = self._opened(person, given, reason)
        left: dict[int, list[Disclosed]] = defaultdict(list)
        for one in self.disclosures.of(given):
            left[one.incident].append(one)
        edition = self.consultations.book.current()
        parts = _parts(case)
        records = [
            _record(number, opened.get(incident), parts.get(incident, 0), asked, edition)
            | {"shared": [_shared(one) for one in left[incident] if one.what != NOTICE]}
            for number, incident in enumerate(given, start=1)
        ]
        return {
            "reference": case.reference or case.id,
            "made_on": london_day(self.consultations.clock).isoformat(),
            "received_on": case.case.received.isoformat(),
            "names": list(asked.names),
            "records": records,
            "recipients": sorted({one["to"] for record in records for one in record["shared"]}),
            "something_withheld": bool(case.case.withheld),
        }

    def _opened(
        self, person: Person, incidents: list[int], reason: ConsultationReason
    ) -> dict[int, Opened]:
        if not incidents:
            return {}
        with self.consultations.reader.connection() as connection:
            versions = versions_of(connection, incidents)
        newest = [positions[-1] for positions in versions.values()]
        if not newest:
            return {}
        opened = self.consultations.open(person, reason, newest)
        return {one.version.row.incident: one for one in opened}


def answer_reason(case: SubjectCase) -> ConsultationReason:
    """Return the reason for which the records are opened that an answer tells of."""
    words = f"The answer to the person of case {case.id} is made from the confirmed records"
    return ConsultationReason(code=ReasonCode.SUBJECT_ACCESS, words=words, case=case.id)


def _parts(case: SubjectCase) -> dict[int, int]:
    """Which person of each confirmed record is the one who asks, as it was confirmed."""
    return {
        step.done.said["incident"]: step.done.said.get("part", 0)
        for step in case.steps
        if step.done.what is SubjectStep.CONFIRMED
    }


def _record(
    number: int, opened: Opened | None, part: int, asked: SubjectAsked, edition: Edition
) -> dict[str, Any]:
    """What is told of one record; of one that was erased meanwhile, that it was."""
    if opened is None:
        return {"record": number, "erased": True}
    half, record_class = open_half_of(opened.version.row), opened.record_class
    feed = edition.register.feeds[record_class.source][1]
    controller = edition.register.partners[feed.controller].name
    behaviour = half.typology_sub_behaviour or half.typology_behaviour
    told = {} if opened.incident is None else own_part(opened.incident, part, asked)
    kept = feed.keep_days
    return {
        "record": number,
        "erased": False,
        "from": feed.title,
        "controller": controller,
        "kind": half.kind.value,
        "behaviour": TYPOLOGY.names.get(behaviour or ""),
        "reported": _instant(half.reported),
        "occurred": _instant(half.occurred_from),
        "state": opened.version.state,
        "version": opened.version.row.version,
        "keep_days": kept,
        "about_you": told,
    }


def _instant(seconds: int | None) -> str | None:
    return None if seconds is None else stamp(datetime.fromtimestamp(seconds, UTC))


def _shared(one: Disclosed) -> Mapping[str, Any]:
    """One disclosure as a person reads it."""
    return {
        "to": one.recipient_name,
        "at": one.at,
        "version": one.version,
        "form": LANE_SAYS.get(one.lane, one.lane),
        "power": POWER_SAYS.get(one.power, one.power.replace("_", " ")),
        "purpose": (one.purpose or "").replace("_", " "),
        "provision": one.provision,
        "agreement": one.agreement,
        "agreement_version": one.agreement_version,
        "what": [FIELD_SAYS.get(name, name) for name in one.fields],
    }
