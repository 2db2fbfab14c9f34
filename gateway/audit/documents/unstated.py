"""What of the configuration no document states, each with the reason: everything else is stated by one.

A test holds the two against each other: a new field or setting that nobody states or lists here turns it red.
"""

from __future__ import annotations

_TUNING = "It sizes or paces the machine and says nothing about anybody's data."
_PLACE = (
    "It says where the machine keeps or finds files; it would tell an attacker and nobody else."
)
_KEY = "It proves a system to us; a document never shows keys or their hashes."
_GROUPS = (
    "It names groups of an organisation's own directory; the roles themselves stand in the code."
)

UNSTATED: dict[str, dict[str, str]] = {
    "Agreement": {},
    "Partner": {},
    "Protocol": {},
    "Feed": {
        "settings": "Columns and code lists of the adapter's own form: `gateway feed list` shows them."
    },
    "Subscription": {
        "request": "It is one decided request, told in its own form and register; no standing one."
    },
    "Client": {"secret_sha256": _KEY, "jwks": _KEY},
    "Settings": {
        **dict.fromkeys(
            (
                "home",
                "database_url",
                "host",
                "port",
                "egress_ca_file",
                "anchor_folder",
                "anchor_urls",
            ),
            _PLACE,
        ),
        **dict.fromkeys(("oidc_client_id", "oidc_client_secret_file"), _KEY),
        **dict.fromkeys(("oidc_group_claim", "oidc_groups"), _GROUPS),
        **dict.fromkeys(
            (
                "body_limit_bytes",
                "download_limit_bytes",
                "push_limit_bytes",
                "body_deadline_seconds",
                "records_per_push",
                "intake_queue_pushes",
                "intake_processes",
                "clock_skew_limit_seconds",
                "egress_attempt_seconds",
                "push_attempts_at_once",
                "log_level",
            ),
            _TUNING,
        ),
    },
}
"""Name of the form → field → why no document states it."""
