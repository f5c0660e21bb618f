import json
from typing import Any

import pytest

from plugins.detectors.finder import Finder
from plugins.detectors.verdict import class_of
from plugins.routing.config.spec import Boundary
from plugins.routing.types import DataClass
from plugins.scrub.pseudonyms import PLACEHOLDER, Pseudonyms
from plugins.scrub.replace import NotScrubbedError, Scrubber

BOUNDARY = Boundary()
FINDER = Finder(BOUNDARY)


def scrubbed(parts: dict[str, Any]) -> tuple[dict[str, Any], Pseudonyms]:
    names = Pseudonyms()
    return Scrubber(FINDER, BOUNDARY, names).content(parts), names


def user(content: object) -> dict[str, Any]:
    return {"role": "user", "content": content}


def test_nothing_that_detectors_find_is_left_and_all_of_it_comes_back() -> None:
    text = (
        "My name is Margaret Thornton, I live at 12 Oak Lane, Bristol. Mail m.thornton@acme.org or call +49 30 901820."
    )
    done, names = scrubbed({"messages": [user(text)]})
    left = done["messages"][0]["content"]
    assert not any(word in left for word in ("Margaret", "Thornton", "Oak", "Bristol", "acme", "901820"))
    assert names.restore(left) == text
    assert class_of(FINDER.counts([user(PLACEHOLDER.sub("", left))]), BOUNDARY) is DataClass.PUBLIC


def test_what_was_found_once_is_replaced_wherever_it_stands() -> None:
    done, names = scrubbed(
        {
            "messages": [
                user("Please ask Margaret Thornton about it."),
                user("margaret or Margaret; thornton? Thornton!"),
            ]
        }
    )
    assert "Margaret" not in done["messages"][1]["content"].replace("margaret", "")
    assert "Thornton!" not in done["messages"][1]["content"]
    assert names.restore(done["messages"][1]["content"]) == "margaret or Margaret; thornton? Thornton!"


@pytest.mark.parametrize(
    "parts",
    [
        {"instructions": "You help jo@acme.org.", "input": "hi"},
        {
            "input": [
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "I am jo@acme.org"}]}
            ]
        },
        {"input": [{"type": "function_call_output", "call_id": "c1", "output": "jo@acme.org"}]},
        {"system": [{"type": "text", "text": "jo@acme.org"}], "messages": [user("hi")]},
        {
            "messages": [
                user(
                    [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "jo@acme.org"}]}]
                )
            ]
        },
        {
            "messages": [
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "t", "name": "send", "input": {"to": "jo@acme.org"}}],
                }
            ]
        },
        {
            "messages": [user("hi")],
            "tools": [{"type": "function", "function": {"name": "f", "description": "for jo@acme.org"}}],
        },
        {"prompt": ["one", "jo@acme.org"]},
        {"messages": [user("hi")], "user": "jo@acme.org"},
        {"messages": [user("hi")], "what_comes_next_year": {"deep": ["jo@acme.org"]}},
    ],
    ids=lambda parts: next(iter(parts)),
)
def test_every_place_of_text(parts: dict[str, Any]) -> None:
    done, names = scrubbed(parts)
    assert "acme" not in json.dumps(done)
    assert names.restore(json.dumps(done), escaped=True) == json.dumps(parts)


def test_arguments_stay_json_and_a_value_in_them_is_the_value_itself() -> None:
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "send", "arguments": '{"name":"Zo\\u00eb Berg", "n": 2}'},
    }
    messages = [user("I am Zoë Berg."), {"role": "assistant", "content": None, "tool_calls": [call]}]
    done, names = scrubbed({"messages": messages})
    arguments = json.loads(done["messages"][1]["tool_calls"][0]["function"]["arguments"])
    assert names.restore(arguments["name"]) == "Zoë Berg"
    assert done["messages"][0]["content"] == f"I am {arguments['name']}."
    assert arguments["n"] == 2


def test_what_looks_like_a_placeholder_comes_back_as_it_was() -> None:
    text = "Literally [PERSON_1] and jo@acme.org, [LITERAL_2]"
    done, names = scrubbed({"messages": [user(text)]})
    assert names.restore(done["messages"][0]["content"]) == text


def test_what_cannot_be_replaced_keeps_the_request_inside() -> None:
    tools = [{"type": "function", "function": {"name": "mail_jo@acme.org", "parameters": {}}}]
    with pytest.raises(NotScrubbedError, match="email_address"):
        scrubbed({"messages": [user("hi")], "tools": tools})
    with pytest.raises(NotScrubbedError):  # a name as a key of an object
        scrubbed({"messages": [user("hi")], "extra": {"jo@acme.org": 1}})
    with pytest.raises(NotScrubbedError):  # typed in pieces over two messages
        scrubbed({"messages": [user("write to jo@ac"), user("me.org")]})


def test_a_failing_detector_is_not_swallowed() -> None:
    class Broken:
        def spans(self, text: str) -> Any:
            raise ZeroDivisionError

        def counts(self, messages: object, attached: object = ()) -> Any:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Scrubber(Broken(), BOUNDARY, Pseudonyms()).content({"messages": [user("hi there")]})
