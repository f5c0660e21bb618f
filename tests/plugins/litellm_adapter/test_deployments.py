"""Who takes deployments out of LiteLLM's router, and when: with its real router."""

from __future__ import annotations

from typing import Any

import litellm
import pytest

from plugins.litellm_adapter.db_models import DbModels
from plugins.litellm_adapter.deployments import Leaving, LiteLLMDeployments
from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.trace import Trace
from tests.plugins.litellm_adapter import facts


def of_the_database(model: str = "openai/up-new") -> dict[str, Any]:
    params = {"model": model, "api_base": "http://127.0.0.1:9", "api_key": "sk-none", "mock_response": "Yes."}
    return {"model_name": "new", "litellm_params": params, "model_info": {"id": "u-1", "db_model": True}}


class Place:
    """A gateway beside LiteLLM's router, as in a worker."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.gateway: Gateway = facts.gateway()
        self.router = litellm.Router(model_list=[entry], num_retries=0)
        self.deployments = LiteLLMDeployments()
        self.deployments._router = lambda: self.router  # type: ignore[method-assign]
        self.models = DbModels(self.gateway, lambda: self.router.model_list, deployments=self.deployments)
        self.models.look()

    def chosen_from(self) -> set[str]:
        return {d.id for d in self.gateway.router.deployments}

    async def send(self) -> str:
        answer = await self.router.acompletion(model="new", messages=[{"role": "user", "content": "?"}])
        return str(answer.choices[0].message.content)


async def test_a_model_removed_in_the_admin_ui_serves_those_on_their_way_to_it() -> None:
    place, on_its_way, other = Place(of_the_database()), Trace(edge=True), Trace(edge=True)
    assert "u-1" in place.chosen_from()
    place.gateway.begin(on_its_way)
    place.router.delete_deployment(id="u-1")  # as LiteLLM's endpoint does, and its job in the other workers
    assert "u-1" not in place.chosen_from(), "no further request may choose it"
    place.gateway.begin(other)
    place.models.drain()
    place.router.delete_deployment(id="u-1")
    assert await place.send() == "Yes."
    place.gateway.end(on_its_way, 200)
    place.models.drain()
    with pytest.raises(litellm.BadRequestError):
        await place.send()
    assert not place.models.look(), "it does not come back"


async def test_what_litellm_rebuilds_by_removing_it_is_removed() -> None:
    place = Place({**of_the_database(), "litellm_params": {"model": "openai/up-new", "api_key": "sk-none"}})
    place.models._seen[0]["litellm_params"]["model"] = "auto_router/complexity_router"
    place.router.delete_deployment(id="u-1")
    assert place.router.get_model_ids() == []


def test_litellms_own_cleaning_leaves_what_is_held() -> None:
    router = litellm.Router(model_list=[{**of_the_database(), "model_info": {"id": name}} for name in "abc"])
    deployments = LiteLLMDeployments()
    deployments._router = lambda: router  # type: ignore[method-assign]
    deployments.hold(frozenset({"a", "b"}))
    deployments.hold(frozenset({"a", "b"}))
    assert deployments.ids() == {"a", "b", "c"}
    router.delete_deployment(id="a")
    router.delete_deployment(id="c")
    assert deployments.ids() == {"a", "b"}
    deployments.delete("a")
    assert deployments.ids() == {"b"}


def test_what_leaves_is_told_once_and_only_when_nobody_can_go_there() -> None:
    oldest = [3]
    leaving = Leaving(lambda: oldest[0])
    leaving.add("a", 3)
    leaving.add("b", 3)
    leaving.add("a", 9)
    assert leaving.gone() == []
    leaving.stay({"b"})
    oldest[0] = 4
    assert "a" in leaving
    assert leaving.gone() == ["a"]
    assert leaving.gone() == []
