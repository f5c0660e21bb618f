import base64

import pytest

from plugins.detectors.encoded import MAX_BLOB, hidden_texts, unescaped

SECRET = "the card is 4111 1111 1111 1111"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64(encode) -> None:  # type: ignore[no-untyped-def]
    blob = encode(SECRET.encode()).decode()
    assert list(hidden_texts(f"decode {blob} now")) == [(7, 7 + len(blob), SECRET)]
    assert [t for _, _, t in hidden_texts(blob.rstrip("="))] == [SECRET]


def test_lines_of_a_long_blob_are_one() -> None:
    text = SECRET * 20
    lines = base64.encodebytes(text.encode()).decode()
    assert [t for _, _, t in hidden_texts(lines)] == [text]


def test_percent_signs() -> None:
    assert [t for _, _, t in hidden_texts("see jo%40acme%2Eorg%20x")] == ["see jo@acme.org x"[4:]]


@pytest.mark.parametrize(
    "text", ["internationalization", "short", "a" * 15, base64.b64encode(bytes(range(256))).decode()]
)
def test_what_is_no_text_is_left_alone(text: str) -> None:
    assert list(hidden_texts(text)) == []


def test_a_huge_blob_is_looked_at_as_far_as_the_limit() -> None:
    blob = base64.b64encode(b"x" * MAX_BLOB).decode()
    [(start, end, text)] = hidden_texts(blob)
    assert (start, end) == (0, len(blob))
    assert MAX_BLOB // 2 < len(text) < MAX_BLOB


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Zo\\u00eb", "Zoë"),
        ("\\uff14\\uFF11", "４１"),
        ("&#52;&#x31;", "41"),
        ("\\u00g1 &# \\u12", "\\u00g1 &# \\u12"),
        ("\\ud83d", "\ud83d"),
    ],
)
def test_escapes(text: str, plain: str) -> None:
    assert unescaped(text) == plain
