import httpx
import pytest

from services.erasure.parts import PartProblem, RunningParts
from tests.services.erasure.part import Kept

THINGS = {
    "/files/f1": "k1", "/files/f2": "k1", "/files/f3": "k1", "/files/f4": "k2", "/v1/vector_stores/vs_1": "k1",
    "/v1/vector_stores/vs_2": "k2",
}  # fmt: skip
URLS = {"documents": "http://documents", "retrieval": "http://retrieval"}


def parts(kept: Kept, urls: dict[str, str] = URLS) -> RunningParts:
    return RunningParts(urls, "internal", httpx.MockTransport(kept))


def test_everything_of_a_key_page_by_page_and_nothing_else() -> None:
    kept = Kept(THINGS)
    assert parts(kept).erase_of(["k1"]) == {"vector stores": 1, "files": 3}
    assert set(kept.things.values()) == {"k2"}
    assert kept.keys == {"Bearer internal"}
    assert parts(kept, {"documents": "http://documents"}).erase_of(["k2"]) == {"files": 1}, "the other does not run"


def test_one_store() -> None:
    kept = Kept(THINGS)
    assert parts(kept).erase_store("vs_1") == 1
    assert parts(kept).erase_store("vs_1") == 0
    with pytest.raises(PartProblem, match="signalbox up"):
        parts(kept, {}).erase_store("vs_2")


def test_what_is_not_deleted_is_told_and_not_tried_for_ever() -> None:
    with pytest.raises(PartProblem, match="status 500"):
        parts(Kept(THINGS, frozenset({"/files/f1"}))).erase_of(["k1"])

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    with pytest.raises(PartProblem, match="signalbox status"):
        RunningParts(URLS, "k", httpx.MockTransport(broken)).erase_of(["k1"])

    def forgetful(request: httpx.Request) -> httpx.Response:
        listed = request.method == "GET"
        return httpx.Response(200, json={"data": [{"id": "x"}]}) if listed else httpx.Response(404)

    with pytest.raises(PartProblem, match="does not delete"):
        RunningParts(URLS, "k", httpx.MockTransport(forgetful)).erase_of(["k1"])
