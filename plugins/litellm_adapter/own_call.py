"""The lane of the gateway's own routes: one call under everything that holds for a call by LiteLLM's routes.

Knows: LiteLLM's order of work around a call (hooks, selection, attempts, spend, failures). Does not know: what is sent
or answered; that is the route's own. Why it exists: LiteLLM's own handlers buffer streams and bend shapes.

How a route uses it::

    @router.post("/v1/ocr")
    async def ocr(request: Request, key: Key) -> Response:
        data = await request.json()

        async def attempt(target: Target) -> Done[httpx.Response]:
            answer = await post(client, target, "/v1/ocr", json={**data, "model": target.model})  # raises for >= 400
            return Done(answer, {"pages": answer.json()["usage_info"]["pages_processed"]})

        result = await own_call(request, key, {"model": data["model"]}, "aocr", attempt)
        return Response(result.value.content, headers=result.headers, media_type="application/json")

- ``data`` is what the hooks see: ``model`` (a capability or a model group) and what ``translate.facts_of`` reads for
  this ``call_type``, which must be known there. Leave out what only the sidecar reads: nothing of ``data`` is sent.
- The key was authenticated by ``Depends(user_api_key_auth)``. The lane then runs LiteLLM's pre-call hooks (ours
  decides; rate limits, budgets and guardrails too), and hands selection and fallbacks to LiteLLM's router, whose
  selections and attempts our guards hold to the verdict. ``attempt`` is called once for each deployment that is tried.
- A deployment of another maker (``model_info.builtin`` is not set) is called by ``foreign`` where one is given:
  ``litellm.atranscription`` and the like, with LiteLLM's arguments; it counts its own spend. Without one ``attempt`` is
  called, with that deployment's address and key.
- Spend: ``Done.amounts`` times the prices of the deployment (``PRICES``), booked on key, team, user and in the spend
  log when the attempt returns. For a stream that is its beginning: tell amounts before the first byte.
- An error of the upstream is raised as ``upstream_error``; others may be tried after it. The last one is the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import httpx
import litellm
import orjson
from fastapi import Request
from litellm.proxy._types import ProxyException
from litellm.types.llms.openai import HttpxBinaryResponseContent

from plugins.litellm_adapter.hooks import as_proxy_exception
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import CURRENT

T = TypeVar("T")

PRICES: Mapping[str, tuple[str, ...]] = {
    "seconds": ("output_cost_per_second", "input_cost_per_second"),
    "characters": ("input_cost_per_character",),
    "pages": ("ocr_cost_per_page",),
    "tokens": ("input_cost_per_token",),
    "queries": ("input_cost_per_query",),
}
"""Units of work, and LiteLLM's names for their price (US dollars each); the first that a deployment has counts."""

_STEPS: Mapping[str, dict[str, Any]] = {"atranscription": {"file": ("upload", b"")}}
"""What LiteLLM's logging wants to see among the arguments; the content itself never goes through it."""

_STEERS = frozenset(
    {"model", "metadata", "litellm_metadata", "user", "fallbacks", "disable_fallbacks", "num_retries", "timeout"}
)
"""What LiteLLM's router is given of ``data`` as the hooks left it; the rest is the route's."""

_CALL_TYPES: Mapping[str, str] = {"atranscription": "transcription"}
"""The call type that LiteLLM's own route gives its hooks, where that is not the function's name."""

_PROVIDER_AT_FAULT = frozenset({401, 403, 404})


