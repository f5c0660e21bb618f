"""Replaces what detectors find before a request leaves, and puts it back into the answer on its way out.

Knows: LiteLLM's request data, the edge's messages. Does not know: what is found, how values are kept
(``plugins.scrub``). Only where the decision says so. What goes wrong keeps the request inside: 403.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from plugins.litellm_adapter.body import Message
from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace
from plugins.routing.body_content import content_keys
from plugins.routing.request_shapes import mode_and_shape
from plugins.scrub.pseudonyms import Pseudonyms
from plugins.scrub.replace import NotScrubbedError, Scrubber
from plugins.scrub.restore import Events, restored_body
from plugins.signals.data_class import DataClassSignal

_LOG = logging.getLogger("signalbox.boundary")

Send = Callable[[Message], Awaitable[None]]


async def scrub(gateway: Gateway, trace: Trace, data: dict[str, Any]) -> None:
    """Replaces the content of ``data`` where ``trace.decision`` is one for a scrubbed request. Raises Refused."""
    trace.names = None
    decision = trace.decision
    if decision is None or decision.scrubbed is None:
        return
    signal = next((e for e in gateway.router.extractors if isinstance(e, DataClassSignal)), None)
    if signal is None or not trace.edge:
        raise _kept_in("this gateway runs without the part that puts values back")
    finder, boundary = signal.finder, gateway.router.spec.boundary
    parts, done = {key: data[key] for key in content_keys(data, mode_and_shape(trace.route)[1])}, dict[str, Any]()

    def fill(names: Pseudonyms) -> None:
        done.update(Scrubber(finder, boundary, names).content(parts))

    def work() -> Pseudonyms:
        gateway.pseudonyms.sweep(gateway.router.spec.retention.pseudonyms_days)
        return gateway.pseudonyms.grow(trace.conversation, trace.caller.key_id or "", fill)

    try:
        trace.names = await asyncio.to_thread(work)
    except NotScrubbedError as error:
        raise _kept_in(f"what is left holds {error.found}") from None
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the text was not scrubbed: fail closed
        _LOG.error("request %s could not be scrubbed: %s", trace.request_id, type(error).__name__)
        raise _kept_in("it could not be scrubbed") from None
    trace.names.json_answer = asks_for_json(data)
    data.update(done)


def asks_for_json(data: Mapping[str, Any]) -> bool:
    """Whether the answer's text is to be JSON, in any API's words."""
    text = data.get("text")
    inner = text.get("format") if isinstance(text, Mapping) else None
    formats = (data.get("response_format"), data.get("output_format"), inner)
    return any(f.get("type") in ("json_schema", "json_object") for f in formats if isinstance(f, Mapping))


def _kept_in(why: str) -> Refused:
    return Refused(
        403,
        f"Nothing that can do this may see it as it is, and {why}, so it must not leave. Add a model inside, or send "
        "it without what identifies people.",
        "data_boundary",
        kind="permission_error",
    )


class Restoring:
    """Wraps the edge's ``send``: an answer to a scrubbed request gets its values back, whole or streamed. Any other
    passes untouched."""

    def __init__(self, send: Send, trace: Trace) -> None:
        self._send = send
        self._trace = trace
        self._start: Message | None = None
        self._held: list[bytes] = []
        self._events: Events | None = None

    async def send(self, message: Message) -> None:
        """The ``send`` that the edge gets."""
        names = self._trace.names
        if names is None:
            await self._send(message)
        elif message["type"] == "http.response.start":
            await self._on_start(message, names)
        elif message["type"] == "http.response.body" and self._events is not None:
            more = message.get("more_body", False)
            body = self._events.feed(message.get("body", b""), last=not more)
            if body or not more:
                await self._send({**message, "body": body})
        elif message["type"] == "http.response.body" and self._start is not None:
            self._held.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._whole(self._start, names)
        else:
            await self._send(message)

    async def _on_start(self, message: Message, names: Pseudonyms) -> None:
        kind = next((v for k, v in message["headers"] if k.lower() == b"content-type"), b"")
        if kind.startswith(b"text/event-stream"):
            self._events = Events(names)
            await self._send(message)
        else:
            self._start = message

    async def _whole(self, start: Message, names: Pseudonyms) -> None:
        self._start = None
        body = restored_body(b"".join(self._held), names)
        headers = [h for h in start["headers"] if h[0].lower() != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})
