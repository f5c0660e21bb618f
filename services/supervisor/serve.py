"""Model servers that a deployment asks to have started: ``model_info.serve: {engine: vllm, model: ..., args: [...]}``.

Knows: vLLM's command line, where an interpreter with vLLM is. Does not know: ports (given), processes.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from plugins.routing.config.deployments import deployment_id
from plugins.routing.config.load import Config
from services.supervisor.ports import LOOPBACK
from services.supervisor.process import Part

PYTHON_ENV = "SIGNALBOX_VLLM_PYTHON"
READY_S = 1800.0
"""Seconds that loading the weights of a large model may take."""


class ServeError(Exception):
    """A server that was asked for cannot be started. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Served:
    """``index``: of the entry in model_list. ``name``: of the part. ``api_base``: as the user wrote it, else None."""

    index: int
    name: str
    model: str
    served_name: str
    args: tuple[str, ...]
    api_base: str | None


def served(config: Config) -> tuple[Served, ...]:
    """The entries that ask for a server, in the file's order."""
    asked: list[Served] = []
    for index, entry in enumerate(config.raw.get("model_list") or []):
        info = entry.get("model_info") if isinstance(entry, dict) else None
        serve = info.get("serve") if isinstance(info, dict) else None
        if isinstance(serve, dict):
            asked.append(_served(index, entry, serve))
    return tuple(asked)


def serve_part(one: Served, port: int, environ: Mapping[str, str]) -> Part:
    """The part that serves it on ``port``. Raises ServeError where no vLLM is installed."""
    command = [interpreter(environ), "-m", "vllm.entrypoints.openai.api_server", "--model", one.model]
    command += ["--host", LOOPBACK, "--port", str(port)]
    if "--served-model-name" not in one.args:
        command += ["--served-model-name", one.served_name]
    return Part(
        name=one.name,
        command=(*command, *one.args),
        env={"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", **environ},
        readiness=f"http://{LOOPBACK}:{port}/health",
        ready_s=READY_S,
        stop_s=20.0,
    )


def port_of(one: Served) -> int | None:
    """The port of the address that the user gave, or None where we choose."""
    return urlsplit(one.api_base).port if one.api_base else None


def interpreter(environ: Mapping[str, str]) -> str:
    """A Python that has vLLM. Raises ServeError."""
    named = environ.get(PYTHON_ENV)
    if named:
        return named
    if importlib.util.find_spec("vllm") is not None:
        return sys.executable
    raise ServeError(
        "model_info.serve asks for vLLM, which is not installed here: run `.venv/bin/pip install "
        f"'signalbox-gateway[vllm]'`, or set {PYTHON_ENV} to a Python interpreter that has it, or start the server "
        "yourself and give its litellm_params.api_base instead of model_info.serve"
    )


def _served(index: int, entry: Mapping[str, Any], serve: Mapping[str, Any]) -> Served:
    params = entry.get("litellm_params") or {}
    provider, slash, rest = str(params.get("model", "")).partition("/")
    base = params.get("api_base")
    return Served(
        index=index,
        name=f"vllm-{deployment_id(entry)}",
        model=str(serve["model"]),
        served_name=rest if slash else provider,
        args=tuple(str(a) for a in serve.get("args") or ()),
        api_base=base if isinstance(base, str) else None,
    )
