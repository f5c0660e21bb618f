"""Keys that another process holds look set, and are no keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.routing.egress_split import DUMMY_KEY
from services.egress.held import FILE as WRITTEN
from services.egress.held import tell
from services.supervisor.held import FILE, HeldElsewhere, run_elsewhere, seen_from


def test_what_the_broker_told_is_seen(tmp_path: Path) -> None:
    environ = HeldElsewhere({"PATH": "/bin"}, tmp_path / "run" / FILE)
    assert dict(environ) == {"PATH": "/bin"}
    tell(tmp_path, {"OPENAI_API_KEY": "sk-1"})
    assert dict(environ) == {"PATH": "/bin", "OPENAI_API_KEY": DUMMY_KEY}
    assert len(environ) == 2
    assert environ.get("GROQ_API_KEY") is None
    assert FILE == WRITTEN


def test_a_broker_of_ours_holds_them_in_this_environment(tmp_path: Path) -> None:
    plain, elsewhere = {"PATH": "/bin"}, {"SIGNALBOX_EGRESS_URL": "http://egress:8300"}
    tell(tmp_path, {"OPENAI_API_KEY": "sk-1"})
    assert seen_from(plain, tmp_path / "run") is plain
    assert seen_from(elsewhere, tmp_path / "run")["OPENAI_API_KEY"] == DUMMY_KEY
    assert (run_elsewhere(plain), run_elsewhere(elsewhere)) == (False, True)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"names": 3}', '{"names": ["PATH", 3]}'])
def test_a_broken_file_holds_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert dict(HeldElsewhere({"PATH": "/bin"}, tmp_path / FILE)) == {"PATH": "/bin"}
