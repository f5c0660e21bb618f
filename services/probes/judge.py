"""Whether the answer to a probe is right: its shape, and that it is no garbage.

Knows: what a working model's answer looks like, whatever it says. Does not know: HTTP, who answered. Each function
returns None for a right answer, else what is wrong in a few words, without the answer's text.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

MOST_ODD = 0.2
"""Share of characters that no text has (controls, unassigned, the replacement character) above which it is garbage."""

LONGEST_RUN = 12
"""Times that one piece of a text may follow itself: what broken weights say is one token, again and again."""

_WORDS = re.compile(r"\w+")
_AUDIO = (b"RIFF", b"ID3", b"OggS", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1")


def garbage(text: str) -> str | None:
    """What makes it no text; None for text in any language. Raw bytes that were no UTF-8 arrive as U+FFFD."""
    stripped = text.strip()
    if not stripped:
        return "it is empty"
    odd = sum(map(_odd, text))
    if odd > MOST_ODD * len(text):
        return "most of it is no text"
    if re.search(r"(.{1,12}?)\1{" + str(LONGEST_RUN - 1) + r",}", stripped, re.DOTALL):
        return "it repeats one thing"
    return None


def _odd(character: str) -> bool:
    if character == "\ufffd":
        return True
    return unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs") and character not in "\n\r\t"


def chat(body: Any, expect: str | None = None) -> str | None:
    """OpenAI's chat completion, or Ollama's. A model that thinks first may have said only thoughts so far."""
    if not isinstance(body, Mapping):
        return "the answer is no JSON object"
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else body
    message = choice.get("message") if isinstance(choice, Mapping) else None
    if not isinstance(message, Mapping):
        return "the answer holds no message"
    if not (choice.get("finish_reason") or choice.get("done_reason") or choice.get("done")):
        return "the answer does not say why it ended"
    said = message.get("content")
    thought = next((message[k] for k in ("reasoning_content", "reasoning", "thinking") if message.get(k)), "")
    text = said if isinstance(said, str) and said.strip() else thought
    wrong = garbage(text if isinstance(text, str) else "")
    if wrong is None and expect is not None and not re.search(expect, str(said)):
        return "it is not the expected answer"
    return wrong


def completion(body: Any, expect: str | None = None) -> str | None:
    """OpenAI's text completion."""
    choices = body.get("choices") if isinstance(body, Mapping) else None
    text = choices[0].get("text") if isinstance(choices, list) and choices else None
    if not isinstance(text, str):
        return "the answer holds no text"
    wrong = garbage(text)
    if wrong is None and expect is not None and not re.search(expect, text):
        return "it is not the expected answer"
    return wrong


def embeddings(body: Any) -> str | None:
    """OpenAI's embeddings of two different texts."""
    data = body.get("data") if isinstance(body, Mapping) else None
    rows = [one.get("embedding") for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []
    vectors = [vector for vector in rows if isinstance(vector, list) and vector]
    if len(vectors) != 2 or len(rows) != 2:
        return "the answer holds no two vectors"
    if len(vectors[0]) != len(vectors[1]):
        return "the vectors differ in length"
    for vector in vectors:
        if not all(isinstance(x, int | float) and math.isfinite(x) for x in vector):
            return "a vector holds what is no number"
        if not any(vector):
            return "a vector is zero"
    return "two different texts got the same vector" if vectors[0] == vectors[1] else None


def ranking(body: Any, relevant: int) -> str | None:
    """Jina's and Cohere's rerank: the document that answers comes first."""
    results = body.get("results") if isinstance(body, Mapping) else None
    rows = [r for r in results if isinstance(r, Mapping)] if isinstance(results, list) else []
    try:
        scores = {int(row["index"]): float(row["relevance_score"]) for row in rows}
    except (KeyError, TypeError, ValueError):
        return "the answer holds no scores"
    if not scores or not all(math.isfinite(score) for score in scores.values()):
        return "the answer holds no scores"
    return None if max(scores, key=lambda i: scores[i]) == relevant else "what answers is not ranked first"


def transcript(body: Any, expect: str | None = None) -> str | None:
    """OpenAI's transcription of speech: some words."""
    text = body.get("text") if isinstance(body, Mapping) else None
    if not isinstance(text, str):
        return "the answer holds no text"
    if not _WORDS.search(text):
        return "speech was heard as nothing"
    wrong = garbage(text)
    if wrong is None and expect is not None and not re.search(expect, text, re.IGNORECASE):
        return "it is not what was said"
    return wrong


def audio(data: bytes) -> str | None:
    """A sound file with some sound in it."""
    if len(data) < 200:
        return "the sound is too short"
    if not data.startswith(_AUDIO):
        return "the answer is no sound file"
    if data.startswith(b"RIFF") and len(set(data[44:20_044])) <= 2:
        return "the sound is silence"
    return None


def pages(body: Any, words: Sequence[str]) -> str | None:
    """Mistral's OCR: the words of the document are in its pages."""
    found = body.get("pages") if isinstance(body, Mapping) else None
    rows = [p for p in found if isinstance(p, Mapping)] if isinstance(found, list) else []
    text = " ".join(str(p.get("markdown", "")) for p in rows)
    if not rows:
        return "the answer holds no pages"
    return None if all(word in text for word in words) else "the document's words were not read"
