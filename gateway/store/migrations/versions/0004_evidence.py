"""Evidence: who is signed in, requests, signals, subject access, receipts.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what evidence needs, one function a capability."""
    _add_sessions()
    _add_anchors()
    _add_consultations()
    _add_proceedings()
    _add_subject_keys()
    _add_corrections()
    _add_disclosure_requests()
    _add_signals()
    _add_subject_cases()
    _add_simulation_jobs()


def downgrade() -> None:
    """Take it away again, in reverse."""
    op.drop_table("simulation_job")
    op.drop_table("disclosure_request_step")
    op.drop_table("disclosure_request")
    op.drop_table("consulted")
    op.drop_table("consultation")
    op.drop_table("proceeding_step")
    for table in ("matching_mark", "signal_step", "signal_record", "signal", "subject_index"):
        op.drop_table(table)
    op.drop_table("subject_key")
    op.drop_table("correction_step")
    op.drop_table("anchor")
    for table in ("sign_in_failure", "sign_in", "session", "account"):
        op.drop_table(table)
    op.drop_table("subject_case_step")


def _add_sessions() -> None:
    """People: their accounts, who is signed in, who is about to."""
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="local or oidc"),
        sa.Column(
            "body", sa.Text(), nullable=False, comment="who it is (gateway.access.people.Person)"
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column(
            "secret",
            sa.Text(),
            comment="argon2id of a local account's password, with its parameters",
        ),
        sa.Column("changed", POSITION, nullable=False, comment="seconds since 1970"),
        sa.PrimaryKeyConstraint("id"),
        comment="people who may sign in: local accounts, and whoever came from the organisation's own",
    )
    op.create_table(
        "session",
        sa.Column("id_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("began", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("seen", POSITION, nullable=False, comment="seconds since 1970"),
        sa.PrimaryKeyConstraint("id_sha256"),
        comment="who is signed in (gateway.access.people.Person); of the cookie only its SHA-256",
    )
    op.create_index("ix_session_account", "session", ["account"])
    op.create_table(
        "sign_in",
        sa.Column("id_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="state, nonce and PKCE verifier"),
        sa.Column("began", POSITION, nullable=False, comment="seconds since 1970"),
        sa.PrimaryKeyConstraint("id_sha256"),
        comment="browsers sent to the organisation's own sign-in and not back yet; each is used once",
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last", POSITION, nullable=False, comment="seconds since 1970"),
        sa.PrimaryKeyConstraint("key_sha256"),
        comment="sign-ins that failed, by account and by address, as hashes; what the throttle counts",
    )


def _add_consultations() -> None:
    """Every look at a sealed half."""
    op.create_table(
        "consultation",
        sa.Column("leaf", POSITION, nullable=False),
        sa.Column("at", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("account", sa.Text(), nullable=False, comment="an id of ours, never a name"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), comment="for whom they acted; empty: the operator"),
        sa.Column("action", sa.Text(), nullable=False, comment="open, search or read"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), comment="our own id of the case that it was for"),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="of bodies opened, or proposals of a search",
        ),
        sa.Column("wrapped_secret", sa.LargeBinary(), nullable=False),
        sa.Column(
            "ciphertext", sa.LargeBinary(), nullable=False, comment="the reason in words, locked"
        ),
        sa.PrimaryKeyConstraint("leaf"),
        comment="every look at a sealed half, with its reason; the ledger has the reason's HMAC",
    )
    op.create_index("consultation_at", "consultation", ["at"])
    op.create_index("consultation_case", "consultation", ["case_id"])
    op.create_table(
        "consulted",
        sa.Column("leaf", POSITION, nullable=False),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("incident", POSITION, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("leaf", "position"),
        comment="the versions that a consultation opened",
    )
    op.create_index("consulted_incident", "consulted", ["incident"])
    op.create_index("consulted_controller", "consulted", ["controller", "leaf"])


def _add_proceedings() -> None:
    """The breach register and off-boardings."""
    op.create_table(
        "proceeding_step",
        sa.Column("proceeding", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="breach, off_boarding"),
        sa.Column("body", sa.Text(), nullable=False, comment="what was done, by whom, in words"),
        sa.Column("at", POSITION, nullable=False),
        sa.Column("leaf", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("proceeding", "number"),
        sa.UniqueConstraint("leaf"),
        comment="the breach register and off-boardings; the ledger has the keyed hash of each step",
    )


def _add_signals() -> None:
    """Matching; what is recorded already is compared with what comes, and starts nothing."""
    op.create_table(
        "signal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False, comment="who is told"),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, comment="schemas.signals.SignalWhy"),
        sa.Column("at", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("leaf", POSITION, nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="schemas.signals.Signal"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("leaf"),
        comment="that reports of one household were found, for one partner: existence only",
    )
    op.create_index("signal_partner", "signal", ["partner", "at"])
    op.create_table(
        "signal_record",
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("position", POSITION, autoincrement=False, nullable=False),
        sa.Column("incident", POSITION, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("signal", "position"),
        comment="the reports that a signal rests on; never told to whoever is not their holder",
    )
    op.create_index("signal_record_incident", "signal_record", ["incident"])
    op.create_table(
        "signal_step",
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="schemas.signals.Step"),
        sa.Column("at", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("leaf", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("signal", "number"),
        sa.UniqueConstraint("leaf"),
        comment="handed out, confirmed, dismissed; the leaf has the HMAC of the reason in words",
    )
    op.create_table(
        "matching_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "matched_to", POSITION, nullable=False, comment="positions up to here were looked at"
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="one row: how far matching has come; working state",
    )
    op.execute(
        "INSERT INTO matching_mark (id, matched_to) "
        "SELECT 1, COALESCE((SELECT max(position) FROM log), 0)"
    )


def _add_subject_keys() -> None:
    """Keyed hashes of what names people and homes; what is recorded already is keyed later."""
    op.create_table(
        "subject_key",
        sa.Column("position", POSITION, autoincrement=False, nullable=False),
        sa.Column(
            "part",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="0: the row; n: person n",
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="policies.subject_keys.SubjectKind"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", "part", "kind", "digest"),
        sqlite_with_rowid=False,
        comment="what names people and homes in a sealed half, as keyed hashes; goes with it",
    )
    op.create_index("subject_key_digest", "subject_key", ["digest"])
    op.create_table(
        "subject_index",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False, comment="policies.subject_keys.EDITION"),
        sa.Column("begins", POSITION, nullable=False, comment="the first position that is keyed"),
        sa.PrimaryKeyConstraint("id"),
        comment="one row: from where on sealed halves are keyed; older ones are filled in downwards",
    )
    op.execute(
        "INSERT INTO subject_index (id, edition, begins) "
        "SELECT 1, 1, COALESCE((SELECT max(position) FROM log), 0) + 1"
    )


def _add_corrections() -> None:
    """Cases, and what recipients report."""
    op.create_table(
        "correction_step",
        sa.Column("item", sa.Text(), nullable=False, comment="the case or the report"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="case or report"),
        sa.Column("feed", sa.Text(), nullable=False, comment="whose records it is about"),
        sa.Column("subscription", sa.Text(), comment="of a report: who reported it"),
        sa.Column(
            "body", sa.Text(), nullable=False, comment="what was done, in codes and our own numbers"
        ),
        sa.Column("at", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("leaf", POSITION, nullable=False),
        sa.Column(
            "wrapped_secret",
            sa.LargeBinary(),
            comment="of the words; empty: none, or destroyed",
        ),
        sa.Column("ciphertext", sa.LargeBinary(), comment="what was said, locked"),
        sa.PrimaryKeyConstraint("item", "number"),
        sa.UniqueConstraint("leaf"),
        comment="rectification, restriction, erasure, recall; what recipients find wrong",
    )
    op.create_index("correction_step_kind", "correction_step", ["kind", "feed"])
    op.create_index("correction_step_subscription", "correction_step", ["subscription"])


def _add_anchors() -> None:
    """How publishing checkpoints goes."""
    op.create_table(
        "anchor",
        sa.Column("kind", sa.Text(), nullable=False, comment="file or post"),
        sa.Column("body", sa.Text(), nullable=False, comment="gateway.law.anchors.Anchor"),
        sa.Column(
            "stops_at",
            POSITION,
            comment="seconds since 1970; from then on nothing is released",
        ),
        sa.PrimaryKeyConstraint("kind"),
        comment="how publishing checkpoints goes; working state, but that releases stop and go on is a "
        "leaf",
    )


def _add_disclosure_requests() -> None:
    """Requests for disclosure, and their steps."""
    op.create_table(
        "disclosure_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False, comment="who asks"),
        sa.Column("holder", sa.Text(), nullable=False, comment="who is asked"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("review_due", POSITION, comment="while an urgent answer waits for its review"),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="requests for disclosure, case by case: where each stands; codes and days alone",
    )
    op.create_index("disclosure_request_partner", "disclosure_request", ["partner"])
    op.create_index("disclosure_request_holder", "disclosure_request", ["holder", "state"])
    op.create_table(
        "disclosure_request_step",
        sa.Column("leaf", POSITION, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("said", sa.Text(), nullable=False, comment="codes, days and counts as JSON"),
        sa.Column("wrapped_secret", sa.LargeBinary()),
        sa.Column(
            "ciphertext", sa.LargeBinary(), comment="what was asked, or a reason in words, locked"
        ),
        sa.PrimaryKeyConstraint("leaf"),
        comment="what happened to each request, step by step; words go when the request is erased",
    )
    op.create_index(
        "disclosure_request_step_of",
        "disclosure_request_step",
        ["request", "number"],
        unique=True,
    )


def _add_subject_cases() -> None:
    """Requests of people for what is held about them."""
    op.create_table(
        "subject_case_step",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, comment="schemas.subject_access.SubjectStep"),
        sa.Column(
            "day",
            sa.Text(),
            nullable=False,
            comment="from which the clock counts it, Europe/London",
        ),
        sa.Column("partner", sa.Text(), comment="whose case it is; empty: the operator's"),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("leaf", POSITION, nullable=False),
        sa.Column("wrapped_secret", sa.LargeBinary(), comment="empty once the case was erased"),
        sa.Column(
            "ciphertext",
            sa.LargeBinary(),
            comment="what was said, locked under a secret of its own",
        ),
        sa.PrimaryKeyConstraint("case_id", "number"),
        sa.UniqueConstraint("leaf"),
        comment="requests of people for what is held about them; "
        "the ledger has each step's keyed hash",
    )


def _add_simulation_jobs() -> None:
    """Drafts replayed for a page, which may be shown by another process."""
    op.create_table(
        "simulation_job",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False, comment="who asked; an id of ours"),
        sa.Column("what", sa.Text(), nullable=False, comment="the draft, in words"),
        sa.Column("state", sa.Text(), nullable=False, comment="running, done, failed"),
        sa.Column("found", sa.Text(), comment="the comparison, JSON"),
        sa.Column("began", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("ended", POSITION),
        sa.PrimaryKeyConstraint("id"),
        comment="drafts replayed over what is recorded: asked by a form, shown by another process perhaps",
    )
