"""What the gateway tells the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plugins.ledger.book import FOLDER
from plugins.ledger.query import records
from plugins.ledger.store import Store
from plugins.litellm_adapter.accounting import Accounting, open_accounting
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace
from plugins.routing.config.spec import Ledger
from plugins.routing.types import Caller, Decision, Deployment, Signal, Tier

NEAR = Deployment("near", "near", "local", Tier.SMALL)
FAR = Deployment("far", "far", "cloud", Tier.FRONTIER)


def trace_of(label: str | None, served: Deployment | None, attempts: int = 1, denied: str | None = None) -> Trace:
    signal = Signal("data_class", label, detail={"why": "declared"})
    decision = Decision("d1", "auto", (signal,), (), None if denied else NEAR, denied_by=denied)
    made = Trace(decision=decision, served=served, attempts=attempts, caller=Caller(key_id="k"), route="/v1/x")
    made.body = b'{"secret": 1}'
    return made


def accounting(tmp_path: Path, broker: bool = True) -> Accounting:
    return open_accounting(tmp_path, Ledger(), broker=broker)


def said(tmp_path: Path, made: Accounting) -> list[dict[str, Any]]:
    made.close()
    return list(records(tmp_path / FOLDER))


def test_what_stayed_and_what_was_refused(tmp_path: Path) -> None:
    made = accounting(tmp_path)
    kept, denied, unknown = (
        trace_of("internal", NEAR),
        trace_of("restricted", None, 0, "data_boundary"),
        trace_of(None, None, 0),
    )
    for trace in (kept, denied, unknown, kept):
        made.seal(trace)
        made.end(trace, 200, inside=trace is kept)
    made.end(Trace(), 401, inside=False)
    first, second, third = said(tmp_path, made)
    assert (first["event"], first["class"], first["rule"], first["deployment"]) == (
        "kept",
        "internal",
        "declared",
        "near",
    )
    assert (first["bytes"], len(first["content"]), first["key"], first["route"]) == (13, 64, "k", "/v1/x")
    assert first["content"] == second["content"]
    assert (second["event"], second["reason"], second["class"]) == ("refused", "data_boundary", "restricted")
    assert (third["class"], third["reason"]) == ("restricted", "not_sent"), "nobody could tell: the most confined"


def test_what_left_is_the_brokers_to_write(tmp_path: Path) -> None:
    made = accounting(tmp_path)
    made.end(trace_of("public", FAR), 200, inside=False)
    assert said(tmp_path, made) == []


async def test_without_a_broker_what_would_leave_waits_for_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = accounting(tmp_path, broker=False)
    trace, kwargs = trace_of("public", FAR), {"api_base": "https://user:pw@api.example:1/v1"}
    await made.leaving(trace, FAR, kwargs)
    (left,) = records(tmp_path / FOLDER)
    assert (left["event"], left["host"], left["zone"], left["decision"]) == ("left", "api.example:1", "cloud", "d1")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "append", full)
    with pytest.raises(Refused) as caught:
        await made.leaving(trace, FAR, kwargs)
    assert (caught.value.status, caught.value.code) == (503, "ledger_unwritable")
    made.end(replace(trace, served=NEAR), 200, inside=True)
    monkeypatch.undo()
    assert [r["event"] for r in said(tmp_path, made)] == ["left", "kept"]
