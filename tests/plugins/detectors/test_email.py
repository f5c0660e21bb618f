import pytest

from plugins.detectors.email import Emails
from tests.plugins.detectors.support import pieces


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mail a.b+c@mail.example.org.", "a.b+c@mail.example.org"),
        ("<Zoë@bücher.example>", "Zoë@bücher.example"),
        ("jo (at) acme (dot) org", "jo (at) acme (dot) org"),
        ("jo [at] acme.org", "jo [at] acme.org"),
        ("write to jo at acme dot org", "jo at acme dot org"),
        ("jo @ acme . com", "jo @ acme . com"),
        ("jo＠acme．org", "jo＠acme．org"),
        ("jо@acme.org", "jо@acme.org"),  # a Cyrillic o
    ],
)
def test_found(text: str, address: str) -> None:
    assert pieces(Emails(), text) == [address]


@pytest.mark.parametrize("text", ["meet at noon", "@home", "a@b", "the dot at the end", "x @ y"])
def test_not_found(text: str) -> None:
    assert pieces(Emails(), text) == []
