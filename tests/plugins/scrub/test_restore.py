import json
import random
from typing import Any

import pytest

from plugins.scrub.pseudonyms import Pseudonyms
from plugins.scrub.restore import Events, restored_body
from tests.plugins.scrub import echo

NAMES = {"[PERSON_1]": "Zoë Berg", "[STREET_ADDRESS_2]": '12 "Oak" Lane\nOslo', "[LITERAL_3]": "[PERSON_9]"}
WORDS = ["[PERSON_1]", "[STREET_ADDRESS_2]", "[LITERAL_3]", "[", "[PERSON", "]", " and ", "ünï", "\n\n", "data: ", "🙂"]


def through(stream: bytes, rng: random.Random, names: Pseudonyms) -> bytes:
    """The stream in chunks cut anywhere, also inside a character."""
    events, out, at = Events(names), [], 0
    while at < len(stream):
        size = rng.choice((1, 7, 60, 300))
        out.append(events.feed(stream[at : at + size]))
        at += size
    return b"".join((*out, events.feed(b"", last=True)))


@pytest.mark.parametrize("write", [echo.chat, echo.completions, echo.responses, echo.messages])
@pytest.mark.parametrize("seed", range(25))
def test_a_streamed_text_comes_back_whole(write: Any, seed: int) -> None:
    rng, names = random.Random(seed), Pseudonyms(NAMES)
    text = "".join(rng.choice(WORDS) for _ in range(rng.randint(1, 15)))
    assert echo.told(through(write(text, rng), rng, names)) == names.restore(text)


@pytest.mark.parametrize(("write", "field"), [(echo.chat, "arguments"), (echo.messages, "partial_json")])
@pytest.mark.parametrize("seed", range(10))
def test_streamed_arguments_stay_json(write: Any, field: str, seed: int) -> None:
    rng, names = random.Random(seed), Pseudonyms(NAMES)
    sent = {"to": "[PERSON_1] at [STREET_ADDRESS_2]", "note": "[x"}
    told = echo.told(through(write(json.dumps(sent), rng, field), rng, names))
    assert json.loads(told) == {"to": names.restore(sent["to"]), "note": "[x"}


def test_choices_are_kept_apart_and_whole_texts_in_events_are_restored() -> None:
    names = Pseudonyms(NAMES)
    parts = [(0, "[PER"), (1, "[STREET_"), (0, "SON_1]"), (1, "ADDRESS_2]")]
    stream = b"".join(echo.event({"choices": [{"index": i, "delta": {"content": c}}]}) for i, c in parts)
    found: dict[int, str] = {}
    for line in through(stream, random.Random(1), names).decode().split("\n\n"):
        if line:
            (choice,) = json.loads(line[6:])["choices"]
            found[choice["index"]] = found.get(choice["index"], "") + choice["delta"]["content"]
    assert found == {0: "Zoë Berg", 1: '12 "Oak" Lane\nOslo'}
    done = through(echo.responses("[PERSON_1]", random.Random(2)), random.Random(3), names).decode()
    assert "[PERSON_1]" not in done
    assert done.count("Zoë Berg") == 3


def test_what_holds_no_placeholder_passes_byte_by_byte() -> None:
    stream = b': ping\n\ndata: {"choices": [{"delta": {"content":"a [1] b"}}]}\n\ndata: no json\n\ndata: [DONE]\n\n'
    assert through(stream, random.Random(1), Pseudonyms(NAMES)) == stream


def test_a_whole_body() -> None:
    names = Pseudonyms(NAMES)
    call = {"function": {"name": "send", "arguments": '{"to": "[STREET_ADDRESS_2]"}'}}
    body = {"choices": [{"message": {"content": "Dear [PERSON_1],", "tool_calls": [call]}}], "n": 1}
    message = json.loads(restored_body(json.dumps(body).encode(), names))["choices"][0]["message"]
    assert message["content"] == "Dear Zoë Berg,"
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"to": '12 "Oak" Lane\nOslo'}
    assert restored_body(b"plain [PERSON_1]", names) == "plain Zoë Berg".encode()
    assert restored_body(b'{"a":  1}', names) == b'{"a":  1}'


def test_an_answer_that_is_json_stays_json() -> None:
    names = Pseudonyms(NAMES)
    names.json_answer = True
    sent = json.dumps({"to": "[STREET_ADDRESS_2]"})
    told = echo.told(through(echo.chat(sent, random.Random(1)), random.Random(2), names))
    assert json.loads(told) == {"to": NAMES["[STREET_ADDRESS_2]"]}
    body = json.loads(restored_body(json.dumps({"choices": [{"message": {"content": sent}}]}).encode(), names))
    assert json.loads(body["choices"][0]["message"]["content"]) == {"to": NAMES["[STREET_ADDRESS_2]"]}
