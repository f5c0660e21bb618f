"""What records say about themselves."""

from __future__ import annotations

import pytest

from services.retrieval.records import StoreRecord


def record(**changes: object) -> StoreRecord:
    given: dict[str, object] = {
        "id": "vs_1", "key_id": "k", "team_id": None, "name": "", "description": None, "metadata": {}, "created_at": 10,
        "last_active_at": 20, "expires_days": None, "model": "m", "digest": "d",
    }  # fmt: skip
    return StoreRecord(**{**given, **changes})  # type: ignore[arg-type]


def test_expiry_counts_from_the_last_use() -> None:
    assert record().expires_at is None
    assert record(expires_days=2).expires_at == 20 + 2 * 86_400


@pytest.mark.parametrize(
    ("metadata", "label"), [({}, None), ({"data_class": "public"}, "public"), ({"data_class": "x"}, None)]
)
def test_the_class_that_its_maker_said(metadata: dict[str, str], label: str | None) -> None:
    assert record(metadata=metadata).declared_class == label
