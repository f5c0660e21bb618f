from __future__ import annotations

from services.models.errors import IMPORT_HINT, ModelError, NoNetworkError


def test_no_network_names_the_place_the_reason_and_every_way_without() -> None:
    error = NoNetworkError("hub.example", "timed out")
    assert isinstance(error, ModelError)
    for word in ("hub.example", "timed out", IMPORT_HINT, "SIGNALBOX_MODEL_MIRROR", "HF_ENDPOINT"):
        assert word in str(error)
