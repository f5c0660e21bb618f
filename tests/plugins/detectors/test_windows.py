import pytest

from plugins.detectors import windows
from plugins.detectors.lexicon import Lexicon
from plugins.detectors.scanner import Scanner, structured
from plugins.detectors.span import Span
from plugins.detectors.windows import AFTER, BEFORE, Stretches

FILLER = "so the report is late again and nobody knows why " * 30


def test_nothing_suspicious_leaves_nothing() -> None:
    assert Stretches(Lexicon().read(FILLER)).text == ""
    assert Stretches(Lexicon().read("")).text == ""


@pytest.mark.parametrize("text", [f"4111 {FILLER}", f"{FILLER}\n4111", f"{FILLER}4111 x {FILLER} 4222", "4111"])
def test_what_is_left_has_its_place_in_the_whole(text: str) -> None:
    left = Stretches(Lexicon().read(text))
    for number in ("4111", "4222"):
        if number in text:
            at = left.text.index(number)
            moved = left.moved(Span(at, at + 4, "x"))
            assert text[moved.start : moved.end] == number
    assert len(left.text) <= 2 * (BEFORE + AFTER + 40)


def test_words_around_are_kept_whole() -> None:
    left = Stretches(Lexicon().read(f"{FILLER}my card number is 4111 thanks {FILLER}"))
    assert "my card number is 4111 thanks so the report" in left.text
    assert left.text.split()[0] in FILLER.split()


def test_a_text_of_numbers_is_taken_whole() -> None:
    text = "12 34 " * 100
    assert Stretches(Lexicon().read(text)).text == text


VALUES = [
    "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "SSN 536-22-1234", "AB 12 34 56 C", "jo@acme.org",
    "jo (at) acme dot org", "jo at acme dot org", "+49 30 901820", "(212) 555-0133", "10.1.2.3", "fe80::1ff:fe23:4567",
    "aa:bb:cc:dd:ee:ff", "https://bob:hunter22@acme.org/x", "www.acme.org", "password: Tr0ub4dor&3",
    "api key is kJ8s-aa1x",
    "Passwort ist Sommer2031!", "AKIAIOSFODNN7EXAMPLQ", "ghp_" + "aB3" * 12, "born on 3 May 1990", "May 3, 2026",
    "passport C01X00T47", "aged 41", "81 years old", "0x52908400098527886E0F7030069857D2E4169EE7",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----",
    "bXkgY2FyZCBpcyA0MTExMTExMTExMTExMTEx",
    "%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31", "２０２６-03-01", "4111\u200b1111\u00a01111 1111",
]  # fmt: skip


def test_leaving_text_out_changes_nothing_that_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = zip(VALUES, VALUES[7:] + VALUES, strict=False)
    texts = [f"{FILLER}{one} {FILLER}\n{other}, {FILLER}" for one, other in pairs]
    scanner = Scanner(structured())
    left_out = [scanner.scan(text) for text in texts]
    monkeypatch.setattr(windows, "_kept", lambda _reading: None)
    assert [scanner.scan(text) for text in texts] == left_out
    assert all(len(found) >= 2 for found in left_out)
