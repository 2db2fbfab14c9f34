"""Whether a record may be put beside others as probably one event, and by whose leave."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from policies import law as law_module
from policies.linking import linked_controllers
from schemas.codes import MappingStatus
from schemas.powers import Power
from schemas.sensitivity import Lane
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    POLICE,
    agreement,
    law,
    open_class,
    protocol,
    record_class,
    request_115,
    subscription,
)

ALLOWED = protocol(linking=(POLICE, COUNCIL))


def unmet(record: dict[str, Any] | None = None, *protocols: Any, **asked: Any) -> set[str]:
    """What stands against linking for the fire authority."""
    snapshot = law(protocols=protocols or (ALLOWED,))
    found = snapshot.link(subscription(**asked), record_class(**(record or {})), DAY)
    assert found.links is not bool(found.unmet)
    assert found.errors == ()
    return {one.id.removeprefix("section_17a.link.") for one in found.unmet}


def test_a_controller_that_allows_it_has_its_records_linked_and_nobody_by_silence() -> None:
    assert unmet() == set()
    assert unmet(None, protocol(linking=(COUNCIL,))) == {"controller_allowed_it"}
    assert unmet(None, protocol()) == {"controller_allowed_it", "recipient_is_party"}
    assert unmet({"controller": FIRE}, protocol(linking=(COUNCIL,))) == set()


@pytest.mark.parametrize(
    "other",
    [
        protocol(linking=(POLICE,), parties=(POLICE, COUNCIL)),
        protocol(linking=(POLICE,), parties=(FIRE, COUNCIL)),
        protocol(linking=(POLICE,), signatures=()),
        protocol(linking=(POLICE,), valid_to=DAY),
        protocol(linking=(POLICE,), covers_section_17a=False),
    ],
)
def test_the_protocol_is_in_force_covers_the_power_and_binds_both(other: Any) -> None:
    assert unmet(None, other) == {"controller_allowed_it", "recipient_is_party"}


def test_statistics_readers_sensitive_and_withheld_records_are_refused_readably() -> None:
    assert unmet(lane=Lane.STATISTICS) == {"lane_is_depersonalised"}
    assert unmet({"sensitive": True}) == {"not_sensitive"}
    withheld = {"mapping_status": MappingStatus.WITHHELD}
    assert unmet(withheld) == {"not_withheld_by_crosswalk"}


def test_a_power_without_a_permit_for_it_links_nothing() -> None:
    asked = subscription(power=Power.NON_PERSONAL)

    found = law(protocols=(ALLOWED,)).link(asked, open_class(), DAY)
    assert not found.links
    assert [one.id for one in found.unmet] == ["no_permit"]


def of_115(snapshot: Any, record: dict[str, Any] | None = None, **asked: Any) -> set[str]:
    """What stands against linking under section 115."""
    asking = request_115(**{"lane": Lane.DEPERSONALISED, **asked})
    found = snapshot.link(asking, record_class(**(record or {})), DAY)
    return {one.id.removeprefix("section_115.link.") for one in found.unmet}


def test_under_section_115_the_agreement_is_live_too() -> None:
    live = law(protocols=(ALLOWED,), agreements=(agreement(),))
    draft = law(protocols=(ALLOWED,), agreements=(agreement(signed=False),))
    silent = law(protocols=(protocol(),), agreements=(agreement(),))

    assert of_115(live) == set()
    assert of_115(live, lane=Lane.PERSONAL) == {"lane_is_depersonalised"}
    assert of_115(live, {"sensitive": True}) == {"not_sensitive"}
    withheld = {"mapping_status": MappingStatus.WITHHELD}
    assert of_115(live, withheld) == {"not_withheld_by_crosswalk"}
    assert of_115(live, agreement=None) == {"agreement_is_live"}
    assert of_115(draft) == {"agreement_is_live"}
    assert of_115(silent) == {"controller_allowed_it"}
    assert of_115(silent, {"controller": COUNCIL}, partner=COUNCIL) == set()


def test_who_allows_it_is_told_by_power_and_day() -> None:
    for_115 = protocol(linking=(POLICE, "stranger"), covers_section_17a=False)

    assert linked_controllers([for_115], FIRE, Power.SECTION_115, DAY) == (POLICE,)
    assert linked_controllers([for_115], FIRE, Power.SECTION_17A, DAY) == ()
    assert linked_controllers([ALLOWED], FIRE, Power.SECTION_17A, date(2020, 1, 1)) == ()


def test_linking_is_remembered_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_module, "REMEMBERED", 1)
    snapshot = law(protocols=(ALLOWED,))
    asked, cls = subscription(), record_class()

    first = snapshot.link(asked, cls, DAY)
    assert snapshot.link(asked, cls, DAY) is first
    snapshot.link(asked, record_class(source="other"), DAY)
    assert snapshot.link(asked, cls, DAY) == first
