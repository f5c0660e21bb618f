"""Our request headers."""

from __future__ import annotations

import pytest

from plugins.litellm_adapter.request_headers import HeaderProblem, check_headers, data_class_of, deadline_of
from plugins.routing.types import DataClass


@pytest.mark.parametrize(
    ("value", "wanted"), [(None, None), ("public", DataClass.PUBLIC), (" Internal ", DataClass.INTERNAL)]
)
def test_data_class(value: str | None, wanted: DataClass | None) -> None:
    assert data_class_of(value) is wanted


@pytest.mark.parametrize(("value", "wanted"), [(None, None), ("250", 250.0), ("0.5", 0.5)])
def test_deadline(value: str | None, wanted: float | None) -> None:
    assert deadline_of(value) == wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-signalbox-data-class", ""),
        ("x-signalbox-data-class", "secret"),
        ("x-signalbox-deadline-ms", "0"),
        ("x-signalbox-deadline-ms", "nan"),
        ("x-signalbox-deadline-ms", "inf"),
        ("x-signalbox-deadline-ms", "1e30"),
    ],
)
def test_what_cannot_be_meant(name: str, value: str) -> None:
    with pytest.raises(HeaderProblem) as caught:
        check_headers({name.encode(): value.encode()})
    assert caught.value.header == name
    check_headers({})
