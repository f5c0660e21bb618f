"""Vector stores through the whole system, with OpenAI's SDK: a 300-page PDF is taken in, searched, asked about in chat
and in Responses, and the right page is cited; keys do not see each other's stores."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai
import pytest
from reportlab.pdfgen import canvas

from tests.support.llama_cpp import llama_cpp
from tests.support.system import System, running_system

PAGES, PAGE = 300, 47
CONFIG = """
model_list:
  - model_name: local-model
    litellm_params: {{model: openai/tiny, api_base: "{url}/v1", api_key: none}}
    model_info: {{location: local, tier: small, context_window: 4096}}
gateway:
  discovery: {{ollama: [], vllm: [], models_dir: null, cloud: false}}
  escalation: {{mode: false}}
"""
SUBJECTS = ("pump", "valve", "compressor", "heat exchanger", "conveyor", "boiler", "turbine", "gearbox", "crane")
QUESTION = f"How often must the seal of the turbine in hall {PAGE} be replaced?"


def manual() -> bytes:
    """A page for each hall; the turbine of hall 47 stands on page 47 alone."""
    made = io.BytesIO()
    page = canvas.Canvas(made)
    for number in range(1, PAGES + 1):
        subject = "turbine" if number == PAGE else SUBJECTS[number % len(SUBJECTS)]
        page.setFont("Helvetica-Bold", 18)
        page.drawString(72, 780, f"Hall {number}: the {subject}")
        page.setFont("Helvetica", 11)
        page.drawString(
            72, 740, f"The {subject} of hall {number} was installed by team {number % 7} and is inspected yearly."
        )
        page.drawString(72, 720, f"Its seal must be replaced every {100 + number} running hours.")
        page.showPage()
    page.save()
    return made.getvalue()


@dataclass(frozen=True, slots=True)
class Library:
    """A running system with one store that holds the manual."""

    system: System
    sdk: openai.OpenAI
    store: str
    file: str


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, tiny_gguf: Path) -> Iterator[Library]:
    with llama_cpp(tiny_gguf) as model:
        folder, config = tmp_path_factory.mktemp("library"), CONFIG.format(url=model.url)
        only = ("--only", "database,gateway,documents,retrieval,retrieval-worker")
        with (
            running_system(folder, config, arguments=only) as system,
            openai.OpenAI(base_url=f"{system.url}/v1", api_key=system.key, max_retries=0, timeout=120) as sdk,
        ):
            file = sdk.files.create(file=("manual.pdf", manual()), purpose="assistants").id
            store = sdk.vector_stores.create(name="plant", metadata={"data_class": "internal"})
            taken = sdk.vector_stores.files.create_and_poll(file, vector_store_id=store.id, poll_interval_ms=300)
            assert taken.status == "completed", taken
            yield Library(system, sdk, store.id, file)


def test_the_store_tells_what_it_holds(library: Library) -> None:
    store = library.sdk.vector_stores.retrieve(library.store)
    assert (store.status, store.name) == ("completed", "plant")
    assert (store.file_counts.completed, store.file_counts.total) == (1, 1)
    assert store.usage_bytes > 50_000
    (file,) = library.sdk.vector_stores.files.list(library.store).data
    assert (file.id, file.status) == (library.file, "completed")
    content = library.sdk.vector_stores.files.content(library.file, vector_store_id=library.store).data
    assert sum("Its seal must be replaced" in str(part.text) for part in content) >= PAGES
    assert library.store in [s.id for s in library.sdk.vector_stores.list().data]


def test_a_search_finds_the_right_page(library: Library) -> None:
    found = library.sdk.vector_stores.search(library.store, query=QUESTION, max_num_results=3).data
    first = found[0].model_dump()
    assert (first["file_id"], first["filename"]) == (library.file, "manual.pdf")
    assert first["signalbox"]["page"] == PAGE
    assert f"every {100 + PAGE} running hours" in first["content"][0]["text"]
    assert len(found) == 3
    none = library.sdk.vector_stores.search(
        library.store, query=QUESTION, filters={"type": "eq", "key": "kind", "value": "other"}
    )
    assert none.data == []


@pytest.mark.parametrize("stream", [False, True])
def test_chat_of_a_local_model_cites_the_page(library: Library, stream: bool) -> None:
    asked: dict[str, Any] = {
        "model": "local-model",
        "messages": [{"role": "user", "content": QUESTION}],
        "tools": [{"type": "file_search", "vector_store_ids": [library.store], "max_num_results": 3}],
        "max_tokens": 8,
    }
    if stream:
        deltas = [c.choices[0].delta for c in library.sdk.chat.completions.create(**asked, stream=True) if c.choices]
        cited = next(d.model_dump()["annotations"] for d in deltas if d.model_dump().get("annotations"))
    else:
        cited = library.sdk.chat.completions.create(**asked).choices[0].message.model_dump()["annotations"]
    assert (cited[0]["type"], cited[0]["file_id"], cited[0]["filename"]) == (
        "file_citation",
        library.file,
        "manual.pdf",
    )
    assert cited[0]["page"] == PAGE
    assert f"{PAGE}" in cited[0]["quote"] or f"{100 + PAGE}" in cited[0]["quote"]


@pytest.mark.parametrize("stream", [False, True])
def test_responses_of_a_local_model_cite_the_page_and_show_the_search(library: Library, stream: bool) -> None:
    asked: dict[str, Any] = {
        "model": "local-model",
        "input": QUESTION,
        "tools": [{"type": "file_search", "vector_store_ids": [library.store], "max_num_results": 3}],
        "include": ["file_search_call.results"],
        "max_output_tokens": 16,
    }
    if stream:
        events = list(library.sdk.responses.create(**asked, stream=True))
        answer = next(e.response for e in events if e.type in ("response.completed", "response.incomplete"))
    else:
        answer = library.sdk.responses.create(**asked)
    search, *rest = answer.output
    assert search.type == "file_search_call"
    assert search.queries == [QUESTION]
    assert search.results is not None
    assert search.results[0].file_id == library.file
    (message,) = [item for item in rest if item.type == "message"]
    cited = message.content[0].model_dump()["annotations"]
    assert (cited[0]["type"], cited[0]["file_id"], cited[0]["page"]) == ("file_citation", library.file, PAGE)


def test_vector_store_ids_and_no_language_model_quote_the_page(library: Library) -> None:
    raw = library.sdk.chat.completions.with_raw_response.create(
        model="extractive",
        messages=[{"role": "user", "content": QUESTION}],
        extra_body={"vector_store_ids": [library.store]},
    )
    answer = raw.parse().choices[0].message
    assert f"every {100 + PAGE} running hours" in (answer.content or "")
    assert f"page {PAGE}" in (answer.content or "")
    assert answer.model_dump()["annotations"][0]["page"] == PAGE


def test_what_is_retrieved_raises_the_class(library: Library) -> None:
    sdk = library.sdk
    secret = sdk.files.create(file=("secret.txt", b"The merger with the northern works is planned for May."),
                              purpose="assistants", extra_headers={"x-signalbox-data-class": "restricted"})  # fmt: skip
    store = sdk.vector_stores.create(file_ids=[secret.id])
    wait_until_taken_in(sdk, store.id)
    raw = sdk.chat.completions.with_raw_response.create(
        model="document_qa",
        messages=[{"role": "user", "content": "When is the merger planned?"}],
        tools=[{"type": "file_search", "vector_store_ids": [store.id]}],  # type: ignore[list-item]
        max_tokens=4,
        extra_headers={"x-signalbox-data-class": "public"},
    )
    assert raw.headers["x-signalbox-data-class"] == "restricted"
    assert raw.headers["x-signalbox-location"] == "local"


def test_a_key_sees_only_its_own_stores_and_its_teams(library: Library) -> None:
    with library.system.client() as admin:
        team = admin.post("/team/new", json={"team_alias": "plant"}).json()["team_id"]
        keys = [
            str(admin.post("/key/generate", json=body).json()["key"])
            for body in ({"team_id": team}, {"team_id": team}, {})
        ]
    one, mate, other = (openai.OpenAI(base_url=f"{library.system.url}/v1", api_key=key, max_retries=0) for key in keys)
    store = one.vector_stores.create(name="ours")
    assert mate.vector_stores.retrieve(store.id).name == "ours"
    assert [s.id for s in one.vector_stores.list()] == [store.id]
    for ask in (
        lambda: other.vector_stores.retrieve(store.id),
        lambda: other.vector_stores.search(store.id, query="anything"),
        lambda: other.vector_stores.delete(store.id),
        lambda: other.vector_stores.files.list(store.id),
        lambda: other.chat.completions.create(
            model="auto", messages=[{"role": "user", "content": "anything"}],
            extra_body={"vector_store_ids": [store.id]},
        ),
        lambda: one.vector_stores.files.create(store.id, file_id=library.file),
    ):  # fmt: skip
        with pytest.raises(openai.NotFoundError):
            ask()
    assert list(other.vector_stores.list()) == []
    assert mate.vector_stores.delete(store.id).deleted


def test_batches_attributes_and_deletion(library: Library) -> None:
    sdk = library.sdk
    files = [
        sdk.files.create(
            file=(f"note-{year}.md", f"# Year {year}\n\nThe output was {year} tons.".encode()), purpose="assistants"
        )
        for year in (2023, 2024)
    ]
    store = sdk.vector_stores.create(name="notes", expires_after={"anchor": "last_active_at", "days": 3})
    assert store.expires_at is not None
    batch = sdk.vector_stores.file_batches.create_and_poll(
        store.id, files=[{"file_id": f.id, "attributes": {"year": y}} for f, y in zip(files, (2023, 2024), strict=True)]
    )
    assert (batch.status, batch.file_counts.completed) == ("completed", 2)
    assert len(sdk.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id).data) == 2
    later: Any = {"type": "gt", "key": "year", "value": 2023}
    (hit,) = sdk.vector_stores.search(store.id, query="What was the output?", filters=later).data
    assert hit.filename == "note-2024.md"
    sdk.vector_stores.files.update(files[0].id, vector_store_id=store.id, attributes={"year": 2030})
    found = sdk.vector_stores.search(store.id, query="What was the output?", filters=later).data
    assert {h.filename for h in found} == {"note-2023.md", "note-2024.md"}
    sdk.vector_stores.files.delete(files[0].id, vector_store_id=store.id)
    assert {h.filename for h in sdk.vector_stores.search(store.id, query="output").data} == {"note-2024.md"}
    assert sdk.vector_stores.update(store.id, name="other").name == "other"
    assert sdk.vector_stores.delete(store.id).deleted
    with pytest.raises(openai.NotFoundError):
        sdk.vector_stores.retrieve(store.id)


def test_mistakes_are_told(library: Library) -> None:
    sdk = library.sdk
    unknown: Any = {"type": "like", "key": "a", "value": "b"}
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.vector_stores.search(library.store, query="x", filters=unknown)
    assert caught.value.param == "filters.type"
    with pytest.raises(openai.BadRequestError):
        sdk.vector_stores.create(file_ids=[], metadata={"key": "x" * 600})
    with pytest.raises(openai.NotFoundError):
        sdk.vector_stores.files.create(library.store, file_id="file-none")
    with library.system.client() as admin:
        assert admin.get("/v1/vector_stores/../internal/retrieval/status").status_code == 404
        assert admin.get("/internal/retrieval/status").status_code == 404
    logs = library.system.all_logs()
    assert b"seal must be replaced" not in logs
    assert b"merger" not in logs


def wait_until_taken_in(sdk: openai.OpenAI, store: str, bound_s: float = 60.0) -> None:
    """Until no file of the store is in progress."""
    end = time.monotonic() + bound_s
    while (found := sdk.vector_stores.retrieve(store)).file_counts.in_progress:
        assert time.monotonic() < end, json.dumps(found.model_dump())
        time.sleep(0.1)
