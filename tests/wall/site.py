"""The system that the wall suite attacks: everything on loopback, clouds that keep every byte.

Knows: which deployments and which settings lead to a cloud wherever they can. Does not know: cases.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.fake_cloud import Behavior, FakeCloud, fake_cloud
from tests.support.system import System, running_system
from tests.wall.tables import CRASH

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEY = "sk-real-4711"

BEHAVIORS: Mapping[str, Behavior] = {
    "near-error": "error",
    "near-slow": "slow",
    "near-limited": "rate_limit",
    "near-dying": "die",
    "near-broken": "die_midstream",
    "near-long": "context_length",
    "near-filtered": "policy",
}
"""Model groups inside, and how each fails."""


@dataclass(frozen=True, slots=True)
class Site:
    """``near``: what is inside. ``far``: every cloud."""

    system: System
    near: FakeCloud
    far: FakeCloud

    @property
    def ledger(self) -> Path:
        return self.system.state / "ledger"


def _entry(group: str, model: str, base: str, location: str, **more: Any) -> dict[str, Any]:
    key = KEY if location == "cloud" else "none"
    params = {"model": model, "api_base": base, "api_key": key, **more.pop("params", {})}
    info = {"id": more.pop("id", f"id-{group}"), "location": location, "modalities": ["text"], **more}
    return {"model_name": group, "litellm_params": params, "model_info": info}


def _far(far: str) -> list[dict[str, Any]]:
    """Everything that a cloud may be asked for; each says that it takes whatever there is."""
    every = {"modalities": ["text", "image", "audio", "file"]}
    return [
        _entry("far", "openai/gpt-far", f"{far}/v1", "cloud", tier="frontier", **every),
        _entry("far-anthropic", "anthropic/claude-far", far, "cloud", tier="frontier", **every),
        _entry("far-embed", "openai/vectors", f"{far}/v1", "cloud", mode="embedding"),
        _entry("far-image", "openai/pictures", f"{far}/v1", "cloud", mode="image_generation", **every),
        _entry("far-speech", "openai/voice", f"{far}/v1", "cloud", mode="audio_speech"),
        _entry("far-rank", "hosted_vllm/ranks", f"{far}/v1", "cloud", mode="rerank"),
        _entry("far-moderate", "openai/omni-moderation", f"{far}/v1", "cloud", mode="moderation", **every),
        _entry("far-ears", "openai/whisper-1", f"{far}/v1", "cloud", mode="audio_transcription", **every),
        _entry("far-ocr", "mistral/mistral-ocr-latest", f"{far}/v1", "cloud", mode="ocr", **every),
    ]


def config(near: str, far: str) -> dict[str, Any]:
    """LiteLLM's own settings lead to the cloud wherever they can."""
    inside = [_entry("near", "openai/near", f"{near}/v1", "local", tier="small")]
    inside += [_entry(name, f"openai/{name}", f"{near}/v1", "local", tier="small") for name in BEHAVIORS]
    crossing = [
        _entry("mixed", "openai/near", f"{near}/v1", "local", tier="small", id="id-mixed-near"),
        _entry("mixed", "openai/gpt-far", f"{far}/v1", "cloud", tier="small", id="id-mixed-far"),
        _entry("ranked", "openai/near-error", f"{near}/v1", "local", tier="small", id="id-r1", params={"order": 1}),
        _entry("ranked", "openai/gpt-far", f"{far}/v1", "cloud", tier="small", id="id-r2", params={"order": 2}),
        _entry("mirror", "openai/near", f"{near}/v1", "local", tier="small", params={"silent_model": "far"}),
    ]
    groups = ["near", *BEHAVIORS, "mixed", "ranked", "mirror"]
    everywhere = [{group: ["far", "far-anthropic"]} for group in (*groups, "*")]
    return {
        "model_list": [*inside, *crossing, *_far(far)],
        "router_settings": {
            "fallbacks": everywhere,
            "context_window_fallbacks": everywhere,
            "content_policy_fallbacks": everywhere,
            "default_fallbacks": ["far"],
        },
        "gateway": {
            "instant": {"enabled": False},
            "boundary": {"ledger": {"checkpoint_s": 1}},
            "discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False},
        },
    }


@contextmanager
def site(folder: Path, only: str = "database,gateway,egress", **changes: str) -> Iterator[Site]:
    """A running system. ``only``: its parts. ``changes``: variables of ``switched_off/sitecustomize.py``."""
    path = os.pathsep.join((str(HERE / "switched_off"), str(ROOT), os.environ.get("PYTHONPATH", "")))
    env = {"PYTHONPATH": path, "WALL_SUITE_CRASH": CRASH, **changes}
    with fake_cloud("near") as near, fake_cloud("far") as far:
        near.delay_s = 0.3
        for name, behavior in BEHAVIORS.items():
            near.behave(name, behavior)
        with running_system(
            folder, json.dumps(config(near.url, far.url)), env=env, arguments=("--only", only)
        ) as system:
            yield Site(system, near, far)
