from __future__ import annotations

from pathlib import Path

import pytest

from services.console.settings import read_settings
from tests.services.console.seed import make_state


def test_files_of_the_state_directory_are_read(tmp_path: Path) -> None:
    settings = read_settings(make_state(tmp_path, 0), {})
    assert (settings.master_key, settings.ui_password) == ("sk-master-0123456789abcdef-012345", "open sesame")
    assert settings.internal_key == "internal-secret"
    assert settings.gateway_url == "http://127.0.0.1:4000"


@pytest.mark.parametrize("name", ["SIGNALBOX_MASTER_KEY", "LITELLM_MASTER_KEY"])
def test_the_environment_wins(tmp_path: Path, name: str) -> None:
    environ = {name: "sk-env", "SIGNALBOX_INTERNAL_KEY": "inner", "SIGNALBOX_GATEWAY_URL": "http://127.0.0.1:9/"}
    settings = read_settings(make_state(tmp_path, 0), environ)
    assert (settings.master_key, settings.internal_key) == ("sk-env", "inner")
    assert settings.gateway_url == "http://127.0.0.1:9"


def test_secrets_are_not_in_the_repr(tmp_path: Path) -> None:
    shown = repr(read_settings(make_state(tmp_path, 0), {}))
    assert not [
        secret for secret in ("sk-master-0123456789abcdef-012345", "open sesame", "internal-secret") if secret in shown
    ]


def test_without_an_internal_key_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"internal\.key is missing or empty; `signalbox up` makes it"):
        read_settings(tmp_path, {})
