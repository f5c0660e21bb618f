"""Whether one request may leave, decided without trusting who sent it.

Knows: path, verdict, target, nonces. Does not know: HTTP, the body. The order is that of the cheapest first; the nonce
is used last, so that a refused request uses none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes

from plugins.routing.egress_verdict import FETCH, BadVerdictError, EgressVerdict, verify
from services.egress.nonces import Nonces
from services.egress.targets import Target, TargetFile

_PATH = re.compile(rb"(?:/v/([A-Za-z0-9._-]{1,2048}))?/t/([A-Za-z0-9._:%-]{1,400})/(.+)")
_REST = re.compile(rb"[A-Za-z0-9._~:@!$&'()*+,;=%/-]{1,1000}")
_QUERY = re.compile(rb"[A-Za-z0-9._~:@!$&'()*+,;=%/?-]{0,1000}")
_CREDENTIAL = re.compile(rb"(?i)(?:^|&)(?:[a-z_-]*key|[a-z_]*token|code|sig)=")


@dataclass(frozen=True, slots=True)
class Granted:
    """``url``: where it goes, complete."""

    verdict: EgressVerdict
    target: Target
    url: str


class RefusedError(Exception):
    """``reason``: a word for the record. ``verdict``: only where its signature held."""

    def __init__(self, reason: str, deployment: str = "", verdict: EgressVerdict | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.deployment = deployment
        self.verdict = verdict


class Judge:
    """``key``: that of the gateway's last gate. ``now``: seconds since the epoch."""

    def __init__(self, key: bytes, targets: TargetFile, nonces: Nonces, now: Callable[[], float]) -> None:
        self._key = key
        self._targets = targets
        self._nonces = nonces
        self._now = now

    def judge(self, method: str, raw_path: bytes, query: bytes, headers: list[str]) -> Granted:
        """``raw_path``: as it came, not decoded. ``headers``: every value of the verdict's header. Raises
        RefusedError."""
        in_path, deployment, rest = split(raw_path)
        given = [*headers, *([in_path] if in_path else [])]
        if len(given) > 1:
            raise RefusedError("malformed", deployment)
        now = self._now()
        try:
            verdict = verify(given[0] if given else None, self._key, now)
        except BadVerdictError as error:
            raise RefusedError(error.reason, deployment) from None
        target = self._targets.get(deployment)
        reason = (
            _wrong_request(method, rest, query)
            or _wrong_place(verdict, deployment, target, f"/{unquote(rest.decode('ascii', 'replace'))}")
            or self._nonces.use(verdict.nonce, verdict.issued, verdict.expires, now)
        )
        if reason or target is None:
            raise RefusedError(reason or "unknown_target", deployment, verdict)
        url = f"{target.origin}/{rest.decode('ascii')}"
        return Granted(verdict, target, f"{url}?{query.decode('ascii')}" if query else url)

    def judge_fetch(self, method: str, headers: list[str]) -> EgressVerdict:
        """The same for a URL in content. Raises RefusedError."""
        if len(headers) > 1:
            raise RefusedError("malformed")
        now = self._now()
        try:
            verdict = verify(headers[0] if headers else None, self._key, now)
        except BadVerdictError as error:
            raise RefusedError(error.reason) from None
        reason = "method" if method != "POST" else None if verdict.deployment == FETCH else "other_deployment"
        reason = reason or self._nonces.use(verdict.nonce, verdict.issued, verdict.expires, now)
        if reason:
            raise RefusedError(reason, verdict.deployment, verdict)
        return verdict


def split(raw_path: bytes) -> tuple[str, str, bytes]:
    """``[/v/<verdict>]/t/<deployment>/<rest>`` -> verdict or "", deployment, rest. Raises RefusedError. The form with
    the verdict in the path is for LiteLLM's clients that drop extra headers."""
    match = _PATH.fullmatch(raw_path)
    if match is None:
        raise RefusedError("unknown_path")
    try:
        deployment = unquote_to_bytes(match[2]).decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError("unknown_path") from None
    return (match[1] or b"").decode("ascii"), deployment, match[3]


def _wrong_request(method: str, rest: bytes, query: bytes) -> str | None:
    if method != "POST":
        return "method"
    decoded = unquote_to_bytes(rest)
    # What decodes twice is not looked at twice but refused, and so is every other way to write another path or host.
    if not _REST.fullmatch(rest) or min(decoded) < 0x20 or set(decoded) & set(b"%\\?#"):
        return "path"
    if any(segment in (b"", b".", b"..") for segment in decoded.split(b"/")):
        return "path"
    if not _QUERY.fullmatch(query) or _CREDENTIAL.search(unquote_to_bytes(query)):
        return "query"
    return None


def _wrong_place(verdict: EgressVerdict, deployment: str, target: Target | None, path: str) -> str | None:
    if verdict.deployment != deployment:
        return "other_deployment"
    if target is None:
        return "unknown_target"
    if verdict.zone != target.zone:
        return "other_zone"
    if path != target.prefix and not path.startswith(f"{target.prefix}/"):
        return "path"
    return "class" if verdict.level > target.highest else None
