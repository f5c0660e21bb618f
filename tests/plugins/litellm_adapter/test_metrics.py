"""Counts, their labels under hostile input, and what they cost."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from plugins.litellm_adapter.metrics import DIRECTORY_ENV, MAX_LOCATIONS, Metrics, Words, forget_the_dead, reason_of
from tests.plugins.routing.test_decision_log import RECORD

ROW = replace(
    RECORD, status=200, latency_ms=120.0, tokens_in=1000, tokens_out=100, cost_usd=0.25, busy_s=3.0, degraded=False,
    frontier_in=3.0, frontier_out=15.0,
)  # fmt: skip


def samples(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """By name and labels."""
    return {
        (s.name, tuple(sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text.decode())
        for s in family.samples
    }


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> Metrics:
    monkeypatch.delenv(DIRECTORY_ENV, raising=False)
    return Metrics(max_keys=2)


def test_what_one_answer_adds(metrics: Metrics) -> None:
    metrics.decided(ROW)
    refused = replace(ROW, status=403, cost_usd=None, busy_s=None, tokens_in=None, tokens_out=None)
    metrics.decided(replace(refused, denied_by="data_boundary", data_class="restricted"))
    metrics.answered(200)
    metrics.answered(0)
    metrics.began("dep")
    metrics.began("dep")
    metrics.ended("dep")
    metrics.waits("dep", 1)
    metrics.waits("dep", 1)
    metrics.waits("dep", -1)
    told = samples(metrics.text())
    place = (("intent", "coding"), ("location", "local"), ("tier", "small"))
    assert told["signalbox_spend_usd_total", place] == 0.25
    assert told["signalbox_key_spend_usd_total", (("key", "k"),)] == 0.25
    assert told["signalbox_decisions_total", (*place[:2], ("reason", "selected"), place[2])] == 1
    assert told["signalbox_decisions_total", (*place[:2], ("reason", "data_boundary"), place[2])] == 1
    assert told["signalbox_boundary_refusals_total", (("data_class", "restricted"),)] == 1
    assert told["signalbox_refusals_total", (("policy", "data_boundary"),)] == 1
    assert told["signalbox_latency_seconds_count", (("tier", "small"),)] == 1
    assert told["signalbox_frontier_usd_total", ()] == pytest.approx(0.0045)
    assert told["signalbox_compared_usd_total", ()] == 0.25
    assert told["signalbox_busy_seconds_total", (("tier", "small"),)] == 3
    assert told["signalbox_classifier_confidence_count", ()] == 2
    assert told["signalbox_in_flight", (("deployment", "dep"),)] == 1
    assert told["signalbox_queue_depth", (("deployment", "dep"),)] == 1
    assert told["signalbox_answers_total", (("status", "gone"),)] == 1


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "selected"),
        ({"pinned": True}, "pinned"),
        ({"degraded": True}, "degraded"),
        ({"fallback": True, "degraded": True}, "fallback"),
        ({"escalated_from": "x", "fallback": True}, "escalated"),
        ({"denied_by": "capability", "pinned": True}, "capability"),
    ],
)
def test_why_is_one_word(changes: dict[str, object], word: str) -> None:
    assert reason_of(replace(ROW, **changes)) == word  # type: ignore[arg-type]


def hostile(metrics: Metrics, number: int) -> None:
    """One request with made-up words in every label that a caller could have a hand in."""
    word = f'x{number}"\n\\{{}}'
    metrics.decided(
        replace(
            ROW, intent=word, tier=word, location=word, key_id=word, data_class=word,
            capability=word, route=word, denied_by=word if number % 2 else None, deployment=word,
        )
    )  # fmt: skip
    metrics.answered(number)
    metrics.began(word)
    metrics.waits(word, 1)


def test_a_hostile_caller_makes_no_new_series(metrics: Metrics) -> None:
    for number in range(3000):
        hostile(metrics, number)
    told = samples(metrics.text())
    assert len([name for name, _ in told if name == "signalbox_decisions_total"]) <= (MAX_LOCATIONS + 2) * 36
    assert len([name for name, _ in told if name == "signalbox_key_spend_usd_total"]) <= 4
    for gauge in ("signalbox_in_flight", "signalbox_queue_depth"):
        assert len([name for name, _ in told if name == gauge]) <= 202
    assert len(told) < 2500
    keys = {dict(labels)["key"] for name, labels in told if name == "signalbox_key_spend_usd_total"}
    assert "other" in keys


def test_words_know_their_own() -> None:
    words = Words(("a",), more=1)
    assert [words.of(w) for w in ("a", None, "b", "c", "b", "other")] == ["a", "none", "b", "other", "b", "other"]


def test_workers_add_up_and_the_dead_run_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        "from tests.plugins.litellm_adapter.test_metrics import ROW\n"
        "from plugins.litellm_adapter.metrics import Metrics\n"
        "m = Metrics(); m.decided(ROW); m.began('dep')\n"
    )
    env = {**os.environ, DIRECTORY_ENV: str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", script], env=env, check=True)
    monkeypatch.setenv(DIRECTORY_ENV, str(tmp_path))
    told = samples(Metrics().text())
    assert told["signalbox_key_spend_usd_total", (("key", "k"),)] == 0.5
    assert [value for (name, _), value in told.items() if name == "signalbox_in_flight"] == []


def test_the_living_keep_their_gauges(tmp_path: Path) -> None:
    mine = tmp_path / f"gauge_livesum_{os.getpid()}.db"
    gone = tmp_path / "gauge_livesum_4194999.db"
    counter = tmp_path / "counter_4194999.db"
    for file in (mine, gone, counter):
        file.touch()
    forget_the_dead(tmp_path)
    assert (mine.exists(), gone.exists(), counter.exists()) == (True, False, True)
