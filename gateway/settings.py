"""Every setting, once: environment variables ``GATEWAY_…``, read at start and never again.

Names carry their unit. Defaults are safe: the gateway listens on this machine only and dials nobody.
An unknown ``GATEWAY_`` variable stops the start, because a misspelt limit is a limit that is not there.
``deploy/settings.example.env`` shows the defaults and is kept equal to them by a test.
"""

from __future__ import annotations

import os
import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.access.people import GroupRole
from gateway.house import RefusesToStart
from gateway.net.target import Egress, TargetRefused, read_target
from schemas.codes import Slug

PREFIX = "GATEWAY_"
DEFAULT_HOME = Path("~/.local/share/charnwood-gateway")
MIB = 1024 * 1024
_POSTGRES = re.compile(r"postgres(ql)?://")


class LogLevel(StrEnum):
    """How much the log says."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class AccessibilityStatus(StrEnum):
    """How far the pages comply with WCAG 2.2 AA (SI 2018/952 reg. 8)."""

    FULLY = "fully"
    PARTIALLY = "partially"
    NOT = "not"


class AnchorRequired(StrEnum):
    """Without which anchor nothing is released, once it has failed for too long."""

    NONE = "none"
    FILE = "file"
    POST = "post"
    BOTH = "both"


class SettingsRefused(RefusesToStart):
    """A setting is unknown or not readable. Names the variable and the rule, never the value."""


class Settings(BaseSettings):
    """The settings of one process. Frozen."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    home: Path = Field(DEFAULT_HOME, description="Folder of keys, files and the SQLite database.")
    database_url: SecretStr | None = Field(
        None, description="postgresql://… ; empty: SQLite in GATEWAY_HOME."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8115, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    public_url: str = Field(
        "http://127.0.0.1:8115",
        pattern=r"^https?://[^/?#\s]+$",
        description="What partners call this gateway: the issuer of its tokens.",
    )
    body_limit_bytes: int = Field(
        MIB, gt=0, description="Largest body of a request that is not a push of records."
    )
    push_limit_bytes: int = Field(32 * MIB, gt=0, description="Largest body of a push of records.")
    body_deadline_seconds: float = Field(
        30.0, gt=0, description="A body must have arrived whole within this time."
    )
    records_per_push: int = Field(10_000, gt=0, description="Rows that one push may hold.")
    intake_queue_pushes: int = Field(
        200, gt=0, description="Pushes that may wait for the sequencer; the next gets 503."
    )
    intake_processes: int = Field(
        2, ge=0, le=16, description="Processes that work large pushes out; 0: none beside this one."
    )
    checkpoint_interval_seconds: float = Field(
        60.0, gt=0, description="How often the ledger's size and root are signed."
    )
    anchor_folder: Path | None = Field(
        None,
        description="A folder beside GATEWAY_HOME/checkpoints, best on another machine, for checkpoints.",
    )
    anchor_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses that checkpoints are posted to, by the rules of egress; commas."
    )
    anchor_required: AnchorRequired = Field(
        AnchorRequired.FILE,
        description="none, file, post or both: what must take checkpoints, or releases stop.",
    )
    anchor_failure_hours: float = Field(
        4.0, gt=0, description="How long the required anchor may fail before releases stop."
    )
    requests_per_minute: int = Field(
        6_000, gt=0, description="Requests that one client may send in a minute; then 429."
    )
    client_secrets: bool = Field(
        False,  # noqa: FBT003 - pydantic's way to name a default
        description="Systems may prove themselves by a secret: demonstrations only.",
    )
    local_accounts: bool = Field(
        default=False,
        description="People may sign in by accounts of the gateway's own (`gateway account add`).",
    )
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://[^?#\s]+$",
        description="Where people sign in: the issuer of your organisation's OpenID Connect.",
    )
    oidc_client_id: str = Field("", description="What the issuer calls this gateway.")
    oidc_client_secret_file: Path | None = Field(
        None, description="File that holds the secret which the issuer gave this gateway."
    )
    oidc_group_claim: str = Field(
        "groups", description="Claim of the id token that lists a person's groups."
    )
    oidc_groups: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="group=role or group=role@partner; commas. Who is in none may not sign in.",
    )
    clock_skew_limit_seconds: float = Field(
        30.0, gt=0, description="Skew against the database's clock that fails readiness."
    )
    demonstration: bool = Field(
        default=False,
        description="Whoever reaches the first page may try a file on it; for invented data only.",
    )
    egress_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Networks or address:port of your own that push may send to, also by http; commas.",
    )
    egress_ports: Annotated[tuple[int, ...], NoDecode] = Field(
        (443, 8443), description="Ports of public addresses that push may send to; commas."
    )
    egress_ca_file: Path | None = Field(
        None, description="Certificate authorities for push; empty: the system's."
    )
    egress_attempt_seconds: float = Field(
        15.0, gt=0, le=60, description="One attempt to send, from the name to the answer."
    )
    download_limit_bytes: int = Field(
        1024 * MIB, gt=0, description="Largest file that one download of analysis gives."
    )
    tool_credential_days: int = Field(
        90, gt=0, le=366, description="Days that a credential for an analyst's tool lives at most."
    )
    push_attempts_at_once: int = Field(
        50, gt=0, description="Attempts to send that this process makes at the same time."
    )
    notice_overdue_days: float = Field(
        7.0, gt=0, description="A notice that nobody acknowledged for so long is overdue."
    )
    escalation_days: float = Field(
        14.0,
        gt=0,
        description="A notice of a case that nobody acknowledged for so long goes to the recipient's "
        "nominated person and the IG lead.",
    )
    correction_words_days: float = Field(
        730.0,
        gt=0,
        description="Days after a correction is closed until what was said in it is destroyed.",
    )
    statistics_grace_days: float = Field(
        14.0, ge=0, description="Days after a month or quarter until its counts are published."
    )
    released_retention_days: float = Field(
        730.0, gt=0, description="Days that recipients may keep what no agreement says it of."
    )
    subject_case_days: int = Field(
        730,
        ge=1,
        description="Days that a closed subject access case is kept before it is destroyed.",
    )
    operator: Slug | None = Field(
        None, description="Id of the partner that runs this gateway, for records of processing."
    )
    hosted_by: str | None = Field(
        None, max_length=300, description="Another processor on whose machines it runs; or: nobody."
    )
    hosted_in: str | None = Field(
        None, max_length=300, description="Country in which these machines stand."
    )
    accessibility_checked_on: date | None = Field(
        None, description="Day on which the pages were last tested for accessibility."
    )
    accessibility_checked_by: str | None = Field(
        None, max_length=300, description="Who tested them, and how."
    )
    accessibility_status: AccessibilityStatus | None = Field(
        None, description="What the test found: fully, partially or not."
    )
    accessibility_problems: str | None = Field(
        None, max_length=2_000, description="What is not accessible, and why; or: none known."
    )
    request_answer_working_days: int = Field(
        5, ge=1, le=60, description="Working days until a request for disclosure is answered."
    )
    request_review_hours: float = Field(
        24.0, gt=0, le=72, description="Hours until an urgent release is reviewed."
    )
    request_collect_days: int = Field(
        28, ge=1, le=365, description="Days in which what a request released is collected."
    )
    request_recipient_days: int = Field(
        365,
        ge=1,
        le=3_660,
        description="Days that a recipient keeps it, unless the holder says less.",
    )
    request_keep_days: int = Field(
        730,
        ge=30,
        le=3_660,
        description="Days after its last step that a request's words are kept.",
    )
    log_level: LogLevel = Field(LogLevel.INFO, description="debug, info, warning or error.")

    @field_validator("oidc_groups")
    @classmethod
    def _roles(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            GroupRole.read(one)
        return given

    @field_validator("egress_allow", "egress_ports", "anchor_urls", "oidc_groups", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        if isinstance(given, str):
            return tuple(part.strip() for part in given.split(",") if part.strip())
        return given

    @field_validator("egress_allow")
    @classmethod
    def _networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        Egress.of(given, ())
        return given

    @field_validator("anchor_urls")
    @classmethod
    def _addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for url in given:
            try:
                read_target(url)
            except TargetRefused:
                kind, says = "anchor_address", "it is no absolute https address"
                raise PydanticCustomError(kind, says) from None
        return given

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        if self.anchor_required in {AnchorRequired.POST, AnchorRequired.BOTH} and not (
            self.anchor_urls
        ):
            kind, says = "anchor_address", "a post is required and no address is named"
            raise PydanticCustomError(kind, says)
        return self

    @field_validator("home")
    @classmethod
    def _expand(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not _POSTGRES.match(url.get_secret_value()):
            kind, says = "database_address", "it is not the address of a PostgreSQL database"
            raise PydanticCustomError(kind, says)
        return url

    @property
    def sqlite_path(self) -> Path:
        """The SQLite file, used where no database URL is set."""
        return self.home / "gateway.sqlite3"


def variable(field: str) -> str:
    """The environment variable that sets a field."""
    return PREFIX + field.upper()


def load() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsRefused: A ``GATEWAY_`` variable is unknown, or its value does not fit.
    """
    known = {variable(name) for name in Settings.model_fields}
    unknown = sorted(
        key for key in os.environ if key.upper().startswith(PREFIX) and key.upper() not in known
    )
    if unknown:
        raise SettingsRefused(
            f"The environment sets {', '.join(unknown)}, and there is no such setting.",
            "See deploy/settings.example.env for the names.",
        )
    try:
        return Settings()
    except ValidationError as error:
        faults = sorted({(str(e["loc"][0]), e["type"]) for e in error.errors(include_input=False)})
        named = ", ".join(f"{variable(name)} ({rule})" for name, rule in faults)
        raise SettingsRefused(
            f"The settings cannot be used: {named}.",
            "See deploy/settings.example.env for the form of each.",
        ) from None


def example() -> str:
    """The text of ``deploy/settings.example.env``: every setting with its default."""
    lines = [
        "# The gateway's settings and their defaults. Set only what differs.",
        "# Written by `make docs` from gateway/settings.py; a test keeps the two equal.",
    ]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}", f"{variable(name)}={shown(field.default)}"]
    return "\n".join(lines) + "\n"


def shown(default: object) -> str:
    """A default as it is written in an environment file."""
    if default is None:
        return ""
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return str(default)
