"""Plain ``litellm --config`` on a rendered file: no edge, but the same routing, boundary and headers.

Missing without the edge: refusal of NUL bytes and oversized bodies, error codes in words, cleaned messages, LiteLLM's
own headers kept back, closed pass-through routes, redacted logs, reload.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.support.fake_cloud import fake_cloud
from tests.support.proxy import base_env, free_port, running
from tests.support.rendered import deployment, rendered


def test_plain_litellm_routes_and_holds_the_boundary(tmp_path: Path) -> None:
    with fake_cloud("local") as local, fake_cloud("cloud") as cloud:
        config, port = tmp_path / "litellm.yaml", free_port()
        models = [
            deployment("small", "small-m", local.url, "local", "small"),
            deployment("frontier", "cloud-m", cloud.url, "cloud", "frontier"),
        ]
        config.write_text(rendered(models))
        argv = [str(Path(sys.executable).parent / "litellm"), "--config", str(config), "--port", str(port)]
        env = base_env({"LITELLM_LOCAL_MODEL_COST_MAP": "True", "SIGNALBOX_STATE": str(tmp_path)})
        url = f"http://127.0.0.1:{port}"
        with running([*argv, "--host", "127.0.0.1"], url, tmp_path / "log", tmp_path, env) as proxy:
            client = proxy.client()

            def ask(model: str, text: str, **headers: str) -> Any:
                body = {"model": model, "messages": [{"role": "user", "content": text}]}
                return client.post("/v1/chat/completions", json=body, headers=headers)

            answer = ask("auto", "What is PLAINMARKER1?")
            assert answer.status_code == 200, answer.text
            assert answer.headers["x-signalbox-location"] == "local"
            local.behave("small-m", "error")
            assert ask("auto", "What is PLAINMARKER2?").status_code >= 400
            assert ask("frontier", "What is PLAINMARKER3?").status_code == 403
            assert cloud.holds("PLAINMARKER") == 0
            public = ask("frontier", "What is PLAINMARKER4?", **{"x-signalbox-data-class": "public"})
            assert public.status_code == 200
            assert cloud.holds("PLAINMARKER4") == 1
            client.close()
