"""Every POST says in /openapi.json what its body holds, and says it whole."""

from __future__ import annotations

from typing import Any, cast

import jsonschema_rs
import pytest

from gateway.api.app import create_app
from gateway.api.service import Service
from policies.description_form import EXAMPLES
from tests.support.law import agreement

WITHOUT_BODY: set[str] = set()
"""Addresses that are posted to without a body."""
PATHS: dict[str, Any] = create_app(cast("Service", None)).openapi()["paths"]
"""No route is called here, so that no service is needed."""
SENT: tuple[tuple[str, Any, bool], ...] = (
    ("/v1/simulations", {"policies_sha256": "00000000", "since": "2026-01-01"}, True),
    ("/v1/simulations", {"agreement": agreement().model_dump(mode="json")}, True),
    ("/v1/simulations", {"agreement": {"title": 7}}, False),
    ("/v1/simulations", {"draft": 1}, False),
    *(("/v1/decisions/explain", example, True) for example in EXAMPLES),
    ("/v1/decisions/explain", {"feed": "a", "reference": "b", "subscription": "c"}, True),
    ("/v1/decisions/explain", {"feed": "a", "colour": "b"}, False),
    ("/v1/feeds/{feed}/retractions", {"references": ["a"], "reason": "duplicate"}, True),
    ("/v1/feeds/{feed}/retractions", {"references": [], "reason": "duplicate"}, False),
    ("/v1/feeds/{feed}/questions", {"answer": "gone", "questions": [1]}, True),
    ("/v1/subscriptions/{subscription}/replay", {"cursor": "c"}, True),
    ("/v1/subscriptions/{subscription}/replay", {"cursor": "c", "more": 1}, False),
    ("/v1/subscriptions/{subscription}/acknowledgements", {}, False),
)


def test_every_post_describes_its_body_or_is_listed_as_having_none() -> None:
    posts = {path: methods["post"] for path, methods in PATHS.items() if "post" in methods}
    without = {path for path, operation in posts.items() if "requestBody" not in operation}

    assert len(posts) >= 12
    assert without == WITHOUT_BODY
    for path in posts.keys() - without:
        for one in posts[path]["requestBody"]["content"].values():
            assert one["schema"].keys() & {"type", "anyOf"}, path
            assert "$ref" not in str(one), path


@pytest.mark.parametrize(("path", "sent", "fits"), SENT)
def test_what_is_sent_fits_what_is_described(path: str, sent: Any, fits: bool) -> None:
    schema = PATHS[path]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert jsonschema_rs.is_valid(schema, sent) is fits
