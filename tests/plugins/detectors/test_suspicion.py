import pytest

from plugins.detectors.fold import fold
from plugins.detectors.suspicion import suspicious


@pytest.mark.parametrize(
    "word",
    [
        "4111",
        "DE89370400440532013000",
        "jo@acme.org",
        "@",
        "https://acme.org",
        "www.acme.org",
        "aa:bb:cc:dd:ee:ff",
        "aa-bb-cc-dd-ee-ff",
        "password:",
        "Passwort",
        "db_token",
        "API-Key",
        "hasło",
        "пароль",
        "(at)",
        "dot",
        "-----BEGIN",
        "sk-abcdefghijklmnopqrstuvwx",
        "TXkgY2FyZCBpcyBoaWRkZW4gaGVyZQ",
        "%C3%A4",
        "АКІА2",
    ],
)
def test_what_an_identifier_cannot_do_without(word: str) -> None:
    assert suspicious(fold(word)[0])


@pytest.mark.parametrize(
    "word",
    ["", "report", "Hamburg", "monkey", "compass", "e.g.", "state-of-the-art", "internationalization", "spinning"],
)
def test_ordinary_words(word: str) -> None:
    assert not suspicious(word)