@dataclass(frozen=True, slots=True)
class Target:
    """The deployment of one attempt. ``model``: its name there, without the provider. ``base``: its address, without
    ``/v1`` at the end. ``headers``: credentials, and the verdict that the egress broker wants. ``builtin``: one of our
    own sidecars."""

    deployment: str
    model: str
    base: str
    builtin: bool
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What an attempt gave, and how much work that was (units: ``PRICES``). ``told``: further ``x-signalbox-*`` headers
    of the answer, which the edge takes from nobody else."""

    value: T
    amounts: Mapping[str, float] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """What the route answers with. ``headers``: to be sent along; the edge adds ``x-signalbox-*``. ``usd``: the cost.
    ``foreign``: what ``foreign`` gave, with ``value`` None."""

    value: T | None
    headers: Mapping[str, str]
    usd: float
    foreign: Any = None


Attempt = Callable[[Target], Awaitable[Done[T]]]
Foreign = Callable[..., Awaitable[Any]]


class _Booked(HttpxBinaryResponseContent):  # type: ignore[misc] # litellm is untyped here
    """An answer in a class whose cost LiteLLM takes as told. Holds no content."""

    def __init__(self, done: Done[Any], usd: float) -> None:
        super().__init__(httpx.Response(200))
        self.done = done
        self._hidden_params = {"response_cost": usd}


async def own_call(
    request: Request,
    key: Any,
    data: Mapping[str, Any],
    call_type: str,
    attempt: Attempt[T],
    *,
    foreign: Foreign | None = None,
) -> Result[T]:
    """Runs the call; see above. ``call_type``: the name of LiteLLM's asynchronous function, e.g. ``aocr``.

    Raises ProxyException in OpenAI's shape: what a hook refused, or the error of the last attempt.
    """
    from litellm.proxy import proxy_server

    logging, router = proxy_server.proxy_logging_obj, proxy_server.llm_router
    held: dict[str, Any] = dict(data)
    try:
        held = await _admitted(request, key, held, call_type)
        arguments = {**{k: held[k] for k in held if k not in data or k in _STEERS}, **_STEPS.get(call_type, {})}
        served = await router._ageneric_api_call_with_fallbacks(  # the router's entry for any function
            original_function=_function(call_type, attempt, foreign), **arguments
        )
    except Exception as error:
        await logging.post_call_failure_hook(user_api_key_dict=key, original_exception=error, request_data=held)
        raise _shown(error) from error
    booked, trace = isinstance(served, _Booked), CURRENT.get()
    if booked and trace is not None:
        trace.told = served.done.told
    usd = (getattr(served, "_hidden_params", None) or {}).get("response_cost") or 0.0
    told = {"x-litellm-call-id": str(held["litellm_call_id"]), "x-litellm-response-cost": str(usd)}
    more = await logging.post_call_response_headers_hook(
        data=held, user_api_key_dict=key, response=served, request_headers=dict(request.headers)
    )
    headers = {**told, **{str(k): str(v) for k, v in (more or {}).items()}}
    return Result(served.done.value if booked else None, headers, usd, None if booked else served)


async def _admitted(request: Request, key: Any, data: dict[str, Any], call_type: str) -> dict[str, Any]:
    """``data`` with LiteLLM's own entries, after all pre-call hooks. Raises what they raise."""
    from litellm.proxy import proxy_server
    from litellm.proxy.common_request_processing import resolve_litellm_call_id
    from litellm.proxy.litellm_pre_call_utils import add_litellm_data_to_request

    data["litellm_call_id"] = resolve_litellm_call_id(request.headers.get("x-litellm-call-id"))
    data = await add_litellm_data_to_request(
        data=data,
        request=request,
        general_settings=proxy_server.general_settings,
        user_api_key_dict=key,
        version=proxy_server.version,
        proxy_config=proxy_server.proxy_config,
    )
    aliases = getattr(key, "aliases", None)
    if isinstance(aliases, dict) and data.get("model") in aliases:
        data["model"] = aliases[data["model"]]
    admitted: dict[str, Any] = await proxy_server.proxy_logging_obj.pre_call_hook(
        user_api_key_dict=key, data=data, call_type=_CALL_TYPES.get(call_type, call_type)
    )
    return admitted


def _function(call_type: str, attempt: Attempt[Any], foreign: Foreign | None) -> Callable[..., Awaitable[Any]]:
    """What the router calls for each deployment, under LiteLLM's name for this kind of call."""

    async def own(**arguments: Any) -> _Booked:
        target = _target(arguments)
        try:
            done = await attempt(target)
        except httpx.TimeoutException:
            raise upstream_error(504, b"", target) from None
        except httpx.TransportError:
            raise upstream_error(503, b"", target) from None
        return _Booked(done, cost(done.amounts, arguments))

    own.__name__ = call_type
    ours = litellm.utils.client(own)

    async def either(**arguments: Any) -> Any:
        if foreign is None or _info(arguments).get("builtin") is True:
            return await ours(**arguments)
        return await foreign(**{k: v for k, v in arguments.items() if k not in _STEPS.get(call_type, {})})

    either.__name__ = call_type
    return either


