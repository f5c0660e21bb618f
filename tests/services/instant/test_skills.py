"""A skill's answer in OpenAI's shape, through the SDK."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, NotFoundError, UnprocessableEntityError

from plugins.skills.shelf import Shelf, versions_of
from plugins.skills.training import train
from services.instant.answering import Answering, Place
from services.instant.app import instant_app
from services.instant.rendered import Rendered
from services.instant.skills import FINGERPRINT, Skills
from tests.plugins.skills.rows_of import mails, orders

KEY = "internal"
YAML = 'gateway: {skills: {lead: {marks: ["is this a lead"]}, order: {unsure_below: 0.0}, strict: {unsure_below: 1.0}}}'
LEAD: Any = [{"role": "user", "content": "Is this a lead: Hello, we would like a quote for 40 licenses. Regards, A."}]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("skills")
    for name, rows in (("lead", mails()), ("order", orders())):
        version = str(train(name, rows, state / name)["version"])
        for known in (name, "strict") if name == "lead" else (name,):
            versions = versions_of(state, known)
            shutil.copytree(state / name, versions.folder / version)
            versions.promote(version)
    (state / "litellm.yaml").write_text(YAML)
    return state


@pytest.fixture
async def sdk(state: Path) -> AsyncIterator[AsyncOpenAI]:
    rendered = Rendered(state / "litellm.yaml")
    app = instant_app(Answering(rendered, Place()), KEY, Skills(Shelf(state), rendered))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test/v1") as client:
        yield AsyncOpenAI(base_url="http://test/v1", api_key=KEY, http_client=client, max_retries=0)


async def test_the_label_with_logprobs(sdk: AsyncOpenAI) -> None:
    answer = await sdk.chat.completions.create(model="skill/lead", messages=LEAD, logprobs=True, top_logprobs=2)
    (choice,) = answer.choices
    assert (choice.message.content, answer.system_fingerprint) == ("lead", FINGERPRINT)
    assert choice.logprobs is not None
    (token,) = choice.logprobs.content or []
    assert [one.token for one in token.top_logprobs] == ["lead", "other"]
    assert sum(math.exp(one.logprob) for one in token.top_logprobs) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"type": "json_object"}, {"label": "lead"}),
        (
            {"type": "json_schema", "json_schema": {"name": "x", "schema": {"properties": {"kind": {}}}}},
            {"kind": "lead"},
        ),
    ],
)
async def test_json_under_the_schemas_own_key(sdk: AsyncOpenAI, wanted: Any, told: dict[str, str]) -> None:
    answer = await sdk.chat.completions.create(model="skill/lead", messages=LEAD, response_format=wanted)
    assert json.loads(answer.choices[0].message.content or "") == told


async def test_fields_are_json_and_a_stream_is_the_same(sdk: AsyncOpenAI) -> None:
    messages: Any = [{"role": "user", "content": "my order A-4711 was to come on 9 May, where is it?"}]
    whole = await sdk.chat.completions.create(model="skill/order", messages=messages)
    assert json.loads(whole.choices[0].message.content or "") == {"order": "A-4711", "due": "9 May"}
    stream = await sdk.chat.completions.create(model="skill/order", messages=messages, stream=True)
    text = "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])
    assert text == whole.choices[0].message.content


async def test_no_guess(sdk: AsyncOpenAI) -> None:
    with pytest.raises(UnprocessableEntityError) as unsure:
        await sdk.chat.completions.create(model="skill/strict", messages=LEAD)
    assert unsure.value.code == "skill_abstains"
    with pytest.raises(NotFoundError):
        await sdk.chat.completions.create(model="skill/unknown", messages=LEAD)
