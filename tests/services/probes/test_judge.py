"""Right answers in any language pass, garbage and wrong shapes do not."""

from __future__ import annotations

from typing import Any

import pytest

from services.probes import judge
from tests.support.tiny_gguf import SENTENCE


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        "A telephone lets two people talk.",
        "Ein Fernsprecher.",
        "电话是一种通信设备。",
        "☎ Téléphone!",
        "4",
        "1. a\n2. b\n\tc",
        "no no no, I mean yes",
        "---\n| a | b |\n|---|---|\n",
    ],
)
def test_text_is_no_garbage(text: str) -> None:
    assert judge.garbage(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("@" * 48, "repeats"),
        ("GGGGGGGGGGGGGGGGGGGG", "repeats"),
        (" the" * 40, "repeats"),
        ("\ufffd\ufffd a \ufffd\ufffd", "no text"),
        ("\x00\x01\x02\x03ab", "no text"),
        ("\ue000\ue001ok", "no text"),
    ],
)
def test_garbage(text: str, why: str) -> None:
    assert why in str(judge.garbage(text))


def said(text: Any, **more: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": text, **more}, "finish_reason": "stop"}]}


def test_chat() -> None:
    assert judge.chat(said("A telephone.")) is None
    assert judge.chat({"message": {"content": "Yes."}, "done": True, "done_reason": "stop"}) is None, "Ollama's"
    assert judge.chat(said("", reasoning_content="The user asks")) is None, "it has only thought so far"
    assert (
        judge.chat(
            said(
                "It is 4.",
            ),
            "4|four",
        )
        is None
    )
    assert "expected" in str(judge.chat(said("It is 5."), "4|four"))
    assert "empty" in str(judge.chat(said("")))
    assert "why it ended" in str(judge.chat({"choices": [{"message": {"content": "x"}}]}))
    odd: Any
    for odd in ([], {}, {"choices": []}, {"choices": [1]}, {"choices": [{"message": None}]}):
        assert judge.chat(odd) is not None


def test_completion() -> None:
    assert judge.completion({"choices": [{"text": "of course"}]}) is None
    assert judge.completion({"choices": [{"text": ""}]}) is not None
    assert judge.completion({"choices": [{}]}) is not None
    assert judge.completion({"choices": [{"text": "of course"}]}, "never") is not None


def vectors(*found: Any) -> dict[str, Any]:
    return {"data": [{"embedding": v} for v in found]}


def test_embeddings() -> None:
    assert judge.embeddings(vectors([0.1, 0.2], [0.2, -0.1])) is None
    wrong: Any
    for wrong in (
        vectors([0.1, 0.2]),
        vectors([0.1, 0.2], [0.1]),
        vectors([0.1, float("nan")], [0.2, 0.1]),
        vectors([0.0, 0.0], [0.2, 0.1]),
        vectors([0.1, 0.2], [0.1, 0.2]),
        vectors("base64", "base64"),
        {},
        [],
    ):
        assert judge.embeddings(wrong) is not None


def test_ranking() -> None:
    rows = [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]
    assert judge.ranking({"results": rows}, 1) is None
    assert "not ranked first" in str(judge.ranking({"results": rows}, 0))
    assert judge.ranking({"results": [{"index": 0}]}, 0) is not None
    assert judge.ranking({}, 0) is not None


def test_transcript() -> None:
    assert judge.transcript({"text": " One, two, three."}) is None
    assert judge.transcript({"text": "One two three"}, "two") is None
    assert "heard as nothing" in str(judge.transcript({"text": ""}))
    assert "heard as nothing" in str(judge.transcript({"text": " . ... "}))
    assert "not what was said" in str(judge.transcript({"text": "Goodbye"}, "two"))
    assert judge.transcript({}) is not None


def test_audio() -> None:
    assert judge.audio(b"RIFF" + bytes(range(256)) * 2) is None
    assert judge.audio(b"ID3" + bytes(range(256))) is None
    assert judge.audio(b"RIFF" + bytes(400)) == "the sound is silence"
    assert judge.audio(b"{}") is not None
    assert judge.audio(b"<html>" * 100) is not None


def test_pages() -> None:
    assert judge.pages({"pages": [{"markdown": "# signalbox probe"}]}, ("signalbox", "probe")) is None
    assert "not read" in str(judge.pages({"pages": [{"markdown": ""}]}, ("signalbox",)))
    assert judge.pages({}, ("signalbox",)) is not None
