"""What goes behind the wall, and how it is split; the table of providers is held to LiteLLM's own code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import litellm
import pytest

from plugins.routing.config.load import parse_config
from plugins.routing.egress_split import (
    DUMMY_KEY,
    PROVIDERS,
    behind_the_wall,
    credential_names,
    leaves,
    provider_of,
    without_credentials,
)
from services.discovery import cloud
from services.egress.targets import STYLES, read_targets

SPEC = parse_config("gateway: {boundary: {zones: {site: internal}}}\n", "x.yaml").spec
BROKER = "http://127.0.0.1:7000"


def entry(params: dict[str, Any], location: str | None = "cloud") -> dict[str, Any]:
    info = {"id": "my id"} | ({"location": location} if location else {})
    return {"model_name": "m", "litellm_params": params, "model_info": info}


@pytest.mark.parametrize(
    ("params", "address", "base", "style", "key"),
    [
        ({"model": "openai/gpt-5.6", "api_key": "sk-1"}, "/v1", "https://api.openai.com/v1", "bearer", "sk-1"),
        ({"model": "gpt-5.6"}, "/v1", "https://api.openai.com/v1", "bearer", "os.environ/OPENAI_API_KEY"),
        (
            {"model": "openai/x", "api_base": "os.environ/BASE", "api_key": "os.environ/MINE"},
            "/openai/v1",
            "https://box.example/openai/v1",
            "bearer",
            "os.environ/MINE",
        ),
        ({"model": "anthropic/claude-x"}, "", "https://api.anthropic.com", "x-api-key", ""),
        (
            {"model": "azure/gpt", "api_base": "https://r.openai.azure.com/", "api_key": "k", "api_version": "v"},
            "",
            "https://r.openai.azure.com",
            "api-key",
            "k",
        ),
        (
            {"model": "gemini/g", "api_key": "k"},
            "/v1beta",
            "https://generativelanguage.googleapis.com/v1beta",
            "x-goog-api-key",
            "k",
        ),
        ({"model": "mistral/m", "api_key": "k"}, "/v1", "https://api.mistral.ai/v1", "bearer", "k"),
        ({"model": "hosted_vllm/q", "api_base": "http://far/v1"}, "/v1", "http://far/v1", "bearer", ""),
    ],
)
def test_litellm_gets_an_address_here_and_the_broker_the_rest(
    params: dict[str, Any], address: str, base: str, style: str, key: str
) -> None:
    environ = {"OPENAI_API_KEY": "sk-ambient", "BASE": "https://box.example/openai/v1/", "MINE": "sk-mine"}
    walled = behind_the_wall([entry(params)], SPEC, BROKER, environ)
    [made] = walled.entries
    assert made["litellm_params"]["api_base"] == f"{BROKER}/t/my%20id{address}"
    assert made["litellm_params"]["api_key"] == DUMMY_KEY
    assert made["litellm_params"]["model"] == params["model"]
    assert made["model_info"]["id"] == "my id"
    target = walled.targets["my id"]
    assert (target["base"], target["style"], target["key"]) == (base, style, key)
    assert (target["zone"], target["highest"]) == ("cloud", "public")
    assert read_targets({"targets": walled.targets}, environ)["my id"].origin


def test_headers_of_the_deployment_are_the_brokers() -> None:
    params = {"model": "openai/x", "extra_headers": {"X-Title": "t"}, "headers": {"a": "b"}, "organization": "org"}
    walled = behind_the_wall([entry({**params, "base_url": "https://h/v1", "rpm": 3})], SPEC, BROKER, {})
    assert walled.targets["my id"]["headers"] == {"a": "b", "X-Title": "t", "openai-organization": "org"}
    assert set(walled.entries[0]["litellm_params"]) == {"model", "api_base", "api_key", "rpm"}
    assert walled.targets["my id"]["base"] == "https://h/v1"


@pytest.mark.parametrize(
    ("location", "out"),
    [("local", False), ("site", True), ("cloud", True), ("elsewhere", True), (None, True)],
)
def test_everything_below_restricted_goes_through(location: str | None, out: bool) -> None:
    one = entry({"model": "openai/x", "api_base": "http://h/v1", "api_key": "k"}, location)
    assert leaves(one, SPEC) is out
    assert (behind_the_wall([one], SPEC, BROKER, {}).entries == [one]) is not out
    assert not leaves({**one, "model_info": {"signalbox_placeholder": True}}, SPEC)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"model": "bedrock/x"}, 'provider "bedrock" cannot'),
        ({"model": "vertex_ai/gemini-3"}, 'provider "vertex_ai" cannot'),
        ({"model": "gemini-3"}, 'provider "unknown" cannot'),
        ({"model": "x", "custom_llm_provider": "cohere"}, 'provider "cohere" cannot'),
        ({"model": "azure/x", "api_base": "https://h", "azure_ad_token": "t"}, "not azure_ad_token"),
        ({"model": "openai/x", "litellm_credential_name": "c"}, "not litellm_credential_name"),
        ({"model": "azure/x"}, "no api_base"),
        ({"model": "hosted_vllm/x", "api_base": "unix:/x"}, "no api_base"),
        ({"model": "openai/x", "api_base": "https://user:pw@h/v1"}, "no api_base"),
    ],
)
def test_what_cannot_be_redirected_is_left_out_with_a_warning(params: dict[str, Any], said: str) -> None:
    walled = behind_the_wall([entry(params)], SPEC, BROKER, {})
    assert not walled.entries
    assert not walled.targets
    assert said in walled.warnings[0]


def test_without_a_broker_nothing_outside_is_reached() -> None:
    walled = behind_the_wall([entry({"model": "openai/x", "api_key": "k"})], SPEC, None, {})
    assert not walled.entries
    assert "does not run" in walled.warnings[0]


def test_the_gateways_environment_loses_every_name_of_a_credential() -> None:
    entries = [
        entry({"model": "openai/x", "api_key": "os.environ/MINE", "extra_headers": {"x": "os.environ/ALSO"}}),
        entry({"model": "openai/y", "api_key": "os.environ/NEAR"}, "local"),
    ]
    environ = {
        "MINE": "1",
        "ALSO": "2",
        "NEAR": "3",
        "COPY": "1",
        "OPENAI_API_KEY": "4",
        "COHERE_API_KEY": "5",
        "PATH": "/bin",
        "LANGFUSE_SECRET_KEY": "6",
    }
    kept = without_credentials(environ, credential_names(entries, SPEC))
    assert kept == {"NEAR": "3", "PATH": "/bin", "LANGFUSE_SECRET_KEY": "6"}


def test_every_provider_that_is_discovered_is_in_the_table() -> None:
    for found in cloud.PROVIDERS:
        provider = PROVIDERS[found.models[0].model.partition("/")[0]]
        assert found.key in provider.keys
        assert set(found.base_urls) <= set(provider.bases)
    assert {provider.style for provider in PROVIDERS.values()} == set(STYLES)


@pytest.mark.parametrize("name", sorted(set(PROVIDERS) - {"openai", "azure", "anthropic", "gemini", "hosted_vllm"}))
def test_bases_are_those_of_litellm(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in PROVIDERS[name].bases:
        monkeypatch.delenv(variable, raising=False)
    model, provider, _, base = litellm.get_llm_provider(f"{name}/some-model")
    assert provider_of({"model": f"{name}/{model}"}) == provider == name
    sources = Path(litellm.__file__).parent.joinpath("main.py").read_text()
    assert base == PROVIDERS[name].base or (base is None and PROVIDERS[name].base in sources)


def test_the_rendered_file_holds_no_credential() -> None:
    params = {"model": "openai/x", "api_key": "sk-real", "extra_headers": {"x-login": "pw-real"}}
    walled = behind_the_wall([entry(params)], SPEC, BROKER, {})
    assert "real" not in json.dumps(walled.entries)
