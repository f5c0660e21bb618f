"""What a person reads: plain where it is no terminal, secrets once."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import pytest
from rich.console import Console

from services.supervisor.abilities import Ability
from services.supervisor.keyring import Keyring, open_keyring
from services.supervisor.screen import Output, Screen, first_request
from services.supervisor.state import State

URL = "http://127.0.0.1:4000"


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path / ".signalbox")
    made.prepare()
    return made


def printed(keyring: Keyring, *, admin: bool = True, console: bool = True) -> str:
    out = io.StringIO()
    Screen(Console(file=out, width=100, soft_wrap=True)).where(URL, keyring, console=console, admin=admin)
    return out.getvalue()


def test_secrets_are_shown_at_the_first_start_only(state: State) -> None:
    first, second = open_keyring(state, {}, {}), open_keyring(state, {}, {})
    assert first.master in printed(first)
    assert first.ui_password in printed(first)
    again = printed(second)
    assert second.master not in again
    assert second.ui_password not in again
    assert str(state.secrets / "master.key") in again
    assert str(state.secrets / "ui_password") in again


def test_only_what_runs_is_named(state: State) -> None:
    keyring = open_keyring(state, {}, {})
    assert f"{URL}/ui" in printed(keyring)
    assert f"{URL}/console" in printed(keyring)
    bare = printed(keyring, admin=False, console=False)
    assert "/ui" not in bare
    assert "/console" not in bare
    assert keyring.ui_password not in bare


def test_a_key_of_the_users_is_never_shown(state: State) -> None:
    keyring = open_keyring(state, {"SIGNALBOX_MASTER_KEY": "sk-of-the-user-123"}, {})
    assert "sk-of-the-user-123" not in printed(keyring)
    assert 'Bearer $SIGNALBOX_MASTER_KEY"' in printed(keyring)


def test_the_curl_line_is_one_command_with_a_path_as_short_as_can_be(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(state.root.parent)
    line = first_request(URL, open_keyring(state, {}, {}))
    words = shlex.split(line)
    assert words[:3] == ["curl", "-s", f"{URL}/v1/chat/completions"]
    assert "Authorization: Bearer $(cat .signalbox/secrets/master.key)" in words
    assert "\n" not in line


def test_markup_in_a_text_is_shown_as_it_is() -> None:
    out = io.StringIO()
    screen = Screen(Console(file=out, width=100, soft_wrap=True))
    screen.failure("x.yaml:1: model_list[0].model_info: [red]wrong", Path("/l/p.log"), ["[bold]last[/] line"])
    screen.warn("gateway.boundary.zones[x]")
    screen.step("gateway", "http://[::1]:4000", 1.25)
    screen.abilities([Ability("a[b]", "works", "m[0]")])
    text = out.getvalue()
    for words in ("model_list[0].model_info: [red]wrong", "[bold]last[/] line", "zones[x]", "http://[::1]:4000 1.2 s"):
        assert words in text
    assert "m[0]" in text
    assert "a[b]" in text


def test_there_are_no_colors_outside_a_terminal(state: State) -> None:
    assert "\x1b" not in printed(open_keyring(state, {}, {}))


def test_a_closed_pipe_does_not_end_the_watching() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    screen = Screen(Output(file=Closed(), width=100))
    screen.note("said to nobody")
    screen.warn("said to nobody")
    screen.line("said to nobody")
