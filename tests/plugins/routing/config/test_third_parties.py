"""Who else would be told of requests: declared, or an error; with content only where the zone may get it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from plugins.routing.config.load import ConfigError, parse_config
from plugins.routing.config.third_parties import named


def text_of(raw: dict[str, Any], **zones: str) -> str:
    return yaml.safe_dump({"gateway": {"boundary": {"third_parties": zones}}, **raw})


THEIRS: list[tuple[dict[str, Any], str]] = [
    ({"litellm_settings": {"callbacks": ["langfuse"]}}, "langfuse"),
    ({"litellm_settings": {"callbacks": "otel"}}, "otel"),
    ({"litellm_settings": {"success_callback": ["s3"]}}, "s3"),
    ({"litellm_settings": {"failure_callback": ["sentry"]}}, "sentry"),
    ({"litellm_settings": {"callbacks": ["my_module.handler"]}}, "my_module.handler"),
    ({"general_settings": {"alerting": ["slack"]}}, "slack"),
    ({"litellm_settings": {"cache": True, "cache_params": {"type": "s3"}}}, "cache"),
    ({"litellm_settings": {"cache": True, "cache_params": {"type": "redis", "host": "cache.example.com"}}}, "cache"),
    ({"litellm_settings": {"cache": True}}, "cache"),
    ({"guardrails": [{"guardrail_name": "lakera", "litellm_params": {"guardrail": "lakera_v2"}}]}, "lakera"),
]


@pytest.mark.parametrize(("raw", "name"), THEIRS, ids=[name for _, name in THEIRS])
def test_each_is_found_and_must_be_declared_where_it_may_be_told(raw: dict[str, Any], name: str) -> None:
    assert [found for found, _ in named(raw)] == [name]
    with pytest.raises(ConfigError, match="third_parties"):
        parse_config(text_of(raw), "x.yaml")
    assert parse_config(text_of(raw, **{name: "local"}), "x.yaml")
    for zone in ("cloud", "nowhere"):
        with pytest.raises(ConfigError, match="may not get restricted data"):
            parse_config(text_of(raw, **{name: zone}), "x.yaml")


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"litellm_settings": {"callbacks": ["plugins.litellm_hooks.signalbox", "prometheus"]}},
        {"litellm_settings": {"cache": False, "cache_params": {"type": "s3"}}},
        {"litellm_settings": {"cache": True, "cache_params": {"type": "local"}}},
        {"litellm_settings": {"cache": True, "cache_params": {"type": "redis", "host": "127.0.0.1"}}},
        {"litellm_settings": {"cache": True, "cache_params": {"type": "redis", "url": "redis://redis:6379"}}},
        {
            "guardrails": [
                {
                    "guardrail_name": "pii",
                    "litellm_params": {"guardrail": "presidio", "presidio_analyzer_api_base": "http://10.0.0.1:5002"},
                }
            ]
        },
    ],
)
def test_what_sends_nothing_elsewhere_is_none(raw: dict[str, Any]) -> None:
    assert list(named(raw)) == []
    assert parse_config(text_of(raw), "x.yaml")
