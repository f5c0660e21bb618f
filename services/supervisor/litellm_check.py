"""What LiteLLM would refuse of an edit, asked before it is taken.

Knows: the running gateway's route for it, the command that answers where none runs. Does not know: LiteLLM. Where
neither answers the edit is taken: each worker checks again before it changes anything.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from plugins.routing.config.lines import read_yaml
from plugins.routing.config.load import Config
from plugins.routing.config.problems import Findings, Path, Problem, dotted

ASK_S = 5.0
RUN_S = 120.0
COMMAND: tuple[str, ...] = (sys.executable, "-m", "plugins.litellm_adapter.check_config")


class LiteLLMCheck:
    """``url``, ``key``: of the gateway. ``command``: what is run where that does not answer; empty: nothing."""

    def __init__(
        self,
        url: str,
        key: str,
        environ: Mapping[str, str],
        command: Sequence[str] = COMMAND,
        transport: httpx.AsyncBaseTransport | None = None,
        verify: Any = True,
    ) -> None:
        self._url = f"{url}/routing/config/check"
        self._key = key
        self._environ = dict(environ)
        self._command = tuple(command)
        self._transport = transport
        self._verify = verify

    async def __call__(self, config: Config, text: str) -> list[Problem]:
        """Every problem, with its line in ``text``."""
        entries = [e for e in config.raw.get("model_list") or () if isinstance(e, Mapping)]
        if not entries:
            return []
        told = await self._asked(entries)
        if told is None:
            told = await self._run(entries)
        return with_lines(told or (), text, str(config.path))

    async def _asked(self, entries: list[Any]) -> list[Any] | None:
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            async with httpx.AsyncClient(
                timeout=ASK_S, trust_env=False, transport=self._transport, verify=self._verify
            ) as client:
                answer = await client.post(self._url, headers=headers, json={"deployments": entries})
            told = answer.json()["problems"] if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None
        return told if isinstance(told, list) else None

    async def _run(self, entries: list[Any]) -> list[Any] | None:
        if not self._command:
            return None
        pipe, devnull = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        child = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, stderr=devnull, env=self._environ
        )
        try:
            out, _ = await asyncio.wait_for(child.communicate(json.dumps(entries, default=str).encode()), RUN_S)
            told = json.loads(out)
        except (TimeoutError, ValueError):
            return None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return told if isinstance(told, list) else None


def with_lines(told: Sequence[Any], text: str, filename: str) -> list[Problem]:
    """Problems as told (``{"path", "message"}``, the path within ``model_list``) with file and line."""
    if not told:
        return []
    document = read_yaml(text, Findings())
    found: list[Problem] = []
    for one in told:
        path: Path = ("model_list", *one["path"])
        found.append(Problem(filename, document.line(path), dotted(path), str(one["message"])))
    return found
