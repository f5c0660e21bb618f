import logging
from pathlib import Path

import pytest

from plugins.answers.book import AnswersError
from plugins.answers.live import CHECK_S, LiveMatcher
from tests.support.clock import Clock


def write(path: Path, question: str) -> None:
    path.write_text(f"- {{id: x, questions: [{question}], answer: y}}\n", encoding="utf-8")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """An empty shipped folder, and a file of ops' own."""
    (tmp_path / "book").mkdir()
    write(tmp_path / "own.yaml", "canteen")
    return tmp_path / "book", tmp_path / "own.yaml"


def test_an_edit_counts_after_a_second(files: tuple[Path, Path]) -> None:
    clock = Clock()
    live = LiveMatcher([files[1]], shipped=files[0], clock=clock)
    first = live.current()
    assert first.best("canteen").entry is not None
    write(files[1], "swimming pool")
    assert live.current() is first
    clock.now += CHECK_S
    assert live.current().best("swimming pool").entry is not None
    assert live.current().best("canteen").entry is None


def test_a_broken_edit_keeps_the_old_answers_and_says_so_once(
    files: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    live = LiveMatcher([files[1]], shipped=files[0], clock=clock)
    first = live.current()
    for broken in (lambda: files[1].write_text("- {id: x"), files[1].unlink):
        broken()
        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                clock.now += CHECK_S
                assert live.current() is first
        (record,) = caplog.records
        assert f"{files[1]}:1: " in record.getMessage()
        caplog.clear()
    write(files[1], "canteen again")
    clock.now += CHECK_S
    assert live.current().best("canteen again").entry is not None


def test_a_broken_first_file_does_not_start(files: tuple[Path, Path]) -> None:
    files[1].write_text("- nonsense")
    with pytest.raises(AnswersError):
        LiveMatcher([files[1]], shipped=files[0])
