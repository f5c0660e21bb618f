"""A server that speaks Ollama's API on loopback, with a real llama.cpp and the tiny model behind it.

Knows: the requests and answers of Ollama's docs/api.md that clients use: tags, show, ps, version, chat, generate,
embed, streamed (one JSON object a line) and not. Does not know: the gateway. It remembers every request that it was
sent.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx

from tests.support.http_server import StandInServer
from tests.support.ollama_translate import chat_request, embed_answer, final_chunk, piece, tool_calls

Json = dict[str, Any]
_KEY = "standin"


@dataclass(frozen=True)
class PulledModel:
    """A model that the server claims to have; the tiny model answers for all of them."""

    name: str = "tiny:latest"
    parameter_size: str = "4.0B"
    context_length: int = 2048
    capabilities: tuple[str, ...] = ("completion", "tools")
    architecture: str = "llama"
    parameters: str = ""


@dataclass
class OllamaStandIn:
    """``url``: base URL. ``requests``: (path, body) in order of arrival; append-only."""

    url: str
    requests: list[tuple[str, Json]] = field(default_factory=list)

    def chats(self) -> list[Json]:
        """The bodies sent to /api/chat."""
        return [body for path, body in self.requests if path == "/api/chat"]


@contextmanager
def ollama_standin(
    gguf: Path, models: Sequence[PulledModel] = (PulledModel(),), *, embedding_gguf: Path | None = None, port: int = 0
) -> Iterator[OllamaStandIn]:
    """Run it until the block ends. ``gguf``: answers chats; ``embedding_gguf``: answers embeddings, if given."""
    with _llama(gguf) as chat, _llama(embedding_gguf, "--embedding") as embed:
        handler = type("Handler", (_Handler,), {"models": {m.name: m for m in models}, "chat": chat, "embed": embed})
        server = StandInServer(("127.0.0.1", port), handler)
        standin = OllamaStandIn(f"http://127.0.0.1:{server.server_address[1]}")
        handler.standin = standin  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield standin
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@contextmanager
def _llama(gguf: Path | None, *options: str) -> Iterator[httpx.Client | None]:
    if gguf is None:
        yield None
        return
    command = [
        sys.executable,
        "-m",
        "services.llm.runner",
        str(gguf),
        "--name",
        "m",
        "--parallel",
        "4",
        "--threads",
        "1",
    ]
    command += options
    environment = {"SIGNALBOX_RUNNER_KEY": _KEY, "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = json.loads(process.stdout.readline())["address"]
            headers = {"Authorization": f"Bearer {_KEY}"}
            limits = httpx.Limits(max_keepalive_connections=0)  # llama.cpp closes idle ones at any moment
            with httpx.Client(base_url=address, headers=headers, timeout=120, trust_env=False, limits=limits) as client:
                yield client
        finally:
            process.stdin.close()
            process.wait(20)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    models: Mapping[str, PulledModel]
    chat: httpx.Client
    embed: httpx.Client | None
    standin: OllamaStandIn

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_HEAD(self) -> None:
        self._json({}, body=False)

    def do_GET(self) -> None:
        self.standin.requests.append((self.path, {}))
        answers: Mapping[str, Any] = {
            "/api/tags": {"models": [_tag(m) for m in self.models.values()]},
            "/api/ps": {"models": []},
            "/api/version": {"version": "0.12.0"},
        }
        if self.path == "/":
            self._bytes(b"Ollama is running", "text/plain")
        elif self.path in answers:
            self._json(answers[self.path])
        else:
            self._bytes(b"404 page not found", "text/plain", 404)

    def do_POST(self) -> None:
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        except ValueError:
            self._json({"error": "invalid JSON"}, 400)
            return
        self.standin.requests.append((self.path, body))
        name = str(body.get("model") or body.get("name") or "")
        model = self.models.get(name) or self.models.get(f"{name}:latest")
        routes = {
            "/api/show": self._show,
            "/api/chat": self._chat,
            "/api/generate": self._chat,
            "/api/embed": self._embed,
        }
        if self.path not in routes:
            self._bytes(b"404 page not found", "text/plain", 404)
        elif model is None:
            self._json({"error": f"model '{name}' not found"}, 404)
        else:
            routes[self.path](model, body)

    def _show(self, model: PulledModel, _: Json) -> None:
        info = {
            "general.architecture": model.architecture,
            f"{model.architecture}.context_length": model.context_length,
            f"{model.architecture}.embedding_length": 128,
        }
        self._json(
            {
                "modelfile": f"FROM {model.name}",
                "parameters": model.parameters,
                "template": "{{ .Prompt }}",
                "details": _details(model),
                "model_info": info,
                "capabilities": list(model.capabilities),
                "modified_at": _now(),
            }
        )

    def _chat(self, model: PulledModel, body: Json) -> None:
        if "completion" not in model.capabilities:
            self._json({"error": f'"{model.name}" does not support chat'}, 400)
            return
        if body.get("tools") and "tools" not in model.capabilities:
            self._json({"error": f"{model.name} does not support tools"}, 400)
            return
        started = time.perf_counter_ns()
        generate = self.path == "/api/generate"
        with self.chat.stream("POST", "/v1/chat/completions", json=chat_request(body)) as answer:
            if answer.status_code != 200:
                said = json.loads(answer.read())["error"]["message"]
                self._json({"error": said}, answer.status_code)
                return
            if body.get("stream", True):
                self._stream(model.name, answer.iter_lines(), generate, started)
            else:
                self._whole(model.name, answer.iter_lines(), generate, started)

    def _stream(self, name: str, lines: Iterator[str], generate: bool, started: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        told: Json = {}
        calls: list[Json] = []
        try:
            for event in _events(lines, told):
                calls += event.get("tool_calls") or []
                if event.get("content"):
                    self._line(piece(name, _now(), generate, event["content"]))
            if calls:
                self._line(piece(name, _now(), generate, "", tool_calls(calls)))
            self._line(final_chunk(name, _now(), generate, told, started))
            self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the caller has gone: leaving the block ends the work

    def _whole(self, name: str, lines: Iterator[str], generate: bool, started: int) -> None:
        told: Json = {}
        text = ""
        calls: list[Json] = []
        for event in _events(lines, told):
            text += event.get("content") or ""
            calls += event.get("tool_calls") or []
        answer = final_chunk(name, _now(), generate, told, started)
        answer.update({k: v for k, v in piece(name, _now(), generate, text, tool_calls(calls)).items() if k != "done"})
        self._json(answer)

    def _embed(self, model: PulledModel, body: Json) -> None:
        if self.embed is None or "embedding" not in model.capabilities:
            self._json({"error": f'"{model.name}" does not support embeddings'}, 400)
            return
        answer = self.embed.post("/v1/embeddings", json={"input": body.get("input")})
        self._json(embed_answer(model.name, answer.json()), answer.status_code)

    def _line(self, value: Json) -> None:
        data = (json.dumps(value) + "\n").encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _json(self, value: Any, status: int = 200, *, body: bool = True) -> None:
        self._bytes(json.dumps(value).encode() if body else b"", "application/json; charset=utf-8", status)

    def _bytes(self, data: bytes, media: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _events(lines: Iterator[str], told: Json) -> Iterator[Json]:
    """The deltas of llama.cpp's stream; ``told`` collects the finish reason and usage."""
    for line in lines:
        if not line.startswith("data: {"):
            continue
        event = json.loads(line[6:])
        told["usage"] = event.get("usage") or told.get("usage")
        for choice in event.get("choices", ()):
            told["finish"] = choice.get("finish_reason") or told.get("finish")
            yield choice.get("delta") or {}


def _details(model: PulledModel) -> Json:
    return {
        "parent_model": "",
        "format": "gguf",
        "family": model.architecture,
        "families": [model.architecture],
        "parameter_size": model.parameter_size,
        "quantization_level": "F16",
    }


def _tag(model: PulledModel) -> Json:
    digest = hashlib.sha256(model.name.encode()).hexdigest()
    head = {"name": model.name, "model": model.name, "modified_at": _now(), "size": 330_000, "digest": digest}
    return {**head, "details": _details(model)}


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")
