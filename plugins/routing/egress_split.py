"""Which deployments are reached through the egress broker, and what of them only the broker is told.

Knows: the zones below restricted, how each provider's client in LiteLLM 1.106.2 takes another base URL and its key
(``tests/plugins/routing/test_egress_split.py`` holds the table to LiteLLM). Does not know: files, processes. Pure. A
provider that is not in the table is left out with a warning: it is never sent to directly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from plugins.routing.config.deployments import deployment_id, is_placeholder
from plugins.routing.config.gateway import UNKNOWN_LOCATION
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import DataClass

Entry = dict[str, Any]

FROM_ENVIRONMENT = "os.environ/"
DUMMY_KEY = "held-by-egress"
"""What LiteLLM is given in place of a key: its clients want one."""


@dataclass(frozen=True, slots=True)
class Provider:
    """``style``: how the key is sent (``services.egress.targets``). ``base``: where LiteLLM sends without an api_base,
    "" where it wants one. ``keys``, ``bases``: environment variables that LiteLLM would read, the first one set."""

    style: str
    base: str
    keys: tuple[str, ...]
    bases: tuple[str, ...] = ()


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider(
        "bearer", "https://api.openai.com/v1", ("OPENAI_API_KEY",), ("OPENAI_BASE_URL", "OPENAI_API_BASE")
    ),
    "azure": Provider("api-key", "", ("AZURE_API_KEY", "AZURE_OPENAI_API_KEY"), ("AZURE_API_BASE",)),
    "anthropic": Provider(
        "x-api-key",
        "https://api.anthropic.com",
        ("ANTHROPIC_API_KEY",),
        ("ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL"),
    ),
    "gemini": Provider(
        "x-goog-api-key",
        "https://generativelanguage.googleapis.com/v1beta",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        ("GEMINI_API_BASE",),
    ),
    "mistral": Provider(
        "bearer", "https://api.mistral.ai/v1", ("MISTRAL_API_KEY",), ("MISTRAL_API_BASE", "MISTRAL_BASE_URL")
    ),
    "hosted_vllm": Provider("bearer", "", ("HOSTED_VLLM_API_KEY",), ("HOSTED_VLLM_API_BASE",)),
    "groq": Provider("bearer", "https://api.groq.com/openai/v1", ("GROQ_API_KEY",), ("GROQ_API_BASE",)),
    "deepseek": Provider("bearer", "https://api.deepseek.com/beta", ("DEEPSEEK_API_KEY",), ("DEEPSEEK_API_BASE",)),
    "xai": Provider("bearer", "https://api.x.ai/v1", ("XAI_API_KEY",), ("XAI_API_BASE",)),
    "openrouter": Provider(
        "bearer", "https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY", "OR_API_KEY"), ("OPENROUTER_API_BASE",)
    ),
    "together_ai": Provider(
        "bearer", "https://api.together.ai/v1", ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY"), ("TOGETHER_AI_API_BASE",)
    ),
}

OTHER_CREDENTIALS = frozenset(
    {
        "AI21_API_KEY",
        "AZURE_AI_API_KEY",
        "AZURE_CLIENT_SECRET",
        "CEREBRAS_API_KEY",
        "CODESTRAL_API_KEY",
        "COHERE_API_KEY",
        "CO_API_KEY",
        "DATABRICKS_API_KEY",
        "DEEPINFRA_API_KEY",
        "FIREWORKS_AI_API_KEY",
        "FIREWORKS_API_KEY",
        "HF_TOKEN",
        "HUGGINGFACE_API_KEY",
        "JINA_AI_API_KEY",
        "NVIDIA_NIM_API_KEY",
        "PERPLEXITYAI_API_KEY",
        "PERPLEXITY_API_KEY",
        "REPLICATE_API_KEY",
        "SAMBANOVA_API_KEY",
        "VOYAGE_API_KEY",
        "WATSONX_API_KEY",
        "AWS_BEARER_TOKEN_BEDROCK",
    }
)
"""Variables of providers that LiteLLM would read by itself; none of them is in the gateway's environment."""

_OPENAI_NAMES = ("gpt-", "chatgpt-", "o1", "o3", "o4", "text-embedding-", "dall-e", "whisper", "tts-")
_OTHER_LOGINS = ("aws_", "vertex_", "azure_", "tenant_id", "client_id", "client_secret", "litellm_credential_name")
KEPT_BY_THE_BROKER = ("api_key", "base_url", "extra_headers", "headers", "organization", "use_in_pass_through")


@dataclass(frozen=True, slots=True)
class Walled:
    """``entries``: as LiteLLM gets them. ``targets``: as the broker gets them, by deployment id. ``warnings``: what was
    left out, and what to do."""

    entries: list[Entry]
    targets: dict[str, dict[str, Any]]
    warnings: tuple[str, ...]


