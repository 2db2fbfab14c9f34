"""Policy bundles load whole, by hash, with two people's approval; a broken one is never used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.law.bundles import BundleRefused, shelf
from gateway.store import tables as t
from gateway.store.tx import Tx
from policies.documents import packaged_documents
from schemas.bundles import BundleState
from tests.support.agreed import page_of
from tests.support.bundles import (
    FIRST,
    LOCAL,
    SECOND,
    approve,
    propose,
    put_in_force,
    stricter,
    with_rule,
    withdraw,
)
from tests.support.house import new_house, pull, rows, send, subscribe
from tests.support.requirements import law


def found(house: House) -> set[str]:
    return {one.code for one in verify(house.database, house.keys).findings}


def refused(step: Callable[[], object]) -> str:
    with pytest.raises(BundleRefused) as caught:
        step()
    return caught.value.errors[0].rule.removeprefix("policies.")


def changed(house: House, table: str, where: dict[str, str], **values: str) -> None:
    """Change a row past every rule, as a hand on the database would."""

    def job(tx: Tx) -> None:
        stored = t.METADATA.tables[table]
        matching = [stored.c[name] == value for name, value in where.items()]
        tx.connection.execute(update(stored).where(*matching).values(**values))

    house.writer.run(job)


@pytest.mark.usefixtures("store")
def test_two_people_put_a_bundle_in_force_in_every_process(tmp_path: Path) -> None:
    with new_house(tmp_path) as house, new_house(tmp_path) as other:
        send(house, rows(8))
        subscribe(house)
        before = house.book.refresh()
        sha = propose(house, stricter()).sha256
        approve(house, sha, FIRST)
        assert house.book.refresh().documents == packaged_documents().sha256
        assert refused(lambda: approve(house, sha, "data  protection officer.")) == "same_person"
        assert refused(lambda: approve(house, sha, "Dаta Protection Officer")) == "same_person"
        assert refused(lambda: approve(house, sha, " . ")) == "office"
        approve(house, sha, SECOND)

        for one in (house, other):
            edition = one.book.for_release()
            assert edition.documents == sha
            assert edition.epoch == before.epoch + 1
            assert LOCAL in edition.law.parts
        given = {row["typology_behaviour"] for row in page_of(pull(other))["records"]}
        assert given == {"nuisance_behaviour", "intimidation_harassment"}
        assert found(house) == set()


@law("L61")
@pytest.mark.usefixtures("store")
def test_going_back_is_approving_the_earlier_one_again(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        first = put_in_force(house, stricter())
        second = put_in_force(house, with_rule())
        assert house.book.refresh().documents == second
        assert refused(lambda: approve(house, second, FIRST)) == "in_force"
        assert refused(lambda: propose(house, stricter())) == "proposed_already"
        assert refused(lambda: withdraw(house, second)) == "in_force"
        put_in_force(house, stricter())

        kept = shelf(house.reader)
        states = {one.sha256: one.state(kept.active) for one in kept.bundles}
        assert states == {first: BundleState.IN_FORCE, second: BundleState.FORMER}
        assert house.book.refresh().documents == first
        assert found(house) == set()


def test_what_was_withdrawn_is_proposed_again_before_it_is_approved(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        sha = propose(house, stricter()).sha256
        approve(house, sha, FIRST)
        assert withdraw(house, sha).state(None) is BundleState.WITHDRAWN
        assert refused(lambda: approve(house, sha, SECOND)) == "withdrawn"
        assert refused(lambda: withdraw(house, sha)) == "withdrawn"
        propose(house, stricter())
        assert len(approve(house, sha, SECOND).approvals) == 1
        assert refused(lambda: approve(house, "0" * 64, SECOND)) == "unknown"
        assert house.book.refresh().documents == packaged_documents().sha256
        assert found(house) == set()


def test_the_packaged_bundle_in_use_stays_and_is_always_gone_back_to(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        packaged = packaged_documents()
        propose(house, packaged.texts)
        assert refused(lambda: withdraw(house, packaged.sha256)) == "in_force"
        put_in_force(house, stricter())
        withdraw(house, packaged.sha256)
        for office in (FIRST, SECOND):
            approve(house, packaged.sha256, office)

        assert house.book.refresh().documents == packaged.sha256
        assert found(house) == set()


def test_the_packaged_bundle_need_not_be_proposed_to_go_back_to_it(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        put_in_force(house, stricter())
        for office in (FIRST, SECOND):
            approve(house, packaged_documents().sha256, office)

        assert house.book.refresh().documents == packaged_documents().sha256
        assert found(house) == set()


def test_changed_documents_keep_the_last_good_bundle_and_alarm(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        first, second = put_in_force(house, stricter()), put_in_force(house, with_rule())
        assert house.book.refresh().documents == second
        bundle = shelf(house.reader).get(second)
        assert bundle is not None
        digest = bundle.documents[LOCAL]
        changed(
            house, "snapshot_part", {"sha256": digest}, text="permit (principal, action, resource);"
        )
        subscribe(house)

        # what this process has in memory was approved, and stays; it tells of the bytes all the same
        edition = house.book.refresh()
        assert (edition.documents, edition.refused) == (second, (second,))
    with new_house(tmp_path) as house:
        edition = house.book.refresh()
        assert (edition.documents, edition.refused) == (first, (second,))
        assert {"bundle.broken", "bundle.unusable", "snapshot.changed"} <= found(house)


def test_a_body_that_is_not_its_leafs_is_nobodys_bundle(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        sha = propose(house, stricter()).sha256
        approve(house, sha, FIRST)
        bundle = shelf(house.reader).get(sha)
        assert bundle is not None
        step = bundle.steps[-1].model_copy(update={"office": SECOND, "epoch": 99})
        forged = bundle.model_copy(update={"steps": (*bundle.steps, step)})
        changed(house, "policy_bundle", {"sha256": sha}, body=forged.model_dump_json())
        subscribe(house)

        edition = house.book.refresh()
        assert (edition.documents, edition.refused) == (packaged_documents().sha256, (sha,))
        assert "register.changed" in found(house)


def test_a_bundle_that_this_version_cannot_load_is_not_used(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        first = put_in_force(house, stricter())
        broken = put_in_force(house, {**stricter(), LOCAL: "forbid"})

        edition = house.book.refresh()
        assert (edition.documents, edition.refused) == (first, (broken,))
        assert found(house) == {"bundle.unusable"}
