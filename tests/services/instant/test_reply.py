import pytest

from services.instant.reply import cut, pieces_of


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("one", 1), ("one two", 2), (" one\n  two \n", 2), ("a\n\n\nb", 2), ("  ", 0)]
)
def test_pieces_are_words_and_lose_nothing(text: str, count: int) -> None:
    pieces = pieces_of(text)
    assert len(pieces) == count
    assert "".join(pieces) == (text if count else "")


@pytest.mark.parametrize(
    ("limit", "stop", "text", "finish"),
    [
        (None, [], "one two three", "stop"),
        (3, [], "one two three", "stop"),
        (2, [], "one two", "length"),
        (1, [], "one", "length"),
        (None, [" two"], "one", "stop"),
        (None, ["three", "two"], "one ", "stop"),
        (None, ["", "four"], "one two three", "stop"),
        (1, ["three"], "one", "length"),
        (None, ["one"], "", "stop"),
    ],
)
def test_cut(limit: int | None, stop: list[str], text: str, finish: str) -> None:
    reply = cut("one two three", max_tokens=limit, stop=stop)
    assert (reply.text, reply.finish_reason) == (text, finish)
