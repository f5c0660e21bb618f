from pathlib import Path

import pytest

from services.common.settings import ServiceSettings, read_secret, service_parser, service_settings


def settings(arguments: list[str], environ: dict[str, str]) -> ServiceSettings:
    return service_settings("instant", service_parser("instant", "").parse_args(arguments), environ)


def test_defaults_listen_on_loopback_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where a gateway was run there is a key to find
    assert settings([], {}) == ServiceSettings("instant", "127.0.0.1", 0, Path(".signalbox"), None, "plain")


def test_a_flag_wins_over_the_environment(tmp_path: Path) -> None:
    environ = {"SIGNALBOX_STATE": "/elsewhere", "SIGNALBOX_LOG_FORMAT": "json"}
    assert settings([], environ).state == Path("/elsewhere")
    assert settings([], environ).log_style == "json"
    chosen = settings(["--state", str(tmp_path), "--log-format", "plain", "--port", "81", "--host", "::1"], environ)
    assert chosen == ServiceSettings("instant", "::1", 81, tmp_path, None, "plain")


def test_the_internal_key_comes_from_environment_or_file_and_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "internal.key").write_text("from-file\n")
    from_file = settings(["--state", str(tmp_path)], {})
    from_env = settings(["--state", str(tmp_path)], {"SIGNALBOX_INTERNAL_KEY": "from-env"})
    assert (from_file.internal_key, from_env.internal_key) == ("from-file", "from-env")
    assert "from-" not in repr(from_file) + repr(from_env)


@pytest.mark.parametrize("content", [None, "", "  \n"])
def test_a_missing_or_empty_secret_is_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    assert read_secret(tmp_path / "key") is None


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--port", "x"], ["--log-format", "xml"]])
def test_a_wrong_flag_exits(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        settings(arguments, {})
    assert arguments[0] in capsys.readouterr().err


def test_a_wrong_log_format_in_the_environment() -> None:
    with pytest.raises(ValueError, match="valid: plain, json"):
        settings([], {"SIGNALBOX_LOG_FORMAT": "xml"})
