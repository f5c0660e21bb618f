from pathlib import Path

import pytest

from plugins.answers.book import AnswersError, load_book, read_entries
from plugins.answers.render import PLACEHOLDERS, fill


def written(folder: Path, text: str, name: str = "answers.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_book_is_honest_and_complete() -> None:
    book = {entry.id: entry for entry in load_book()}
    assert len(book) >= 40
    for entry_id in ("who-are-you", "are-you-a-model", "greeting"):
        assert "not a language model" in book[entry_id].answer
    for entry in book.values():
        left = fill(entry.answer, dict.fromkeys(PLACEHOLDERS, ""))
        assert not any("{" + name + "}" in left for name in PLACEHOLDERS)
    assert {e.id for e in book.values() if e.social} >= {"greeting", "thanks", "goodbye"}
    assert not book["add-a-model"].social


def test_a_later_file_replaces_adds_and_removes(tmp_path: Path) -> None:
    shipped = tmp_path / "book"
    shipped.mkdir()
    written(shipped, "- {id: a, questions: [q], answer: old}\n- {id: b, questions: [r], answer: gone}\n")
    extra = written(
        tmp_path,
        "- {id: a, questions: [q], answer: new, social: true}\n"
        "- {id: b, remove: true}\n- {id: c, anchored: [s], answer: more}\n",
    )
    book = load_book([extra], shipped)
    assert [(e.id, e.answer, e.social) for e in book] == [("a", "new", True), ("c", "more", False)]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1", 1, "must be a list of entries such as"),
        ("", 1, "must be a list of entries such as"),
        ("- 3", 1, "[0]: must be a mapping with the keys id, questions"),
        ("- {id: a, questions: [q], answer: x}\n- id: b\n  answr: x", 3, '[1].answr: unknown key "answr" (valid: id'),
        ("- questions: [q]\n  answer: x", 1, "[0].id: must be text that is not empty, not nothing"),
        ("- id: a\n  questions: q\n  answer: x", 2, '[0].questions: must be a list of texts, not "q"'),
        ("- id: a\n  questions:\n  - q\n  - 3\n  answer: x", 4, "[0].questions[1]: must be text"),
        ("- id: a\n  answer: x", 1, "[0].questions: is empty"),
        ("- id: a\n  questions: [q]\n  answer: '  '", 3, "[0].answer: must be text that is not empty"),
        (
            "- id: a\n  questions: [q]\n  answer: x\n  social: maybe",
            4,
            '[0].social: must be true or false, not "maybe"',
        ),
        ("- id: [", 1, "not valid YAML"),
        ("- !!python/object/apply:os.system ['true']", 1, ""),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(AnswersError) as caught:
        read_entries(path)
    said = str(caught.value)
    assert said.startswith(f"{path}:{line}: ")
    assert message in said
    assert caught.value.problem.line == line


def test_a_missing_or_binary_file(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="cannot be read"):
        load_book([tmp_path / "missing.yaml"])
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AnswersError, match="is not UTF-8 text"):
        load_book([tmp_path / "binary.yaml"])
