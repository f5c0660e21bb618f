"""The lane's own arithmetic and errors, and LiteLLM's router running it. Hooks, spend and logs are seen in
``tests/e2e/keys/test_sidecar_spend.py``, through the whole system."""

from __future__ import annotations

import json
from typing import Any

import httpx
import litellm
import pytest
from litellm.proxy._types import ProxyException

from plugins.litellm_adapter import own_call
from plugins.litellm_adapter.own_call import Done, Target, cost, post, upstream_error
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import CURRENT, Trace

pytestmark = pytest.mark.filterwarnings("ignore")

OURS = Target("d", "ears", "http://ears", builtin=True, headers={"Authorization": "Bearer k"})
OTHERS = Target("d", "ears", "http://ears", builtin=False)
ERROR = json.dumps({"error": {"message": "Too long: split it.", "code": "too_long", "param": "file"}}).encode()


def _entry(name: str, **info: Any) -> dict[str, Any]:
    params = {"model": f"openai/{name}-m", "api_base": f"http://{name}/v1/", "api_key": f"key-of-{name}"}
    return {"model_name": name, "litellm_params": params, "model_info": {"id": f"dep-{name}", **info}}


@pytest.mark.parametrize(
    ("amounts", "arguments", "usd"),
    [
        ({"seconds": 10.0}, {"input_cost_per_second": 0.5}, 5.0),
        ({"seconds": 10.0}, {"output_cost_per_second": 0.25, "input_cost_per_second": 0.5}, 2.5),
        ({"seconds": 10.0}, {"output_cost_per_second": 0, "input_cost_per_second": 0.5}, 5.0),
        ({"characters": 3}, {"model_info": {"input_cost_per_character": 2}}, 6.0),
        ({"pages": 2, "tokens": 10}, {"ocr_cost_per_page": 1, "input_cost_per_token": 0.1}, 3.0),
        ({"queries": 4}, {}, 0.0),
    ],
)
def test_amounts_are_priced_in_litellms_words(amounts: dict[str, float], arguments: dict[str, Any], usd: float) -> None:
    assert cost(amounts, arguments) == pytest.approx(usd)


@pytest.mark.parametrize(("status", "kind"), [(400, litellm.BadRequestError), (429, litellm.RateLimitError)])
def test_an_upstreams_error_is_one_that_the_router_understands(status: int, kind: type[Exception]) -> None:
    error = upstream_error(status, ERROR, OURS)
    assert isinstance(error, kind)
    assert error.status_code == status  # type: ignore[attr-defined]


def test_words_of_our_own_sidecar_reach_the_caller_and_others_do_not() -> None:
    trace = Trace()
    token = CURRENT.set(trace)
    try:
        shown = own_call._shown(upstream_error(413, ERROR, OURS))
        assert (shown.code, shown.param) == ("413", "file")
        assert isinstance(trace.refusal, Refused)
        assert trace.refusal.message == "Too long: split it."
        trace.refusal = None
        own_call._shown(upstream_error(413, ERROR, OTHERS))
        own_call._shown(upstream_error(401, ERROR, OURS))  # our key, not the caller's
        assert trace.refusal is None
    finally:
        CURRENT.reset(token)


async def test_the_router_hands_each_deployment_to_the_attempt_in_order() -> None:
    router = litellm.Router(
        model_list=[_entry("first", builtin=True), _entry("second", builtin=True, input_cost_per_second=2.0)],
        num_retries=0,
    )
    seen: list[Target] = []

    async def attempt(target: Target) -> Done[str]:
        seen.append(target)
        if target.deployment == "dep-first":
            raise httpx.ConnectError("refused")
        return Done("heard", {"seconds": 3.0})

    served = await router._ageneric_api_call_with_fallbacks(
        original_function=own_call._function("aocr", attempt, None), model="first", fallbacks=["second"]
    )
    assert [(t.deployment, t.model, t.base) for t in seen] == [
        ("dep-first", "first-m", "http://first"),
        ("dep-second", "second-m", "http://second"),
    ]
    assert seen[1].headers == {"Authorization": "Bearer key-of-second"}
    assert "key-of-second" not in repr(seen[1])
    assert served.done.value == "heard"
    assert served._hidden_params["response_cost"] == 6.0


async def test_a_deployment_of_another_maker_goes_by_litellms_own_function() -> None:
    router = litellm.Router(model_list=[_entry("other")], num_retries=0)
    given: dict[str, Any] = {}

    async def attempt(target: Target) -> Done[str]:
        raise AssertionError(target)

    async def foreign(**arguments: Any) -> str:
        given.update(arguments)
        return "foreign"

    call = own_call._function("atranscription", attempt, foreign)
    assert await router._ageneric_api_call_with_fallbacks(original_function=call, model="other", file=b"") == "foreign"
    assert given["api_key"] == "key-of-other"
    assert "file" not in given  # the route gives the real one


async def test_post_raises_for_errors_and_leaves_a_stream_unread() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer k"
        return httpx.Response(200 if request.url.path == "/v1/good" else 503, stream=httpx.ByteStream(b"{}"))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        assert (await post(client, OURS, "/v1/good")).content == b"{}"
        unread = await post(client, OURS, "/v1/good", stream=True)
        assert not unread.is_closed
        await unread.aclose()
        with pytest.raises(litellm.ServiceUnavailableError):
            await post(client, OURS, "/v1/bad", stream=True)


def test_any_other_failure_keeps_its_status() -> None:
    refused = ProxyException(message="no", type="x", param=None, code=403)
    assert own_call._shown(refused) is refused
    assert own_call._shown(litellm.Timeout(message="late", model="m", llm_provider="openai")).code == "408"
    assert own_call._shown(ValueError("x")).code == "500"
