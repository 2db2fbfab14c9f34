"""What stands beside the log and rests on operations of its own: each capability's walk, in one.

A walk follows the operations of the ledger one by one, and then holds its tables against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from gateway.audit.verify_accounts import AccountWalk
from gateway.audit.verify_consultations import ConsultationWalk
from gateway.audit.verify_corrections import CorrectionWalk
from gateway.audit.verify_findings import Findings
from gateway.audit.verify_proceedings import ProceedingWalk
from gateway.audit.verify_requests import RequestWalk
from gateway.audit.verify_retention import RetentionWalk
from gateway.audit.verify_signals import SignalWalk
from gateway.audit.verify_subject_cases import SubjectCaseWalk
from gateway.audit.verify_subjects import SubjectWalk
from gateway.audit.verify_tool_credentials import ToolCredentialWalk
from gateway.keys.ring import KeyRing
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence


class Walk(Protocol):
    """Folds the operations of tables that stand beside the log, and holds these against them."""

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation."""
        ...

    def finish(self, evidence: Evidence) -> None:
        """Hold what is stored against what was followed."""
        ...


class BesideWalk:
    """Every walk beside the log."""

    def __init__(self, keys: KeyRing, findings: Findings) -> None:
        self._walks: tuple[Walk, ...] = (
            RetentionWalk(findings),
            AccountWalk(findings),
            ToolCredentialWalk(findings),
            ConsultationWalk(keys, findings),
            ProceedingWalk(keys, findings),
            RequestWalk(keys, findings),
            SubjectWalk(keys, findings),
            CorrectionWalk(keys, findings),
            SignalWalk(keys, findings),
            SubjectCaseWalk(keys, findings),
        )

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Let each follow one operation."""
        for walk in self._walks:
            walk.take(index, operation, document)

    def finish(self, evidence: Evidence) -> None:
        """Let each hold what is stored against what it followed."""
        for walk in self._walks:
            walk.finish(evidence)
