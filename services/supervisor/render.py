"""The user's file as the one that LiteLLM is started on.

Knows: LiteLLM's sections that we complete, and that a setting of the user's wins over ours. Does not know: processes,
discovery. ``render`` is pure; ``write_rendered`` replaces the file at once.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from plugins.routing.config.load import Config
from services.supervisor.model_list import Sidecars, complete_model_list
from services.supervisor.state import write_atomic

CALLBACK = "plugins.litellm_hooks.signalbox"

LITELLM_SETTINGS: Mapping[str, Any] = {
    "drop_params": True,
    "num_retries": 1,
    "telemetry": False,
    # Else a request on /v1/messages or /v1/responses goes to the same path of an upstream that only speaks chat.
    "use_chat_completions_url_for_anthropic_messages": True,
}
"""Ours where the user's file does not say."""

GENERAL_SETTINGS: Mapping[str, Any] = {
    # Seconds that a worker keeps a key which it has read. An edit or a revocation is told to all workers through Redis;
    # this bounds what they miss: while Redis is away, and where a request that runs meanwhile puts the old key back.
    "user_api_key_cache_ttl": 0.5,
    # Seconds (LiteLLM adds 0 to 5 at random) that spend waits in memory; a worker that is killed loses those.
    "proxy_batch_write_at": 2,
    # Else five digits of the SHA-1 of each password that a user of the admin UI sets or logs in with go to a service
    # outside, and without a network each such login waits for its timeout.
    "password_policy_check_breached_passwords": False,
}
"""Ours where the user's file does not say."""

_HEADER = "# Rendered by `signalbox up` from {source}: edits are lost, edit that file instead.\n"


def render(config: Config, found: Iterable[dict[str, Any]], sidecars: Sidecars) -> dict[str, Any]:
    """The whole file as plain data. Nothing of ``config.raw`` is changed or shared."""
    made: dict[str, Any] = copy.deepcopy({k: v for k, v in config.raw.items() if k != "model_list"})
    made["model_list"] = complete_model_list(config, found, sidecars)
    made["litellm_settings"] = _litellm_settings(made.get("litellm_settings") or {})
    # The key itself stays out of the file: `up` resolves it and passes it on in the environment.
    made["general_settings"] = {
        **GENERAL_SETTINGS,
        **(made.get("general_settings") or {}),
        "master_key": "os.environ/LITELLM_MASTER_KEY",
    }
    made["router_settings"] = _router_settings(made.get("router_settings") or {}, config, made["model_list"])
    made["gateway"] = _with_absolute_paths(made.get("gateway") or {}, config)
    if isinstance(made.get("include"), list):
        made["include"] = [str(_folder(config) / str(name)) for name in made["include"]]
    return made


def to_yaml(rendered: Mapping[str, Any], source: Path) -> str:
    """The text of the file, with a first line that says where it comes from."""
    text: str = yaml.safe_dump(dict(rendered), sort_keys=False, allow_unicode=True, width=120)
    return _HEADER.format(source=source) + text


def write_rendered(path: Path, text: str) -> bool:
    """Replaces the file where its text is another one; whether it did. Workers that poll never see a part of it."""
    try:
        if path.read_text("utf-8") == text:
            return False
    except (OSError, UnicodeDecodeError):
        pass
    write_atomic(path, text, 0o600)
    return True


def _litellm_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    callbacks = given.get("callbacks")
    listed = [callbacks] if isinstance(callbacks, str) else list(callbacks or [])
    if CALLBACK not in listed:
        listed.append(CALLBACK)
    return {**LITELLM_SETTINGS, **given, "callbacks": listed}


def _router_settings(given: Mapping[str, Any], config: Config, entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """LiteLLM asks a key whether it may use the name that is asked for: it must know which capability that is."""
    groups = {entry["model_name"] for entry in entries}
    names = {n: {"model": c, "hidden": True} for n, c in config.spec.audio.names.items() if n not in groups}
    if not config.spec.audio.enabled or not names:
        return dict(given)
    return {**given, "model_group_alias": {**names, **(given.get("model_group_alias") or {})}}


def _with_absolute_paths(gateway: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """The section as the user wrote it, but for paths: they are relative to the user's file, not to this one."""
    made = dict(gateway)
    instant = made.get("instant")
    if isinstance(instant, dict) and isinstance(instant.get("answers"), list):
        made["instant"] = {**instant, "answers": [str(_folder(config) / str(a)) for a in instant["answers"]]}
    discovery = made.get("discovery")
    if isinstance(discovery, dict) and isinstance(discovery.get("models_dir"), str):
        made["discovery"] = {**discovery, "models_dir": str(_folder(config) / discovery["models_dir"])}
    return made


def _folder(config: Config) -> Path:
    return config.path.absolute().parent
