"""Codes and names."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from services.audio.languages import NAMES, code_of


def test_the_codes_are_those_of_whisper_cpp() -> None:
    api: Any = importlib.import_module("_pywhispercpp")
    assert list(NAMES) == [api.whisper_lang_str(i) for i in range(api.whisper_lang_max_id() + 1)]


@pytest.mark.parametrize(
    ("word", "code"),
    [("en", "en"), ("EN", "en"), ("English", "en"), ("en-US", "en"), ("pt_BR", "pt"), ("haitian creole", "ht"),
     ("klingon", None), ("xx", None), ("xx-US", None), ("", None)],
)  # fmt: skip
def test_what_a_word_means(word: str, code: str | None) -> None:
    assert code_of(word) == code
