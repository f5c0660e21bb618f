"""What an edit changed, without values."""

from __future__ import annotations

from plugins.routing.config.load import Config, parse_config
from services.supervisor.changes import changes, waiting_for_start

OLD = """
model_list:
  - {model_name: a, litellm_params: {model: ollama/a, api_key: sk-1}, model_info: {id: a, location: local}}
  - {model_name: b, litellm_params: {model: ollama/b}, model_info: {id: b, location: local}}
gateway: {intents: {coding: small}}
litellm_settings: {num_retries: 1}
"""
NEW = """
model_list:
  - {model_name: a, litellm_params: {model: ollama/a, api_key: sk-2}, model_info: {id: a, location: local, tier: large}}
  - {model_name: c, litellm_params: {model: ollama/c}, model_info: {id: c, location: local}}
gateway: {intents: {coding: large}, boundary: {zones: {cloud: internal, site: internal}}, headers: basic}
litellm_settings: {num_retries: 2}
"""


def parsed(text: str) -> Config:
    return parse_config(text, "x.yaml")


def test_what_changed_is_named() -> None:
    assert set(changes(parsed(OLD), parsed(NEW))) == {
        "deployment a changed: api_key, tier",
        "deployment c added",
        "deployment b removed",
        "gateway.intents.coding changed",
        "gateway.boundary.zones.cloud changed",
        "gateway.boundary.zones.site changed",
        "gateway.headers changed",
        "litellm_settings changed (counts from the next start)",
    }
    assert waiting_for_start(parsed(OLD), parsed(NEW)) == ("litellm_settings changed (counts from the next start)",)


def test_a_comment_changes_nothing() -> None:
    assert changes(parsed(OLD), parsed(OLD + "# a word\n")) == ()
    renamed = OLD.replace("model_name: b,", "model_name: bb,")
    assert changes(parsed(OLD), parsed(renamed)) == ("deployment b changed: model_name",)
