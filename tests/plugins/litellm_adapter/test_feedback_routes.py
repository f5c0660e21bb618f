"""Bodies that are refused; the routes themselves through the real gateway."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.litellm_adapter.feedback_routes import read
from plugins.litellm_adapter.refusal import Refused
from tests.plugins.litellm_adapter.conftest import World


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "decision_id"),
        ([], "decision_id"),
        ({"decision_id": "dec_1"}, "rating"),
        ({"decision_id": "dec_1", "rating": "fine"}, "rating"),
        ({"decision_id": "dec_1", "rating": ["good"]}, "rating"),
        ({"decision_id": "dec_1", "rating": "bad", "right_intent": "poetry"}, "right_intent"),
        ({"decision_id": "dec_1", "rating": "bad", "right_intent": []}, "right_intent"),
    ],
)
def test_a_body_that_is_wrong_is_400_with_its_field(body: Any, param: str) -> None:
    with pytest.raises(Refused) as caught:
        read(body)
    assert (caught.value.status, caught.value.param) == (400, param)


def test_a_judgment_from_the_answers_header_to_the_admins_list(world: World) -> None:
    asked = {"model": "auto", "messages": [{"role": "user", "content": "What is the capital of Peru?"}]}
    with world.proxy.client() as client:
        decision_id = client.post("/v1/chat/completions", json=asked).headers["x-signalbox-decision-id"]
        judged = {"decision_id": decision_id, "rating": "bad", "right_intent": "coding"}
        answer = client.post("/routing/feedback", json=judged)
        assert (answer.status_code, answer.json()) == (200, judged)
        unknown = client.post("/routing/feedback", json={"decision_id": "dec_none", "rating": "good"})
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "decision_not_found")
        bad = client.post("/routing/feedback", json={**judged, "right_intent": "poetry"})
        assert (bad.status_code, bad.json()["error"]["param"]) == (400, "right_intent")
        rows: list[dict[str, Any]] = []
        for _ in range(100):
            rows = client.get("/routing/feedback").json()["feedback"]
            if rows:
                break
        assert (rows[0]["decision_id"], rows[0]["rating"], rows[0]["right_intent"]) == (decision_id, "bad", "coding")
        assert client.post("/routing/feedback", json=judged, headers={"Authorization": "Bearer no"}).status_code == 401
