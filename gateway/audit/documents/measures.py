"""The general description of technical and organisational measures (DPA 2018 s.61(2)(k)), as set."""

from __future__ import annotations

from gateway.audit.documents.bound import Words
from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.model import Block, Said
from gateway.audit.documents.words import counted, else_said, listed, plain


def _days(value: float) -> str:
    return f"{value:g} days"


def _hours(value: float) -> str:
    return f"{value:g} hours"


MEASURES: tuple[tuple[str, str, Words], ...] = (
    (
        "checkpoint_interval_seconds",
        "The ledger’s size and root are signed every",
        counted("seconds"),
    ),
    ("anchor_required", "Without which anchor of checkpoints nothing is released", plain),
    ("anchor_failure_hours", "Releases stop once that anchor has failed for", _hours),
    ("local_accounts", "People may sign in by accounts of the gateway’s own", plain),
    ("oidc_issuer", "People sign in at", else_said("no issuer of an organisation")),
    (
        "tool_credential_days",
        "A read-only password of an analyst’s tool ends after at most",
        _days,
    ),
    ("client_secrets", "Systems may prove themselves by a secret instead of a key", plain),
    ("requests_per_minute", "Requests that one system may send", counted("in a minute")),
    ("egress_allow", "Own networks that it may send to", else_said("none", listed)),
    ("egress_ports", "Ports of public addresses that it may send to", listed),
    ("notice_overdue_days", "A correction that nobody acknowledged is overdue after", _days),
    ("escalation_days", "It goes to the nominated person and the IG lead after", _days),
    (
        "correction_words_days",
        "What was said in a correction is destroyed after its close by",
        _days,
    ),
    ("released_retention_days", "Recipients keep what no agreement says it of for", _days),
    ("statistics_grace_days", "Counts are published after the end of a period by", _days),
    (
        "request_answer_working_days",
        "A request for disclosure is answered in",
        counted("working days"),
    ),
    ("request_review_hours", "An urgent release is reviewed within", _hours),
    ("request_collect_days", "What a request released is collected within", counted("days")),
    ("request_recipient_days", "A recipient keeps it for", counted("days at most")),
    ("request_keep_days", "A request’s words are kept after its last step for", counted("days")),
    (
        "subject_case_days",
        "What somebody asked about their own data is kept, once closed, for",
        _days,
    ),
    ("demonstration", "Runs as a demonstration, on invented data", plain),
)
"""Settings that say something of how data is kept safe, each with its label and words."""


def measures(configuration: Configuration) -> list[Block]:
    """Return what holds for everybody, then what is set."""
    return [
        Said(
            "Everything that comes in, leaves, is corrected, looked at or erased is one entry of a "
            "tamper-evident ledger, committed before it takes effect.",
            "Data Protection Act 2018 ss.62, 66",
        ),
        Said(
            "Nothing leaves by default: every release is decided by a rule that names its section."
        ),
        *(
            configuration.of_setting(name).states(name, label, words)
            for name, label, words in MEASURES
        ),
    ]
