"""Preparers run before a request is judged: in order, within limits, and a failure leaves the content unread."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator
from dataclasses import replace as changed
from typing import Any

import pytest

from plugins.litellm_adapter.hooks import SignalboxHooks
from plugins.litellm_adapter.preparation.parts import find
from plugins.litellm_adapter.preparation.preparer import Ask, Fit, Found
from plugins.litellm_adapter.preparation.run import Prepared, prepare
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import CURRENT, Trace
from plugins.routing.config.spec import Documents as DocumentsSpec
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import DataClass, Deployment, Facts, Tier
from tests.plugins.litellm_adapter import facts

DOCUMENT = {"type": "document", "source": {"type": "text", "data": "The moon is 384,400 km away."}}
FILE = {"type": "file", "file": {"file_id": "file-unknown"}}


def _body(*parts: dict[str, Any], text: str = "How far is it?") -> dict[str, Any]:
    return {"model": "auto", "messages": [{"role": "user", "content": [*parts, {"type": "text", "text": text}]}]}


class Upper:
    """Reports what it is told to."""

    name, seconds = "upper", 0.2

    def __init__(self, found: Found | Exception | None, wants: bool = True) -> None:
        self.found, self.wanted, self.asked = found, wants, list[Ask]()

    def wants(self, data: dict[str, Any], call_type: str) -> bool:
        return self.wanted

    async def prepare(self, ask: Ask) -> Found:
        self.asked.append(ask)
        ask.data["model"] = ask.data["model"].upper()
        ask.data.pop("gone", None)
        if isinstance(self.found, Exception):
            raise self.found
        if self.found is None:
            await asyncio.sleep(30)
        assert self.found is not None
        return self.found


async def _run(data: dict[str, Any], *preparers: Any, trace: Trace | None = None) -> Prepared:
    return await prepare(preparers, GatewaySpec(), trace or Trace(), facts.key(), data, "acompletion", b"s")


@pytest.fixture
def current() -> Iterator[Trace]:
    trace = Trace(edge=True)
    token = CURRENT.set(trace)
    yield trace
    CURRENT.reset(token)


@pytest.fixture
def hooks() -> SignalboxHooks:
    hooks = SignalboxHooks()
    hooks._gateway = facts.gateway()
    return hooks


async def test_what_it_changed_is_taken_over_and_only_those_that_want_to_are_asked() -> None:
    first, second = Upper(Found(units={"pages": 2})), Upper(Found(units={"pages": 1}), wants=False)
    data, trace = {**_body(), "gone": 1}, Trace()
    prepared = await _run(data, first, second, trace=trace)
    assert data["model"] == "AUTO"
    assert "gone" not in data
    assert (prepared.units, second.asked) == ({"pages": 2}, [])
    assert trace.brought_usd == 0.0
    priced = GatewaySpec(documents=DocumentsSpec(price_per_page=0.25))
    await prepare((first,), priced, trace, facts.key(), data, "acompletion", b"s")
    assert trace.brought_usd == 0.5
    assert first.asked[0].question == "How far is it?"
    assert first.asked[0].caller.key_id == "hash"


@pytest.mark.parametrize("fault", [ValueError("secret text"), None])
async def test_a_failure_or_a_slow_one_leaves_the_request_as_it_was(
    fault: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    data = _body(FILE)
    prepared = await _run(data, Upper(fault))
    assert data == _body(FILE)
    assert prepared == Prepared()
    assert "secret text" not in caplog.text
    assert "upper failed" in caplog.text


async def test_a_refusal_is_told() -> None:
    with pytest.raises(Refused, match="no such file"):
        await _run(_body(), Upper(Refused(404, "no such file", "not_found")))


async def test_a_bad_body_is_refused_before_anything_is_prepared() -> None:
    preparer = Upper(Found())
    with pytest.raises(Refused):
        await _run({"model": "auto", "messages": []}, preparer)
    assert preparer.asked == []


def test_reports_become_facts_and_stay_for_a_rerun() -> None:
    given = Facts("r", "/v1/chat/completions", "auto", token_estimate=900)
    report = Found(DataClass.RESTRICTED, frozenset({"image"}), ("seen",), (Fit(500, 100, print),))
    trace = Trace()
    told = Prepared((Found(), report)).told(given, trace)
    assert told.brought_class is DataClass.RESTRICTED
    assert (told.unread, told.attached, told.token_estimate) == (frozenset({"image"}), ("seen",), 500)
    again = Prepared().told(given, trace)
    assert (again.brought_class, again.unread) == (DataClass.RESTRICTED, frozenset({"image"}))
    assert again.token_estimate == 900


@pytest.mark.parametrize(("window", "cuts"), [(100_000, []), (4_000, [1_350, 675]), (None, [])])
async def test_material_is_cut_to_the_window_each_in_its_share(window: int | None, cuts: list[int]) -> None:
    asked: list[int] = []
    fits = (Fit(3_000, 100, asked.append), Fit(1_500, 100, asked.append))
    prepared = Prepared((Found(fits=fits),))
    place = Deployment("d", "g", "local", Tier.SMALL, context_window=window)
    told = prepared.told(Facts("r", "/", "auto", token_estimate=5_051), Trace())
    await prepared.cut(told, place)
    assert asked == cuts


async def test_a_document_is_judged_and_sent_but_not_what_was_said(hooks: SignalboxHooks, current: Trace) -> None:
    plain = await hooks.async_pre_call_hook(facts.key(), None, _body(), "acompletion")
    said = current.conversation
    assert plain["messages"] == _body()["messages"]
    pristine = _body(DOCUMENT)
    data = await hooks.async_pre_call_hook(facts.key(), None, dict(pristine), "acompletion")
    assert "384,400" in data["messages"][0]["content"][0]["text"]
    assert pristine == _body(DOCUMENT), "LiteLLM's own copy is as it was"
    assert current.conversation == said, "the same conversation, whatever is attached"
    first = copy.deepcopy(data["messages"])
    rerun = await hooks.async_pre_call_hook(facts.key(), None, dict(pristine), "acompletion")
    assert rerun["messages"] == first
    again = await hooks.async_pre_call_hook(facts.key(), None, {**copy.deepcopy(data), "model": "auto"}, "acompletion")
    assert again["messages"] == first
    assert current.conversation == said


async def test_detectors_see_the_documents_text(monkeypatch: pytest.MonkeyPatch) -> None:
    from plugins.assembly import build_router

    router = build_router(facts.config())
    card = {"type": "document", "source": {"type": "text", "data": "Card 4111 1111 1111 1111 of the guest"}}
    data = _body(card)
    hooks = SignalboxHooks()
    hooks._gateway = changed_gateway = facts.gateway()
    changed_gateway.router = router
    trace = Trace()
    token = CURRENT.set(trace)
    key = facts.key(may_declare=True, data_class="public")
    try:
        await hooks.async_pre_call_hook(key, None, data, "acompletion")
    finally:
        CURRENT.reset(token)
    assert trace.decision is not None
    signal = trace.decision.signal("data_class")
    assert signal is not None
    assert signal.label == "restricted"
    assert next(find(data, {"text"}))[0]["text"].startswith("[Document]")


async def test_the_readers_reason_is_told_where_nothing_takes_the_file(current: Trace) -> None:
    from plugins.assembly import build_router

    why = Refused(400, "The PDF is encrypted.", "unreadable_document")
    hooks = SignalboxHooks()
    hooks._gateway = facts.gateway()
    hooks._gateway.router = changed(build_router(facts.config()))
    hooks._preparers = (Upper(Found(problem=why)),)
    body = {**_body({"type": "file", "file": {"file_id": "x"}}), "model": "small"}

    class Keeps(Upper):
        async def prepare(self, ask: Ask) -> Found:
            return Found(problem=why)

    hooks._preparers = (Keeps(None),)
    with pytest.raises(Exception, match="encrypted"):
        await hooks.async_pre_call_hook(facts.key(), None, body, "acompletion")
    assert current.refusal is why
