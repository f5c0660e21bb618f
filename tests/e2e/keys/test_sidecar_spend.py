"""Work of sidecars is spend like any other: tokens embedded, seconds transcribed, pages read, characters spoken."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.keys.sidecar import PAGES, SECONDS, SOUND, TOKENS, sidecar
from tests.support.system import System, running_system

PRICES = {
    "ears": {"input_cost_per_second": 0.001},
    "vectors": {"input_cost_per_token": 0.002},
    "eyes": {"ocr_cost_per_page": 0.03},
    "mouth": {"input_cost_per_character": 0.004},
}
TEXT = "Eleven chars and some more."
MODES = {"ears": "audio_transcription", "vectors": "embedding", "eyes": "ocr", "mouth": "audio_speech"}
EXPECTED = {
    "ears": SECONDS * 0.001,
    "vectors": TOKENS * 0.002,
    "eyes": PAGES * 0.03,
    "mouth": len(TEXT) * 0.004,
}


def _entry(name: str, url: str) -> dict[str, Any]:
    model, base = ("mistral/o", url) if name == "eyes" else (f"openai/{name}", f"{url}/v1")
    params = {"model": model, "api_base": base, "api_key": "none", **PRICES[name]}
    info = {"location": "local", "tier": "small", "mode": MODES[name], "builtin": name == "mouth", **PRICES[name]}
    return {"model_name": name, "litellm_params": params, "model_info": info}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with sidecar() as url:
        config = {
            "model_list": [_entry(name, url) for name in PRICES],
            "gateway": {
                "discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False},
                "health": {"probes": False},  # the stand-in's vectors mean nothing
            },
        }
        with running_system(
            tmp_path_factory.mktemp("sidecars"), json.dumps(config), arguments=("--only", "database,gateway")
        ) as running:
            yield running


def _work(http: httpx.Client, name: str) -> httpx.Response:
    if name == "ears":
        file = {"file": ("a.wav", io.BytesIO(b"RIFF"), "audio/wav")}
        return http.post("/v1/audio/transcriptions", data={"model": name, "response_format": "json"}, files=file)
    if name == "vectors":
        return http.post("/v1/embeddings", json={"model": name, "input": "five words in this one"})
    if name == "mouth":
        return http.post("/v1/audio/speech", json={"model": name, "input": TEXT, "voice": "alloy"})
    document = {"type": "document_url", "document_url": "data:application/pdf;base64,JVBERi0xLjQK"}
    return http.post("/v1/ocr", json={"model": name, "document": document})


@pytest.mark.parametrize("name", list(PRICES))
def test_the_key_is_charged_for_the_work(system: System, name: str) -> None:
    with system.client() as admin:
        key = admin.post("/key/generate", json={"models": [name], "max_budget": EXPECTED[name] / 2}).json()["key"]
        own = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=system.url, headers=own, timeout=60, trust_env=False) as http:
            answer = _work(http, name)
            assert answer.status_code == 200, answer.text

            def spend() -> float:
                found = admin.get("/key/info", params={"key": key}).json()["info"]["spend"]
                return float(found)

            system.wait_for(lambda: spend() > 0, "the spend to be booked", 30)
            assert spend() == pytest.approx(EXPECTED[name], rel=1e-9)
            refused = _work(http, name)
            assert refused.status_code in (400, 422, 429), refused.text
            assert "budget" in refused.text.lower()


def test_key_team_user_and_log_agree_on_a_call_of_our_own_lane(system: System) -> None:
    with system.client() as admin:
        team = admin.post("/team/new", json={"team_alias": "speakers"}).json()["team_id"]
        user = admin.post("/user/new", json={"user_id": "speaker", "auto_create_key": False}).json()["user_id"]
        made = admin.post("/key/generate", json={"models": ["mouth"], "team_id": team, "user_id": user}).json()
        key = {"Authorization": f"Bearer {made['key']}"}
        with httpx.Client(base_url=system.url, headers=key, timeout=60, trust_env=False) as http:
            answer = _work(http, "mouth")
            refused = http.post("/v1/audio/speech", json={"model": "mouth", "input": "x", "voice": "nobody"})
        assert answer.content == SOUND
        assert answer.headers["content-type"] == "audio/mpeg"
        assert answer.headers["x-signalbox-deployment"]
        assert answer.headers["x-signalbox-engine"] == "stand-in"
        assert float(answer.headers["x-litellm-response-cost"]) == pytest.approx(EXPECTED["mouth"])
        # What our own sidecar says of a request reaches the caller whole.
        assert refused.status_code == 400
        assert refused.json()["error"]["message"] == "There is no voice nobody: ask for alloy."
        assert refused.json()["error"]["param"] == "voice"
        assert refused.json()["error"]["code"] == "voice_not_found"

        def spent() -> list[float]:
            logs = admin.get("/spend/logs", params={"api_key": made["key"]}).json()
            return [
                admin.get("/key/info", params={"key": made["key"]}).json()["info"]["spend"],
                admin.get("/team/info", params={"team_id": team}).json()["team_info"]["spend"],
                admin.get("/user/info", params={"user_id": user}).json()["user_info"]["spend"],
                sum(row["spend"] for row in logs),
            ]

        system.wait_for(lambda: min(spent()) > 0, "the spend to be booked", 30)
        assert spent() == pytest.approx([EXPECTED["mouth"]] * 4, rel=1e-9)
        decisions = admin.get("/routing/decisions", params={"limit": 2}).json()["decisions"]
        assert {(d["status"], d["model_group"]) for d in decisions} == {(200, "mouth"), (400, "mouth")}
