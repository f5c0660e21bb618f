"""Files with the official SDKs alone: uploaded, attached, read by models that know no PDF, kept to their owners."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from anthropic import Anthropic
from openai import OpenAI

from tests.services.documents import make
from tests.support.fake_cloud import FakeCloud, Received, fake_cloud
from tests.support.llama_cpp import llama_cpp
from tests.support.system import System, running_system
from tests.support.tiny_gguf import write_tiny_gguf

WINDOW = 6_000
PRICE = 0.01
PUBLIC = {"x-signalbox-data-class": "public"}
ASK = "After how many hours is the coolant filter of the turbine replaced?"
ANSWER = "The coolant filter of the turbine is replaced after 1375 hours."


@dataclass(frozen=True)
class Office:
    """The running system. ``local`` and ``cloud`` record what their models are sent."""

    system: System
    local: FakeCloud
    cloud: FakeCloud
    sdk: OpenAI
    anthropic: Anthropic
    report: bytes

    def key(self, **more: Any) -> OpenAI:
        """The SDK with a key of its own."""
        with self.system.client() as admin:
            made = admin.post("/key/generate", json=more).raise_for_status().json()["key"]
        return OpenAI(base_url=f"{self.system.url}/v1", api_key=made, max_retries=0, timeout=60)

    def asked(self) -> Received:
        """The last request to a local model that was no question about health."""
        return [r for r in self.local.received if r.body][-1]

    def sent(self) -> str:
        """What the local model was sent last."""
        return json.dumps(self.asked().json, ensure_ascii=False)


def _entry(group: str, model: str, url: str, location: str, **info: Any) -> dict[str, Any]:
    params = {"model": f"openai/{model}", "api_base": f"{url}/v1", "api_key": "none", "use_chat_completions_api": True}
    about = {"id": f"id-{group}", "location": location, "tier": "small", "modalities": ["text"], **info}
    return {"model_name": group, "litellm_params": params, "model_info": about}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    tmp = tmp_path_factory.mktemp("office")
    gguf = write_tiny_gguf(tmp / "tiny.gguf", n_ctx_train=32_768)
    with llama_cpp(gguf) as llama, fake_cloud("local") as local, fake_cloud("cloud") as cloud:
        config = {
            "model_list": [
                _entry("reader", "reader-m", local.url, "local", context_window=WINDOW),
                _entry("sees", "sees-m", local.url, "local", modalities=["text", "image"], context_window=32_000),
                _entry("tiny", "tiny-m", llama.url, "local", context_window=2_000),
                _entry("frontier", "cloud-m", cloud.url, "cloud", context_window=200_000),
            ],
            "gateway": {
                "discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False},
                "documents": {
                    "price_per_page": PRICE,
                    "max_images": 2,
                    "quota_mb": 1,
                    "max_pages": 400,
                    "max_file_mb": 2,
                },
                "retrieval": {"enabled": False},
            },
        }
        parts = ("--only", "database,gateway,documents,egress")
        with running_system(tmp / "system", json.dumps(config), arguments=parts) as system:
            pages = [f"Section {i}\nThis page deals with matter number {i}.\n{'It is dull. ' * 6}" for i in range(300)]
            pages[211] = f"Section 211\n{ANSWER}\n{'It is dull. ' * 6}"
            yield Office(
                system, local, cloud,
                OpenAI(base_url=f"{system.url}/v1", api_key=system.key, max_retries=0, timeout=90),
                Anthropic(base_url=system.url, api_key=system.key, max_retries=0, timeout=90),
                make.pdf(tmp / "report.pdf", pages).read_bytes(),
            )  # fmt: skip


@pytest.fixture(autouse=True)
def forgotten(office: Office) -> None:
    office.local.reset()
    office.cloud.reset()


def _uri(data: bytes, media: str = "application/pdf") -> str:
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def _file(data: bytes, name: str = "report.pdf", **more: str) -> Any:
    return {"type": "file", "file": {"file_data": _uri(data), "filename": name, **more}}


def _ask(client: OpenAI, part: Any, model: str = "reader", text: str = ASK, **more: Any) -> Any:
    content = [part, {"type": "text", "text": text}]
    return client.chat.completions.with_raw_response.create(
        model=model, messages=[{"role": "user", "content": content}], max_tokens=16, **more
    )


def test_a_300_page_pdf_reaches_a_small_local_model_as_the_pages_about_the_question(office: Office) -> None:
    raw = _ask(office.sdk, _file(office.report))
    assert raw.parse().choices[0].message.content
    assert raw.headers["x-signalbox-deployment"] == "id-reader"
    sent = office.sent()
    assert ANSWER in sent
    assert "[Page 212]" in sent
    assert "left out: less about the question]" in sent
    assert ASK in sent
    assert len(office.asked().json["messages"][0]["content"][0]["text"]) / 4 < WINDOW
    assert '"file"' not in sent


def test_the_same_to_a_real_llama_cpp(office: Office) -> None:
    raw = _ask(office.sdk, _file(office.report), model="tiny")
    answer = raw.parse()
    assert answer.choices[0].message.content
    assert 500 < answer.usage.prompt_tokens < 16_384


def test_responses_and_messages_take_files_too(office: Office) -> None:
    part: Any = {"type": "input_file", "filename": "r.pdf", "file_data": _uri(office.report)}
    question: Any = {"role": "user", "content": [part, {"type": "input_text", "text": ASK}]}
    assert office.sdk.responses.create(model="reader", input=[question]).output_text
    assert ANSWER in office.sent()
    document: Any = {
        "type": "document",
        "title": "r.pdf",
        "source": {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(office.report).decode()},
    }
    message: Any = {"role": "user", "content": [document, {"type": "text", "text": ASK}]}
    assert office.anthropic.messages.create(model="reader", max_tokens=16, messages=[message]).content
    assert ANSWER in office.sent()
    assert "[Document r.pdf]" in office.sent()


def test_the_life_of_a_file_in_the_sdk(office: Office) -> None:
    made = office.sdk.files.create(
        file=("report.pdf", office.report), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert made.bytes == len(office.report)
    assert made.expires_at == made.created_at + 3600
    assert made.id in [f.id for f in office.sdk.files.list(purpose="user_data")]
    assert office.sdk.files.retrieve(made.id).filename == "report.pdf"
    assert office.sdk.files.content(made.id).content == office.report
    _ask(office.sdk, {"type": "file", "file": {"file_id": made.id}})
    assert ANSWER in office.sent()
    assert office.sdk.files.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError, match="upload it again"):
        _ask(office.sdk, {"type": "file", "file": {"file_id": made.id}})


def test_a_key_sees_its_own_and_its_teams_files_and_no_others(office: Office) -> None:
    with office.system.client() as admin:
        team = admin.post("/team/new", json={"team_alias": "red"}).raise_for_status().json()["team_id"]
    anna, ben, carl = office.key(team_id=team), office.key(team_id=team), office.key()
    made = anna.files.create(file=("a.txt", b"The canteen opens at noon."), purpose="user_data")
    part = {"type": "file", "file": {"file_id": made.id}}
    _ask(ben, part, text="When does the canteen open?")
    assert "opens at noon" in office.sent()
    assert [f.id for f in ben.files.list()] == [made.id]
    assert list(carl.files.list()) == []
    for refused in (carl.files.retrieve, carl.files.delete, carl.files.content):
        with pytest.raises(openai.NotFoundError):
            refused(made.id)
    with pytest.raises(openai.NotFoundError):
        _ask(carl, part)
    large = ("b.txt", b"word " * 150_000)
    carl.files.create(file=large, purpose="user_data")
    with pytest.raises(openai.PermissionDeniedError, match="1 MiB"):
        carl.files.create(file=large, purpose="user_data")
    with pytest.raises(openai.BadRequestError, match="purpose"):
        carl.files.create(file=("b.jsonl", b"{}"), purpose="batch")


def test_what_a_document_holds_decides_where_it_may_go(office: Office, tmp_path: Path) -> None:
    harmless = make.pdf(tmp_path / "a.pdf", ["Recipes\nBoil the potatoes for twenty minutes."]).read_bytes()
    raw = _ask(office.sdk, _file(harmless), model="frontier", text="How long?", extra_headers=PUBLIC)
    assert raw.headers["x-signalbox-data-class"] == "public"
    assert "twenty minutes" in json.dumps(office.cloud.received[-1].json)
    office.cloud.reset()
    secret = make.pdf(tmp_path / "b.pdf", ["Guests\nCard 4111 1111 1111 1111 of the guest."]).read_bytes()
    made = office.sdk.files.create(file=("b.pdf", secret), purpose="user_data", extra_headers=PUBLIC)
    assert made.model_extra is not None
    assert made.model_extra["signalbox"]["data_class"] == "restricted"
    for part in (_file(secret), {"type": "file", "file": {"file_id": made.id}}):
        with pytest.raises(openai.PermissionDeniedError, match="class restricted"):
            _ask(office.sdk, part, model="frontier", text="Hello there?", extra_headers=PUBLIC)
    labelled = office.sdk.files.create(file=("a.pdf", harmless), purpose="user_data")
    with pytest.raises(openai.PermissionDeniedError):
        _ask(
            office.sdk, {"type": "file", "file": {"file_id": labelled.id}}, model="frontier", text="So?",
            extra_headers=PUBLIC,
        )  # fmt: skip
    assert office.cloud.holds("potatoes") == office.cloud.holds("4111") == 0


def test_a_file_that_cannot_be_read_is_a_clear_error_and_goes_nowhere(office: Office, tmp_path: Path) -> None:
    locked = make.pdf(tmp_path / "a.pdf", ["Secret\nwords"], encrypt="password").read_bytes()
    for data, code in ((locked, "encrypted"), (make.with_script(), "active_content"), (b"", "empty")):
        for model, headers in (("auto", {}), ("frontier", PUBLIC)):
            with pytest.raises(openai.APIStatusError) as caught:
                _ask(office.sdk, _file(data), model=model, extra_headers=headers)
            assert caught.value.status_code in (400, 422)
            assert caught.value.code == code
    made = office.sdk.files.create(file=("a.pdf", locked), purpose="user_data", extra_headers=PUBLIC)
    assert made.status == "error"
    assert made.status_details == "encrypted"
    assert office.cloud.holds(ASK) == office.local.holds(ASK) == 0


def test_pages_are_shown_as_images_where_asked(office: Office) -> None:
    raw = _ask(office.sdk, _file(office.report, detail="high"), model="auto")
    assert raw.headers["x-signalbox-deployment"] == "id-sees"
    assert raw.headers["x-signalbox-data-class"] == "restricted"
    content = office.asked().json["messages"][0]["content"]
    images = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    assert len(images) == 2
    assert base64.b64decode(images[0].partition(",")[2]).startswith(b"\xff\xd8")
    assert ANSWER in office.sent()


def test_ocr_and_extract_serve_a_bare_machine_and_charge_per_page(office: Office, tmp_path: Path) -> None:
    scan = make.scanned_pdf(tmp_path / "s.pdf", [["INVOICE 4711"]]).read_bytes()
    rows = make.table_pdf(tmp_path / "t.pdf", [["Part", "Stock"], ["Valve", "12"]]).read_bytes()
    with office.system.client() as admin:
        key = admin.post("/key/generate", json={}).raise_for_status().json()["key"]
        own = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=office.system.url, headers=own, timeout=90, trust_env=False) as http:
            document = {"type": "document_url", "document_url": _uri(scan)}
            read = http.post("/v1/ocr", json={"model": "ocr", "document": document})
            assert "4711" in read.raise_for_status().json()["pages"][0]["markdown"]
            made = http.post("/v1/files", files={"file": ("t.pdf", rows)}, data={"purpose": "user_data"}).json()
            stored = http.post("/v1/ocr", json={"model": "ocr", "document": {"type": "file", "file_id": made["id"]}})
            assert "Valve" in stored.raise_for_status().json()["pages"][0]["markdown"]
            table = http.post("/v1/documents/extract", json={"file_id": made["id"], "boxes": True}).raise_for_status()
            assert table.json()["pages"][0]["blocks"][-1]["csv"].splitlines() == ["Part,Stock", "Valve,12"]
            assert table.headers["x-signalbox-deployment"] == "documents"
            words = http.post("/v1/documents/extract", files={"file": ("t.pdf", rows)}, data={"format": "markdown"})
            assert "<td>Valve</td>" in words.raise_for_status().text
            body = {"file_data": _uri(office.report), "filename": "r.pdf", "stream": True, "pages": "1-7"}
            with http.stream("POST", "/v1/documents/extract", json=body) as answer:
                lines = [json.loads(line) for line in answer.iter_lines()]
            assert lines[0]["head"]["pages"] == 300
            assert [m["page"]["number"] for m in lines[1:-1]] == list(range(1, 8))
            form = http.post("/v1/ocr", files={"file": ("t.pdf", rows)}, data={"model": "ocr"}).raise_for_status()
            assert "Valve" in form.json()["pages"][0]["markdown"]
            asked = {"role": "user", "content": [_file(rows, "t.pdf"), {"type": "text", "text": "How many valves?"}]}
            http.post("/v1/chat/completions", json={"model": "reader", "messages": [asked]}).raise_for_status()
            large = http.post("/v1/documents/extract", files={"file": ("l.txt", b"word " * 450_000)})
            assert (large.status_code, large.json()["error"]["code"]) == (413, "file_too_large")
            wrong = http.post("/v1/documents/extract", json={"file_data": _uri(b"%PDF-1.4 no")})
            assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "truncated")

        def spend() -> float:
            return float(admin.get("/key/info", params={"key": key}).json()["info"]["spend"])

        office.system.wait_for(lambda: spend() > 12.5 * PRICE, "the spend to be booked", 30)
        assert spend() == pytest.approx(13 * PRICE, rel=0.01)


def test_no_text_of_a_document_is_in_any_log(office: Office) -> None:
    _ask(office.sdk, _file(office.report))
    assert b"coolant filter" not in office.system.all_logs()
