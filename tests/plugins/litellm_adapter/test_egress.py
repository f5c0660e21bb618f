"""The last gate's signature: for what goes to the broker, and a refusal for what would go around it."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.litellm_adapter.egress import KEY_ENV, URL_ENV, Signer, class_of, rule_of, signer_from
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace
from plugins.routing.egress_verdict import HEADER, verify
from plugins.routing.types import Caller, DataClass, Decision, Deployment, Signal, Tier

KEY, NOW = b"a key of the tests", 1_800_000_000.0
BASE = "http://127.0.0.1:7000"
FAR = Deployment("my id", "far", "cloud", Tier.FRONTIER)
SIGNER = Signer(BASE, KEY, lambda: NOW)


def trace_of(label: str | None = "public") -> Trace:
    decision = Decision("d1", "auto", (Signal("data_class", label),), (), FAR)
    return Trace(decision=decision, caller=Caller(key_id="hash"))


def sent(call_type: str = "acompletion", **kwargs: Any) -> dict[str, Any]:
    made = {"model": "gpt", "api_base": f"{BASE}/t/my%20id/v1", **kwargs}
    SIGNER.sign_attempt(made, call_type, "my id", FAR, trace_of())
    return made


def test_the_verdict_says_what_was_judged() -> None:
    made = sent(extra_headers={"a": "b", HEADER: "a client's own"})
    verdict = verify(made["extra_headers"][HEADER], KEY, NOW)
    assert (verdict.decision, verdict.data_class, verdict.zone) == ("d1", "public", "cloud")
    assert (verdict.key_id, verdict.deployment) == ("hash", "my id")
    assert made["extra_headers"]["a"] == "b"
    assert made["api_base"] == f"{BASE}/t/my%20id/v1"


def test_each_attempt_has_its_own() -> None:
    texts = {sent()["extra_headers"][HEADER] for _ in range(50)}
    assert len({verify(text, KEY, NOW).nonce for text in texts}) == 50


@pytest.mark.parametrize(
    ("call_type", "model"),
    [
        ("aspeech", "gpt"),
        ("arerank", "gpt"),
        ("amoderation", "x"),
        ("atranscription", "x"),
        ("aembedding", "mistral/m"),
    ],
)
def test_clients_that_drop_headers_have_it_in_the_path(call_type: str, model: str) -> None:
    made = sent(call_type, model=model)
    prefix, _, rest = made["api_base"].removeprefix(f"{BASE}/v/").partition("/")
    assert verify(prefix, KEY, NOW).deployment == "my id"
    assert rest == "t/my%20id/v1"
    assert "extra_headers" not in made


@pytest.mark.parametrize(
    "address",
    [
        None,
        "https://api.openai.com/v1",
        f"{BASE}/t/other/v1",
        f"{BASE}/t/my%20idx/v1",
        f"{BASE}@evil.example/t/my%20id/v1",
        "http://127.0.0.1:70001/t/my%20id/v1",
    ],
)
def test_nothing_goes_around(address: str | None) -> None:
    with pytest.raises(Refused) as caught:
        sent(api_base=address)
    assert (caught.value.status, caught.value.code) == (403, "egress_refused")


@pytest.mark.parametrize("trace", [None, Trace(), trace_of(None), trace_of("nonsense")])
def test_what_was_not_judged_is_not_signed(trace: Trace | None) -> None:
    kwargs = {"api_base": f"{BASE}/t/my%20id"}
    with pytest.raises(Refused):
        SIGNER.sign_attempt(kwargs, "acompletion", "my id", FAR, trace)
    with pytest.raises(Refused):
        SIGNER.sign_attempt(kwargs, "acompletion", "my id", None, trace_of())
    assert class_of(trace) is None
    assert class_of(trace_of("internal")) is DataClass.INTERNAL


def test_the_environment_says_whether_there_is_a_broker() -> None:
    assert signer_from({}) is None
    made = signer_from({URL_ENV: f"{BASE}/", KEY_ENV: "k"})
    assert made is not None
    assert (made.base, made.key) == (BASE, b"k")
    assert "key" not in repr(made)
    with pytest.raises(ValueError, match=KEY_ENV):
        signer_from({URL_ENV: BASE})


def test_a_scrubbed_request_is_signed_and_written_down_as_it_leaves() -> None:
    said = Signal("data_class", "internal", detail={"why": "default", "exempt": "image"})
    trace = Trace(decision=Decision("d1", "auto", (said,), (), FAR))
    assert (class_of(trace), rule_of(trace)) == (DataClass.INTERNAL, "default; exempt image")
    trace = Trace(decision=Decision("d1", "auto", (said,), (), FAR, scrubbed=DataClass.PUBLIC))
    assert class_of(trace) is DataClass.PUBLIC
    assert rule_of(trace) == "default; exempt image; scrubbed from internal"
