"""The operations that stand in the ledger, what each may say, and what each is to the law.

The statutory operations are those of DPA 2018 s.62(1): collection, alteration, consultation, disclosure,
combination, erasure. One ledger operation may be several, or none (a change of the register).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Statutory(StrEnum):
    """The logged processing operations of DPA 2018 s.62(1)."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"


class Form(Enum):
    """The form that a key's value has. None of them takes free text."""

    ID = auto()
    """A UUID, or words of lower-case letters and digits joined by marks; no 7 digits in a row."""
    CODE = auto()
    """As an id, but no UUID."""
    HASH = auto()
    """32 bytes in hex."""
    NONCE = auto()
    """16 to 32 bytes in hex."""
    INSTANT = auto()
    """ISO 8601, UTC."""
    DAY = auto()
    """ISO 8601 date."""
    COUNT = auto()
    """A whole number from 0."""
    FLAG = auto()
    """True or false."""
    CODES = auto()
    """A list of codes."""
    HASHES = auto()
    """A list of hashes."""
    COUNTS = auto()
    """Counts by code."""


class Operation(StrEnum):
    """What was done."""

    PUSH = "push"
    RETRACTION = "retraction"
    RESTRICTION = "restriction"
    LIFTING = "lifting"
    REMAPPING = "remapping"
    ERASURE = "erasure"
    RELEASE = "release"
    REPLAY = "replay"
    EXPORT = "export"
    TABLE = "table"
    QUERY = "query"
    ACKNOWLEDGEMENT = "acknowledgement"
    REFUSAL = "refusal"
    BROKEN_OFF = "broken_off"
    WITHDRAWAL = "withdrawal"
    UNCONFIRMED = "unconfirmed"
    CONSULTATION = "consultation"
    SUBJECT_ACCESS = "subject_access"
    SUBJECT_ANSWER = "subject_answer"
    MATCHING = "matching"
    LINKING = "linking"
    SIGNAL = "signal"
    RETURN = "return"
    RETURN_HANDED = "return_handed"
    RETURN_TABLE = "return_table"
    RETURN_RECEIVED = "return_received"
    PARTNER = "partner"
    HOLDER_DECISION = "holder_decision"
    PROTOCOL = "protocol"
    AGREEMENT = "agreement"
    FEED = "feed"
    SUBSCRIPTION = "subscription"
    ENDPOINT = "endpoint"
    CLIENT = "client"
    ACCOUNT = "account"
    TOOL_CREDENTIAL = "tool_credential"
    POLICY = "policy"
    SIMULATION = "simulation"
    DOCUMENT = "document"
    RETENTION = "retention"
    RETENTION_HOLD = "retention_hold"
    GEOGRAPHY = "geography"
    CROSSWALK = "crosswalk"
    KEYS = "keys"
    CORRECTION_CASE = "correction_case"
    CORRECTION_REPORT = "correction_report"
    CORRECTION_READ = "correction_read"
    REQUEST = "request"
    REQUEST_STEP = "request_step"
    REQUEST_TOLD = "request_told"
    REQUEST_SHOWN = "request_shown"
    REQUEST_ERASED = "request_erased"
    BREACH = "breach"
    OFF_BOARDING = "off_boarding"
    BUNDLE = "bundle"
    CHECKPOINT = "checkpoint"
    ANCHOR = "anchor"
    BACKUP = "backup"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation's keys, and the statutory operations that it is."""

    statutory: tuple[Statutory, ...]
    required: frozenset[str]
    optional: frozenset[str]


