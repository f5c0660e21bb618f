"""What LiteLLM must do for the adapter to hold. After an upgrade of LiteLLM, what fails here tells what changed.

In this process: LiteLLM's own router against a fake upstream. What needs the whole proxy (header hook on streams, hooks
by route) is in ``tests/plugins/litellm_adapter``.
"""

from __future__ import annotations

import copy
import gc
import os
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import litellm
    from litellm.integrations.custom_logger import CustomLogger
    from litellm.proxy._types import ProxyException
    from litellm.proxy.types_utils.utils import get_instance_fn

from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace
from plugins.litellm_adapter.verdict import Verdict
from tests.support.fake_cloud import FakeCloud, fake_cloud

pytestmark = pytest.mark.filterwarnings("ignore")


class Recorder(CustomLogger):  # type: ignore[misc]
    """Writes down what is called; refuses where told."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str]] = []
        self.refuse_at: str = ""
        self.kwargs: dict[str, Any] = {}

    async def async_filter_deployments(
        self, model: str, healthy_deployments: list[Any], messages: Any, request_kwargs: Any = None,
        parent_otel_span: Any = None,
    ) -> list[Any]:  # fmt: skip
        self.seen.append(("filter", model))
        return healthy_deployments

    async def async_pre_call_deployment_hook(self, kwargs: dict[str, Any], call_type: Any) -> None:
        self.kwargs = kwargs
        self.seen.append(("attempt", kwargs["model_info"]["id"]))
        if self.refuse_at == kwargs["model_info"]["id"]:
            raise ProxyException(
                message="no", type="permission_error", param=None, code=403, openai_code="data_boundary"
            )


@pytest.fixture
def upstream() -> Iterator[FakeCloud]:
    with fake_cloud() as cloud:
        yield cloud


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    before, hook = list(litellm.callbacks), Recorder()
    litellm.callbacks = [hook]
    yield hook
    litellm.callbacks = before
    # Each test has its own event loop; a cached client of this one must neither be reused nor left open.
    await litellm.close_litellm_async_clients()
    litellm.in_memory_llm_clients_cache.flush_cache()
    gc.collect()


def _router(upstream: FakeCloud, **more: Any) -> Any:
    def entry(name: str) -> dict[str, Any]:
        params = {"model": f"openai/{name}-m", "api_base": f"{upstream.url}/v1", "api_key": "k"}
        return {"model_name": name, "litellm_params": params, "model_info": {"id": f"dep-{name}", "location": "here"}}

    return litellm.Router(model_list=[entry("one"), entry("two")], num_retries=0, disable_cooldowns=True, **more)


MESSAGES = [{"role": "user", "content": "hello"}]


async def test_filter_then_deployment_hook_run_for_every_attempt(upstream: FakeCloud, recorder: Recorder) -> None:
    upstream.behave("one-m", "error")
    router = _router(upstream)
    answer = await router.acompletion(model="one", messages=MESSAGES, fallbacks=["two"])
    assert answer.choices[0].message.content == "answer from cloud"
    assert recorder.seen == [("filter", "one"), ("attempt", "dep-one"), ("filter", "two"), ("attempt", "dep-two")]


async def test_the_deployment_hook_is_the_last_gate(upstream: FakeCloud, recorder: Recorder) -> None:
    recorder.refuse_at = "dep-one"
    with pytest.raises(ProxyException):
        await _router(upstream).acompletion(model="one", messages=MESSAGES, disable_fallbacks=True)
    assert not [r for r in upstream.received if b"POST" in r.request_line]


async def test_a_deployment_id_as_model_skips_the_filter_but_not_the_last_gate(
    upstream: FakeCloud, recorder: Recorder
) -> None:
    await _router(upstream).acompletion(model="dep-one", messages=MESSAGES)
    assert recorder.seen == [("attempt", "dep-one")]


async def test_fallbacks_of_the_request_come_before_those_of_the_file(upstream: FakeCloud, recorder: Recorder) -> None:
    upstream.behave("one-m", "error")
    router = _router(upstream, fallbacks=[{"one": ["one"]}])
    await router.acompletion(model="one", messages=MESSAGES, fallbacks=["two"])
    assert recorder.seen[-1] == ("attempt", "dep-two")


async def test_disable_fallbacks_holds_the_files_ones(upstream: FakeCloud, recorder: Recorder) -> None:
    upstream.behave("one-m", "error")
    router = _router(upstream, fallbacks=[{"one": ["two"]}], default_fallbacks=["two"])
    with pytest.raises(litellm.InternalServerError):
        await router.acompletion(model="one", messages=MESSAGES, disable_fallbacks=True)
    assert {model for _, model in recorder.seen} == {"one", "dep-one"}


async def test_a_verdict_in_metadata_reaches_every_attempt_as_the_same_object(
    upstream: FakeCloud, recorder: Recorder
) -> None:
    upstream.behave("one-m", "error")
    verdict = Verdict(("dep-one",), Trace())
    await _router(upstream).acompletion(
        model="one", messages=MESSAGES, fallbacks=["two"], metadata={"signalbox_verdict": verdict}
    )
    assert recorder.kwargs["metadata"]["signalbox_verdict"] is verdict
    assert copy.deepcopy(verdict) is verdict


async def test_an_attempt_shows_our_own_keys_of_model_info(upstream: FakeCloud, recorder: Recorder) -> None:
    await _router(upstream).acompletion(model="one", messages=MESSAGES)
    assert recorder.kwargs["model_info"]["location"] == "here"


async def test_deployments_come_and_go_while_running(upstream: FakeCloud, recorder: Recorder) -> None:
    from litellm.types.router import Deployment

    router = _router(upstream)
    params = {"model": "openai/three-m", "api_base": f"{upstream.url}/v1", "api_key": "k"}
    router.upsert_deployment(Deployment(model_name="three", litellm_params=params, model_info={"id": "dep-three"}))
    await router.acompletion(model="three", messages=MESSAGES)
    assert recorder.seen[-1] == ("attempt", "dep-three")
    router.delete_deployment("dep-three")
    assert "three" not in router.get_model_names()


def test_a_proxy_exception_keeps_status_and_our_code_apart() -> None:
    error = ProxyException(message="m", type="t", param="p", code=403, openai_code="data_boundary")
    assert (error.code, error.openai_code, error.to_dict()["code"]) == ("403", "data_boundary", "403")


def test_the_callback_of_the_yaml_is_the_one_object_even_when_its_file_is_executed_by_path(tmp_path: Path) -> None:
    from plugins import litellm_hooks
    from plugins.litellm_adapter.hooks import signalbox

    source = Path(litellm_hooks.__file__).read_text()
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "litellm_hooks.py").write_text(source)
    config = tmp_path / "config.yaml"
    for path in (str(config), None):
        assert get_instance_fn("plugins.litellm_hooks.signalbox", path) is signalbox


def test_litellm_runs_only_pre_call_hooks_that_the_class_itself_defines() -> None:
    from plugins.litellm_adapter.hooks import SignalboxHooks

    for name in ("async_pre_call_hook", "async_filter_deployments", "async_pre_call_deployment_hook"):
        assert name in vars(SignalboxHooks)


def test_the_parsed_body_is_found_in_the_scope() -> None:
    from litellm.proxy.common_utils import http_parsing_utils
    from starlette.requests import Request

    request = Request({"type": "http", "headers": [], "parsed_body": (("model",), {"model": "auto"})})
    assert http_parsing_utils._safe_get_request_parsed_body(request) == {"model": "auto"}


def test_cooldowns_can_be_switched_off_on_a_running_router(upstream: FakeCloud) -> None:
    assert _router(upstream).disable_cooldowns is True


def test_metadata_key_by_route() -> None:
    from litellm.proxy.litellm_pre_call_utils import get_metadata_variable_name
    from starlette.requests import Request

    def of(path: str) -> str:
        scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b"", "root_path": ""}
        return str(get_metadata_variable_name(Request({**scope, "server": ("x", 80), "scheme": "http"})))

    assert of("/v1/chat/completions") == "metadata"
    assert of("/v1/responses") == "litellm_metadata"
    assert of("/v1/messages") == "litellm_metadata"


def test_a_refusal_becomes_litellms_exception() -> None:
    from plugins.litellm_adapter.hooks import as_proxy_exception

    error = as_proxy_exception(Refused(404, "no", "model_not_found", "model"))
    assert (error.code, error.param, error.openai_code) == ("404", "model", "model_not_found")


def test_litellm_lets_idle_connections_go_before_a_server_closes_them() -> None:
    code = """
import asyncio, os, sys, warnings
from plugins.litellm_adapter.server import LITELLM_ENV
warnings.simplefilter("ignore")
os.environ.update(LITELLM_ENV)
from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler
async def main():
    session = AsyncHTTPHandler._create_aiohttp_transport()._get_valid_client_session()
    print("idle", session.connector._keepalive_timeout)
    await session.close()
asyncio.run(main())
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert told.stdout.split()[-1] == "4", "5 s is what most servers keep theirs"
