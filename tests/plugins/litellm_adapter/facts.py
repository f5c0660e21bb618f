"""Small values for this folder's unit tests."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.trace import Trace
from plugins.routing.config.load import Config, parse_config
from plugins.routing.router import Router
from plugins.routing.types import Decision, Deployment, Signal, Tier, Verdict

SMALL = Deployment("dep-small", "small", "local", Tier.SMALL)
BIG = Deployment("dep-big", "big", "local", Tier.LARGE)
CLOUD = Deployment("dep-cloud", "cloud", "cloud", Tier.FRONTIER)

YAML = """
model_list:
  - {model_name: small, litellm_params: {model: ollama/a}, model_info: {id: dep-small, location: local, tier: small}}
  - {model_name: big, litellm_params: {model: ollama/b}, model_info: {id: dep-big, location: local, tier: large}}
  - {model_name: cloud, litellm_params: {model: openai/c}, model_info: {id: dep-cloud, location: cloud, tier: frontier}}
gateway: {}
"""


def config(text: str = YAML) -> Config:
    return parse_config(text, "test.yaml")


def router(text: str = YAML) -> Router:
    """A router without signals and policies: whatever comes first in the file serves."""

    class First:
        def select(self, facts: Any, signals: Any, preferred: Any, others: Any) -> Any:
            return SimpleNamespace(order=(*preferred, *others), reason="first", needed=Tier.SMALL, degraded=False)

    parsed = config(text)
    return Router(parsed.spec, parsed.deployments, (), (), First())


def gateway(log: Any = None) -> Gateway:
    return Gateway(config(), router(), log, b"secret")


def decision(**more: Any) -> Decision:
    base: dict[str, Any] = {
        "id": "dec_1",
        "capability": "auto",
        "signals": (Signal("intent", "question", 0.9), Signal("data_class", "internal")),
        "verdicts": (Verdict("selection", "require", ("dep-small", "dep-big"), "smallest that does it"),),
        "chosen": SMALL,
        "fallbacks": (BIG,),
        "needed": Tier.SMALL,
    }
    return Decision(**{**base, **more})


def trace(**more: Any) -> Trace:
    return Trace(**{"decision": decision(), "requested": "auto", **more})


def key(role: str = "internal_user", **metadata: Any) -> Any:
    """What LiteLLM hands over for a key, as far as it is read."""
    return SimpleNamespace(
        api_key="hash", token="hash", team_id="t", user_role=role, metadata={"signalbox": metadata}, team_metadata=None
    )


def state_of(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir(parents=True, exist_ok=True)
    return tmp_path
