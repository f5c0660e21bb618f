"""Limits of deployments, and a worker's share of them."""

from __future__ import annotations

from plugins.routing.config.limits import Limit, limits_from


def test_they_are_read_by_deployment_id() -> None:
    entries = [
        {"model_name": "a", "litellm_params": {"model": "openai/a"}, "model_info": {"id": "a", "max_concurrency": 8}},
        {"model_name": "b", "litellm_params": {"model": "openai/b"}, "model_info": {"id": "b"}},
        {"model_name": "c", "model_info": {"id": "c", "max_concurrency": 4, "reserved": {"t": 2}}},
        "x",
    ]
    assert limits_from(entries) == {"a": Limit(8), "c": Limit(4, {"t": 2})}


def test_each_worker_gives_out_its_share_and_never_nothing() -> None:
    assert Limit(8, {"t": 4}).share(4) == Limit(2, {"t": 1})
    assert Limit(2, {"t": 1}).share(4) == Limit(1, {"t": 1})
    assert Limit(9).share(2) == Limit(4)
