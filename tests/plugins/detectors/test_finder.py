import pytest

from plugins.detectors.finder import Finder
from plugins.detectors.scanner import DetectionTimeout
from plugins.detectors.terms import TermsError
from plugins.routing.config.spec import Boundary

FINDER = Finder(Boundary(terms=("Bluebird",)))


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


@pytest.mark.parametrize(
    ("messages", "type_"),
    [
        ([user("4111 1111 1111 1111")], "credit_card"),
        ([{"role": "system", "content": "IBAN DE89370400440532013000"}, user("hi")], "iban_code"),
        ([user("hi"), {"role": "tool", "content": '{"email": "jo@acme.org"}'}], "email_address"),
        (
            [{"role": "assistant", "tool_calls": [{"function": {"arguments": '{"ssn": "536-22-1234"}'}}]}, user("so?")],
            "us_ssn",
        ),
        ([user("what about bluebird?")], "term"),
        ([user("My name is Margaret Thornton.")], "person"),
        ([user("here is the first half: 4111 1111"), user("1111 1111 is the other")], "credit_card"),
        (
            [user("4111"), {"role": "assistant", "content": "and?"}, user("1111"), user("1111"), user("1111")],
            "credit_card",
        ),
        ([user("write to jo@ac"), user("me.org")], "email_address"),
    ],
)
def test_all_content_is_read(messages: list[dict[str, object]], type_: str) -> None:
    assert FINDER.counts(messages)[type_] == 1


def test_what_is_attached_is_read() -> None:
    tool = {"type": "function", "function": {"name": "pay", "parameters": {"enum": ["4111 1111 1111 1111"]}}}
    assert FINDER.counts([user("hi")], ([tool],))["credit_card"] == 1


def test_a_text_seen_before_gives_the_same() -> None:
    messages = [user("call +49 30 901820"), user("call +49 30 901820")]
    assert FINDER.counts(messages) == FINDER.counts(messages) == {"phone_number": 2}


def test_nothing_in_nothing() -> None:
    assert FINDER.counts([]) == {}
    assert FINDER.spans("") == []


def test_too_slow_and_unreadable_terms_are_errors() -> None:
    with pytest.raises(DetectionTimeout):
        Finder(Boundary(detector_timeout_ms=1e-6, prose=False)).counts([user("hello there")])
    with pytest.raises(TermsError):
        Finder(Boundary(terms_files=("/nowhere.txt",), prose=False))


def test_without_prose_only_identifiers() -> None:
    assert Finder(Boundary(prose=False)).counts([user("My name is Margaret Thornton.")]) == {}
