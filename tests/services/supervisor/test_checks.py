"""Who is checked, and through what."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.routing.config.load import load_config
from services.supervisor.checks import Checks, quietly
from services.supervisor.model_list import Sidecars
from services.supervisor.policy_file import PolicyFile
from services.supervisor.state import State, write_atomic

SITE = """
model_list:
- {model_name: in, litellm_params: {model: openai/a, api_base: "http://127.0.0.1:9/v1", api_key: os.environ/K},
   model_info: {id: dep-in, location: local}}
- {model_name: out, litellm_params: {model: openai/b, api_base: "https://cloud.example/v1", api_key: sk-cloud},
   model_info: {id: dep-out, location: cloud}}
gateway: {health: {interval_s: 5, outside: OUTSIDE}}
"""


@pytest.mark.parametrize(("outside", "ids"), [("false", ["dep-in"]), ("true", ["dep-in", "dep-out"])])
def test_what_lies_outside_is_asked_only_on_wish_and_through_the_gateway(
    tmp_path: Path, outside: str, ids: list[str]
) -> None:
    file, state = tmp_path / "x.yaml", State(tmp_path / "state")
    file.write_text(SITE.replace("OUTSIDE", outside))
    state.prepare()
    policy = PolicyFile(load_config(file), state, lambda _: Sidecars(), lambda _: None)
    policy.write([])
    checks = Checks(policy, state, {"K": "inner"}, ("http://gw", "sk-master"))
    found, wish = checks.wanted()
    assert [t.id for t in found] == ids
    assert wish.interval_s == 5
    assert found[0].key == "inner"
    if outside == "true":
        assert (found[1].url, found[1].model, found[1].key) == ("http://gw/v1", "out", "sk-master")
    assert [t.id for t in checks.local()] == ["dep-in"]
    for one in checks.running():
        one.close()


def test_a_full_disk_ends_nothing(tmp_path: Path) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "no space")

    quietly(full)(tmp_path / "x", "text")
    quietly(write_atomic)(tmp_path / "x", "text")
    assert (tmp_path / "x").read_text() == "text"
