import logging
from pathlib import Path

import pytest

from plugins.answers.book import AnswersError
from plugins.answers.render import PLACEHOLDERS
from services.instant.answering import NO_MODELS, Answering, Place, place_of
from services.instant.rendered import Rendered


@pytest.mark.parametrize(
    ("environ", "state", "place"),
    [
        ({}, ".signalbox", Place()),
        (
            {"SIGNALBOX_GATEWAY_URL": "http://10.0.0.1:81/", "SIGNALBOX_CONFIG": "/home/someone/box.yaml"},
            "/home/someone/state",
            Place("http://10.0.0.1:81", "box.yaml", "state"),
        ),
    ],
)
def test_place_names_no_folders(environ: dict[str, str], state: str, place: Place) -> None:
    assert place_of(environ, Path(state)) == place


def answering(folder: Path, *extra: Path) -> Answering:
    return Answering(Rendered(folder / "litellm.yaml"), Place("http://box:81", "own.yaml", "st"), extra)


def test_placeholders_are_filled_from_what_is_there_now(tmp_path: Path) -> None:
    service = answering(tmp_path)
    assert NO_MODELS in (service.answer("which models are there?") or "")
    (tmp_path / "litellm.yaml").write_text(
        "model_list: [{model_name: qwen}, {model_name: gemma},"
        " {model_name: ask, model_info: {signalbox_placeholder: true}}]"
    )
    said = service.answer("which models are there?") or ""
    assert "qwen, gemma" in said
    assert "(ask)" in said
    assert "http://box:81/v1/models" in said
    assert "own.yaml" in (service.answer("how do I add a model?") or "")
    assert "st/secrets/master.key" in (service.answer("where is my api key?") or "")


def test_no_answer_leaves_a_placeholder(tmp_path: Path) -> None:
    service = answering(tmp_path)
    for text in ("what is signalbox?", "how do I use the gateway with curl?", "where is the console of the gateway?"):
        said = service.answer(text)
        assert said
        assert not any("{" + name + "}" in said for name in PLACEHOLDERS)


def test_what_the_book_does_not_know_is_none(tmp_path: Path) -> None:
    assert answering(tmp_path).answer("what is the capital of France?") is None


def test_other_files_are_taken_over_and_broken_ones_are_not(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    own, rendered = tmp_path / "own.yaml", tmp_path / "litellm.yaml"
    own.write_text("- {id: canteen, questions: [when is the canteen open], answer: At noon.}")
    service = answering(tmp_path)
    assert service.answer("when is the canteen open?") is None
    rendered.write_text(f"gateway: {{instant: {{answers: [{own}]}}}}")
    assert service.answer("when is the canteen open?") == "At noon."
    rendered.write_text("gateway: {instant: {answers: [/nowhere/answers.yaml]}}")
    with caplog.at_level(logging.ERROR):
        assert service.answer("when is the canteen open?") == "At noon."
    assert "/nowhere/answers.yaml:1: cannot be read" in caplog.text


def test_broken_first_files_do_not_start(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="cannot be read"):
        answering(tmp_path, tmp_path / "missing.yaml")
