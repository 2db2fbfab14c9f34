"""What stands in where nobody and nothing real is spoken of: a request, an agreement, a record class.

A bundle is asked with them before it may load, and a recipient's standing is judged without a record.
"""

from __future__ import annotations

from datetime import date

from policies.agreements import Bound
from policies.lists import packaged_lists
from policies.on_request import request_on
from schemas.agreements import Agreement, AgreementState
from schemas.codes import Kind, MappingStatus, Regime
from schemas.powers import Power, Purpose
from schemas.record_class import RecordClass
from schemas.requests import Necessity, Terms
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

REQUEST = Subscription(
    id="probe",
    partner="probe",
    power=Power.SECTION_17A,
    purpose=Purpose.SECTION_17A_DUTY,
    lane=Lane.DEPERSONALISED,
)
NO_RECORD = RecordClass(
    source="none",
    controller="none",
    regime=Regime.GENERAL,
    kind=Kind.ASB_INCIDENT,
    mapping_status=MappingStatus.UNCLASSIFIED,
)
"""Stands in where no record is spoken of. Conditions about recipient or request cannot read it."""
COLLECTED = Subscription(
    id="probe",
    partner="probe",
    power=Power.SECTION_115_REQUEST,
    purpose=Purpose.PREVENTING_CRIME_AND_DISORDER,
    lane=Lane.PERSONAL,
    request=Terms(
        holder="none",
        necessity=Necessity.EXPEDIENT,
        positions=(1,),
        delete_by=date(2000, 1, 1),
        ends_on=date(2000, 1, 1),
    ),
)
DECIDED = request_on(COLLECTED, (), packaged_lists(), date(2000, 1, 1))
"""One request that was decided, whose time is over."""
NO_CASE = "0" * 64
"""Stands in for the keyed hash of a case review's reference."""
NO_DAY = date(2000, 1, 1)
AGREEMENT = Bound(
    agreement=Agreement(
        id="probe",
        title="none",
        protocol="none",
        holders=("none",),
        recipients=("probe",),
        purpose=Purpose.PREVENTING_CRIME_AND_DISORDER,
        provision="s17",
        retention_days=1,
        review_by=NO_DAY,
        records_from=NO_DAY,
    ),
    state=AgreementState.DRAFT,
    signed=False,
    protocol_in_force=False,
    protocol_parties=(),
    provision_is_live=False,
    special_category=False,
    offence=False,
    review_overdue=True,
    loosening_assessed=False,
)
