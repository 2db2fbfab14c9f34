"""Policy bundles: proposed, approved by two people, withdrawn; each step one leaf of the ledger.

A bundle is stored whole and checked whole. The second approval raises the law's epoch in its own commit,
so that no decision made under the bundle before it can be acted on after it. Who took a step and why stays
in the register, never in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from pydantic import ValidationError

from gateway.errors import GatewayError
from gateway.law.register import Act
from gateway.ledger.leaf import LeafRefused, Operation, leaf, read_leaf
from gateway.store import tables as t
from gateway.store.policy_bundles import bundle_rows, document_texts
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from policies import approvals
from policies.agreements import StepRefused
from policies.documents import packaged_documents, sha256_of
from schemas.bundles import BundleChange, BundleState, BundleStep, PolicyBundle
from schemas.problems import ProblemError

_GOING_BACK = "Going back to the packaged bundle."


class BundleRefused(GatewayError):
    """409: the step does not fit how the policy bundle stands; the rule says why."""

    code, status = "policies.refused", 409
    title = "A policy bundle may not take this step; nothing was changed."
    remedy = "See how it stands with `gateway policies show`, and the reason given here."


class BundleBroken(Exception):
    """A stored policy bundle is not what was approved: its documents, its body or its leaf."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every policy bundle that is stored, as it can be read."""

    bundles: tuple[PolicyBundle, ...]
    broken: tuple[str, ...]
    """Hashes under which something else stands than the ledger's last word on it."""

    @property
    def in_force(self) -> tuple[PolicyBundle, ...]:
        """Those that two people put in force, the one of now first."""
        return approvals.in_force(self.bundles)

    @property
    def active(self) -> str | None:
        """Hash of the bundle in force; None while none was ever approved."""
        return next((one.sha256 for one in self.in_force), None)

    def get(self, sha: str) -> PolicyBundle | None:
        """Return a bundle by its hash."""
        return next((one for one in self.bundles if one.sha256 == sha), None)


def shelf(reader: Reader) -> Shelf:
    """Read every stored bundle, each held against the leaf of its last step."""
    whole, broken = [], []
    with reader.connection() as connection:
        rows = bundle_rows(connection)
    for sha, body, index in rows:
        try:
            whole.append(_held_against_leaf(reader, sha, body, index))
        except (BundleBroken, ValidationError, LeafRefused, LookupError):
            broken.append(sha)
    return Shelf(tuple(whole), tuple(broken))


def texts_of(reader: Reader, bundle: PolicyBundle) -> dict[str, str]:
    """Return the documents of a stored bundle.

    Raises:
        BundleBroken: One is missing or was changed.
    """
    with reader.connection() as connection:
        kept = document_texts(connection, bundle.documents.values())
    texts = {name: kept.get(digest, "") for name, digest in bundle.documents.items()}
    if sha256_of(texts) != bundle.sha256:
        raise BundleBroken
    return texts


@dataclass(frozen=True, slots=True)
class Propose:
    """The job that stores a policy bundle. The caller has checked that it loads whole."""

    texts: Mapping[str, str]
    office: str
    reason: str | None
    act: Act

    def __call__(self, tx: Tx) -> PolicyBundle:
        """Store documents and step, and seal one leaf; return the bundle as it stands now.

        Raises:
            BundleRefused: As ``policies.approvals.proposed``.
        """
        sha = sha256_of(self.texts)
        digests = {name: sha256(text.encode()).hexdigest() for name, text in self.texts.items()}
        step = _step(BundleChange.PROPOSED, self.office, self.reason, self.act)
        before = _stored(tx).get(sha)
        made = _taken(lambda: approvals.proposed(before, sha, digests, step))
        for name, digest in digests.items():
            if tx.one(t.SNAPSHOT_PART, {"sha256": digest}) is None:
                tx.add(t.SNAPSHOT_PART, [{"sha256": digest, "text": self.texts[name]}])
        _write(tx, made, self.act, is_new=before is None)
        return made


