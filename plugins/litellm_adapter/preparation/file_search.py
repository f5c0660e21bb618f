"""Searches vector stores for what a request asks, and puts the passages that were found before the question.

Knows: OpenAI's ``file_search`` tool, ``vector_store_ids`` on chat. Does not know: how a store is searched
(``services/retrieval``), how an answer cites (``citations``). A store's data class becomes the request's at least.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from plugins.litellm_adapter.citations import MEMORY, Source
from plugins.litellm_adapter.citations import Found as Cited
from plugins.litellm_adapter.preparation.passages import Passages
from plugins.litellm_adapter.preparation.preparer import Ask, Found
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.retrieval_client import RetrievalClient, owner_headers
from plugins.routing.content import plain_text
from plugins.routing.types import DataClass

CALLS = frozenset({"acompletion", "completion", "aresponses", "responses"})
MAX_STORES = 8
MAX_RESULTS = 50
DEFAULT_RESULTS = 8
SHORT = 6
"""A question of fewer words is searched for together with the one before it as well."""


class FileSearch:
    """One a process."""

    name = "file_search"
    seconds = 30.0

    def __init__(self, client: RetrievalClient | None = None) -> None:
        self._client = client or RetrievalClient(os.environ)

    def wants(self, data: dict[str, Any], call_type: str) -> bool:
        return call_type in CALLS and (bool(data.get("vector_store_ids")) or any(_is_search(t) for t in _tools(data)))

    async def prepare(self, ask: Ask) -> Found:
        searches = _searches(ask.data)
        queries = _queries(ask)
        _without_tool(ask.data)
        if not searches or not queries:
            return Found()
        owner = owner_headers(ask.key)
        sources: list[Source] = []
        highest = DataClass.PUBLIC
        for store_id, options in searches.items():
            page = await self._client.search(store_id, owner, {"query": queries, **options})
            highest = max(highest, _class(page))
            sources += [_source(store_id, result) for result in page["data"]]
        most = max(int(options["max_num_results"]) for options in searches.values())
        best = sorted(sources, key=lambda s: -s.score)[:most]
        passages = Passages(best, "input_text" if "responses" in ask.call_type else "text")
        _put(ask.data, passages)
        ask.memory[MEMORY] = Cited(queries, passages.shown, _wants_results(ask.data))
        return Found(data_class=highest, fits=(passages.fit,), units={"searches": len(searches)})


def _tools(data: Mapping[str, Any]) -> list[Any]:
    tools = data.get("tools")
    return tools if isinstance(tools, list) else []


def _is_search(tool: Any) -> bool:
    return isinstance(tool, Mapping) and tool.get("type") == "file_search"


def _searches(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Options of the search of each store, by its id. Raises Refused (400)."""
    found: dict[str, dict[str, Any]] = {}
    given = data.get("vector_store_ids")
    if given is not None:
        found.update({id: {"max_num_results": DEFAULT_RESULTS} for id in _ids(given, "vector_store_ids")})
    for index, tool in enumerate(_tools(data)):
        if _is_search(tool):
            said = tool.get("file_search") if isinstance(tool.get("file_search"), Mapping) else tool
            options = _options(said, f"tools[{index}]")
            found.update(dict.fromkeys(_ids(said.get("vector_store_ids"), f"tools[{index}].vector_store_ids"), options))
    if len(found) > MAX_STORES:
        raise Refused(400, f"At most {MAX_STORES} vector stores can be searched at once.", "invalid_value", "tools")
    return found


def _ids(given: Any, param: str) -> list[str]:
    ids = given if isinstance(given, list) else []
    plain = all(isinstance(i, str) and i.replace("-", "").replace("_", "").isalnum() and len(i) <= 128 for i in ids)
    if not ids or not plain:
        raise Refused(400, f"{param} must be a list of ids of vector stores.", "invalid_value", param)
    return list(ids)


def _options(said: Mapping[str, Any], param: str) -> dict[str, Any]:
    most = said.get("max_num_results", DEFAULT_RESULTS)
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MAX_RESULTS:
        raise Refused(
            400, f"{param}.max_num_results must be 1 to {MAX_RESULTS}.", "invalid_value", f"{param}.max_num_results"
        )
    kept = {name: said[name] for name in ("filters", "ranking_options") if said.get(name) is not None}
    return {"max_num_results": most, **kept}


def _queries(ask: Ask) -> list[str]:
    """The question, and where it is short the one before with it: "and in winter?" says little alone."""
    question = ask.question.strip()
    if not question or len(question.split()) >= SHORT:
        return [question] if question else []
    messages = ask.data.get("messages") or ask.data.get("input")
    said = [_said(m) for m in messages if isinstance(m, Mapping)] if isinstance(messages, list) else []
    before = [text for text in said if text and text != question]
    return [question, f"{before[-1][-500:]} {question}"] if before else [question]


def _said(message: Mapping[str, Any]) -> str:
    return plain_text(message).strip() if message.get("role") == "user" else ""


def _without_tool(data: dict[str, Any]) -> None:
    data.pop("vector_store_ids", None)
    kept = [tool for tool in _tools(data) if not _is_search(tool)]
    if "tools" in data and kept:
        data["tools"] = kept
    elif "tools" in data:
        del data["tools"]
    choice = data.get("tool_choice")
    if not kept or _is_search(choice):
        data.pop("tool_choice", None)
    if not kept:
        data.pop("parallel_tool_calls", None)


def _wants_results(data: dict[str, Any]) -> bool:
    """Whether ``include`` asks for them; no model is told."""
    include = data.get("include")
    if not isinstance(include, list) or "file_search_call.results" not in include:
        return False
    data["include"] = [word for word in include if word != "file_search_call.results"]
    if not data["include"]:
        del data["include"]
    return True


def _class(page: Mapping[str, Any]) -> DataClass:
    ours = page.get("signalbox")
    label = ours.get("data_class") if isinstance(ours, Mapping) else None
    return next((member for member in DataClass if member.label == label), DataClass.RESTRICTED)


def _source(store_id: str, result: Mapping[str, Any]) -> Source:
    ours: Mapping[str, Any] = result.get("signalbox") or {}
    return Source(
        store_id=store_id,
        file_id=str(result["file_id"]),
        filename=str(result["filename"]),
        page=ours.get("page"),
        heading=ours.get("heading") or "",
        text="\n".join(part["text"] for part in result["content"]),
        score=float(result["score"]),
        attributes=dict(result.get("attributes") or {}),
    )


def _put(data: dict[str, Any], passages: Passages) -> None:
    """Before the last user turn's own words, in new lists."""
    if isinstance(data.get("input"), str):
        said = {"type": "input_text", "text": data["input"]}
        data["input"] = [{"role": "user", "content": [passages.part, said]}]
        return
    name = "messages" if isinstance(data.get("messages"), list) else "input"
    turns: Sequence[Any] = data.get(name) or ()
    last = max((i for i, m in enumerate(turns) if isinstance(m, Mapping) and m.get("role") == "user"), default=None)
    if last is None:
        return
    content = turns[last].get("content")
    parts = content if isinstance(content, list) else [{"type": passages.part["type"], "text": content}]
    data[name] = [
        {**message, "content": [passages.part, *parts]} if index == last else message
        for index, message in enumerate(turns)
    ]
