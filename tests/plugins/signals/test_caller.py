import pytest

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Caller, DataClass, Facts, Tier
from plugins.signals.caller import CallerSignal

NOTHING = {
    "may_declare": False,
    "data_class": None,
    "max_tier": None,
    "capabilities": None,
    "deadline_ms": None,
}


@pytest.mark.parametrize(
    ("caller", "label", "detail"),
    [
        (Caller(), "anonymous", {}),
        (Caller(key_id="hash"), "key", {}),
        (Caller(key_id="hash", is_admin=True, may_declare=True), "admin", {"may_declare": True}),
        (
            Caller(
                key_id="hash",
                team_id="t",
                data_class=DataClass.INTERNAL,
                max_tier=Tier.SMALL,
                capabilities=frozenset({"auto", "fast"}),
                deadline_ms=250.0,
            ),
            "key",
            {"data_class": "internal", "max_tier": "small", "capabilities": 2, "deadline_ms": 250.0},
        ),
    ],
)
def test_label_and_limits(caller: Caller, label: str, detail: dict[str, object]) -> None:
    signal = CallerSignal(GatewaySpec()).extract(Facts("r", "/v1/chat/completions", "auto", caller=caller))
    assert (signal.name, signal.label) == ("caller", label)
    assert signal.detail == {**NOTHING, **detail}
    assert "hash" not in repr(signal)
