"""The section as the service gets it."""

from __future__ import annotations

import pytest

from services.documents.settings import Limits, limits_from


def test_from_the_environment() -> None:
    assert limits_from({}) == Limits()
    given = limits_from({"SIGNALBOX_DOCUMENTS": '{"max_file_mb": 3, "enabled": true}'})
    assert given == Limits(max_file_mb=3)
    assert given.max_bytes == 3 * 2**20
    with pytest.raises(ValueError, match="JSON object"):
        limits_from({"SIGNALBOX_DOCUMENTS": "[]"})
