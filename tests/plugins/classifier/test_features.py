from __future__ import annotations

import pytest

from plugins.classifier.features import BLOCK_WEIGHTS, BLOCKS, edges, extract, truncate


@pytest.mark.parametrize(("length", "left_out"), [(10, 0), (200, 0), (201, 2), (5000, 4801)])
def test_truncation_keeps_head_and_tail_and_counts_the_rest(length: int, left_out: int) -> None:
    text = "".join(chr(97 + i % 26) for i in range(length))
    cut, missing = truncate(text, 200)
    assert len(cut) <= 200
    assert missing == left_out
    assert text.startswith(cut[:100])
    assert text.endswith(cut[-70:])


def test_a_short_text_is_all_head() -> None:
    assert edges(" Translate this. It is short. ") == ("Translate this. It is short.", "")


def test_first_and_last_sentence_of_a_long_text() -> None:
    text = (
        "Summarize the following article please:\n"
        + "Some words that fill the page. " * 30
        + "\nWrite in German only, two lines."
    )
    head, tail = edges(text)
    assert head.strip() == "Summarize the following article please:"
    assert tail == "Write in German only, two lines."


def test_extract_gives_every_block() -> None:
    found = extract("Summarize this. " * 100)
    assert len(found.blocks) == len(BLOCKS) == len(BLOCK_WEIGHTS)
    assert all(block.size for block in found.blocks)


@pytest.mark.parametrize("text", ["", "?", "\n"])
def test_nothing_to_see_is_no_error(text: str) -> None:
    assert extract(text).blocks[0].size == 0
