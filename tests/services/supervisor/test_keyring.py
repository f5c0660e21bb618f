"""Secrets: made once, closed to others, taken from elsewhere where said."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.supervisor.keyring import NoMasterKeyError, is_secret_name, open_keyring, without_secrets
from services.supervisor.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path / "state")
    made.prepare()
    return made


def test_secrets_are_made_once_and_only_the_owner_can_read_them(state: State) -> None:
    first = open_keyring(state, {}, {})
    second = open_keyring(state, {}, {})
    assert first.new
    assert not second.new
    assert first.values() == second.values()
    assert len(set(first.values())) == 5
    assert first.master.startswith("sk-")
    files = sorted(state.secrets.iterdir())
    assert [f.name for f in files] == ["egress.key", "internal.key", "master.key", "salt.key", "ui_password"]
    assert {f.stat().st_mode & 0o777 for f in files} == {0o600}


def test_a_file_that_others_could_read_is_closed_and_an_empty_one_is_filled(state: State) -> None:
    (state.secrets / "master.key").write_text("sk-kept\n")
    (state.secrets / "master.key").chmod(0o644)
    (state.secrets / "internal.key").touch()
    keyring = open_keyring(state, {}, {})
    assert keyring.master == "sk-kept"
    assert (state.secrets / "master.key").stat().st_mode & 0o777 == 0o600
    assert keyring.internal == (state.secrets / "internal.key").read_text().strip() != ""


@pytest.mark.parametrize(
    ("environ", "written", "master", "source"),
    [
        ({"SIGNALBOX_MASTER_KEY": "sk-env"}, "sk-yaml", "sk-env", "$SIGNALBOX_MASTER_KEY"),
        ({}, "sk-yaml", "sk-yaml", "general_settings.master_key"),
        ({"MINE": "sk-mine"}, "os.environ/MINE", "sk-mine", "$MINE"),
    ],
)
def test_a_master_key_from_elsewhere_is_used_and_not_written_down(
    state: State, environ: dict[str, str], written: str, master: str, source: str
) -> None:
    keyring = open_keyring(state, environ, {"general_settings": {"master_key": written}})
    assert (keyring.master, keyring.master_source) == (master, source)
    assert master not in (state.secrets / "master.key").read_text()


def test_the_shipped_reference_to_our_own_variable_means_our_own_key(state: State) -> None:
    raw = {"general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"}}
    keyring = open_keyring(state, {}, raw)
    assert keyring.master == (state.secrets / "master.key").read_text().strip()


def test_a_master_key_from_a_variable_that_is_not_set_says_what_to_do(state: State) -> None:
    with pytest.raises(NoMasterKeyError, match=r"\$ELSEWHERE, which is not set: set it, or"):
        open_keyring(state, {}, {"general_settings": {"master_key": "os.environ/ELSEWHERE"}})


def test_repr_hides_every_value(state: State) -> None:
    keyring = open_keyring(state, {}, {})
    assert not [value for value in keyring.values() if value in repr(keyring)]


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "my_key"])
def test_credentials_do_not_reach_parts_that_need_none(name: str) -> None:
    assert is_secret_name(name)
    assert without_secrets({name: "x", "PATH": "/bin"}) == {"PATH": "/bin"}
