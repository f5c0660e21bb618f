"""Checkpoints go to files and URLs; one that fails does not stop the others."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from plugins.ledger.chain import read_checkpoint, signed
from plugins.ledger.witness import Witnesses
from tests.plugins.ledger.make import KEY
from tests.support.fake_cloud import fake_cloud

POINT = signed(KEY, ledger="a", seq=3, hash="b", at=1.5, segment="s", size=10)


def test_all_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    share = tmp_path / "share.jsonl"
    with fake_cloud() as site, caplog.at_level(logging.ERROR):
        tell = Witnesses([str(tmp_path), "http://127.0.0.1:9/none", f"{site.url}/signalbox", str(share)])
        tell(POINT)
        tell(POINT)
        assert [read_checkpoint(row) for row in share.read_text().splitlines()] == [POINT, POINT]
        assert [read_checkpoint(r.body.decode()) for r in site.received] == [POINT, POINT]
    assert len(caplog.records) == 4, "the folder and the closed port, each time"
    assert "signalbox" not in caplog.records[0].message
