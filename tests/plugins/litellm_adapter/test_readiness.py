"""Readiness of the other parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plugins.litellm_adapter.readiness import Parts
from tests.plugins.litellm_adapter.facts import state_of
from tests.support.fake_cloud import fake_cloud


async def test_no_state_or_no_file_means_no_other_parts(tmp_path: Path) -> None:
    assert await Parts(None).not_ready() == ()
    assert await Parts(tmp_path).not_ready() == ()


async def test_those_that_do_not_answer_are_named_and_the_answer_is_kept_a_second(tmp_path: Path) -> None:
    now = [0.0]
    with fake_cloud() as up:
        parts = Parts(state_of(tmp_path), lambda: now[0])
        file = tmp_path / "run" / "parts.json"
        rows = [("instant", up.url), ("llm", "http://127.0.0.1:9"), ("gateway", "http://127.0.0.1:9")]
        file.write_text(json.dumps({"parts": [{"name": n, "readiness": f"{u}/health/readiness"} for n, u in rows]}))
        assert await parts.not_ready() == ("llm",)
        file.write_text('{"parts": []}')
        assert await parts.not_ready() == ("llm",)
        now[0] = 1.5
        assert await parts.not_ready() == ()


@pytest.mark.parametrize("text", ["{", '{"parts": [{"name": "x"}]}', "[]", '{"parts": 7}'])
async def test_a_file_that_cannot_be_read_is_not_ready(tmp_path: Path, text: str) -> None:
    (state_of(tmp_path) / "run" / "parts.json").write_text(text)
    assert await Parts(tmp_path).not_ready() == ("parts.json",)
