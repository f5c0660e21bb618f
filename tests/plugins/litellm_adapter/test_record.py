"""Rows of the decision log."""

from __future__ import annotations

from plugins.litellm_adapter.record import finished
from plugins.litellm_adapter.trace import Trace
from tests.plugins.litellm_adapter.facts import BIG, trace


def test_nothing_decided_no_row() -> None:
    assert finished(Trace(), 200) is None


def test_the_row_names_who_served_and_holds_no_text() -> None:
    row = finished(trace(served=BIG, body=b"a secret prompt", route="/v1/chat/completions"), 200)
    assert row is not None
    assert (row.deployment, row.model_group, row.tier, row.location) == ("dep-big", "big", "large", "local")
    assert "secret" not in repr(row)
