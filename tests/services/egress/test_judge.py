"""Who may leave: a table of requests that may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.egress.judge import Judge, RefusedError
from services.egress.nonces import Nonces
from services.egress.targets import TargetFile
from tests.services.egress.make import KEY, verdict_text, write_targets

NOW = 1_800_000_000.0


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    path = write_targets(tmp_path / "egress.json", "https://api.example/v1")
    return Judge(KEY, TargetFile(path, {}), Nonces(NOW - 100), lambda: NOW)


def refused(judge: Judge, path: str, *texts: str, method: str = "POST", query: bytes = b"") -> str:
    with pytest.raises(RefusedError) as caught:
        judge.judge(method, path.encode("latin-1"), query, list(texts))
    return caught.value.reason


def fresh(**changes: Any) -> str:
    return verdict_text(NOW, **changes)


def test_what_may_leave(judge: Judge) -> None:
    granted = judge.judge("POST", b"/t/far/v1/chat/completions", b"api-version=2024-10-21", [fresh()])
    assert granted.url == "https://api.example/v1/chat/completions?api-version=2024-10-21"
    assert granted.target.headers == {"authorization": "Bearer sk-real"}


def test_the_verdict_may_travel_in_the_path(judge: Judge) -> None:
    path = f"/v/{fresh()}/t/far/v1/embeddings".encode()
    assert judge.judge("POST", path, b"", []).url == "https://api.example/v1/embeddings"
    with pytest.raises(RefusedError, match="replayed"):
        judge.judge("POST", path, b"", [])
    both = f"/v/{fresh()}/t/far/v1/embeddings"
    assert refused(judge, both, fresh()) == "malformed"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"key": b"another key"}, "forged"),
        ({"issued": NOW - 99, "expires": NOW - 39}, "expired"),
        ({"issued": NOW - 101, "expires": NOW - 41}, "expired"),
        ({"data_class": "internal"}, "class"),
        ({"data_class": "restricted"}, "class"),
        ({"deployment": "site"}, "other_deployment"),
        ({"deployment": "nowhere"}, "other_deployment"),
        ({"zone": "local"}, "other_zone"),
        ({"zone": "site"}, "other_zone"),
    ],
)
def test_verdicts_that_do_not_fit(judge: Judge, changes: dict[str, Any], why: str) -> None:
    assert refused(judge, "/t/far/v1/chat/completions", fresh(**changes)) == why


def test_each_zone_gets_its_class(judge: Judge) -> None:
    text = fresh(deployment="site", zone="site", data_class="internal")
    assert judge.judge("POST", b"/t/site/v1/x", b"", [text]).target.zone == "site"
    text = fresh(deployment="site", zone="site", data_class="restricted")
    assert refused(judge, "/t/site/v1/x", text) == "class"
    assert refused(judge, "/t/nowhere/v1/x", fresh(deployment="nowhere")) == "unknown_target"


def test_missing_twice_and_replayed(judge: Judge) -> None:
    path = "/t/far/v1/chat/completions"
    assert refused(judge, path) == "missing"
    assert refused(judge, path, fresh(), fresh()) == "malformed"
    once = fresh()
    judge.judge("POST", path.encode(), b"", [once])
    assert refused(judge, path, once) == "replayed"
    assert refused(judge, "/t/far/v1/other", once) == "replayed"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/", "unknown_path"),
        ("/t/far", "unknown_path"),
        ("/t/far/", "unknown_path"),
        ("/x/far/v1/chat", "unknown_path"),
        ("/t/%ff/v1/chat", "unknown_path"),
        ("http://evil.example/t/far/v1/chat", "unknown_path"),
        ("/t/far/v2/chat", "path"),
        ("/t/far/v1x/chat", "path"),
        ("/t/far/v1/../v2/chat", "path"),
        ("/t/far/v1/%2e%2e/v2", "path"),
        ("/t/far/v1/%2E./v2", "path"),
        ("/t/far/v1/%252e%252e/v2", "path"),
        ("/t/far/v1/./chat", "path"),
        ("/t/far/v1//evil.example/chat", "path"),
        ("/t/far//evil.example/v1", "path"),
        ("/t/far/v1/a%2f%2fb", "path"),
        ("/t/far/v1/a\\b", "path"),
        ("/t/far/v1/a%5cb", "path"),
        ("/t/far/v1/a%0d%0aHost:evil", "path"),
        ("/t/far/v1/a%00", "path"),
        ("/t/far/v1/a%3fkey=x", "path"),
        ("/t/far/v1/a%23x", "path"),
        ("/t/far/v1/a b", "path"),
        ("/t/far/v1/\xe9", "path"),
        ("/t/far/@evil.example/v1", "path"),
        ("/t/far/v1/" + "a" * 2000, "path"),
    ],
)
def test_tampered_paths(judge: Judge, path: str, why: str) -> None:
    assert refused(judge, path, fresh()) == why


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "CONNECT", "OPTIONS"])
def test_other_methods(judge: Judge, method: str) -> None:
    assert refused(judge, "/t/far/v1/models", fresh(), method=method) == "method"


@pytest.mark.parametrize(
    "query", [b"key=sk-client", b"a=b&api_key=x", b"%6bey=x", b"access_token=x", b"a=\r\nb", b"a=" + b"b" * 2000]
)
def test_tampered_queries(judge: Judge, query: bytes) -> None:
    assert refused(judge, "/t/far/v1/models", fresh(), query=query) == "query"


def test_a_refused_request_uses_no_nonce(judge: Judge) -> None:
    text = fresh()
    assert refused(judge, "/t/far/v2/chat", text) == "path"
    assert judge.judge("POST", b"/t/far/v1/chat", b"", [text])
