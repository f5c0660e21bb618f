"""A recorded corpus of the documents that LiteLLM's proxy really sends, scrubbed, for `test_corpus.py`.

To record anew after an upgrade: start the proxy with SIGNALBOX_ENGINE_RECORD=FILE on an empty database, use keys,
teams, users, budgets, models and every page of the admin UI, then

    python -m tests.services.database.corpus FILE

Each line of `corpus.jsonl.gz` is {"request": the engine's request, "operations": [...], "outcome": "data" or an error
code}: the outcome of replaying the lines in order on an empty database.
"""

import gzip
import hashlib
import json
import re
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus.jsonl.gz"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_NUMBER = re.compile(r'(?<![\w"])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?')
_OPERATION = re.compile(r"result: (\w+)")
SECRETS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), lambda _: "scrubbed.token"),
    (re.compile(r"\bsk-[\w.-]+"), lambda _: "sk-scrubbed"),
    (
        re.compile(r"(?<![\w-])[0-9a-f]{64}(?![\w-])"),
        lambda found: hashlib.sha256(b"scrubbed" + found.encode()).hexdigest(),
    ),
    (re.compile(r"(?<![\w/=+-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[A-Za-z0-9_-]{40,}=*"), lambda _: "scrubbed"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), lambda _: "someone@example.test"),
    (re.compile(rf'\\"{re.escape(socket.gethostname())}\\"'), lambda _: '\\"host\\"'),
    (re.compile(r"\b[0-9a-f]{12}:\d+\b|/(?:tmp|root|home|srv|opt)/[\w./-]+"), lambda _: "scrubbed-place"),
)


def load() -> list[dict[str, Any]]:
    """The corpus, in the order in which it is to be replayed."""
    return [json.loads(line) for line in gzip.decompress(CORPUS.read_bytes()).decode().splitlines()]


def documents(request: dict[str, Any]) -> list[str]:
    """The GraphQL documents of one request."""
    return [entry["query"] for entry in request["batch"]] if "batch" in request else [request["query"]]


def operations(request: dict[str, Any]) -> list[str]:
    return [found[1] for document in documents(request) if (found := _OPERATION.search(document))]


def shape(request: dict[str, Any]) -> tuple[str, ...]:
    """A request without its values: two with one shape exercise the same translation."""
    return tuple(sorted({_NUMBER.sub("0", _STRING.sub('""', document)) for document in documents(request)}))


def scrub(text: str) -> str:
    """Secrets, addresses and places replaced; equal values stay equal where keys depend on it."""
    for pattern, replacement in SECRETS:
        text = pattern.sub(lambda found, fill=replacement: fill(found[0]), text)  # type: ignore[misc]
    return text


def scrubbed(request: dict[str, Any]) -> dict[str, Any]:
    if "batch" in request:
        return {**request, "batch": [scrubbed(entry) for entry in request["batch"]]}
    return {**request, "query": scrub(request["query"])}


def distinct(lines: Iterator[str]) -> list[dict[str, Any]]:
    """The first request of every shape, scrubbed. Of raw statements every text is a shape of its own."""
    kept: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in lines:
        request = json.loads(line)
        raw = [document for document in documents(request) if "Raw" in document.split("(")[0]]
        statements = [_NUMBER.sub("0", document.split("parameters:")[0]) for document in raw]
        kept.setdefault((*shape(request), *statements), scrubbed(request))
    return list(kept.values())


def write(entries: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n" for entry in entries)
    CORPUS.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main() -> None:
    import tempfile

    from tests.services.database.support import RunningEngine, RunningPart

    with Path(sys.argv[1]).open(encoding="utf-8") as recorded:
        requests = distinct(iter(recorded))
    part = RunningPart(Path(tempfile.mkdtemp())).start().until_ready()
    engine = RunningEngine(part.gateway()).start()
    entries = [
        {"request": r, "operations": operations(r), "outcome": outcome(engine.post("/", r).json())} for r in requests
    ]
    engine.end()
    part.end()
    write(entries)
    print(f"{CORPUS.name}: {len(entries)} requests, {CORPUS.stat().st_size} bytes")


def outcome(answer: dict[str, Any]) -> str:
    """ "data", or the code of the first error."""
    if "errors" in answer:
        code: str = answer["errors"][0]["user_facing_error"].get("error_code") or "unknown"
        return code
    return "data"


if __name__ == "__main__":
    main()
