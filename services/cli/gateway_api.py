"""Calls to the running gateway as its administrator.

Knows: where ``up`` leaves its address and the master key, the shapes of errors. Does not know: what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import click
import httpx

TIMEOUT_S = 30.0


class NoGatewayError(Exception):
    """Nothing runs, or its key cannot be read. The message says what to do."""


@dataclass(frozen=True, slots=True)
class GatewayApi:
    """``url``: the gateway's base URL. Each call raises click.ClickException with what the gateway answered."""

    url: str
    key: str = field(repr=False)
    transport: httpx.BaseTransport | None = None
    verify: Any = True

    @classmethod
    def of(cls, environ: Mapping[str, str], *, state: str | None = None, url: str | None = None) -> GatewayApi:
        """The gateway of a state directory, or at ``url``. Raises NoGatewayError."""
        from services.common.own_tls import trusted
        from services.supervisor.fleet import told_parts
        from services.supervisor.state import read_json, state_at

        found = state_at(state or environ.get("SIGNALBOX_STATE"))
        address = url or environ.get("SIGNALBOX_GATEWAY_URL")
        if not address:
            parts = {part.get("name"): part for part in told_parts(read_json(found.parts))}
            ready = str(parts.get("gateway", {}).get("readiness") or "")
            if not ready:
                raise NoGatewayError(f"nothing runs in {found.root}: start it with `signalbox up`, or name --state")
            address = ready.removesuffix("/health/readiness")
        key = environ.get("SIGNALBOX_MASTER_KEY")
        if not key:
            try:
                key = (found.secrets / "master.key").read_text("utf-8").strip()
            except OSError as error:
                raise NoGatewayError(
                    f"the master key cannot be read ({error}): name --state, or set SIGNALBOX_MASTER_KEY"
                ) from error
        return cls(address.rstrip("/"), key, verify=trusted(found.root))

    def get(self, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a GET."""
        return self._call("GET", path, params=dict(query))

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a POST."""
        return self._call("POST", path, json=dict(body))

    def _call(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            with httpx.Client(
                transport=self.transport, timeout=TIMEOUT_S, trust_env=False, verify=self.verify
            ) as client:
                answer = client.request(method, self.url + path, headers=headers, **what)
        except httpx.HTTPError as error:
            raise click.ClickException(
                f"{self.url} does not answer ({type(error).__name__}): is it running? See `signalbox status`"
            ) from error
        if answer.status_code != 200:
            raise click.ClickException(f"the gateway answered {answer.status_code}: {_message(answer)}")
        made: dict[str, Any] = answer.json()
        return made


def _message(answer: httpx.Response) -> str:
    try:
        error = answer.json()["error"]
        return str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, KeyError, TypeError):
        return "no reason was given"
