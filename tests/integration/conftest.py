"""Everything in this folder runs on both stores: a house that a test opens lies in each of them in turn."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def on_each_store(store: str) -> str:
    """Run on SQLite and on PostgreSQL, whether the test asks for it or not."""
    return store
