"""A small organisation on loopback: an Ollama, a llama.cpp, a cloud that records, and Signalbox in front.

Knows: the configuration that the end-to-end tests share and the SDK clients. Does not know: what a test expects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from anthropic import Anthropic
from openai import OpenAI

from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.llama_cpp import llama_cpp
from tests.support.ollama_standin import ollama_standin
from tests.support.system import System, running_system

MARK = "is this e-mail a lead"
SMALL, LARGE, FRONTIER = "ollama-small", "llama-large", "cloud-frontier"


@dataclass(frozen=True, slots=True)
class Site:
    """The running system with its clients. ``groups``: deployment id to model group."""

    system: System
    cloud: FakeCloud
    openai: OpenAI
    anthropic: Anthropic
    groups: dict[str, str]

    def group_of(self, deployment: str) -> str:
        """The model group of a deployment id; the id itself where it is not known."""
        return self.groups.get(deployment, deployment)


def _entry(group: str, params: dict[str, Any], **info: Any) -> dict[str, Any]:
    return {"model_name": group, "litellm_params": params, "model_info": {"id": f"id-{group}", **info}}


def config(ollama_url: str, llama_url: str, cloud_url: str) -> dict[str, Any]:
    """The YAML of the site: two local deployments and one cloud, nothing discovered."""
    local = {"location": "local", "modalities": ["text"], "context_window": 16384}
    ollama = {"model": "ollama_chat/tiny:latest", "api_base": ollama_url}
    llama = {
        "model": "openai/tiny",
        "api_base": f"{llama_url}/v1",
        "api_key": "none",
        "use_chat_completions_api": True,
    }
    cloud = {"model": "openai/gpt-frontier", "api_base": f"{cloud_url}/v1", "api_key": "sk-cloud-secret"}
    return {
        "model_list": [
            _entry(SMALL, ollama, tier="small", **local),
            _entry(LARGE, llama, tier="large", **local),
            _entry(
                FRONTIER,
                cloud,
                tier="frontier",
                location="cloud",
                modalities=["text", "image"],
                context_window=200_000,
            ),
        ],
        "gateway": {
            "discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False},
            "skills": {"lead": {"marks": [MARK]}},
        },
    }


@contextmanager
def running_site(tmp: Path, gguf: Path) -> Iterator[Site]:
    """Starts everything and stops it again."""
    with ollama_standin(gguf) as ollama, llama_cpp(gguf) as llama, fake_cloud() as cloud:
        text = json.dumps(config(ollama.url, llama.url, cloud.url))
        with running_system(tmp, text) as system:
            answer = httpx.get(f"{system.url}/model/info", headers=system.headers, timeout=30, trust_env=False)
            groups = {row["model_info"]["id"]: row["model_name"] for row in answer.raise_for_status().json()["data"]}
            yield Site(
                system,
                cloud,
                OpenAI(base_url=f"{system.url}/v1", api_key=system.key, max_retries=0, timeout=60),
                Anthropic(base_url=system.url, api_key=system.key, max_retries=0, timeout=60),
                groups,
            )
