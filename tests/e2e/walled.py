"""The whole system behind its wall: a model server inside, two clouds outside, and what they were sent.

Knows: the configuration, how it is edited while the system runs. Does not know: what a test expects.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from plugins.ledger.query import records
from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.system import System, running_system

OPENAI_KEY, ANTHROPIC_KEY, AMBIENT_KEY = "sk-real-openai-4711", "sk-real-anthropic-4711", "sk-real-ambient-4711"
ENV = {"CLOUD_LOGIN": OPENAI_KEY, "ALSO_KNOWN_AS": OPENAI_KEY, "GROQ_API_KEY": AMBIENT_KEY}

TELLING = (
    *("LANGFUSE_HOST", "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY", "LANGSMITH_TRACING", "SLACK_WEBHOOK_URL"),
    *("DD_LLMOBS_ENABLED", "DD_AGENT_HOST", "USE_DDTRACE", "LITELLM_LOG"),
)
"""Variables of exporters and loud logs, set beside nothing in the file that names them."""


@dataclass(frozen=True, slots=True)
class Walled:
    """``near``: a model server at location local. ``far``: both clouds."""

    system: System
    near: FakeCloud
    far: FakeCloud

    def ask(self, model: str, marker: str, data_class: str, path: str = "/v1/chat/completions", **more: Any) -> Any:
        headers = {**self.system.headers, "x-signalbox-data-class": data_class}
        text = f"write a poem about a river that is {marker}"
        body = {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 9, **more}
        return httpx.post(self.system.url + path, json=body, headers=headers, timeout=60, trust_env=False)

    def record(self) -> list[dict[str, Any]]:
        return list(records(self.system.state / "ledger"))

    def holding(self, key: str) -> list[str]:
        """Tables of all files of SQLite in the state directory that hold rows of a key, but for sums by day."""
        held = []
        for path in self.system.state.rglob("*.sqlite"):
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
                for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    rows = db.execute(f'SELECT * FROM "{table}"').fetchall()
                    held += [f"{path.name}:{table}" for row in rows if key in map(str, row)]
        return [one for one in held if one != "decisions.sqlite:spend"]  # sums by day, which stay

    @property
    def ledger(self) -> Path:
        return self.system.state / "ledger"

    @property
    def broker(self) -> str:
        ports = json.loads((self.system.state / "run" / "ports.json").read_text())
        return f"http://127.0.0.1:{ports['egress']}"


def entry(group: str, params: dict[str, Any], location: str, **info: Any) -> dict[str, Any]:
    return {
        "model_name": group,
        "litellm_params": params,
        "model_info": {"id": f"id-{group}", "location": location, "modalities": ["text"], **info},
    }


def config(near: str, far: str) -> dict[str, Any]:
    openai = {"model": "openai/gpt-far", "api_base": f"{far}/v1"}
    anthropic = {"model": "anthropic/claude-far", "api_base": far, "api_key": ANTHROPIC_KEY}
    mistral = {"model": "mistral/mistral-embed", "api_base": f"{far}/v1", "api_key": OPENAI_KEY}
    bedrock = {"model": "bedrock/some.model", "aws_region_name": "us-east-1"}
    return {
        "model_list": [
            entry("near", {"model": "openai/near", "api_base": f"{near}/v1", "api_key": "none"}, "local", tier="small"),
            entry("far", {**openai, "api_key": "os.environ/CLOUD_LOGIN"}, "cloud", tier="frontier"),
            entry("far-anthropic", anthropic, "cloud", tier="frontier"),
            entry("far-embed", mistral, "cloud", mode="embedding"),
            entry("far-rock", bedrock, "cloud", tier="frontier"),
        ],
        "gateway": {
            "boundary": {"egress": {"mode": "on", "hosts": ["127.0.0.1"], "rescan": True}},
            "instant": {"enabled": False},
            "discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False},
        },
    }


@contextmanager
def running_walled(tmp: Path) -> Iterator[Walled]:
    """Starts everything and stops it again."""
    with fake_cloud("near") as near, fake_cloud("far") as far:
        text = json.dumps(config(near.url, far.url))
        told = {name: far.url if "HOST" in name or "URL" in name else "true" for name in TELLING}
        with running_system(tmp, text, env={**ENV, **told}) as system:
            yield Walled(system, near, far)


@contextmanager
def edited(walled: Walled, **boundary: Any) -> Iterator[None]:
    """The boundary with these keys as well, until the end."""
    before = walled.system.config.read_text()
    said = json.loads(before)
    said["gateway"]["boundary"] |= boundary
    walled.system.config.write_text(json.dumps(said))
    try:
        yield
    finally:
        walled.system.config.write_text(before)
