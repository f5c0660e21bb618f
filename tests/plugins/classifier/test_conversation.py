from __future__ import annotations

from typing import Any

import pytest

from plugins.classifier.artefact import TrainedModel, load_model
from plugins.classifier.conversation import predict_messages, predict_text
from plugins.routing.types import INTENTS, UNSURE

DOCUMENT = (
    "The ferry company announced on Monday that the night line will be closed in autumn. Too few people use it. " * 12
)


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return load_model()


def turns(*texts: str, system: str = "") -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    for text in texts:
        messages += [{"role": "user", "content": text}, {"role": "assistant", "content": "Here you are."}]
    return messages[:-1]


@pytest.mark.parametrize(
    ("messages", "intent"),
    [
        (turns("Translate to German: the train is late", "and now in French"), "translation"),
        (turns("Write a poem about the sea", "and now in French"), "translation"),
        (turns("Write a poem about the sea", "make it shorter"), "rewriting"),
        (turns("Translate this e-mail into English: Guten Tag", "more formal please"), "translation"),
        (turns("Write a python function to reverse a string", "simpler please"), "coding"),
        (turns("Write a python function to reverse a string", "continue"), "coding"),
        (turns("Write a python function to reverse a string", "continue", "go on"), "coding"),
        (turns("Solve the equation 3x + 7 = 22", "why?"), "math"),
        (turns("Summarize this article: " + DOCUMENT, "do the same for the second one"), "summarization"),
        (turns("Translate to German: the train is late", "thanks"), "smalltalk"),
        (turns("Translate to German: the train is late", "Write a python function to reverse a string"), "coding"),
        (turns("Write a poem about the sea", "why?"), "question"),
    ],
)
def test_turns_before(model: TrainedModel, messages: list[dict[str, Any]], intent: str) -> None:
    assert predict_messages(model, messages).best == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Summarize the following article in two sentences.\n\n" + DOCUMENT, "summarization"),
        (DOCUMENT + "\n\nSummarize the article above in two sentences.", "summarization"),
        ("Translate the following text into Spanish:\n\n" + DOCUMENT, "translation"),
        (DOCUMENT + "\n\nTranslate the text above into Spanish.", "translation"),
        ("<context>\n" + DOCUMENT + "\n</context>\n\nQuestion: Why is the line closed?", "document_qa"),
    ],
)
def test_long_documents(model: TrainedModel, text: str, intent: str) -> None:
    assert predict_text(model, text).best == intent


def test_a_system_prompt_does_not_drown_the_request(model: TrainedModel) -> None:
    system = "You are a helpful coding assistant. You write Python functions, fix bugs and review code. " * 40
    assert predict_messages(model, turns("hello", system=system)).best == "smalltalk"


def test_a_system_prompt_can_be_the_task(model: TrainedModel) -> None:
    system = "Translate the user's text to German. Output only the translation."
    messages = turns("The meeting was moved to Tuesday because the room is not free.", system=system)
    assert predict_messages(model, messages).best == "translation"


def test_truncation_is_counted(model: TrainedModel) -> None:
    text = "Summarize this. " + "word " * 2000
    assert predict_text(model, text, max_chars=2000).truncated_chars == len(text.strip()) - 1999
    assert predict_text(model, "Summarize this.").truncated_chars == 0


@pytest.mark.parametrize("messages", [[], [{"role": "user", "content": ""}], [{"role": "assistant", "content": "x"}]])
def test_nothing_asked_is_unsure(model: TrainedModel, messages: list[dict[str, Any]]) -> None:
    found = predict_messages(model, messages)
    assert found.intent == UNSURE
    assert found.best in INTENTS


def test_the_threshold_rejects(model: TrainedModel) -> None:
    text = "Translate to French: good morning"
    assert predict_text(model, text, unsure_below=0.0).intent == "translation"
    assert predict_text(model, text, unsure_below=1.0).intent == UNSURE
    assert predict_text(model, text, unsure_below=1.0).best == "translation"


@pytest.mark.parametrize("text", ["\x00", "\ud800", "🙂" * 500, "a" * 1_000_000, "?" * 5000])
def test_odd_text_is_no_error(model: TrainedModel, text: str) -> None:
    found = predict_text(model, text)
    assert 0 < found.second_score <= found.confidence <= 1


@pytest.mark.parametrize(
    ("messages", "intent"),
    [
        (turns("What is the capital of France?", "and Spain?"), "question"),
        (turns("Write a Python function that reverses a string", "continue"), "coding"),
        (turns("Write a python function to sort a list", "now make it faster and add type hints"), "coding"),
        (turns("What is the capital of France?", "and now in French"), "translation"),
    ],
)
def test_a_carried_intent_is_sure(model: TrainedModel, messages: list[dict[str, Any]], intent: str) -> None:
    assert predict_messages(model, messages, unsure_below=0.7).intent == intent