def _target(arguments: Mapping[str, Any]) -> Target:
    address = str(arguments.get("api_base") or arguments.get("base_url") or "").rstrip("/")
    secret = arguments.get("api_key")
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    info = _info(arguments)
    return Target(
        deployment=str(info.get("id", "")),
        model=str(arguments.get("model", "")).partition("/")[2] or str(arguments.get("model", "")),
        base=address.removesuffix("/v1"),
        builtin=info.get("builtin") is True,
        headers={**headers, **(arguments.get("extra_headers") or {})},
    )


def _info(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    found = arguments.get("model_info")
    return found if isinstance(found, Mapping) else {}


def cost(amounts: Mapping[str, float], arguments: Mapping[str, Any]) -> float:
    """US dollars of ``amounts`` at a deployment's prices, which are in its parameters or its ``model_info``."""
    usd = 0.0
    for unit, amount in amounts.items():
        prices = (holder.get(name) for name in PRICES[unit] for holder in (arguments, _info(arguments)))
        usd += amount * next((float(p) for p in prices if isinstance(p, int | float) and p > 0), 0.0)
    return usd


def upstream_error(status: int, body: bytes, target: Target) -> Exception:
    """The exception for an upstream's error answer, in a class that LiteLLM's router understands. A sidecar of ours
    writes for callers, so its words are passed on; anybody else's are cleaned by the edge."""
    why = _said(status, body)
    given: dict[str, Any] = {"message": why.message, "llm_provider": "openai", "model": target.model}
    kinds: dict[int, Any] = {
        400: litellm.BadRequestError,
        404: litellm.NotFoundError,
        429: litellm.RateLimitError,
        503: litellm.ServiceUnavailableError,
    }
    kind = kinds.get(status)
    error: Exception = kind(**given) if kind is not None else litellm.APIError(status_code=status, **given)
    if target.builtin and status not in _PROVIDER_AT_FAULT and body:
        error.refused = why  # type: ignore[attr-defined] # read by _shown
    return error


def _said(status: int, body: bytes) -> Refused:
    try:
        told = orjson.loads(body)["error"]
        message, code, param = str(told["message"]), told.get("code"), told.get("param")
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return Refused(status, "The upstream failed to answer.", None)
    return Refused(status, message, code if isinstance(code, str) else None, param if isinstance(param, str) else None)


def _shown(error: Exception) -> ProxyException:
    """What the caller gets; the edge cleans what is not ours."""
    why = getattr(error, "refused", None)
    if isinstance(why, Refused):
        return refused(why)
    if isinstance(error, ProxyException):
        return error
    status = getattr(error, "status_code", None)
    return ProxyException(
        message=str(getattr(error, "detail", None) or getattr(error, "message", None) or error),
        type=str(getattr(error, "type", None)),
        param=getattr(error, "param", None),
        code=status if isinstance(status, int) else 500,
    )


def refused(why: Refused) -> ProxyException:
    """The exception for a refusal of a route's own, which the edge then answers word for word."""
    trace = CURRENT.get()
    if trace is not None:
        trace.refusal = why
    return as_proxy_exception(why)


async def post(client: httpx.AsyncClient, target: Target, path: str, *, stream: bool = False, **what: Any) -> Any:
    """``POST`` to the target; the answer, unread where ``stream``. Raises ``upstream_error`` for 400 and above, and
    httpx's errors."""
    headers = {**target.headers, **what.pop("headers", {})}
    asked = client.build_request("POST", f"{target.base}{path}", headers=headers, **what)
    answer = await client.send(asked, stream=True)
    if answer.status_code >= 400 or not stream:
        try:
            body = await answer.aread()
        finally:
            await answer.aclose()
        if answer.status_code >= 400:
            raise upstream_error(answer.status_code, body, target)
    return answer
