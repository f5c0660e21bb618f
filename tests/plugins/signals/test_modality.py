import pytest

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Facts
from plugins.signals.modality import ModalitySignal


@pytest.mark.parametrize(
    ("found", "label", "listed"),
    [
        ({"text"}, "text", "text"),
        (set(), "text", "text"),
        ({"image", "text"}, "image", "text,image"),
        ({"file", "text"}, "file", "text,file"),
        ({"audio", "file", "text"}, "audio", "text,file,audio"),
        ({"image", "audio", "file", "text"}, "image", "text,file,audio,image"),
        ({"smell", "image"}, "smell", "image,smell"),
    ],
)
def test_the_highest_modality_is_the_label(found: set[str], label: str, listed: str) -> None:
    facts = Facts("r", "/v1/chat/completions", "auto", modalities=frozenset(found))
    signal = ModalitySignal(GatewaySpec()).extract(facts)
    assert (signal.name, signal.label, signal.detail) == ("modality", label, {"all": listed})
