import pytest

from plugins.detectors.context import GROUPS, context_words
from plugins.detectors.fold import fold, lower


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("my SSN:", "us"),
        ("Steuer-ID", "de"),
        ("номер: паспорт", "passport"),
        ("Τηλέφωνο", "phone"),
        ("né le", "birth"),
        ("电话：", "phone"),
        ("a driver's license", "license"),
    ],
)
def test_words_of_many_languages(text: str, group: str) -> None:
    assert group in context_words(lower(fold(text)[0]))


@pytest.mark.parametrize("text", ["cart", "telling", "discard", "bornite", "accounting"])
def test_only_whole_words(text: str) -> None:
    assert context_words(text) == {}


def test_where_words_end() -> None:
    assert context_words("tel 1, tel 2")["phone"] == [3, 10]


def test_groups_hold_no_empty_word() -> None:
    assert all(word.strip() == word != "" for words in GROUPS.values() for word in words.split("|"))
