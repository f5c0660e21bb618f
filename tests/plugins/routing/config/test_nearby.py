"""Who may call itself local."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.config.load import ConfigError, parse_config
from plugins.routing.config.nearby import is_near, is_private


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("10.0.0.5", True),
        ("192.168.1.9", True),
        ("172.16.3.3", True),
        ("100.64.1.1", True),
        ("169.254.1.1", True),
        ("::1", True),
        ("fd00::1", True),
        ("::ffff:10.0.0.1", True),
        ("vllm", True),
        ("gpu1.lan", True),
        ("gpu1.cluster.local", True),
        ("box.internal", True),
        ("api.openai.com", False),
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("2606:4700::1", False),
        ("local.example.org", False),
        ("internal", True),
        ("134744072", False),
        ("", False),
    ],
)
def test_hosts(host: str, private: bool) -> None:
    assert is_private(host) is private


def entry(**params: Any) -> dict[str, Any]:
    return {"model_name": "m", "litellm_params": params, "model_info": {"location": "local"}}


@pytest.mark.parametrize(
    ("made", "near"),
    [
        (entry(model="openai/x", api_base="http://127.0.0.1:1/v1"), True),
        (entry(model="ollama_chat/x"), True),
        (entry(model="hosted_vllm/x"), True),
        (entry(model="openai/x"), False),
        (entry(model="gpt-5.6"), False),
        (entry(model="anthropic/x"), False),
        (entry(model="ollama_chat/x", api_base="https://ollama.example.com"), False),
        (entry(model="openai/x", api_base="https://gpu.example.org/v1"), True),
        (entry(model="openai/x", api_base="https://a.wide.example/v1"), True),
        (entry(model="openai/x", api_base="https://gpu.example.org.evil.example/v1"), False),
        (entry(model="openai/x", api_base="https://127.0.0.1@evil.example/v1"), False),
        (entry(model="openai/x", api_base="os.environ/GPU_URL"), True),
        (entry(model="openai/x", api_base="os.environ/OTHER_URL"), False),
        (entry(model="openai/x", base_url="https://evil.example/v1"), False),
        (entry(model="openai/x", api_base=7), False),
        ({**entry(model="openai/x"), "model_info": {"location": "local", "builtin": True, "found": "vllm"}}, False),
    ],
)
def test_entries(made: dict[str, Any], near: bool) -> None:
    assert is_near(made, ("gpu.example.org", ".wide.example", "os.environ/GPU_URL")) is near


LOCAL = """\
model_list:
  - model_name: a
    litellm_params: {{model: openai/x, api_base: "{base}"}}
    model_info: {{location: local}}
gateway: {{boundary: {{local_hosts: [gpu.example.org]}}}}
"""


def test_the_file_says_where() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(LOCAL.format(base="https://api.example.com/v1"), "x.yaml")
    (problem,) = caught.value.problems
    assert str(problem).startswith("x.yaml:4: model_list[0].model_info.location: local, and its api_base")
    assert "gateway.boundary.local_hosts" in str(problem)
    made = parse_config(LOCAL.format(base="https://gpu.example.org/v1"), "x.yaml")
    assert made.deployments[0].location == "local"
