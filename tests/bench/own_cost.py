"""What routing, boundary and logging together cost: CPU milliseconds a request, without LiteLLM and without a network.

Knows: the edge and the hooks in the order in which LiteLLM calls them, the real router, decision log and ledger. Does
not know: HTTP servers, upstreams. Counted is the CPU of this whole process, the writing threads included, less what the
same application takes without edge and hooks. Bound: 1.5 ms, of the issue on speed. ``python -m tests.bench.own_cost``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson

from plugins.assembly import build_router
from plugins.litellm_adapter.edge import Edge
from plugins.litellm_adapter.gateway import USAGE_WAIT_S, Gateway, open_gateway
from plugins.litellm_adapter.headers import headers_of
from plugins.litellm_adapter.hooks import SignalboxHooks
from tests.bench.decide import prompt
from tests.bench.machine import stamp

BOUND_MS = 1.5
TOKENS = (10, 100, 500, 2000)
MODELS = [
    {
        "model_name": f"model-{tier}",
        "litellm_params": {"model": "openai/x", "api_base": "http://127.0.0.1:9/v1"},
        "model_info": {"id": f"id-{tier}", "location": "local", "signalbox_tier": tier, "context_window": 32_000},
    }
    for tier in ("small", "large", "frontier")
]
CONFIG = {
    "model_list": MODELS,
    "gateway": {"discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False}},
}
KEY = SimpleNamespace(
    api_key="bench", token="bench", team_id=None, user_role="internal_user", metadata={}, team_metadata=None
)


class Upstream:
    """An application that answers a chat request at once; with ``hooks`` it calls them as LiteLLM does."""

    def __init__(self, hooks: SignalboxHooks | None) -> None:
        self.hooks = hooks

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = (await receive())["body"]
        data = scope["parsed_body"][1] if "parsed_body" in scope else orjson.loads(body)
        answer = SimpleNamespace(usage=SimpleNamespace(prompt_tokens=9, completion_tokens=5), model="m", choices=[])
        if self.hooks is not None:
            await self._through(self.hooks, {**data, "metadata": {}}, answer)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}", "more_body": False})

    async def _through(self, hooks: SignalboxHooks, data: dict[str, Any], answer: Any) -> None:
        data = await hooks.async_pre_call_hook(KEY, None, data, "acompletion")
        offered: list[Any] = [{"model_info": m["model_info"]} for m in MODELS if m["model_name"] == data["model"]]
        (chosen,) = await hooks.async_filter_deployments(data["model"], offered, data["messages"], data)
        await hooks.async_pre_call_deployment_hook({**data, "model_info": chosen["model_info"]}, "acompletion")
        await hooks.async_post_call_success_hook(data, KEY, answer)
        await hooks.async_post_call_response_headers_hook(data, KEY, answer)
        event = {"litellm_params": {"metadata": data["metadata"]}, "response_cost": 0.0}
        await hooks.async_log_success_event(event, answer, None, None)


async def _requests(app: Any, bodies: list[bytes]) -> float:
    """CPU seconds of the process for all of them."""

    async def send(_message: Any) -> None: ...

    before = time.process_time()
    for body in bodies:
        given = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive(given: Any = given) -> Any:
            return next(given)

        scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "query_string": b""}
        await app({**scope, "headers": [(b"content-type", b"application/json")]}, receive, send)
    return time.process_time() - before


def _bodies(tokens: int, count: int, rng: random.Random) -> list[bytes]:
    message = [{"role": "user", "content": ""}]
    return [
        orjson.dumps({"model": "auto", "messages": [{**message[0], "content": prompt(tokens, rng)}]})
        for _ in range(count)
    ]


async def measure(folder: Path, count: int, rounds: int) -> dict[str, Any]:
    """A row for each length: milliseconds, the median of ``rounds``, lowest and highest."""
    machine = stamp()
    config = folder / "litellm_config.yaml"
    config.write_text(json.dumps(CONFIG))
    gateway: Gateway = await open_gateway(config, folder / "state", build_router)
    hooks = SignalboxHooks()
    hooks._gateway = gateway
    ours = Edge(Upstream(hooks), headers_of=headers_of, on_end=gateway.end)
    bare = Upstream(None)
    rng = random.Random(11)
    rows = []
    for tokens in TOKENS:
        await _requests(ours, _bodies(tokens, 30, rng))
        taken = []
        for _ in range(rounds):
            bodies = _bodies(tokens, count, rng)
            whole = await _requests(ours, bodies)
            if gateway.log is not None:
                began = time.process_time()
                await asyncio.sleep(USAGE_WAIT_S + 0.1)  # a record waits that long for tokens that are not told
                gateway.log.flush(30)
                whole += time.process_time() - began
            taken.append((whole - await _requests(bare, bodies)) * 1e3 / count)
        rows.append({"tokens": tokens, "cpu_ms": statistics.median(taken), "spread": (min(taken), max(taken))})
    written = len(gateway.log.recent(1)) if gateway.log is not None else 0
    gateway.close()
    return {
        "bench": "own_cost",
        "machine": machine,
        "bound_ms": BOUND_MS,
        "requests": count,
        "rows": rows,
        "logged": bool(written),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--json", type=Path, default=Path("build/bench/own_cost.json"))
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as name:
        report = asyncio.run(measure(Path(name), 300, 1 if options.quick else 5))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report, indent=1))
    print("routing, boundary and logging together, CPU a request (all threads):")
    for row in report["rows"]:
        low, high = row["spread"]
        print(f"  {row['tokens']:>5} tokens  {row['cpu_ms']:.2f} ms ({low:.2f}-{high:.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
