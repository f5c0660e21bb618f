"""What counts as worse."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from plugins.routing.config.load import Config, parse_config
from plugins.routing.decision_log import DecisionLog
from services.supervisor.regressions import Regressions
from tests.services.console.seed import BASE

LOCAL = "- {model_name: m, litellm_params: {model: hosted_vllm/m}, model_info: {id: m, location: local, tier: small}}\n"
CLOUD = "- {model_name: c, litellm_params: {model: openai/c}, model_info: {id: c, location: cloud, tier: small}}\n"


def parsed(models: str, gateway: str = "{}") -> Config:
    listed = f"model_list:\n{models}" if models else ""
    return parse_config(f"{listed}gateway: {gateway}\n", "x.yaml")


async def _worse(before: Config, after: Config, log: Path) -> list[str]:
    return await Regressions(log, lambda config: config.deployments)(before, after)


async def test_a_weaker_boundary_is_worse_even_without_a_log(tmp_path: Path) -> None:
    looser = parsed(LOCAL, "{boundary: {zones: {cloud: internal}}}")
    (told,) = await _worse(parsed(LOCAL), looser, tmp_path / "none.sqlite")
    assert told == "gateway.boundary.zones.cloud: public -> internal (more may leave)"
    assert await _worse(looser, parsed(LOCAL), tmp_path / "none.sqlite") == []


async def test_requests_that_would_be_refused_are_worse(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "d.sqlite", 0)
    log.put(replace(BASE, at=time.time(), capability="auto", data_class="internal", denied_by=None, intent="question"))
    log.close()
    assert await _worse(parsed(LOCAL + CLOUD), parsed(LOCAL), tmp_path / "d.sqlite") == []
    (told,) = await _worse(parsed(LOCAL), parsed(CLOUD), tmp_path / "d.sqlite")
    assert told == "1 of 1 requests that are served today would be refused"
