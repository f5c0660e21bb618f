"""A loss is told by the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import taking_in


def test_exit_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def lost(state: Path, **_: int) -> dict[str, int]:
        raise AssertionError("file 3 is not found")

    monkeypatch.setattr(taking_in, "killed_while_taking_in", lost)
    assert taking_in.main(["--seed", "4"]) == 1
    assert "seed 4: file 3 is not found" in capsys.readouterr().out
    monkeypatch.setattr(taking_in, "killed_while_taking_in", lambda _, **asked: {"worker": asked["kills"]})
    assert taking_in.main([]) == 0
    assert "500 files, each found once; killed: worker 10 times" in capsys.readouterr().out
