"""Flags, then the environment, then defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plugins.routing.config.load import ConfigError
from services.supervisor.options import OptionError, read_config, read_options
from services.supervisor.worker_count import default_workers
from tests.support.certificate import self_signed

ENV = {
    "SIGNALBOX_CONFIG": "env.yaml",
    "SIGNALBOX_PORT": "5000",
    "SIGNALBOX_HOST": "0.0.0.0",
    "SIGNALBOX_STATE": "/env/state",
    "SIGNALBOX_WORKERS": "3",
}


@pytest.mark.parametrize(
    ("environ", "flags", "told"),
    [
        ({}, {}, (None, 4000, "127.0.0.1", default_workers())),
        (ENV, {}, ("env.yaml", 5000, "0.0.0.0", 3)),
        (ENV, {"config": "f.yaml", "port": 6000, "host": "::1", "workers": 2}, ("f.yaml", 6000, "::1", 2)),
        ({"SIGNALBOX_PORT": "", "SIGNALBOX_CONFIG": ""}, {}, (None, 4000, "127.0.0.1", default_workers())),
    ],
)
def test_order(environ: dict[str, str], flags: dict[str, Any], told: tuple[object, ...]) -> None:
    options = read_options(environ, **flags)
    named = str(options.config) if options.config else None
    assert (named, options.port, options.host, options.workers) == told


def test_state_and_parts() -> None:
    assert read_options(ENV).state.root == Path("/env/state")
    assert read_options({}, only="gateway, instant,").only == {"gateway", "instant"}
    assert read_options({}).only == frozenset()


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"SIGNALBOX_PORT": "http"}, 'SIGNALBOX_PORT is "http": it must be a whole number'),
        ({"SIGNALBOX_PORT": "70000"}, "SIGNALBOX_PORT is 70000: it must be between 1 and 65535"),
        ({"SIGNALBOX_WORKERS": "0"}, "SIGNALBOX_WORKERS is 0"),
    ],
)
def test_what_has_no_meaning_is_named(environ: dict[str, str], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        read_options(environ)


def test_without_any_file_the_shipped_defaults_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_config(None).deployments == ()
    (tmp_path / "litellm_config.yaml").write_text("gateway: {intents: {coding: small}}\n")
    assert read_config(None).spec.intents["coding"].label == "small"
    with pytest.raises(ConfigError, match="no such file"):
        read_config(Path("named.yaml"))


def test_tls_wants_a_certificate_and_its_own_key(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    other, _ = self_signed(tmp_path, "other.example")
    assert read_options({}).tls is None
    assert read_options({}, tls_cert=str(certificate), tls_key=str(key)).tls == (certificate, key)
    named = {"SIGNALBOX_TLS_CERT": str(certificate), "SIGNALBOX_TLS_KEY": str(key)}
    assert read_options(named).tls == (certificate, key)
    with pytest.raises(OptionError, match="--tls-key is missing"):
        read_options({}, tls_cert=str(certificate))
    with pytest.raises(OptionError, match="no certificate"):
        read_options({}, tls_cert=str(other), tls_key=str(key))
    with pytest.raises(OptionError, match="no certificate"):
        read_options({}, tls_cert=str(tmp_path / "none"), tls_key=str(key))
