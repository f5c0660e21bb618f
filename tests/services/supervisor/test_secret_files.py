"""Credentials by files."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.supervisor.options import OptionError
from services.supervisor.secret_files import with_secret_files


def test_a_file_stands_for_its_variable_and_others_are_left(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("sk-1\n")
    given = {"OPENAI_API_KEY_FILE": str(file), "SSL_CERT_FILE": "/etc/ca.pem", "LITELLM_SALT_KEY_FILE": ""}
    made = with_secret_files(given)
    assert made["OPENAI_API_KEY"] == "sk-1"
    assert "OPENAI_API_KEY_FILE" not in made
    assert made["SSL_CERT_FILE"] == "/etc/ca.pem"
    assert "LITELLM_SALT_KEY" not in made


@pytest.mark.parametrize(
    ("name", "url", "wanted"),
    [
        ("DATABASE", "postgresql://u@db:5432/x?sslmode=require", "postgresql://u:p%2Fw%40@db:5432/x?sslmode=require"),
        ("REDIS", "redis://redis:6379/0", "redis://:p%2Fw%40@redis:6379/0"),
        ("REDIS", "redis://user@redis:6379/0", "redis://user:p%2Fw%40@redis:6379/0"),
    ],
)
def test_a_password_goes_into_its_url(tmp_path: Path, name: str, url: str, wanted: str) -> None:
    file = tmp_path / "password"
    file.write_text("p/w@\n")
    made = with_secret_files({f"{name}_URL": url, f"{name}_PASSWORD_FILE": str(file)})
    assert made == {f"{name}_URL": wanted}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"X_KEY": "a", "X_KEY_FILE": "/f"}, "X_KEY and X_KEY_FILE are both set"),
        ({"X_KEY_FILE": "/nowhere/x"}, "X_KEY_FILE names /nowhere/x, which cannot be read"),
        ({"X_KEY_FILE": "{empty}"}, "which is empty"),
        ({"REDIS_URL": "redis://:a@h", "REDIS_PASSWORD_FILE": "{full}"}, "REDIS_URL holds a password"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, given: dict[str, str], said: str) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "full").write_text("secret-value")
    names = {"empty": str(tmp_path / "empty"), "full": str(tmp_path / "full")}
    with pytest.raises(OptionError) as caught:
        with_secret_files({k: v.format(**names) for k, v in given.items()})
    assert said in str(caught.value)
    assert "secret-value" not in str(caught.value)
