from __future__ import annotations

from pathlib import Path

import pytest

from services.llm.settings import from_environment, served_context


def test_defaults_fit_the_machine() -> None:
    settings = from_environment(Path("m"), {})
    assert settings.idle_s == 600
    assert settings.context == 8192
    assert settings.memory_mib > 100


def test_the_environment_is_read() -> None:
    env = {"SIGNALBOX_LLM_IDLE_S": "1.5", "SIGNALBOX_LLM_PARALLEL": "3", "SIGNALBOX_LLM_CONTEXT": " "}
    settings = from_environment(Path("m"), env)
    assert (settings.idle_s, settings.parallel, settings.context) == (1.5, 3, 8192)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SIGNALBOX_LLM_IDLE_S", "soon", "not a number"),
        ("SIGNALBOX_LLM_PARALLEL", "0", "between 1 and 64"),
        ("SIGNALBOX_LLM_CONTEXT", "nan", "between"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"{name}={value}.*{says}"):
        from_environment(Path("m"), {name: value})


@pytest.mark.parametrize(("trained", "most", "served"), [(2048, 8192, 2048), (131072, 8192, 8192), (None, 4096, 4096)])
def test_served_context(trained: int | None, most: int, served: int) -> None:
    assert served_context(trained, most) == served
