from __future__ import annotations

import httpx
import pytest

from tests.services.console.conftest import form_token
from tests.services.console.fake_gateway import REFUSED, FakeGateway


async def ask(admin: httpx.AsyncClient, **fields: str) -> httpx.Response:
    token = form_token((await admin.get("/console/try")).text)
    form = {"form_token": token, "text": "Summarize <this>", "capability": "auto", "step": "explain", **fields}
    return await admin.post("/console/try", data=form)


async def test_explain_sends_nothing_to_a_model(admin: httpx.AsyncClient, gateway: FakeGateway) -> None:
    text = (await ask(admin)).text
    assert [r.url.path for r in gateway.requests] == ["/routing/explain"]
    assert "It goes to" in text
    assert "qwen-small" in text
    assert "local &lt;b&gt;&amp;" in text
    assert text.count("Summarize &lt;this&gt;") == 2  # in the form, and in the one that would send it
    assert 'value="send"' in text


async def test_send_sends_what_was_explained(admin: httpx.AsyncClient, gateway: FakeGateway) -> None:
    answer = await ask(admin, step="send", data_class="public", text="one\r\ntwo")
    assert [r.url.path for r in gateway.requests] == ["/v1/chat/completions"]
    assert gateway.body()["messages"] == [{"role": "user", "content": "one\ntwo"}]
    assert gateway.requests[0].headers["x-signalbox-data-class"] == "public"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert 'href="/console/decisions/dec-1"' in answer.text


async def test_a_refusal_offers_no_send(admin: httpx.AsyncClient, gateway: FakeGateway) -> None:
    gateway.explained = dict(REFUSED)
    text = (await ask(admin)).text
    assert "It is refused by" in text
    assert 'value="send"' not in text


async def test_a_class_that_was_not_taken_is_said(admin: httpx.AsyncClient) -> None:
    assert "you declared public" in (await ask(admin, data_class="public")).text


@pytest.mark.parametrize("step", ["explain", "send"])
async def test_the_gateways_errors_are_shown(admin: httpx.AsyncClient, gateway: FakeGateway, step: str) -> None:
    gateway.status = 503
    assert "Add a model: <code>ollama pull x</code>" in (await ask(admin, step=step)).text
    gateway.down = True
    assert "The gateway cannot be reached" in (await ask(admin, step=step)).text


@pytest.mark.parametrize(
    ("fields", "words"), [({"text": " \n"}, "Write something"), ({"text": "x" * 20_001}, "At most 20,000")]
)
async def test_bad_text_reaches_nobody(
    admin: httpx.AsyncClient, gateway: FakeGateway, fields: dict[str, str], words: str
) -> None:
    answer = await ask(admin, **fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert gateway.requests == []


async def test_forms_from_elsewhere_and_odd_classes_are_refused(admin: httpx.AsyncClient, gateway: FakeGateway) -> None:
    assert (await ask(admin, form_token="0" * 64)).status_code == 403
    assert (await ask(admin, data_class="publik")).status_code == 400
    assert gateway.requests == []