def behind_the_wall(
    entries: Iterable[Entry], spec: GatewaySpec, broker: str | None, environ: Mapping[str, str]
) -> Walled:
    """``broker``: its base URL; None: it does not run, and nothing below restricted is reached at all."""
    kept: list[Entry] = []
    targets: dict[str, dict[str, Any]] = {}
    warnings: list[str] = []
    for entry in entries:
        if not leaves(entry, spec):
            kept.append(entry)
            continue
        problem = "the egress broker does not run" if broker is None else _problem(entry, environ)
        if problem or broker is None:
            warnings.append(f"{entry.get('model_name')}: left out, {problem}; see gateway.boundary.egress")
            continue
        walled, target = _split(entry, spec, broker, environ)
        kept.append(walled)
        targets[deployment_id(entry)] = target
    return Walled(kept, targets, tuple(warnings))


def known_hosts() -> frozenset[str]:
    """Host names of the providers in the table."""
    return frozenset(urlsplit(provider.base).hostname or "" for provider in PROVIDERS.values()) - {""}


def leaves(entry: Mapping[str, Any], spec: GatewaySpec) -> bool:
    """Whether the deployment is in a zone that may not get everything."""
    return not is_placeholder(entry) and _highest(entry, spec) < DataClass.RESTRICTED


def credential_names(entries: Iterable[Mapping[str, Any]], spec: GatewaySpec) -> frozenset[str]:
    """Environment variables that hold a credential of something below restricted."""
    named = {name for provider in PROVIDERS.values() for name in provider.keys} | OTHER_CREDENTIALS
    for entry in entries:
        if leaves(entry, spec):
            named |= _named(_params(entry))
    return frozenset(named)


def without_credentials(environ: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    """The environment without these variables, and without others that hold the same values."""
    values = {environ[name] for name in names if environ.get(name)}
    return {name: value for name, value in environ.items() if name not in names and value not in values}


def _named(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value.removeprefix(FROM_ENVIRONMENT)} if value.startswith(FROM_ENVIRONMENT) else set()
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return {name for one in inner for name in _named(one)}


def _problem(entry: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    params = _params(entry)
    name = provider_of(params)
    provider = PROVIDERS.get(name)
    if provider is None:
        return f'its provider "{name}" cannot be reached through the egress broker (valid: {", ".join(PROVIDERS)})'
    login = next((key for key in params if key.startswith(_OTHER_LOGINS)), None)
    if login is not None:
        return f"the egress broker knows API keys only, not {login}"
    base = _base(params, provider, environ)
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).hostname or "@" in base or "?" in base:
        return "it has no api_base that is a plain http(s) URL"
    return None


def provider_of(params: Mapping[str, Any]) -> str:
    """LiteLLM's name of the provider: as said, before the first slash, or by a well-known model name."""
    said, model = params.get("custom_llm_provider"), str(params.get("model", ""))
    if isinstance(said, str) and said:
        return said
    if "/" in model:
        return model.partition("/")[0]
    if model.startswith(_OPENAI_NAMES):
        return "openai"
    return "anthropic" if model.startswith("claude-") else "unknown"


def _split(entry: Entry, spec: GatewaySpec, broker: str, environ: Mapping[str, str]) -> tuple[Entry, dict[str, Any]]:
    params = _params(entry)
    provider = PROVIDERS[provider_of(params)]
    base = _base(params, provider, environ)
    known = next((name for name in provider.keys if environ.get(name)), None)
    target = {
        "base": base,
        "zone": _location(entry),
        "highest": _highest(entry, spec).label,
        "style": provider.style,
        "key": params.get("api_key") or (f"{FROM_ENVIRONMENT}{known}" if known else ""),
        "headers": _fixed_headers(params),
    }
    # The path stays visible to LiteLLM, whose clients choose the rest of it by what it ends with.
    address = f"{broker}/t/{quote(deployment_id(entry), safe='')}{urlsplit(base).path}"
    kept = {name: value for name, value in params.items() if name not in KEPT_BY_THE_BROKER}
    return {**entry, "litellm_params": {**kept, "api_base": address, "api_key": DUMMY_KEY}}, target


def _fixed_headers(params: Mapping[str, Any]) -> dict[str, str]:
    made = {}
    for name in ("headers", "extra_headers"):
        given = params.get(name)
        made.update({str(k): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {})
    if params.get("organization"):
        made["openai-organization"] = str(params["organization"])
    return made


def _base(params: Mapping[str, Any], provider: Provider, environ: Mapping[str, str]) -> str:
    said = params.get("api_base") or params.get("base_url")
    if isinstance(said, str) and said.startswith(FROM_ENVIRONMENT):
        said = environ.get(said.removeprefix(FROM_ENVIRONMENT))
    base = said or next((environ[name] for name in provider.bases if environ.get(name)), provider.base)
    return str(base).rstrip("/")


def _highest(entry: Mapping[str, Any], spec: GatewaySpec) -> DataClass:
    return spec.boundary.zones.get(_location(entry), DataClass.PUBLIC)


def _location(entry: Mapping[str, Any]) -> str:
    info = entry.get("model_info")
    said = info.get("location") if isinstance(info, Mapping) else None
    return said if isinstance(said, str) and said.strip() else UNKNOWN_LOCATION


def _params(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    params = entry.get("litellm_params")
    return params if isinstance(params, Mapping) else {}
