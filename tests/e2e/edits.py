"""Random versions of a configuration file, good and broken, and a load that must not notice.

Knows: how such files are made, how requests are counted. Does not know: what is expected of them.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import yaml

GROUPS = ("pine", "oak", "elm", "ash", "fir")
QUIET: dict[str, Any] = {"ollama": [], "vllm": [], "models_dir": None, "cloud": False}


def deployment(group: str, url: str, tier: str = "small", **params: Any) -> dict[str, Any]:
    """One local deployment that speaks OpenAI's shape to ``url``."""
    return {
        "model_name": group,
        "litellm_params": {"model": f"openai/{group}", "api_base": f"{url}/v1", "api_key": "sk-none", **params},
        "model_info": {"location": "local", "tier": tier, "modalities": ["text"]},
    }


def document(entries: list[dict[str, Any]], **gateway: Any) -> str:
    """The file's text."""
    section = {"discovery": QUIET, "health": {"probes": False}, **gateway}
    return yaml.safe_dump({"model_list": entries, "gateway": section}, sort_keys=False)


def good(chance: random.Random, urls: list[str]) -> str:
    """A valid file: some of the groups, each somewhere, some of the policy changed."""
    groups = chance.sample(GROUPS, chance.randint(1, len(GROUPS)))
    tiers = ("small", "large")
    entries = [deployment(group, chance.choice(urls), chance.choice(tiers)) for group in groups]
    intents = {"question": chance.choice(("small", "large")), "unsure": chance.choice(tiers)}
    return document(entries, intents=intents, headers="full")


def broken(chance: random.Random, urls: list[str]) -> str:
    """A file that must change nothing: cut off, empty, not YAML, or refused by us or by LiteLLM."""
    text = good(chance, urls)
    entry = deployment("pine", urls[0])
    kinds = (
        "",
        text[: chance.randint(20, len(text) // 2)] + "\n  - [",
        text.replace("gateway:", "gatewy:"),
        text + "model_list: []\n",
        text.replace("location: local", "tier: huge", 1),
        document([{**entry, "litellm_params": {**entry["litellm_params"], "model": "nosuch/pine"}}]),
        document([deployment("pine", urls[0], rpm="lots")]),
    )
    return chance.choice(kinds)


@dataclass
class Load:
    """What the load saw. ``lost``: words about each request that was not answered 200."""

    statuses: Counter[int] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)


@contextmanager
def load(url: str, headers: dict[str, str], body: dict[str, Any], concurrency: int) -> Iterator[Load]:
    """Sends ``body`` again and again over so many kept connections while the block runs."""
    seen, stop, lock = Load(), threading.Event(), threading.Lock()

    def one() -> None:
        with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
            while not stop.is_set():
                try:
                    answer = client.post("/v1/chat/completions", json=body)
                    status, words = answer.status_code, answer.text[:300]
                except httpx.HTTPError as error:
                    status, words = 0, repr(error)
                with lock:
                    seen.statuses[status] += 1
                    if status != 200:
                        seen.lost.append(f"{status} {words}")

    threads = [threading.Thread(target=one, daemon=True) for _ in range(concurrency)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