_KEYS_BY_FORM: dict[Form, str] = {
    Form.ID: """actor account client receipt request retraction recipient partner feed controller subscription
        holder hold protocol agreement decision successor on_behalf_of release_id erasure backup_id
        breach off_boarding document correction signal subject_case""",
    Form.CODE: """action adapter area_kind change crosswalk edition format kind lane measure mode
        method outcome power protocol_version agreement_version provision purpose reason role state table
        quarter recipient_kind regime_source regime_recipient marking marking_source handling scheme
        key_name cell_place cell_time tool parameters""",
    Form.HASH: """root receipt_sha256 content_sha256 snapshot document_sha256 filter_sha256
        query_hmac case_hmac reason_hmac case_sha256 request_sha256 key_sha256 file_sha256 body_hmac
        settings_sha256 policy_sha256 checkpoint_root disclosures_root notices_root
        before_sha256 after_sha256 shown_sha256 incident_hmac commitment held_sha256""",
    Form.NONCE: "nonce",
    Form.INSTANT: "at as_of valid_from_at valid_to_at expires_at",
    Form.DAY: "day valid_from valid_to review_by signed_on records_from",
    Form.COUNT: """first last count rows positions number from_position to_position version
        considered released withheld held superseded notices disclosed attempts size log_size
        ledger_size law_epoch minimum_cell held_before recorded revised duplicate features points
        cells retracted erased restricted lifted crossings children tried covered row_version
        newly_leaves newly_stops other_fields paragraph late unmapped return_entry clients subscriptions
        withdrawn unconfirmed agreements endpoints incidents credentials""",
    Form.FLAG: "active live replay complete demonstration",
    Form.CODES: """editions scopes kinds field_groups fields parties conditions flags kinds_held sources
        behaviours methods roles""",
    Form.HASHES: "documents commitments",
    Form.COUNTS: "rules reasons excluded recorded_by_kind notices_by_kind by_state",
}

FORMS: dict[str, Form] = {key: form for form, keys in _KEYS_BY_FORM.items() for key in keys.split()}
"""Every key has one form wherever it stands."""

_WHOM = "recipient subscription partner on_behalf_of client recipient_kind controller"
_LAW = """request power purpose lane snapshot protocol protocol_version agreement agreement_version provision
    regime_source regime_recipient crossings children marking marking_source handling law_epoch
    day flags"""
_BALANCE = "considered released withheld held superseded notices reasons notices_by_kind"
_ROWS = "first last count root positions rows reason kinds"
_CHANGE = """change version kind kinds state active live reason document_sha256 content_sha256
    before_sha256 after_sha256 snapshot law_epoch valid_from valid_to"""


_REQUEST = "request change number recipient holder content_sha256"
_REQUEST_SAYS = f"{_LAW} outcome role reason_hmac query_hmac case_hmac subscription count fields"


def _keys(*texts: str) -> frozenset[str]:
    return frozenset(key for text in texts for key in text.split())


def _entry(required: str, optional: str = "", *statutory: Statutory) -> Entry:
    needed = _keys(required)
    return Entry(statutory, needed, _keys(optional) - needed)


