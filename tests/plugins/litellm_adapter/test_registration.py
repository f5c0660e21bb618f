"""What the broker is told of a model of the admin UI, and what the gateway keeps of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plugins.litellm_adapter.registration import FILE, Registration
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.egress_split import DUMMY_KEY

BROKER = "http://127.0.0.1:7000"


def entry(model: str = "openai/x", **info: Any) -> dict[str, Any]:
    params = {"model": model, "api_base": "https://api.example/v1", "api_key": "sk-added"}
    return {"model_name": "m", "litellm_params": params, "model_info": {"id": "u-1", "db_model": True, **info}}


def test_the_broker_gets_host_and_key_and_an_attempt_goes_there(tmp_path: Path) -> None:
    made = Registration(tmp_path, BROKER)
    made.update([entry()], GatewaySpec())
    told = json.loads((tmp_path / FILE).read_text())["targets"]["u-1"]
    assert (told["base"], told["key"], told["zone"]) == ("https://api.example/v1", "sk-added", "unknown")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    kwargs: dict[str, Any] = {"api_key": "sk-added", "api_base": "https://api.example/v1", "organization": "o", "n": 1}
    made.redirect(kwargs, "u-1")
    assert kwargs == {"api_key": DUMMY_KEY, "api_base": f"{BROKER}/t/u-1/v1", "n": 1}


def test_others_stay_as_they_are(tmp_path: Path) -> None:
    made = Registration(tmp_path, BROKER)
    made.update([entry("bedrock/x"), entry(id="near", location="local")], GatewaySpec())
    assert json.loads((tmp_path / FILE).read_text()) == {"targets": {}}
    for name in ("u-1", "near", "other"):
        kwargs: dict[str, Any] = {"api_key": "sk"}
        made.redirect(kwargs, name)
        assert kwargs == {"api_key": "sk"}


def test_what_is_gone_is_forgotten_and_an_equal_file_not_written(tmp_path: Path) -> None:
    made = Registration(tmp_path, BROKER)
    made.update([entry()], GatewaySpec())
    before = (tmp_path / FILE).stat().st_ino
    made.update([entry()], GatewaySpec())
    assert (tmp_path / FILE).stat().st_ino == before
    made.update([], GatewaySpec())
    assert json.loads((tmp_path / FILE).read_text()) == {"targets": {}}
    kwargs: dict[str, Any] = {"api_key": "sk"}
    made.redirect(kwargs, "u-1")
    assert kwargs == {"api_key": "sk"}
