"""Analysis: what analysts read, and with what.

Revision ID: 0005
Revises: 0004
"""

import re
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AREAS = ("lsoa_code", "msoa_code", "ward_code", "district_code")
PARTS = ("sub_behaviour", "nsir_class", *AREAS)
ROOM = {"fillfactor": 80}
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LONDON = ZoneInfo("Europe/London")
NSIR = re.compile(r'"nsir_class":"([a-z]+)"')


def upgrade() -> None:
    """Add what analysis needs, one function a capability."""
    _add_forms()
    _index_orders()
    _add_tool_credentials()
    add_roll_ups()
    _add_geography_documents()


def downgrade() -> None:
    """Take it away again, in reverse."""
    op.drop_table("geography_document")
    take_roll_ups()
    op.drop_table("tool_credential")
    op.drop_index("log_reported", "log")
    op.drop_index("log_occurred", "log")
    op.drop_table("form_sent")


def _add_forms() -> None:
    """Forms that were sent, so that none is carried out twice."""
    op.create_table(
        "form_sent",
        sa.Column(
            "key_sha256",
            sa.LargeBinary(),
            nullable=False,
            comment="of the account and the form's word",
        ),
        sa.Column("at", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column(
            "location",
            sa.Text(),
            nullable=False,
            comment="where it led; empty while it is carried out",
        ),
        sa.PrimaryKeyConstraint("key_sha256"),
        comment="forms that were sent, for eight hours: a second sending is shown what came of the first",
    )


def _add_tool_credentials() -> None:
    op.create_table(
        "tool_credential",
        sa.Column("id", sa.Text(), nullable=False, comment="what the tool gives as its user name"),
        sa.Column(
            "account",
            sa.Text(),
            nullable=False,
            comment="whose it is; an id of ours, never a name",
        ),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False, comment="what it was made for, such as excel"),
        sa.Column("secret_sha256", sa.Text(), nullable=False, comment="of 32 random bytes as text"),
        sa.Column("issued", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("expires", POSITION, nullable=False, comment="seconds since 1970"),
        sa.Column("revoked", POSITION, comment="seconds since 1970"),
        sa.Column(
            "used_day", sa.Text(), comment="the last day on which it was used; working state"
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="read-only credentials for analysis; each issue and revocation is a leaf with the row's hash",
    )


def _index_orders() -> None:
    keys = {
        "log_occurred": "coalesce(occurred_from, reported, 0)",
        "log_reported": "coalesce(reported, 0)",
    }
    recorded = sa.text("entry_kind = 'recorded'")
    for name, key in keys.items():
        op.create_index(
            name,
            "log",
            [sa.text(key), "position"],
            sqlite_where=recorded,
            postgresql_where=recorded,
        )


def add_roll_ups() -> None:
    """Count by NSIR class, and by quarter, district and hour of the week."""
    op.drop_table("rollup")
    op.create_table(
        "rollup",
        sa.Column("month", WORD, nullable=False),
        sa.Column("class_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, WORD, nullable=False) for name in PARTS),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "class_id", *PARTS),
        comment="how many current, live versions there are; kept in the recording transaction",
        postgresql_with=ROOM,
    )
    op.create_table(
        "rollup_hour",
        sa.Column("quarter", WORD, nullable=False),
        sa.Column("class_id", sa.Integer(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, WORD, nullable=False)
            for name in ("sub_behaviour", "nsir_class", "district_code")
        ),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "quarter", "class_id", "sub_behaviour", "nsir_class", "district_code", "slot"
        ),
        comment="the roll-ups of each quarter and district by day of the week and hour",
        postgresql_with=ROOM,
    )
    op.create_table(
        "rollup_change",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("changes", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("month"),
        comment="how many commits changed a month's roll-ups: who holds them in memory reads them again",
    )
    _count_what_stands(("nsir_class",))
    op.create_table(
        "geography_population",
        sa.Column("geography", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["geography"], ["geography.id"]),
        sa.PrimaryKeyConstraint("geography", "code", "year"),
        comment="how many live where, as a source published it: what rates are made with",
    )


def take_roll_ups() -> None:
    """Count as the revision before did."""
    op.drop_table("geography_population")
    op.drop_table("rollup_change")
    op.drop_table("rollup_hour")
    op.drop_table("rollup")
    _create_rollup_as_before()
    _count_what_stands(())


def _create_rollup_as_before() -> None:
    columns = ("month", "sub_behaviour", *AREAS)
    op.create_table(
        "rollup",
        sa.Column("class_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in columns),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("class_id", *columns),
        comment="how many current, live versions there are; kept in the recording transaction",
    )
    op.create_index("rollup_month", "rollup", ["month", "district_code"])
    where = sa.text("number = 0")
    op.create_index(
        "rollup_empty", "rollup", ["class_id"], sqlite_where=where, postgresql_where=where
    )


def _count_what_stands(more: tuple[str, ...]) -> None:
    """Fill the roll-ups from the log as it is."""
    places: Counter[tuple[object, ...]] = Counter()
    hours: Counter[tuple[object, ...]] = Counter()
    rows = op.get_bind().execute(
        sa.text(
            "SELECT l.class_id, l.reported, l.occurred_from, l.time_precision, l.detail, "
            "l.typology_sub_behaviour, l.lsoa_code, l.msoa_code, l.ward_code, l.district_code "
            "FROM incident i JOIN log l ON l.position = i.position WHERE i.state = 'live'"
        )
    )
    for class_id, reported, occurred, precision, detail, sub, *areas in rows:
        month = _month(occurred if reported is None else reported)
        nsir = NSIR.search(detail or "")
        found = (nsir[1] if nsir else "",) if more else ()
        places[(class_id, month, sub or "", *found, *(area or "" for area in areas))] += 1
        quarter = f"{month[:4]}Q{(int(month[5:]) + 2) // 3}" if month else ""
        slot = _slot(reported if occurred is None else occurred, precision)
        hours[(class_id, quarter, sub or "", *found, areas[-1] or "", slot)] += 1
    _fill("rollup", ("class_id", "month", "sub_behaviour", *more, *AREAS), places)
    if more:
        by = ("class_id", "quarter", "sub_behaviour", *more, "district_code", "slot")
        _fill("rollup_hour", by, hours)
        months: Counter[tuple[object, ...]] = Counter({cell[1:2]: 1 for cell in places})
        _fill("rollup_change", ("month",), months, "changes")


def _fill(
    table: str,
    key: tuple[str, ...],
    counted: Counter[tuple[object, ...]],
    number: str = "number",
) -> None:
    names = (*key, number)
    cells = [dict(zip(names, (*cell, count), strict=True)) for cell, count in counted.items()]
    if cells:
        op.bulk_insert(sa.table(table, *map(sa.column, names)), cells)


def _month(at: int | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, LONDON).strftime("%Y-%m")


def _slot(at: int | None, precision: str | None) -> int:
    if at is None or precision not in {"minute", "hour"}:
        return 168
    local = datetime.fromtimestamp(at, LONDON)
    return local.weekday() * 24 + local.hour


def _add_geography_documents() -> None:
    """What is said of areas beside their outlines: dates of editions, fits, named sets, tiles."""
    op.create_table(
        "geography_document",
        sa.Column("part", sa.Text(), nullable=False, comment="dates, fit, set or tiles"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="canonical JSON (schemas.areas)"),
        sa.PrimaryKeyConstraint("part", "name"),
        comment="what is said of areas beside their outlines; the last operation has each body's hash",
    )
