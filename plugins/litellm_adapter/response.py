"""One answer on its way out: headers that leave, errors rewritten, streams untouched but for their error events.

Knows: ASGI response messages. Does not know: requests or routing.

Of LiteLLM's own headers only ``x-litellm-call-id`` (support asks for it) and ``x-litellm-response-cost`` stay: the
others name deployments, addresses, versions and the key's budget.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping

import orjson

from plugins.litellm_adapter import errors
from plugins.litellm_adapter.answer_guard import AnswerGuard
from plugins.litellm_adapter.body import Message
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace

KEPT = frozenset({b"x-litellm-call-id", b"x-litellm-response-cost"})
INTERNAL_PREFIXES = (b"x-litellm-", b"llm_provider-", b"x-signalbox-")
RETRY_AFTER_S = 5
BROKEN_OFF = Refused(502, "The model's answer broke off: try again.", "upstream_disconnected")
MAX_ERROR_BYTES = 1024 * 1024
IN_A_THREAD = 256 * 1024
"""Bytes of an answer from which on it is looked at in a thread."""

_ERROR_EVENTS = (
    b'data: {"error"',
    b"event: error\n",
    b'data: {"type": "error"',
    b'data: {"type":"error"',
    b"event: response.failed\n",
    b'data: {"type":"response.failed"',
)
_MODEL = re.compile(rb'"model":"[^"\\]*"')
"""A model's name in an event; inside a text every quote is escaped, so a caller's words cannot match."""


Send = Callable[[Message], Awaitable[None]]


class Answer:
    """Wraps ``send``. ``judged``: an answer of the data plane; elsewhere only headers are cut and a bare 404 is
    shaped."""

    def __init__(
        self, send: Send, trace: Trace, headers_of: Callable[[Trace], Mapping[str, str]], *, judged: bool
    ) -> None:
        self._send = send
        self._trace = trace
        self._headers_of = headers_of
        self._judged = judged
        self._start: Message | None = None
        self._held: list[bytes] = []
        self._begun = False
        self._stream = False
        self._guard: AnswerGuard | None = None
        self._whole: AnswerGuard | None = None
        self._responses = trace.path.endswith("/responses")
        self.status = 0

    async def send(self, message: Message) -> None:
        """The ``send`` that the application gets."""
        if message["type"] == "http.response.start":
            await self._on_start(message)
        elif message["type"] == "http.response.body" and self._start is not None:
            await self._on_held(message)
        elif self._stream and self._guard is not None and not message.get("body", b"").startswith(_ERROR_EVENTS):
            said = self._guard.piece(message.get("body", b""), last=not message.get("more_body", False))
            if said or not message.get("more_body", False):
                await self._pass_on({**message, "body": said})
        else:
            if self._guard is not None and (rest := self._guard.piece(b"", last=True)):
                await self._pass_on({"type": "http.response.body", "body": rest, "more_body": True})
            await self._pass_on(message)

    async def _pass_on(self, message: Message) -> None:
        """Bytes of an answer that has begun."""
        if message["type"] != "http.response.body":
            await self._send(message)
        elif self._stream and message.get("body", b"").startswith(_ERROR_EVENTS):
            self.status = BROKEN_OFF.status
            await self._send({**message, "body": self._clean_event(message["body"])})
        elif self._stream and (self._responses or self._trace.fell_back):
            await self._send({**message, "body": self._renamed(message.get("body", b""))})
        else:
            await self._send(message)

    async def refuse(self, why: Refused) -> None:
        """Answers with an error of our own, unless an answer has begun."""
        if not self._begun:
            await self._error(why.status, errors.render(why, anthropic=self._trace.anthropic), [])

    async def broken(self) -> None:
        """Something failed inside: an error body, or where a stream has begun an error event at its end."""
        if not self._begun:
            await self.refuse(Refused(500, "The gateway failed to handle this request: try again.", "internal_error"))
        elif self._stream:
            event = self._event(BROKEN_OFF)
            await self._send({"type": "http.response.body", "body": event, "more_body": False})

    async def _on_start(self, message: Message) -> None:
        kind = next((v for k, v in message["headers"] if k.lower() == b"content-type"), b"")
        json_error = message["status"] >= 400 and (self._judged or message["status"] == 404)
        if json_error and not kind.startswith(b"text/event-stream") and (self._judged or kind == b"application/json"):
            self._start = message
            return
        guard = self._trace.guard if self._judged and message["status"] < 300 else None
        if guard is not None and kind.startswith(b"application/json"):
            self._start, self._whole = message, guard
            return
        self._begun, self.status = True, int(message["status"])
        self._guard = guard if kind.startswith(b"text/event-stream") else None
        self._stream = kind.startswith(b"text/event-stream")
        self._trace.body = b"" if not self._stream else self._trace.body
        await self._send({**message, "headers": self._headers(message["headers"])})

    async def _on_held(self, message: Message) -> None:
        start = self._start
        assert start is not None
        if self._whole is not None or sum(map(len, self._held)) < MAX_ERROR_BYTES:
            self._held.append(message.get("body", b""))
        if message.get("more_body", False):
            return
        self._start = None
        payload, status = b"".join(self._held), int(start["status"])
        if self._whole is not None:
            await self._looked_at(self._whole, start, payload)
            return
        trace = self._trace
        if not self._judged:
            if payload == b'{"detail":"Not Found"}':
                payload = errors.render(Refused(404, f"{trace.path} does not exist.", "not_found"), anthropic=False)
        elif trace.refusal is not None and trace.refusal.status == status:
            payload = errors.render(trace.refusal, anthropic=trace.anthropic)
        elif b"no_db_connection" in payload:
            # Without a database LiteLLM knows the master key alone, and calls every other key a missing database.
            status, payload = 401, errors.render(errors.UNKNOWN_KEY, anthropic=trace.anthropic)
        elif trace.attempts and status in errors.NOT_THE_CALLERS:
            status = BROKEN_OFF.status  # the caller's own key is fine: ours was refused, or our model is gone
            payload = errors.render(errors.upstream_refused(int(start["status"])), anthropic=trace.anthropic)
        else:
            payload = errors.normalize(status, payload, trace.body, anthropic=trace.anthropic)
        await self._error(status, payload, start["headers"])

    async def _looked_at(self, guard: AnswerGuard, start: Message, payload: bytes) -> None:
        """A complete answer without addresses that would carry something elsewhere."""
        payload = await asyncio.to_thread(guard.whole, payload) if len(payload) > IN_A_THREAD else guard.whole(payload)
        self._begun, self.status = True, int(start["status"])
        self._trace.body = b""
        kept = [h for h in self._headers(start["headers"]) if h[0].lower() != b"content-length"]
        await self._send({**start, "headers": [*kept, (b"content-length", str(len(payload)).encode())]})
        await self._send({"type": "http.response.body", "body": payload, "more_body": False})

    async def _error(self, status: int, payload: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self._begun, self.status = True, status
        kept = [h for h in self._headers(headers) if h[0].lower() not in (b"content-length", b"content-type")]
        kept += [(b"content-type", b"application/json"), (b"content-length", str(len(payload)).encode())]
        if status == 429 and not any(k.lower() == b"retry-after" for k, _ in kept):
            known = self._trace.refusal.retry_after_s if self._trace.refusal is not None else None
            kept.append((b"retry-after", str(known or RETRY_AFTER_S).encode()))
        self._trace.body = b""
        await self._send({"type": "http.response.start", "status": status, "headers": kept})
        await self._send({"type": "http.response.body", "body": payload, "more_body": False})

    def _headers(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        ours = {k.encode(): v.encode("latin-1", "replace") for k, v in self._headers_of(self._trace).items()}
        kept = [(k, v) for k, v in headers if k.lower() in KEPT or not k.lower().startswith(INTERNAL_PREFIXES)]
        kept = [(k, v) for k, v in kept if k.lower() not in ours]
        return kept + list(ours.items())

    def _renamed(self, event: bytes) -> bytes:
        """An event that names the model as it was asked for: LiteLLM leaves the served one's name after a fallback, and
        always in Responses events."""
        asked = orjson.dumps(self._trace.requested or "")
        return _MODEL.sub(lambda _: b'"model":' + asked, event) if self._trace.requested else event

    def _failed_response(self, event: bytes, line: bytes) -> bytes:
        value = orjson.loads(line[6:])
        value["response"]["error"] = {"code": "server_error", "message": BROKEN_OFF.message}
        return self._renamed(event.replace(line, b"data: " + orjson.dumps(value)))

    def _clean_event(self, event: bytes) -> bytes:
        """An error event inside a stream, without internals."""
        line = next((row for row in event.split(b"\n") if row.startswith(b"data: ")), b"data: {}")
        try:
            if b"response.failed" in event[:64]:
                return self._failed_response(event, line)
            error = orjson.loads(line[6:]).get("error") or {}
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
            error = {}
        given = error.get("code") if isinstance(error, dict) else None
        status = int(given) if isinstance(given, str | int) and str(given).isdigit() else 502
        message = str(error.get("message", "")) if isinstance(error, dict) else ""
        if status >= 500:
            return self._event(BROKEN_OFF)
        code = errors.code_of(status, message, given)
        return self._event(Refused(status, errors.clean(message, status, self._trace.body), code))

    def _event(self, why: Refused) -> bytes:
        payload = errors.render(why, anthropic=self._trace.anthropic)
        return (b"event: error\n" if self._trace.anthropic else b"") + b"data: " + payload + b"\n\n"
