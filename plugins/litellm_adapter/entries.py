"""What LiteLLM would not take of a ``model_list``, found before anything is changed.

Knows: LiteLLM's own model of a deployment and its list of providers. Does not know: files, lines, our own keys. A
value is never repeated: what stands in ``litellm_params`` may be a credential.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from plugins.routing.config.deployments import for_litellm

Path = tuple[str | int, ...]
MOST = 20
"""Problems told of one entry."""


def with_secrets(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with each parameter ``os.environ/X`` replaced by its value: LiteLLM reads those in the file that it
    starts on, and not in a deployment that is added later."""
    from litellm.secret_managers.main import get_secret

    params = entry.get("litellm_params") or {}
    read = {k: get_secret(v) if isinstance(v, str) and v.startswith("os.environ/") else v for k, v in params.items()}
    return {**entry, "litellm_params": read}


def made(entry: Mapping[str, Any]) -> Any:
    """LiteLLM's deployment of one entry. Raises ValidationError, or what LiteLLM raises for its provider."""
    import litellm
    from litellm.litellm_core_utils.get_llm_provider_logic import is_registered_custom_provider
    from litellm.llms.openai_like.json_loader import JSONProviderRegistry
    from litellm.types.router import Deployment

    deployment = Deployment(**with_secrets(for_litellm(entry)))
    params = deployment.litellm_params
    _, provider, _, _ = litellm.get_llm_provider(
        model=params.model, custom_llm_provider=params.custom_llm_provider, api_base=params.api_base
    )
    known = provider in litellm.provider_list or JSONProviderRegistry.exists(provider)
    if not known and not is_registered_custom_provider(provider):
        raise ValueError(f"provider {provider} is not supported")
    return deployment


def problems_of(entries: Iterable[object]) -> list[tuple[Path, str]]:
    """Each problem with its place, as ``((index, "litellm_params", "timeout"), message)``."""
    found: list[tuple[Path, str]] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            found.append(((index,), "must be a mapping"))
            continue
        try:
            made(entry)
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_context=False, include_input=False)[:MOST]
            places = [(index, *_place(one["loc"], entry)) for one in wrong]
            found += [
                (place, f"LiteLLM does not take it: {one['msg']}") for place, one in zip(places, wrong, strict=True)
            ]
        except Exception as error:  # noqa: BLE001 - whatever LiteLLM raises here, it would refuse the entry
            found.append(((index, "litellm_params", "model"), _words(error)))
        found += [((index, "litellm_params", name), message) for name, message in _durations(entry)]
    # LiteLLM tries each type that a value may have: the first that did not fit is told.
    return list({place: (place, message) for place, message in reversed(found)}.values())[::-1]


def _place(loc: tuple[str | int, ...], entry: Mapping[str, Any]) -> Path:
    """Pydantic names the key, and in between the model or the type that was tried."""
    keys = [part for part in loc if isinstance(part, str) and part not in ("litellm_params", "model_info")]
    for section in ("litellm_params", "model_info"):
        if keys and keys[0] in (entry.get(section) or {}):
            return (section, keys[0])
    return ("litellm_params",)


def _durations(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """LiteLLM takes any text as a duration, since it may name a variable, and stumbles over it at the first request."""
    params = entry.get("litellm_params")
    wrong: list[tuple[str, str]] = []
    for name in ("timeout", "stream_timeout"):
        value = params.get(name) if isinstance(params, Mapping) else None
        if isinstance(value, str) and not value.startswith("os.environ/"):
            try:
                float(value)
            except ValueError:
                wrong.append((name, "must be a number of seconds, or os.environ/NAME"))
    return wrong


def _words(error: Exception) -> str:
    if type(error).__name__ == "BadRequestError" or isinstance(error, ValueError):
        return "LiteLLM knows no such provider: write provider/model, e.g. ollama_chat/qwen3:4b"
    return f"LiteLLM does not take it ({type(error).__name__})"
