"""What ``signalbox boundary erase`` asks of this part, on the real one."""

from __future__ import annotations

import httpx

from services.erasure.parts import RunningParts
from tests.services.retrieval.desk import KEY, MATE, ME, Desk


def through(desk: Desk) -> httpx.MockTransport:
    def ask(request: httpx.Request) -> httpx.Response:
        headers = {k: v for k, v in request.headers.items() if k.startswith("x-") or k == "authorization"}
        answer = desk.client.request(request.method, str(request.url), headers=headers)
        return httpx.Response(answer.status_code, content=answer.content)

    return httpx.MockTransport(ask)


def test_all_stores_of_a_key_go_and_those_of_its_team_mates_stay(desk: Desk) -> None:
    desk.store("Anna Berg lives in Oslo.")
    for _ in range(2):
        desk.good("POST", "", {})
    kept = desk.good("POST", "", {}, MATE)["id"]
    parts = RunningParts({"retrieval": "http://testserver"}, KEY, through(desk))
    assert parts.erase_of([ME.key_id, "unknown"]) == {"vector stores": 3}
    assert [s["id"] for s in desk.good("GET", "", owner=MATE)["data"]] == [kept]
    assert parts.erase_store(kept) == 1
    assert parts.erase_store(kept) == 0
    assert parts.erase_of([ME.key_id]) == {"vector stores": 0}
