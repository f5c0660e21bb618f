"""Signs the attempts that go through the egress broker, and refuses those that would go around it.

Knows: the broker's address and key (both from the environment), LiteLLM's arguments of an attempt. Does not know: who
may leave: the last gate has decided that before. Without an address there is no broker (plain ``litellm --config``).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace
from plugins.routing.egress_verdict import HEADER, LIFETIME_S, EgressVerdict, sign
from plugins.routing.types import DataClass, Deployment

URL_ENV = "SIGNALBOX_EGRESS_URL"
KEY_ENV = "SIGNALBOX_EGRESS_KEY"

DROPS_HEADERS = frozenset({"speech", "aspeech", "transcription", "atranscription", "moderation", "amoderation"}) | {
    "rerank",
    "arerank",
}
"""Calls whose clients in LiteLLM 1.106.2 drop ``extra_headers``, as Mistral's does for embeddings: the verdict travels
in the path."""

AROUND = Refused(
    403,
    "This deployment is outside and is not reached through the egress broker. Declare it in the configuration file, or "
    "set its location to a zone that may get restricted data, or gateway.boundary.egress to off.",
    "egress_refused",
    kind="permission_error",
)


@dataclass(frozen=True, slots=True)
class Signer:
    """``base``: the broker's URL. ``now``: seconds since the epoch."""

    base: str
    key: bytes = field(repr=False)
    now: Callable[[], float] = time.time

    def sign_attempt(
        self, kwargs: dict[str, Any], call_type: str, deployment_id: str, served: Deployment | None, trace: Trace | None
    ) -> None:
        """Puts a verdict of this one attempt into ``kwargs``. Raises Refused where the attempt would not go to the
        broker, or was not judged."""
        here = f"{self.base}/t/{quote(deployment_id, safe='')}"
        address = kwargs.get("api_base") or kwargs.get("base_url")
        if not isinstance(address, str) or not (address == here or address.startswith(f"{here}/")):
            raise AROUND
        judged = class_of(trace)
        if judged is None or trace is None or trace.decision is None or served is None:
            raise AROUND
        now = self.now()
        text = sign(
            EgressVerdict(
                decision=trace.decision.id,
                data_class=judged.label,
                zone=served.location,
                key_id=trace.caller.key_id or "",
                deployment=deployment_id,
                issued=now,
                expires=now + LIFETIME_S,
                nonce=secrets.token_urlsafe(18),
                rule=rule_of(trace),
            ),
            self.key,
        )
        if call_type in DROPS_HEADERS or (call_type in ("embedding", "aembedding") and _is_mistral(kwargs)):
            kwargs["api_base"] = f"{self.base}/v/{text}{address.removeprefix(self.base)}"
        else:
            kwargs["extra_headers"] = {**(kwargs.get("extra_headers") or {}), HEADER: text}


def signer_from(environ: Mapping[str, str]) -> Signer | None:
    """The signer that the environment describes; None where it names no broker. Raises ValueError for a broker without
    a key."""
    base = environ.get(URL_ENV, "").rstrip("/")
    if not base:
        return None
    key = environ.get(KEY_ENV, "")
    if not key:
        raise ValueError(f"{URL_ENV} is set and {KEY_ENV} is not")
    return Signer(base, key.encode())


def class_of(trace: Trace | None) -> DataClass | None:
    """The class that the request was judged to have, as it is sent; None where nobody could tell."""
    decision = trace.decision if trace is not None else None
    if decision is not None and decision.scrubbed is not None:
        return decision.scrubbed
    signal = decision.signal("data_class") if decision is not None else None
    if signal is None or signal.label is None:
        return None
    return DataClass.__members__.get(signal.label.upper())


def rule_of(trace: Trace | None) -> str:
    """What decided the class: the word of the signal ``data_class``, with what was let through unread and the class
    before scrubbing; "" where nothing did."""
    decision = trace.decision if trace is not None else None
    signal = decision.signal("data_class") if decision is not None else None
    if decision is None or signal is None:
        return ""
    words = [str(signal.detail.get("why") or "")]
    if signal.detail.get("exempt"):
        words.append(f"exempt {signal.detail['exempt']}")
    if decision.scrubbed is not None:
        words.append(f"scrubbed from {signal.label}")
    return "; ".join(words)


def _is_mistral(kwargs: Mapping[str, Any]) -> bool:
    return kwargs.get("custom_llm_provider") == "mistral" or str(kwargs.get("model", "")).startswith("mistral/")
