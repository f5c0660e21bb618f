"""Cloud models for the provider keys in the environment, as entries.

Knows: a few current models of each provider, one for each tier and an embedding model, as a literal table. Does not
know: the network: a key's presence is all that is looked at, and its value is never read. The ids, context windows and
image inputs are those of LiteLLM's own model table (a test compares), so that prices are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plugins.routing.types import Mode, Tier
from services.discovery.entry import Entry, entry


@dataclass(frozen=True, slots=True)
class CloudModel:
    """``model``: LiteLLM's id. ``context_window``: tokens. ``images``: whether it reads them."""

    model: str
    context_window: int
    tier: Tier
    images: bool = True
    mode: Mode = "chat"


@dataclass(frozen=True, slots=True)
class Provider:
    """``key``: the environment variable with its key. ``base_urls``: variables that may hold another base URL, the
    first one set counts. ``base_url``: where requests go without any; None leaves that to LiteLLM."""

    key: str
    base_urls: tuple[str, ...]
    models: tuple[CloudModel, ...]
    base_url: str | None = None


PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "OPENAI_API_KEY",
        ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        (
            CloudModel("openai/gpt-5.6", 922_000, Tier.FRONTIER),
            CloudModel("openai/gpt-5.6-terra", 922_000, Tier.LARGE),
            CloudModel("openai/gpt-5.6-luna", 922_000, Tier.SMALL),
            CloudModel("openai/text-embedding-3-small", 8_191, Tier.SMALL, images=False, mode="embedding"),
        ),
        # Always said: the gateway's own OPENAI_BASE_URL points to a sidecar.
        base_url="https://api.openai.com/v1",
    ),
    Provider(
        "ANTHROPIC_API_KEY",
        ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"),
        (
            CloudModel("anthropic/claude-opus-5-5", 1_000_000, Tier.FRONTIER),
            CloudModel("anthropic/claude-sonnet-5-5", 1_000_000, Tier.LARGE),
            CloudModel("anthropic/claude-haiku-5-5", 1_000_000, Tier.SMALL),
        ),
    ),
    Provider(
        "GEMINI_API_KEY",
        ("GEMINI_API_BASE",),
        (
            CloudModel("gemini/gemini-3.1-pro-preview", 1_048_576, Tier.FRONTIER),
            CloudModel("gemini/gemini-3.8-flash", 1_048_576, Tier.LARGE),
            CloudModel("gemini/gemini-3.5-flash-lite", 1_048_576, Tier.SMALL),
            CloudModel("gemini/gemini-embedding-001", 2_048, Tier.SMALL, images=False, mode="embedding"),
        ),
    ),
    Provider(
        "MISTRAL_API_KEY",
        ("MISTRAL_BASE_URL", "MISTRAL_API_BASE"),
        (
            CloudModel("mistral/mistral-large-latest", 262_144, Tier.FRONTIER),
            CloudModel("mistral/mistral-medium-latest", 262_144, Tier.LARGE),
            CloudModel("mistral/mistral-small-latest", 262_144, Tier.SMALL),
            CloudModel("mistral/mistral-embed", 8_192, Tier.SMALL, images=False, mode="embedding"),
        ),
    ),
    Provider(
        "GROQ_API_KEY",
        ("GROQ_API_BASE",),
        (
            CloudModel("groq/openai/gpt-oss-120b", 131_072, Tier.LARGE, images=False),
            CloudModel("groq/openai/gpt-oss-20b", 131_072, Tier.SMALL, images=False),
        ),
    ),
    Provider(
        "DEEPSEEK_API_KEY",
        ("DEEPSEEK_API_BASE",),
        (
            CloudModel("deepseek/deepseek-v4-pro", 1_000_000, Tier.FRONTIER, images=False),
            CloudModel("deepseek/deepseek-v4-flash", 1_000_000, Tier.SMALL),
        ),
    ),
    Provider(
        "XAI_API_KEY",
        ("XAI_API_BASE",),
        (CloudModel("xai/grok-4.7", 500_000, Tier.FRONTIER),),
    ),
)
"""In the order in which entries are listed."""


def find(env: Mapping[str, str]) -> list[Entry]:
    """The models of every provider whose key is set, in the table's order."""
    return [
        _to_entry(provider, model, env) for provider in PROVIDERS if env.get(provider.key) for model in provider.models
    ]


def _to_entry(provider: Provider, model: CloudModel, env: Mapping[str, str]) -> Entry:
    params = {"model": model.model, "api_key": f"os.environ/{provider.key}"}
    base = next((env[name] for name in provider.base_urls if env.get(name)), provider.base_url)
    if base:
        params["api_base"] = base.rstrip("/")
    return entry(
        "cloud",
        model.model.rpartition("/")[2],
        params,
        location="cloud",
        mode=model.mode,
        tier=model.tier,
        modalities=("text", "image") if model.images else ("text",),
        context_window=model.context_window,
    )
