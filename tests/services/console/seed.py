"""A state directory with a believable history, for the console's tests."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from contextlib import closing
from dataclasses import astuple, fields, replace
from pathlib import Path
from typing import Any

from plugins.ledger.keys import from_seed
from plugins.ledger.store import Store
from plugins.routing.decision_log import DecisionLog, LogRecord
from plugins.routing.feedback import Feedback, FeedbackLog
from plugins.routing.types import INTENTS, UNSURE
from services.supervisor.history import History

CONFIG = """
model_list:
  - model_name: instant
    litellm_params: {model: openai/instant, api_base: "http://127.0.0.1:9/v1", api_key: hush-hush}
    model_info: {location: local, tier: instant, modalities: [text], builtin: true}
  - model_name: qwen-small
    litellm_params: {model: "ollama_chat/qwen3:4b", api_base: "http://127.0.0.1:11434"}
    model_info:
      {location: local, tier: small, modalities: [text], context_window: 32768, found: ollama, hourly_cost: 0.35}
  - model_name: llama-large
    litellm_params: {model: hosted_vllm/llama-3.3-70b, api_base: "http://127.0.0.1:8000/v1"}
    model_info:
      {location: local, tier: large, modalities: [text, image], context_window: 131072, found: vllm, hourly_cost: 2.4}
  - model_name: frontier
    litellm_params: {model: anthropic/claude, api_key: hush-hush}
    model_info: {location: cloud, tier: frontier, modalities: [text, image], context_window: 200000}
  - model_name: pilot
    litellm_params: {model: openai/pilot, api_base: "https://pilot.example/v1", api_key: hush-hush}
    model_info: {location: site-b, tier: small}
gateway:
  boundary:
    zones: {local: restricted, eu-cloud: internal, cloud: public}
"""
PARTS = [
    {"name": "gateway", "readiness": "http://127.0.0.1:4000/x", "state": "ready", "pid": 4100, "restarts": 0},
    {"name": "instant", "readiness": "http://127.0.0.1:4001/x", "state": "ready", "pid": 4101, "restarts": 0},
    {"name": "llm", "readiness": "http://127.0.0.1:4002/x", "state": "restarting", "pid": None, "restarts": 3},
    {"name": "postgres", "readiness": "http://127.0.0.1:4003/x", "state": "ready", "pid": 4103, "restarts": 1},
]
PLACES = {
    "instant": ("instant", "instant-1a2b3c", "local"),
    "small": ("qwen-small", "qwen-small-4d5e6f", "local"),
    "large": ("llama-large", "llama-large-77aa01", "local"),
    "frontier": ("frontier", "frontier-90bc12", "cloud"),
}
KEYS = tuple(f"{i:02x}" * 32 for i in (0x88, 0x3F, 0xC4, 0x1D))
RATES = {"small": 0.35 / 3600, "large": 2.4 / 3600}
"""US dollars a busy second of each tier's machine."""

BASE = LogRecord(
    at=0.0,
    decision_id="dec-0",
    request_id="req-0",
    route="/v1/chat/completions",
    key_id="88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
    team_id="research",
    capability="auto",
    intent="question",
    confidence=0.91,
    data_class="internal",
    needed="small",
    tier="small",
    model_group="qwen-small",
    deployment="qwen-small-4d5e6f",
    location="local",
    fallbacks=("llama-large",),
    denied_by=None,
    degraded=False,
    pinned=False,
    tokens=140,
    truncated_chars=0,
    decide_us=640,
    reasons=(
        "intent: question (0.91)",
        "data_class: internal",
        "capability: capability auto: 4 of 5 can do this",
        "data_boundary: class internal may go to: local",
        "selection: question needs tier small; qwen-small (local) is small",
    ),
)


def make_records(count: int, now: float, seed: int = 7) -> list[LogRecord]:
    """``count`` records, oldest first, the newest at ``now``; about half of them within the last hour."""
    dice = random.Random(seed)
    span = 7200.0
    made: list[LogRecord] = []
    for i in range(count):
        at = now - span * (1 - (i + 1) / count)
        tier = dice.choices(("instant", "small", "large", "frontier"), (15, 55, 20, 10))[0]
        group, deployment, location = PLACES[tier]
        record = replace(
            BASE,
            at=at,
            decision_id=f"dec-{i}",
            request_id=f"req-{i}",
            capability=dice.choice(("auto", "auto", "auto", "fast", "code", "private")),
            intent=dice.choice((*INTENTS, UNSURE)),
            confidence=round(dice.uniform(0.4, 0.99), 4),
            data_class="public" if location == "cloud" else dice.choice(("internal", "internal", "restricted")),
            needed=tier,
            tier=tier,
            model_group=group,
            deployment=deployment,
            location=location,
            tokens=dice.randrange(5, 2000),
            decide_us=dice.randrange(400, 1400),
        )
        record = _answered(record, dice)
        made.append(_refused(record) if dice.random() < 0.06 else record)
    return made


