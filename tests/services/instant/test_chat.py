from typing import Any

import pytest

from services.common.errors import ApiError
from services.instant.chat import ChatRequest, last_user_text


def request(*contents: Any, **more: Any) -> ChatRequest:
    messages = [{"role": "user", "content": content} for content in contents]
    return ChatRequest.model_validate({"model": "x", "messages": messages, **more})


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("hi", "hi"),
        (None, ""),
        ([], ""),
        ([{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "text", "text": "b"}], "a\nb"),
        ([{"type": "text", "text": 3}], ""),
    ],
)
def test_text_of_a_message(content: Any, text: str) -> None:
    assert request(content).texts() == [text]


@pytest.mark.parametrize("content", [3, {"text": "a"}, ["a"], True])
def test_a_wrong_content_names_its_place(content: Any) -> None:
    with pytest.raises(ApiError) as caught:
        request("hi", content).texts()
    assert (caught.value.status, caught.value.param) == (400, "messages[1].content")


@pytest.mark.parametrize(("stop", "stops"), [(None, []), ("a", ["a"]), (["a", "b"], ["a", "b"])])
def test_stops(stop: Any, stops: list[str]) -> None:
    assert request("hi", stop=stop).stops == stops


@pytest.mark.parametrize("stop", [3, ["a", 3], {}])
def test_a_wrong_stop(stop: Any) -> None:
    with pytest.raises(ApiError) as caught:
        _ = request("hi", stop=stop).stops
    assert caught.value.param == "stop"


def test_the_newer_limit_wins() -> None:
    assert request("hi", max_tokens=3).limit == 3
    assert request("hi", max_tokens=3, max_completion_tokens=4).limit == 4
    assert request("hi").limit is None


def test_only_the_last_user_turn_counts() -> None:
    asked = ChatRequest.model_validate(
        {
            "messages": [
                {"role": "user", "content": "one"},
                {"role": "user", "content": "two"},
                {"role": "assistant", "content": "three"},
            ]
        }
    )
    assert last_user_text(asked, asked.texts()) == "two"
    none = ChatRequest.model_validate({"messages": [{"role": "system", "content": "one"}]})
    assert last_user_text(none, none.texts()) == ""
