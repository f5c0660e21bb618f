"""One probe: a tiny real request to one deployment, and whether its answer is right.

Knows: the request of each mode in each dialect. Does not know: when it is sent, what follows from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from services.probes import judge, material
from services.probes.target import Target

State = Literal["right", "wrong", "silent"]
MOST_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Result:
    """``wrong``: it answered, and not rightly. ``silent``: it did not answer, or said that it cannot now."""

    state: State
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """``judge`` is given the parsed body, or the bytes where ``raw``."""

    path: str
    judge: Callable[[Any], str | None]
    body: Mapping[str, Any]
    file: tuple[str, bytes] | None = None
    raw: bool = False


async def ask(client: httpx.AsyncClient, target: Target, keep_alive: str | None = None) -> Result | None:
    """Sends the probe; None where this mode has none. ``keep_alive``: Ollama's, so that a probe prolongs nothing."""
    question = question_for(target, keep_alive)
    if question is None:
        return None
    headers = {"Authorization": f"Bearer {target.key}"} if target.key else {}
    url = target.server + question.path if target.dialect == "ollama" else target.url.rstrip("/") + question.path
    try:
        if question.file is not None:
            files = {"file": (question.file[0], question.file[1], "audio/wav")}
            answer = await client.post(url, data=dict(question.body), files=files, headers=headers)
        else:
            answer = await client.post(url, json=dict(question.body), headers=headers)
    except httpx.HTTPError as error:
        return Result("silent", f"no answer ({type(error).__name__})")
    return _judged(question, answer)


def _judged(question: Question, answer: httpx.Response) -> Result:
    if answer.status_code in (408, 429) or answer.status_code >= 500:
        return Result("silent", f"status {answer.status_code}")
    if answer.status_code != 200:
        return Result("wrong", f"status {answer.status_code}")
    try:
        wrong = question.judge(answer.content if question.raw else json.loads(answer.content))
    except ValueError:
        wrong = "the answer is no JSON"
    return Result("right") if wrong is None else Result("wrong", wrong)


def question_for(target: Target, keep_alive: str | None = None) -> Question | None:
    """What this deployment is asked; None where its mode has no probe (images would cost minutes)."""
    if target.dialect == "ollama":
        return _ollama(target, keep_alive)
    model = {"model": target.model}
    if target.mode == "chat":
        content: Any = target.ask or material.ASK
        if target.document is not None:
            content = [{"type": "text", "text": text} for text in (target.document, content)]
        elif target.sees:
            image = {"type": "image_url", "image_url": {"url": material.picture()}}
            content = [{"type": "text", "text": target.ask or "What color is this?"}, image]
        body = {**model, "messages": [{"role": "user", "content": content}], "max_tokens": MOST_TOKENS}
        return Question("/chat/completions", lambda b: judge.chat(b, target.expect), body)
    if target.mode == "completion":
        body = {**model, "prompt": target.ask or material.ASK, "max_tokens": MOST_TOKENS}
        return Question("/completions", lambda b: judge.completion(b, target.expect), body)
    if target.mode == "embedding":
        return Question("/embeddings", judge.embeddings, {**model, "input": list(material.TEXTS)})
    if target.mode == "rerank":
        body = {**model, "query": material.QUERY, "documents": list(material.DOCUMENTS)}
        return Question("/rerank", lambda b: judge.ranking(b, material.RELEVANT), body)
    return _of_files(target, model)


def _of_files(target: Target, model: Mapping[str, Any]) -> Question | None:
    if target.mode == "audio_transcription":
        body = {**model, "response_format": "json"}
        speech = (material.SPOKEN.name, material.SPOKEN.read_bytes())
        return Question("/audio/transcriptions", lambda b: judge.transcript(b, target.expect), body, file=speech)
    if target.mode == "audio_speech":
        body = {**model, "input": "One.", "voice": "alloy", "response_format": "wav"}
        return Question("/audio/speech", judge.audio, body, raw=True)
    if target.mode == "ocr":
        body = {**model, "document": {"type": "document_url", "document_url": material.page()}}
        return Question("/ocr", lambda b: judge.pages(b, material.WORDS), body)
    return None


def _ollama(target: Target, keep_alive: str | None) -> Question | None:
    kept = {"keep_alive": keep_alive} if keep_alive else {}
    if target.mode == "chat":
        message: dict[str, Any] = {"role": "user", "content": target.ask or material.ASK}
        if target.sees:
            message |= {"content": target.ask or "What color is this?", "images": [material.picture().split(",")[1]]}
        options = {"num_predict": MOST_TOKENS}
        body = {"model": target.model, "messages": [message], "stream": False, "options": options, **kept}
        return Question("/api/chat", lambda b: judge.chat(b, target.expect), body)
    if target.mode == "embedding":
        body = {"model": target.model, "input": list(material.TEXTS), **kept}
        return Question("/api/embed", _ollama_vectors, body)
    return None


def _ollama_vectors(body: Any) -> str | None:
    vectors = body.get("embeddings") if isinstance(body, Mapping) else None
    data = [{"embedding": v} for v in vectors] if isinstance(vectors, list) else []
    return judge.embeddings({"data": data})
