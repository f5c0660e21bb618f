from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from plugins.classifier.artefact import ARTEFACT_DIR, CARD, ArtefactError
from plugins.classifier.in_service import in_service
from plugins.classifier.versions import Versions
from plugins.routing.config.spec import DEFAULT_CAPABILITIES, Capability, Classifier, GatewaySpec
from plugins.routing.types import Facts
from plugins.signals.intent import IntentSignal, shared_model


def facts(text: str = "", messages: Any = (), capability: str = "auto") -> Facts:
    return Facts("r1", "/v1/chat/completions", capability, messages=messages, text=text)


def test_label_score_and_detail() -> None:
    signal = IntentSignal(GatewaySpec()).extract(
        facts(messages=[{"role": "user", "content": "Translate to German: hello"}])
    )
    assert (signal.name, signal.label) == ("intent", "translation")
    assert 0.5 < signal.score <= 1
    assert set(signal.detail) == {"best", "second", "second_score", "truncated_chars", "model"}


def test_text_serves_where_there_are_no_messages() -> None:
    assert IntentSignal(GatewaySpec()).extract(facts(text="Translate to German: hello")).label == "translation"


def test_a_capability_can_fix_the_intent() -> None:
    spec = GatewaySpec(capabilities={**DEFAULT_CAPABILITIES, "translate": Capability(intent="translation")})
    signal = IntentSignal(spec, Path("/nowhere")).extract(facts(text="hello", capability="translate"))
    assert (signal.label, signal.score, signal.detail["truncated_chars"]) == ("translation", 1.0, 0)


def test_the_spec_sets_limit_and_threshold() -> None:
    spec = GatewaySpec(classifier=Classifier(max_chars=200, unsure_below=1.0))
    signal = IntentSignal(spec).extract(facts(text="Translate to German: " + "hello " * 100))
    assert signal.label == "unsure"
    assert signal.detail["best"] == "translation"
    assert signal.detail["truncated_chars"] == 421


def test_the_model_is_loaded_once() -> None:
    IntentSignal(GatewaySpec()).warm()
    assert shared_model() is shared_model()


def test_a_missing_model_is_said_at_start(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="router train"):
        IntentSignal(GatewaySpec(), tmp_path).warm()


def test_the_promoted_version_of_the_state_folder_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = Versions(tmp_path)
    shutil.copytree(ARTEFACT_DIR, versions.folder / "a1")
    card = versions.folder / "a1" / CARD
    card.write_text(json.dumps({**json.loads(card.read_text()), "version": "a1"}))
    versions.promote("a1")
    shipped = IntentSignal(GatewaySpec()).extract(facts(text="hello")).detail["model"]
    monkeypatch.setenv("SIGNALBOX_STATE", str(tmp_path))
    try:
        assert shipped != "a1"
        assert IntentSignal(GatewaySpec()).extract(facts(text="hello")).detail["model"] == "a1"
    finally:
        in_service(tmp_path).stop()
        in_service.cache_clear()
