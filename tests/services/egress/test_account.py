"""What the ledger is told: no content, a verdict's fields only where its signature held."""

from __future__ import annotations

import asyncio
from pathlib import Path

from plugins.ledger.book import FOLDER, key_of, open_book
from plugins.ledger.query import records
from plugins.routing.egress_verdict import EgressVerdict
from plugins.routing.types import DataClass
from services.egress.account import Account
from services.egress.judge import Granted, RefusedError
from services.egress.targets import Target

VERDICT = EgressVerdict("d1", "public", "cloud", "k1", "far", 1.0, 2.0, "n" * 24, "declared")
TARGET = Target("far", "https://a.example:8443", "/v1", "cloud", DataClass.PUBLIC, {"authorization": "Bearer sk"})


def test_each_event_has_its_fields(tmp_path: Path) -> None:
    account = Account(open_book(tmp_path, "egress"), key_of(tmp_path))
    granted = Granted(VERDICT, TARGET, "https://a.example:8443/v1/x?q=secret")
    asyncio.run(account.leaving(granted, 3, "abc"))
    account.ended(granted, "complete", status=200, bytes=3)
    account.refused(RefusedError("class", "far", VERDICT))
    account.refused(RefusedError("forged", "far"))
    account.close()
    left, ended, judged, unknown = records(tmp_path / FOLDER)
    assert (left["host"], left["rule"], left["bytes"], left["content"]) == ("a.example:8443", "declared", 3, "abc")
    assert ended["nonce"] == left["nonce"] == VERDICT.nonce
    assert (judged["reason"], judged["key"], judged["decision"]) == ("class", "k1", "d1")
    assert "decision" not in unknown
    assert b"secret" not in next((tmp_path / FOLDER).glob("0*.jsonl")).read_bytes()
