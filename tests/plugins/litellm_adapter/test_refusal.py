"""A refusal carries what an error body needs."""

from __future__ import annotations

from plugins.litellm_adapter.refusal import Refused


def test_fields() -> None:
    why = Refused(404, "no such model", "model_not_found", "model")
    assert (why.status, why.code, why.param, why.kind, str(why)) == (
        404,
        "model_not_found",
        "model",
        None,
        "no such model",
    )