CATALOGUE: dict[Operation, Entry] = {
    Operation.PUSH: _entry(
        "feed receipt count root",
        f"partner receipt_sha256 controller recorded revised duplicate excluded crosswalk adapter "
        f"recorded_by_kind request_sha256 {_ROWS}",
        Statutory.COLLECTION,
        Statutory.ALTERATION,
    ),
    Operation.RETRACTION: _entry(
        "feed count root",
        f"partner controller receipt receipt_sha256 request retraction retracted {_ROWS}",
        Statutory.ALTERATION,
    ),
    Operation.RESTRICTION: _entry(
        "count root",
        f"partner feed controller request case_hmac restricted {_ROWS}",
        Statutory.ALTERATION,
    ),
    Operation.LIFTING: _entry(
        "count root",
        f"partner feed controller request case_hmac lifted {_ROWS}",
        Statutory.ALTERATION,
    ),
    Operation.REMAPPING: _entry(
        "feed crosswalk count root", f"partner revised {_ROWS}", Statutory.ALTERATION
    ),
    Operation.ERASURE: _entry(
        "count root",
        f"partner feed controller request case_hmac erased erasure {_ROWS}",
        Statutory.ERASURE,
    ),
    Operation.RELEASE: _entry(
        "subscription number content_sha256",
        f"{_WHOM} {_LAW} {_BALANCE} {_ROWS} from_position to_position release_id disclosures_root "
        "notices_root format replay fields field_groups log_size mode minimum_cell cell_place "
        "cell_time held_before held_sha256 complete",
        Statutory.DISCLOSURE,
    ),
    Operation.REPLAY: _entry(
        "subscription number",
        f"{_WHOM} {_LAW} {_BALANCE} {_ROWS} content_sha256 release_id records_from from_position "
        "to_position fields field_groups",
        Statutory.DISCLOSURE,
    ),
    Operation.EXPORT: _entry(
        "recipient count content_sha256",
        f"{_WHOM} {_LAW} {_BALANCE} {_ROWS} log_size filter_sha256 format fields complete as_of editions",
        Statutory.DISCLOSURE,
    ),
    Operation.TABLE: _entry(
        "table count content_sha256",
        f"{_WHOM} {_LAW} {_ROWS} log_size filter_sha256 measure edition editions cells as_of",
        Statutory.DISCLOSURE,
    ),
    Operation.QUERY: _entry(
        "count filter_sha256",
        f"{_WHOM} {_LAW} {_ROWS} log_size content_sha256 measure as_of",
        Statutory.CONSULTATION,
        Statutory.DISCLOSURE,
    ),
    Operation.ACKNOWLEDGEMENT: _entry(
        "subscription number", f"{_WHOM} attempts method content_sha256 release_id"
    ),
    Operation.REFUSAL: _entry(
        "action reason",
        f"{_WHOM} {_LAW} {_BALANCE} {_ROWS} conditions feed method request_sha256 outcome",
    ),
    Operation.BROKEN_OFF: _entry(
        "reason",
        f"{_WHOM} {_LAW} {_ROWS} number disclosed content_sha256 format release_id",
        Statutory.DISCLOSURE,
    ),
    Operation.WITHDRAWAL: _entry(
        "subscription number", f"{_WHOM} {_LAW} reason attempts release_id content_sha256"
    ),
    Operation.UNCONFIRMED: _entry(
        "subscription number",
        f"{_WHOM} {_LAW} reason attempts release_id content_sha256",
        Statutory.DISCLOSURE,
    ),
    Operation.CONSULTATION: _entry(
        "action reason",
        f"{_WHOM} {_LAW} {_ROWS} account case_hmac reason_hmac query_hmac incident_hmac feed "
        "field_groups role",
        Statutory.CONSULTATION,
    ),
    Operation.SUBJECT_ACCESS: _entry("subject_case change number body_hmac day", "partner"),
    Operation.SUBJECT_ANSWER: _entry(
        "subject_case number body_hmac content_sha256 count day",
        "partner recipient_kind withheld",
        Statutory.DISCLOSURE,
    ),
    Operation.MATCHING: _entry(
        "agreement count",
        f"{_WHOM} {_LAW} {_ROWS} sources query_hmac signal content_sha256",
        Statutory.COMBINATION,
    ),
    Operation.LINKING: _entry(
        "subscription sources parameters count",
        f"{_WHOM} {_LAW} {_ROWS} log_size filter_sha256 content_sha256 cells as_of",
        Statutory.COMBINATION,
        Statutory.DISCLOSURE,
    ),
    Operation.SIGNAL: _entry(
        "signal change number", f"{_WHOM} {_LAW} role reason_hmac", Statutory.DISCLOSURE
    ),
    Operation.RETURN: _entry(
        "holder recipient quarter paragraph content_sha256",
        f"{_LAW} {_BALANCE} log_size disclosures_root format late revised retracted unmapped rows",
        Statutory.DISCLOSURE,
    ),
    Operation.RETURN_TABLE: _entry("holder quarter paragraph content_sha256 cells"),
    Operation.RETURN_HANDED: _entry(
        "recipient return_entry content_sha256 rows",
        f"holder quarter paragraph method {_LAW}",
        Statutory.DISCLOSURE,
    ),
    Operation.RETURN_RECEIVED: _entry(
        "recipient return_entry content_sha256", "holder quarter paragraph method"
    ),
    Operation.PARTNER: _entry("partner", f"{_CHANGE} successor on_behalf_of"),
    Operation.HOLDER_DECISION: _entry("partner decision", f"{_CHANGE} {_LAW} reason_hmac"),
    Operation.PROTOCOL: _entry("protocol", f"{_CHANGE} parties protocol_version signed_on partner"),
    Operation.AGREEMENT: _entry(
        "agreement agreement_version",
        f"{_CHANGE} {_LAW} parties review_by records_from fields field_groups partner shown_sha256",
    ),
    Operation.FEED: _entry(
        "feed", f"{_CHANGE} controller partner adapter settings_sha256 role mode scheme"
    ),
    Operation.SUBSCRIPTION: _entry(
        "subscription",
        f"{_CHANGE} {_WHOM} {_LAW} mode filter_sha256 minimum_cell cell_place cell_time row_version "
        "records_from from_position",
    ),
    Operation.ENDPOINT: _entry(
        "subscription change", f"{_WHOM} state reason attempts content_sha256 key_sha256 number"
    ),
    Operation.CLIENT: _entry("client", f"{_CHANGE} partner scopes method key_sha256 expires_at"),
    Operation.TOOL_CREDENTIAL: _entry(
        "client account change content_sha256", "partner tool scopes expires_at"
    ),
    Operation.ACCOUNT: _entry("account change content_sha256", "partner roles method active"),
    Operation.POLICY: _entry("change", f"{_CHANGE} policy_sha256 documents"),
    Operation.SIMULATION: _entry(
        "kind snapshot after_sha256 content_sha256 newly_leaves newly_stops other_fields",
        "agreement agreement_version partner day records_from count",
    ),
    Operation.DOCUMENT: _entry("kind content_sha256 document format", "snapshot day partner"),
    Operation.RETENTION: _entry("feed count root day", "rules", Statutory.ERASURE),
    Operation.RETENTION_HOLD: _entry(
        "hold change content_sha256 count root", "feed case_hmac valid_to partner"
    ),
    Operation.GEOGRAPHY: _entry(
        "area_kind", f"{_CHANGE} edition features points count file_sha256"
    ),
    Operation.CROSSWALK: _entry("crosswalk", f"{_CHANGE} feed adapter count file_sha256 scheme"),
    Operation.CORRECTION_CASE: _entry(
        "correction change number reason_hmac", "feed kind reason count recipient subscription"
    ),
    Operation.CORRECTION_REPORT: _entry(
        "correction change number reason_hmac", "feed reason recipient subscription partner version"
    ),
    Operation.CORRECTION_READ: _entry(
        "correction change number reason_hmac",
        "feed reason recipient subscription partner",
        Statutory.CONSULTATION,
    ),
    Operation.REQUEST: _entry(_REQUEST, _REQUEST_SAYS, Statutory.COLLECTION),
    Operation.REQUEST_STEP: _entry(_REQUEST, _REQUEST_SAYS),
    Operation.REQUEST_TOLD: _entry(_REQUEST, _REQUEST_SAYS, Statutory.DISCLOSURE),
    Operation.REQUEST_SHOWN: _entry(_REQUEST, _REQUEST_SAYS, Statutory.CONSULTATION),
    Operation.REQUEST_ERASED: _entry(_REQUEST, _REQUEST_SAYS, Statutory.ERASURE),
    Operation.BREACH: _entry(
        "breach change number reason_hmac",
        "recipient valid_from_at valid_to_at count incidents state",
    ),
    Operation.OFF_BOARDING: _entry(
        "partner off_boarding change number reason_hmac",
        """clients credentials subscriptions withdrawn unconfirmed agreements endpoints incidents
        content_sha256""",
    ),
    Operation.BUNDLE: _entry(
        "size content_sha256 count", "recipient valid_from_at valid_to_at reason_hmac positions"
    ),
    Operation.KEYS: _entry("key_name", f"{_CHANGE} key_sha256 first count"),
    Operation.CHECKPOINT: _entry("size checkpoint_root", "recipient count method"),
    Operation.ANCHOR: _entry("change method as_of", "reason size"),
    Operation.BACKUP: _entry(
        "log_size ledger_size", "file_sha256 backup_id count content_sha256 method"
    ),
    Operation.RESTORE: _entry(
        "log_size ledger_size", "file_sha256 backup_id count content_sha256 method reason as_of"
    ),
}


def statutory(operation: Operation) -> tuple[Statutory, ...]:
    """Which operations of DPA 2018 s.62(1) a ledger operation is."""
    return CATALOGUE[operation].statutory


_UNFORMED = {
    key for entry in CATALOGUE.values() for key in entry.required | entry.optional
} - FORMS.keys()
if _UNFORMED:
    # Deny by default, at import: a key without a form could carry anything.
    message = f"keys without a form: {sorted(_UNFORMED)}"
    raise LookupError(message)