@dataclass(frozen=True, slots=True)
class Approve:
    """The job by which one person approves a bundle; the second one's puts it in force.

    The packaged bundle can always be gone back to: where it is not stored, or was withdrawn, its first
    approval proposes it, as a step and a leaf of its own.
    """

    sha256: str
    office: str
    reason: str | None
    act: Act

    def __call__(self, tx: Tx) -> PolicyBundle:
        """Take the step and seal one leaf; return the bundle as it stands now.

        Raises:
            BundleRefused: As ``policies.approvals.approved``, or there is no such bundle.
        """
        known, packaged = _stored(tx), packaged_documents()
        active = _active(known)
        if self.sha256 == packaged.sha256 and _wants_proposal(known.get(self.sha256), active):
            why = self.reason or _GOING_BACK
            known[self.sha256] = Propose(packaged.texts, self.office, why, self.act)(tx)
        before = _known(known, self.sha256)
        step = _step(BundleChange.APPROVED, self.office, self.reason, self.act)
        following = tx.head.law_epoch + 1
        made = _taken(lambda: approvals.approved(before, active, step, following))
        _write(tx, made, self.act)
        return made


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The job by which a bundle is withdrawn before it is in force, or is not to come back."""

    sha256: str
    office: str
    reason: str
    act: Act

    def __call__(self, tx: Tx) -> PolicyBundle:
        """Take the step and seal one leaf; return the bundle as it stands now.

        Raises:
            BundleRefused: As ``policies.approvals.withdrawn``, or there is no such bundle.
        """
        known = _stored(tx)
        before = _known(known, self.sha256)
        in_use = _active(known) or packaged_documents().sha256
        step = _step(BundleChange.WITHDRAWN, self.office, self.reason, self.act)
        made = _taken(lambda: approvals.withdrawn(before, in_use, step))
        _write(tx, made, self.act)
        return made


# ---------------------------------------------------------------------- inside


def _held_against_leaf(reader: Reader, sha: str, body: str, index: int) -> PolicyBundle:
    kept = reader.leaf(index)
    if kept is None:
        raise BundleBroken
    said = read_leaf(kept[0])
    if (said.get("policy_sha256"), said.get("content_sha256")) != (sha, _digest(body)):
        raise BundleBroken
    return PolicyBundle.model_validate_json(body)


def _digest(body: str) -> str:
    return sha256(body.encode("utf-8", "surrogateescape")).hexdigest()


def _stored(tx: Tx) -> dict[str, PolicyBundle]:
    found: dict[str, PolicyBundle] = {}
    for sha, body, _ in bundle_rows(tx.connection):
        try:
            found[sha] = PolicyBundle.model_validate_json(body)
        except ValidationError:
            continue  # a row that cannot be read is nobody's bundle; verify and check tell of it
    return found


def _known(bundles: Mapping[str, PolicyBundle], sha: str) -> PolicyBundle:
    if sha not in bundles:
        says = "No policy bundle of this hash is stored."
        raise _refused(StepRefused("policies.unknown", says, "/sha256"))
    return bundles[sha]


def _active(known: Mapping[str, PolicyBundle]) -> str | None:
    return next((one.sha256 for one in approvals.in_force(known.values())), None)


def _wants_proposal(packaged: PolicyBundle | None, active: str | None) -> bool:
    return packaged is None or packaged.state(active) is BundleState.WITHDRAWN


def _step(change: BundleChange, office: str, reason: str | None, act: Act) -> BundleStep:
    return BundleStep(change=change, office=office, reason=reason, at=act.stamp)


def _taken(step: Callable[[], PolicyBundle]) -> PolicyBundle:
    try:
        return step()
    except StepRefused as refusal:
        raise _refused(refusal) from None


def _refused(refusal: StepRefused) -> BundleRefused:
    fault = ProblemError(pointer=refusal.pointer, rule=refusal.rule, says=refusal.says)
    return BundleRefused(errors=(fault,))


def _write(tx: Tx, made: PolicyBundle, act: Act, *, is_new: bool = False) -> None:
    last, body = made.steps[-1], made.model_dump_json()
    begins = {} if last.epoch is None else {"active": True, "law_epoch": last.epoch}
    index = tx.seal(
        leaf(
            Operation.POLICY,
            at=act.stamp,
            actor=act.actor,
            nonce=act.nonce,
            change=last.change.value,
            policy_sha256=made.sha256,
            documents=sorted(set(made.documents.values())),
            content_sha256=_digest(body),
            **begins,
        )
    )
    values = {"body": body, "leaf": index}
    if is_new:
        tx.add(t.POLICY_BUNDLE, [{"sha256": made.sha256, **values}])
    else:
        tx.change(t.POLICY_BUNDLE, {"sha256": made.sha256}, values)
    if last.epoch is not None:
        tx.raise_law_epoch()
