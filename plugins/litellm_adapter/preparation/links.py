"""Content that a request names by URL: fetched by the egress broker and put in its place, or refused.

Knows: the broker's fetch route, its signature. Does not know: which hosts may be asked (the broker does), what is done
with the content: it is judged like everything else. Whatever goes wrong is an answer to the caller, never a URL that
is passed on: a model server, or LiteLLM itself, would fetch it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from typing import Any

import httpx

from plugins.litellm_adapter.egress import Signer, signer_from
from plugins.litellm_adapter.preparation import urls
from plugins.litellm_adapter.preparation.preparer import Ask, Found
from plugins.litellm_adapter.refusal import Refused
from plugins.routing.egress_verdict import FETCH, HEADER, LIFETIME_S, EgressVerdict, sign

MOST = 16
"""URLs in one request."""


def refused(path: str, why: str = "") -> Refused:
    """400, with the place and the line of the YAML."""
    message = (
        f"{path}: content is not fetched from this URL{f' ({why})' if why else ''}. Send the content itself as a data: "
        "URI, or an administrator names the host in gateway.boundary.fetch.hosts (with gateway.boundary.egress: on)."
    )
    return Refused(400, message, "url_not_fetched", path)


def check(kwargs: dict[str, Any]) -> None:
    """The last gate's look: raises Refused where a URL is still there."""
    for path, _ in urls.found(kwargs):
        raise refused(path)


class Links:
    """``seconds`` is more than the broker's own bounds: what is too slow there is refused, not passed on."""

    name = "links"
    seconds = 330.0

    def __init__(self) -> None:
        self._signer = signer_from(os.environ)

    def wants(self, data: dict[str, Any], call_type: str) -> bool:
        """Whether there is one."""
        del call_type
        return next(urls.found(data), None) is not None

    async def prepare(self, ask: Ask) -> Found:
        """Fetches all of them. Raises Refused."""
        wanted = dict(urls.found(ask.data))
        first = next(iter(wanted))
        signer, rules = self._signer, ask.spec.boundary.fetch
        if signer is None or not rules.hosts:
            raise refused(first)
        if first.startswith("tools"):
            raise refused(first, "a server of tools is called by nobody here")
        if len(wanted) > MOST:
            raise refused(first, f"more than {MOST} in one request")
        known = ask.memory.setdefault("links", {})
        missing = [url for url in dict.fromkeys(wanted.values()) if url not in known]
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=rules.timeout_s + 10) as http:
                got = await asyncio.gather(*(_fetch(http, signer, url, ask.caller.key_id or "") for url in missing))
        except httpx.HTTPError:
            raise refused(first, "it could not be fetched") from None
        known.update(zip(missing, got, strict=True))
        for path, url in wanted.items():
            if isinstance(known[url], str):
                raise refused(path, known[url])
        contents = {path: known[url] for path, url in wanted.items()}
        for name in {path.split(".")[0].split("[")[0] for path in wanted}:
            ask.data[name] = urls.inlined(ask.data[name], name, contents)
        return Found()


async def _fetch(http: httpx.AsyncClient, signer: Signer, url: str, key_id: str) -> tuple[str, bytes] | str:
    """Content type and bytes, or why there are none."""
    now = time.time()
    verdict = EgressVerdict(
        "", "restricted", FETCH, key_id, FETCH, now, now + LIFETIME_S, secrets.token_urlsafe(18), "url_in_content"
    )
    headers = {HEADER: sign(verdict, signer.key)}
    answer = await http.post(f"{signer.base}/fetch", json={"url": url}, headers=headers)
    if answer.status_code != 200:
        return answer.headers.get("x-signalbox-reason") or "it could not be fetched"
    return answer.headers.get("content-type", "application/octet-stream").split(";")[0], answer.content
