"""The file_search tool as a preparer; the retrieval service is said by the test."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import pytest

from plugins.litellm_adapter.citations import MEMORY
from plugins.litellm_adapter.preparation.file_search import FileSearch
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.retrieval_client import KEY_ENV, URL_ENV, RetrievalClient
from plugins.routing.content import Material
from plugins.routing.types import DataClass
from tests.plugins.litellm_adapter.preparation.ask import ask

KEY = SimpleNamespace(api_key="hash", team_id="team", user_role=None)
QUESTION = "When does the library of the old town close?"


class Service:
    """Answers searches; remembers what was asked."""

    def __init__(self, data_class: str = "internal") -> None:
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self._class = data_class

    def search(self) -> FileSearch:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        return FileSearch(RetrievalClient({URL_ENV: "http://r", KEY_ENV: "k"}, http))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        store = request.url.path.split("/")[3]
        self.asked.append((store, orjson.loads(request.content), request.headers["x-signalbox-key-id"]))
        if store == "vs_none":
            error = {"message": "There is no vector store.", "code": "vector_store_not_found", "param": None}
            return httpx.Response(404, json={"error": error})
        hit = {
            "file_id": f"file-{store}", "filename": "house.pdf", "score": 0.5 if store == "vs_a" else 0.9,
            "attributes": {}, "content": [{"type": "text", "text": "It closes at nine."}],
            "signalbox": {"page": 3, "heading": None},
        }  # fmt: skip
        return httpx.Response(200, json={"data": [hit], "signalbox": {"data_class": self._class, "tokens": 5}})


def tool(*stores: str, **more: Any) -> dict[str, Any]:
    return {"type": "file_search", "vector_store_ids": list(stores), **more}


def chat(**more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": QUESTION}], **more}


@pytest.mark.parametrize(
    ("data", "call_type", "wanted"),
    [
        (chat(tools=[tool("vs_a")]), "acompletion", True),
        (chat(vector_store_ids=["vs_a"]), "acompletion", True),
        ({"input": "x", "tools": [tool("vs_a")]}, "aresponses", True),
        (chat(tools=[{"type": "function"}]), "acompletion", False),
        (chat(tools="none"), "acompletion", False),
        (chat(tools=[tool("vs_a")]), "aembedding", False),
    ],
)
def test_what_is_wanted(data: dict[str, Any], call_type: str, wanted: bool) -> None:
    assert FileSearch().wants(data, call_type) is wanted


async def test_passages_stand_before_the_question_and_the_tool_is_gone() -> None:
    service = Service()
    other = {"type": "function", "function": {"name": "f"}}
    data = chat(tools=[tool("vs_a", "vs_b", max_num_results=3), other], tool_choice={"type": "file_search"})
    given = ask(data, question=QUESTION, key=KEY)
    found = await service.search().prepare(given)
    material, said = given.data["messages"][0]["content"]
    assert isinstance(material, Material)
    assert material["text"].index("file") < material["text"].index("It closes at nine.")
    assert said == {"type": "text", "text": QUESTION}
    assert given.data["tools"] == [other]
    assert "tool_choice" not in given.data
    assert data["messages"][0]["content"] == QUESTION, "the caller's own is not touched"
    assert (found.data_class, found.units) == (DataClass.INTERNAL, {"searches": 2})
    assert [s.file_id for s in given.memory[MEMORY].sources] == ["file-vs_b", "file-vs_a"], "best first"
    assert service.asked[0] == ("vs_a", {"query": [QUESTION], "max_num_results": 3}, "hash")


async def test_responses_and_include() -> None:
    data = {"input": QUESTION, "tools": [tool("vs_a")], "include": ["file_search_call.results", "x"]}
    given = ask(data, question=QUESTION, key=KEY, call_type="aresponses")
    await Service("restricted").search().prepare(given)
    (turn,) = given.data["input"]
    assert [part["type"] for part in turn["content"]] == ["input_text", "input_text"]
    assert given.data["include"] == ["x"]
    assert given.memory[MEMORY].results
    assert "tools" not in given.data


async def test_a_short_question_takes_the_one_before_along() -> None:
    service = Service()
    messages = [
        {"role": "user", "content": QUESTION}, {"role": "assistant", "content": "At nine."},
        {"role": "user", "content": "and on Sundays?"},
    ]  # fmt: skip
    given = ask({"messages": messages, "vector_store_ids": ["vs_a"]}, question="and on Sundays?", key=KEY)
    await service.search().prepare(given)
    assert service.asked[0][1]["query"] == ["and on Sundays?", f"{QUESTION} and on Sundays?"]
    assert given.data["messages"][0]["content"] == QUESTION
    assert "vector_store_ids" not in given.data


@pytest.mark.parametrize(
    ("data", "status", "param"),
    [
        (chat(tools=[tool()]), 400, "tools[0].vector_store_ids"),
        (chat(tools=[tool("../x")]), 400, "tools[0].vector_store_ids"),
        (chat(tools=[tool("vs_a", max_num_results=0)]), 400, "tools[0].max_num_results"),
        (chat(vector_store_ids="vs_a"), 400, "vector_store_ids"),
        (chat(tools=[tool(*(f"vs_{n}" for n in range(9)))]), 400, "tools"),
        (chat(tools=[tool("vs_none")]), 404, None),
    ],
)
async def test_what_the_caller_must_be_told(data: dict[str, Any], status: int, param: str | None) -> None:
    with pytest.raises(Refused) as caught:
        await Service().search().prepare(ask(data, question=QUESTION, key=KEY))
    assert (caught.value.status, caught.value.param) == (status, param)


async def test_a_class_that_is_not_said_is_restricted() -> None:
    found = await Service("strange").search().prepare(ask(chat(tools=[tool("vs_a")]), question=QUESTION, key=KEY))
    assert found.data_class is DataClass.RESTRICTED
