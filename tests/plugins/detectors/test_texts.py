from typing import Any

import pytest

from plugins.detectors.texts import BORDER, joined_turns, strings, texts_of


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"role": "user", "content": "hello"}, "hello"),
        ({"role": "user", "content": "hello", "name": "jo"}, "content\nhello\nname\njo"),
        (
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            "content\ntext\na\ntext\nb",
        ),
        (
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"function": {"name": "f", "arguments": '{"x": 1}'}}],
            },
            'content\ntool_calls\nfunction\nname\nf\narguments\n{"x": 1}',
        ),
        (
            {"role": "tool", "content": [{"type": "json", "value": {"iban": 4111111111111111}}]},
            "content\nvalue\niban\n4111111111111111",
        ),
        ({"role": "user", "content": [{"type": "file", "file": {"text": "inside"}}]}, "content\nfile\ntext\ninside"),
    ],
)
def test_every_string_is_read(message: dict[str, Any], text: str) -> None:
    assert list(texts_of([message])) == [text]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
    ],
)
def test_pictures_and_sound_are_no_text(part: dict[str, Any]) -> None:
    assert "AAAA" not in "".join(strings(part))


def test_depth_is_no_danger() -> None:
    value: Any = "deep"
    for _ in range(100_000):
        value = [value]
    assert list(strings(value)) == ["deep"]


def test_neighboring_turns_are_joined_at_their_ends() -> None:
    assert joined_turns(["4111 ", " 1111"]) == ("41111111", (4,))
    text, borders = joined_turns(["a" * 500, "b"])
    assert len(text) == 2 * BORDER + 2
    assert borders == (2 * BORDER + 1,)
