"""From a source's coded intervention to its coarse stage of the incremental approach.

The code itself stays sealed, where an agreement lets it be kept at all. Under section 17A a stage is not
prescribed information: who reads records by that duty may not ask by it (``NOT_PRESCRIBED``).
"""

from __future__ import annotations

from types import MappingProxyType

from schemas.codes import InterventionStage

_S = InterventionStage
STAGES = MappingProxyType(
    {
        "advice": _S.ADVICE,
        "mediation": _S.ADVICE,
        "warning_letter": _S.WARNING,
        "community_protection_warning": _S.WARNING,
        "abc": _S.AGREEMENT,
        "parenting_contract": _S.AGREEMENT,
        "notice_seeking_possession": _S.TENANCY_ACTION,
        "demotion": _S.TENANCY_ACTION,
        "extension_of_starter_tenancy": _S.TENANCY_ACTION,
        "community_protection_notice": _S.NOTICE_OR_ORDER,
        "civil_injunction": _S.NOTICE_OR_ORDER,
        "closure_order": _S.NOTICE_OR_ORDER,
        "possession": _S.POSSESSION_OR_PROSECUTION,
        "eviction": _S.POSSESSION_OR_PROSECUTION,
        "referral_police": _S.REFERRAL,
        "referral_support": _S.REFERRAL,
        "referral_panel": _S.REFERRAL,
    }
)
"""Codes of the adapters' lists of stages (``housing_stages.csv``); a test holds it against them."""

NOT_PRESCRIBED = {
    "id": "section_17a.stage_is_not_prescribed",
    "says": "Stages of intervention are no prescribed information: the duty does not cover them.",
    "cites": "SI 2007/1831 Schedule",
}


def stage_of(intervention: str | None) -> InterventionStage | None:
    """Return the stage of an intervention's code; None where nothing is stated."""
    if intervention is None:
        return None
    return STAGES.get(intervention, InterventionStage.OTHER)