def _answered(record: LogRecord, dice: random.Random) -> LogRecord:
    """With what is known when the answer is complete: time, tokens, cost, and what the frontier would have cost."""
    seconds = {"instant": 0.004, "small": 0.9, "large": 2.6, "frontier": 3.8}[record.tier or "small"]
    busy = dice.uniform(0.5, 1.5) * seconds
    into, out = record.tokens, dice.randrange(20, 400)
    own = record.location == "local"
    cost = busy * RATES.get(record.tier or "", 0.0) if own else (into * 3.0 + out * 15.0) / 1e6
    return replace(
        record,
        status=dice.choices((200, 502, 0), (96, 3, 1))[0],
        latency_ms=round(busy * 1000 + 12, 1),
        tokens_in=into,
        tokens_out=out,
        attempts=1,
        key_id=dice.choice(KEYS),
        team_id=dice.choice(("research", "support")),
        cost_usd=cost,
        busy_s=busy if own else None,
        frontier_in=3.0,
        frontier_out=15.0,
    )


def _refused(record: LogRecord) -> LogRecord:
    reason = (
        "data_boundary: Nothing that can do this may see it (capability vision, intent reasoning, tier large): class"
        " restricted may go to: local; what can do this is at: cloud. `gateway.boundary.zones.cloud: restricted` lets"
        " class restricted go there. Add a model: `ollama pull <name>` or `signalbox models pull <name>`, or name a"
        " deployment in model_list, to keep it inside."
    )
    return replace(
        record,
        denied_by="data_boundary",
        data_class="restricted",
        model_group=None,
        deployment=None,
        location=None,
        status=403,
        latency_ms=4.0,
        tokens_in=None,
        tokens_out=None,
        attempts=0,
        cost_usd=None,
        busy_s=None,
        frontier_in=None,
        frontier_out=None,
        fallbacks=(),
        reasons=("intent: reasoning (0.88)", "data_class: restricted", reason),
    )


def write_log(path: Path, records: list[LogRecord]) -> None:
    """Through the product's own writer where that is quick enough, else in one transaction into the table it made."""
    log = DecisionLog(path, retention_days=0)
    for record in records[:1000]:
        log.put(record)
    assert log.flush(20)
    log.close()
    assert log.dropped == 0
    if len(records) > 1000:
        names = [f.name for f in fields(LogRecord)]
        rows = [
            tuple(json.dumps(value) if isinstance(value, tuple | dict) else value for value in astuple(record))
            for record in records[1000:]
        ]
        marks = ", ".join("?" * len(names))
        with closing(sqlite3.connect(path)) as db, db:
            db.executemany(f"INSERT INTO decisions ({', '.join(names)}) VALUES ({marks})", rows)


def make_state(root: Path, decisions: int, *, config: str = CONFIG, now: float | None = None) -> Path:
    """A state directory with secrets, a rendered configuration, parts and ``decisions`` decisions."""
    state = root / "state"
    for name in ("secrets", "run"):
        (state / name).mkdir(parents=True)
    (state / "secrets" / "master.key").write_text("sk-master-0123456789abcdef-012345\n")
    (state / "secrets" / "internal.key").write_text("internal-secret\n")
    (state / "secrets" / "ui_password").write_text("open sesame\n")
    (state / "run" / "litellm.yaml").write_text(config)
    (state / "run" / "parts.json").write_text(json.dumps({"parts": PARTS}))
    if decisions:
        records = make_records(decisions, time.time() if now is None else now)
        write_log(state / "decisions.sqlite", records)
        judge(state / "feedback.sqlite", records)
    return state


def judge(path: Path, records: list[LogRecord], every: int = 9) -> None:
    """Somebody rates one in ``every`` of the served ones, three in four good."""
    log = FeedbackLog(path)
    served = [r for r in records if r.denied_by is None][-3000:]
    for i, record in enumerate(served[::every]):
        rating = "bad" if i % 4 == 3 else "good"
        assert log.put(Feedback(record.at, record.decision_id, record.key_id, rating, record.intent, None))
    log.close(20)


def furnish(state: Path, now: float | None = None) -> None:
    """A ledger with forty records and three versions of the configuration."""
    at = time.time() if now is None else now
    store = Store(state / "ledger", from_seed(b"\x07" * 32))
    for i in range(40):
        event, zone = (("kept", "local"), ("left", "cloud"), ("kept", "local"), ("refused", None))[i % 4]
        record: dict[str, Any] = {
            "event": event, "at": at - 40 * 30 + i * 30, "writer": "gateway", "decision": f"dec-{i}",
            "class": "public" if event == "left" else ("internal", "restricted")[i % 3 == 0], "zone": zone,
            "host": "api.provider.example" if event == "left" else None, "bytes": 200 + 37 * i,
            "rule": "header x-signalbox-data-class" if event == "left" else "boundary.default_class",
        }  # fmt: skip
        store.append([record], sync=False)
    store.checkpoint(0.0)
    store.close()
    history = History(state / "config")
    texts = (
        "gateway:\n  boundary:\n    default_class: restricted\n",
        "gateway:\n  boundary:\n    default_class: internal\n",
        "model_list:\n  - model_name: frontier\n    litellm_params: {model: anthropic/x, api_key: sk-hidden}\n"
        "gateway:\n  boundary:\n    default_class: internal\n",
    )
    clauses = ((), ("gateway.boundary.default_class changed",), ("deployment frontier-1a2b3c added",))
    for day, (text, changes) in enumerate(zip(texts, clauses, strict=True)):
        history.add(text, at=f"2026-11-2{day + 2}T09:30:00Z", who="operator", changes=changes)
