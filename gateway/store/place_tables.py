"""The tables of places: editions of areas, map points and postcodes."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.store.metadata import METADATA, Position

GEOGRAPHY = Table(
    "geography",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("loaded_at", Position, nullable=False),
    Column("notes", Text, comment="how it was read: editions of its codes, what was kept of it"),
    UniqueConstraint("kind", "edition", name="geography_edition"),
)

GEOGRAPHY_AREA = Table(
    "geography_area",
    METADATA,
    Column("geography", Integer, ForeignKey("geography.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("wkb", LargeBinary, nullable=False),
)

GEOGRAPHY_POINT = Table(
    "geography_point",
    METADATA,
    Column("geography", Integer, ForeignKey("geography.id"), primary_key=True),
    Column("longitude", Float, primary_key=True),
    Column("latitude", Float, primary_key=True),
    Column("district", Text, nullable=False),
    Column("addresses", Integer, comment="postal addresses in its catchment; absent: not counted"),
)

GEOGRAPHY_POSTCODE = Table(
    "geography_postcode",
    METADATA,
    Column("geography", Integer, ForeignKey("geography.id"), primary_key=True),
    Column("postcode", Text, primary_key=True),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("lsoa_code", Text),
    Column("msoa_code", Text),
    Column("ward_code", Text),
    Column("district_code", Text),
)

GEOGRAPHY_DOCUMENT = Table(
    "geography_document",
    METADATA,
    Column("part", Text, primary_key=True, comment="dates, fit, set or tiles"),
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False, comment="canonical JSON (schemas.areas)"),
    comment="what is said of areas beside their outlines; the last operation has each body's hash",
)
