"""The bench of our own cost really goes through edge, hooks, decision log and ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import own_cost


async def test_every_request_is_decided_and_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_cost, "TOKENS", (10,))
    report = await own_cost.measure(tmp_path, 5, 1)
    assert report["logged"]
    assert report["rows"][0]["cpu_ms"] > 0
    assert list((tmp_path / "state" / "ledger").iterdir()), "the ledger was written"
