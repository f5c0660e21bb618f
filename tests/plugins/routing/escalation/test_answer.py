"""Reading requests and answers in OpenAI's shape."""

from __future__ import annotations

from plugins.routing.escalation.answer import Answer, ToolCall, answers_of, asked_of


def test_a_request_with_everything() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    schema = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
    asked = asked_of({"response_format": schema, "tools": [tool], "max_completion_tokens": 5}, text="hi")
    assert (asked.json, asked.schema, asked.tools) == (True, {"type": "object"}, {"f": {"type": "object"}})
    assert asked.length_set
    assert asked.text == "hi"


def test_a_request_with_nothing_or_with_what_is_not_known() -> None:
    asked = asked_of({"tools": [{"type": "web_search"}], "response_format": {"type": "text"}})
    assert (asked.json, asked.schema, asked.tools, asked.length_set) == (False, None, None, False)


def test_an_answer_with_calls_and_logprobs() -> None:
    message = {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}
    choice = {"message": message, "finish_reason": "tool_calls", "logprobs": {"content": [{"logprob": -1}]}}
    assert answers_of({"choices": [choice]}) == (Answer("", "tool_calls", (ToolCall("f", "{}"),), (-1.0,)),)


def test_what_cannot_be_judged_counts_as_refused_and_other_shapes_as_nothing() -> None:
    def one(**message: object) -> Answer:
        return answers_of({"choices": [{"message": message, "finish_reason": "stop"}]})[0]

    assert one(content=None, refusal="no").refused
    assert one(content=None, audio={"id": "x"}).refused
    assert one(content="", reasoning_content="hm").refused
    assert not one(content="fine", reasoning_content="hm").refused
    assert answers_of({"data": []}) == ()
