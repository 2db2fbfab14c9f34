"""What Authlib 1.9 and joserfc 1.8 do by themselves, and what stands in its place here.

Each line is held by a test of its own in ``tests/security/test_authlib_defaults.py``, which shows the
library doing it, and the gateway refusing it. The README beside this file prints the list.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Default:
    """One unsafe default."""

    library: str
    """What the library does."""
    closed_by: str
    """What is done instead, and where."""
    test: str
    """Name of the test without its ``test_``."""


DEFAULTS = (
    Default(
        "a token of client credentials lives ten days",
        "`verify.LONGEST_LIFE`, 600 s, on issue and again on reading",
        "a_token_lives_ten_minutes_and_not_ten_days",
    ),
    Default(
        "an assertion may live as long as it says: 31 years",
        "`assertion.LONGEST_LIFE`, 300 s from iat to exp; iat is required",
        "an_assertion_of_31_years_is_refused",
    ),
    Default(
        "an assertion is good for 60 s after its end",
        "no leeway behind exp; 10 s ahead of iat (`assertion.SKEW`)",
        "an_assertion_ends_when_it_says",
    ),
    Default(
        "a list of audiences passes when one of them is ours",
        "`aud` is the issuer, as one text",
        "a_list_with_a_foreign_audience_is_refused",
    ),
    Default(
        "an access token without `typ` passes, an assertion may have any",
        "`at+jwt` exactly for tokens; for assertions none, `JWT` or `client-authentication+jwt`",
        "the_type_is_required_and_exact",
    ),
    Default(
        "`jwt.decode` without `algorithms` takes every recommended one, HS256 among them",
        "ES256 alone, in `signed.read` and again at the signature",
        "only_es256_is_taken",
    ),
    Default(
        "an `oct` key in a key set verifies HS256: whoever reads the set can sign",
        "`clients.Jwk` is closed: EC, P-256, public",
        "a_symmetric_key_is_not_registered",
    ),
    Default(
        "without a `kid` the only key of a set is taken",
        "a kid is required, and is looked up among the client's registered keys only",
        "a_missing_kid_finds_no_key",
    ),
    Default(
        "`jku`, `jwk`, `x5u` and `x5c` in a header are let pass",
        "a header holds alg, kid and typ, nothing else (`signed.read`)",
        "a_header_that_brings_its_own_key_is_refused",
    ),
    Default(
        "`crit` passes where it names any header that is known",
        "as above: no `crit`, no `b64`",
        "a_critical_header_is_refused",
    ),
    Default(
        "of a claim given twice the last one counts",
        "repeated names are refused before the signature is looked at",
        "a_claim_given_twice_is_refused",
    ),
    Default(
        "NaN and infinity are read as numbers",
        "refused as JSON; instants are whole numbers",
        "not_a_number_is_no_claim",
    ),
    Default(
        "a token of 128 kB is verified",
        "4,096 characters (`signed.MAX_TOKEN`), looked at first",
        "a_long_token_is_not_even_read",
    ),
    Default(
        "whether a `jti` was used is left to the user of the library",
        "a table that all processes share; noted last, in one step, kept until exp",
        "an_assertion_is_used_up_for_every_process",
    ),
    Default(
        "an answer tells whether the client exists",
        "one answer, 401 `invalid_client`, whatever is wrong",
        "an_answer_does_not_tell_who_is_registered",
    ),
    Default(
        "error descriptions repeat what was sent",
        "five sentences of our own (`server._SAYS`)",
        "an_error_repeats_nothing_that_was_sent",
    ),
    Default(
        "of several proofs at once the first that passes counts",
        "more than one proof: 400",
        "two_proofs_at_once_are_none",
    ),
    Default(
        "the method `none` is registered: an id alone authenticates",
        "not among the grant's methods, and no client can be registered with it",
        "an_id_alone_proves_nothing",
    ),
    Default(
        "any Basic header is decoded leniently; bad UTF-8 is an exception",
        "strict base64 and UTF-8 before Authlib sees it",
        "a_malformed_basic_header_is_an_answer",
    ),
    Default(
        "a parameter given twice counts once",
        "400 (RFC 6749 §3.2)",
        "a_parameter_given_twice_is_refused",
    ),
    Default(
        "parameters may stand in the query, and so in every log on the way",
        "only the body of a POST is read",
        "credentials_in_a_query_are_not_read",
    ),
    Default(
        "what a scope allows is left to the user of the library",
        "`get_allowed_scope`: a subset of what is registered; looked at again on every request",
        "a_scope_that_was_not_granted_is_not_given",
    ),
    Default(
        "how a secret is compared is left to the user of the library",
        "`hmac.compare_digest` over SHA-256; secrets only where GATEWAY_CLIENT_SECRETS is set",
        "a_secret_is_compared_in_constant_time_and_only_where_it_is_enabled",
    ),
    Default(
        "`AUTHLIB_INSECURE_TRANSPORT` turns the demand for https off",
        "the issuer is configured: https, or http on loopback; no request changes it",
        "an_environment_variable_does_not_turn_https_off",
    ),
    Default(
        "every token is written to the debug log",
        "the logger of Authlib begins at warning",
        "no_token_is_logged",
    ),
    Default(
        "a token is good until it ends, whatever became of its client",
        "client, scopes and signing key are looked up on every request, remembered token or not",
        "a_token_stops_with_its_client",
    ),
)
"""Every unsafe default found, by reading and by trying."""


def table() -> str:
    """Return the list as a Markdown table."""
    rows = [f"| {d.library} | {d.closed_by} | `test_{d.test}` |" for d in DEFAULTS]
    return "\n".join(["| by default | closed by | test |", "| --- | --- | --- |", *rows])
