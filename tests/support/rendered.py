"""A configuration in the form that the supervisor renders for the gateway, from a few deployments.

Knows: which settings a rendered file must have. Does not know: discovery or the supervisor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

CAPABILITIES = ("auto", "fast", "reasoning", "code", "vision", "private", "embed")


def deployment(
    group: str, model: str, url: str, location: str, tier: str, *, id: str | None = None,
    mode: str = "chat", params: Mapping[str, Any] | None = None, info: Mapping[str, Any] | None = None,
) -> dict[str, object]:  # fmt: skip
    """One ``model_list`` entry that speaks OpenAI's shape to ``url``; its id is ``dep-GROUP`` unless given."""
    base = {"model": f"openai/{model}", "api_base": f"{url}/v1", "api_key": "sk-upstream"}
    chat = {"use_chat_completions_api": True} if mode == "chat" else {}
    about = {"id": id or f"dep-{group}", "location": location, "signalbox_tier": tier, "mode": mode}
    return {
        "model_name": group,
        "litellm_params": {**base, **chat, **(params or {})},
        "model_info": {**about, **(info or {})},
    }


def placeholder(name: str) -> dict[str, object]:
    """What makes a capability known to LiteLLM; nothing listens there."""
    params = {"model": "openai/placeholder", "api_base": "http://127.0.0.1:9/v1", "api_key": "none"}
    prices = {"input_cost_per_token": 1e-9, "output_cost_per_token": 1e-9}
    info = {"id": f"capability-{name}", "signalbox_placeholder": True}
    return {"model_name": name, "litellm_params": {**params, **prices}, "model_info": info}


def rendered(
    model_list: Sequence[Mapping[str, Any]],
    *,
    gateway: Mapping[str, Any] | None = None,
    router: Mapping[str, Any] | None = None,
) -> str:
    """The YAML text. ``gateway``, ``router``: the sections ``gateway`` and ``router_settings``."""
    return yaml.safe_dump(
        {
            "model_list": [*model_list, *(placeholder(name) for name in CAPABILITIES)],
            "litellm_settings": {
                "callbacks": ["plugins.litellm_hooks.signalbox"],
                "num_retries": 1,
                "telemetry": False,
                "drop_params": True,
                "use_chat_completions_url_for_anthropic_messages": True,
            },
            "router_settings": dict(router or HOSTILE_ROUTER),
            "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
            "gateway": dict(gateway or {}),
        },
        sort_keys=False,
    )


HOSTILE_ROUTER: Mapping[str, Any] = {
    "fallbacks": [{"small": ["frontier"]}, {"big": ["frontier"]}, {"*": ["frontier"]}],
    "context_window_fallbacks": [{"small": ["frontier"]}, {"big": ["frontier"]}],
    "content_policy_fallbacks": [{"small": ["frontier"]}, {"big": ["frontier"]}],
    "default_fallbacks": ["frontier"],
}
"""LiteLLM settings that lead to the cloud wherever they can: what the guards must hold against."""
