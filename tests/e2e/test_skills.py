"""A skill trained while the system runs, asked through the real SDK: by its name, and by ``auto`` and its mark."""

from __future__ import annotations

import json
import math
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from openai import OpenAI

from services.cli.main import main
from tests.e2e.site import MARK, SMALL, Site
from tests.plugins.skills.rows_of import mails

LEAD = "Hello, we would like a quote for 40 licenses. Regards, A."
UNKNOWN = "The moon was pale over the marsh, and nobody had an umbrella."


@pytest.fixture(scope="module")
def site_with_skill(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    rows: Path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    rows.write_text("\n".join(json.dumps({"text": row.text, "label": row.label}) for row in mails()))
    arguments = ["router", "skill", "train", "lead", str(rows), "--state", str(site.system.state)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    return site


def ask(
    client: OpenAI, text: str, model: str = "skill/lead", **more: object
) -> tuple[dict[str, object], httpx.Headers]:
    raw = client.chat.completions.with_raw_response.create(
        model=model, messages=[{"role": "user", "content": text}], extra_body=more, max_tokens=16
    )
    return json.loads(raw.text), raw.headers


def test_the_label_comes_from_the_instant_tier(site_with_skill: Site) -> None:
    raw = site_with_skill.openai.chat.completions.with_raw_response.create(
        model="skill/lead", messages=[{"role": "user", "content": LEAD}], logprobs=True, top_logprobs=2
    )
    answer = raw.parse()
    assert answer.choices[0].message.content == "lead"
    assert answer.model == "skill/lead"
    assert (raw.headers["x-signalbox-tier"], raw.headers["x-signalbox-deployment"]) == ("instant", "skill-lead")
    confidence = float(raw.headers["x-signalbox-confidence"])
    assert answer.choices[0].logprobs is not None
    (token,) = answer.choices[0].logprobs.content or []
    assert math.exp(token.logprob) == pytest.approx(confidence, abs=1e-3)


def test_json_and_a_stream(site_with_skill: Site) -> None:
    body, _ = ask(site_with_skill.openai, LEAD, response_format={"type": "json_object"})
    assert '"label": "lead"' in json.dumps(body).replace('\\"', '"')
    stream = site_with_skill.openai.chat.completions.create(
        model="skill/lead", messages=[{"role": "user", "content": LEAD}], stream=True
    )
    assert "".join(c.choices[0].delta.content or "" for c in stream if c.choices).strip() == "lead"


def test_auto_with_the_mark_is_the_same_task(site_with_skill: Site) -> None:
    _, marked = ask(site_with_skill.openai, f"{MARK}? {LEAD}", "auto")
    assert marked["x-signalbox-deployment"] == "skill-lead"
    _, plain = ask(site_with_skill.openai, LEAD, "auto")
    assert plain["x-signalbox-deployment"] != "skill-lead"


def test_what_it_is_not_sure_of_goes_on_to_a_language_model(site_with_skill: Site) -> None:
    body, headers = ask(site_with_skill.openai, UNKNOWN)
    assert site_with_skill.group_of(headers["x-signalbox-deployment"]) == SMALL
    assert "x-signalbox-confidence" not in headers
    assert body["model"] == "skill/lead"
    usage = body["usage"]
    assert isinstance(usage, dict)
    assert usage["prompt_tokens"] > 40  # the labels went before the text


def test_it_is_listed(site_with_skill: Site) -> None:
    assert "skill/lead" in {model.id for model in site_with_skill.openai.models.list()}
