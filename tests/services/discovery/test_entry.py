from __future__ import annotations

import pytest

from plugins.routing.types import Tier
from services.discovery.entry import billions, billions_in, billions_of, entry, location_of, tier_of


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("4.0B", 4.0), ("596.05M", 0.596), ("8x7B", 56.0), ("1T", 1000.0), ("22m", 0.022), ("270K", 0.00027),
        ("", None), ("big", None), (None, None), (4, None),
    ],
)  # fmt: skip
def test_billions(word: object, value: float | None) -> None:
    assert billions(word) == value


@pytest.mark.parametrize(("number", "value"), [(4_022_468_096, 4.02), (162_432, 0.000162), (0, None), (True, None)])
def test_billions_of(number: object, value: float | None) -> None:
    assert billions_of(number) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("qwen3:4b", 4.0), ("Qwen/Qwen3-0.6B-Q8_0", 0.6), ("meta-llama/Llama-3.3-70B-Instruct", 70.0),
        ("gpt-oss", None), ("mistral-small3.2", None), ("bge-m3", None), ("model-4bit", None),
    ],
)  # fmt: skip
def test_billions_in(name: str, value: float | None) -> None:
    assert billions_in(name) == value


@pytest.mark.parametrize(
    ("size", "tier"), [(0.6, Tier.SMALL), (9.0, Tier.SMALL), (9.1, Tier.LARGE), (None, Tier.SMALL)]
)
def test_tier_of(size: float | None, tier: Tier) -> None:
    assert tier_of(size) is tier


def test_entry_says_only_what_is_known() -> None:
    made = entry("vllm", "m", {"model": "hosted_vllm/m"}, location="local", modalities={"image", "text"})
    assert made == {
        "model_name": "m",
        "litellm_params": {"model": "hosted_vllm/m"},
        "model_info": {
            "location": "local", "tier": "small", "modalities": ["text", "image"], "mode": "chat", "found": "vllm",
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("http://127.0.0.1:11434", "local"),
        ("http://localhost:11434", "local"),
        ("http://[::1]:8000", "local"),
        ("http://10.1.2.3", "local"),
        ("https://192.168.7.9:8000/v1", "local"),
        ("http://[::ffff:10.0.0.1]", "local"),
        ("http://8.8.8.8", "cloud"),
        ("http://[::ffff:8.8.8.8]", "cloud"),
        ("http://100.64.1.1", "cloud"),
        ("http://no-such-host.invalid", "cloud"),
        ("http://127.0.0.1.evil.invalid", "cloud"),
        ("http://0.0.0.0:80", "cloud"),
        ("not a url", "cloud"),
        ("http://[half", "cloud"),
    ],
)
async def test_only_what_is_provably_near_is_local(url: str, location: str) -> None:
    assert await location_of(url) == location
