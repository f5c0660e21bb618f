"""The unit file, read back as systemd reads it."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from services.supervisor.options import read_options
from services.supervisor.systemd import unit


def _read(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def test_flags_are_in_the_command_and_only_state_and_models_are_writable() -> None:
    options = read_options({}, config="/srv/box/site.yaml", state="/srv/my state", port=8080, workers=4, only="gateway")
    service = _read(unit(options, Path("/srv/models"), gpu=False))["Service"]
    assert service["ExecStart"].endswith(
        'up --config /srv/box/site.yaml --state "/srv/my state" --host 127.0.0.1 --port 8080 --workers 4 --only gateway'
    )
    assert service["ReadWritePaths"] == '"/srv/my state" -/srv/models'
    assert service["WorkingDirectory"] == "/srv/box"
    assert service["User"] == "signalbox"
    for name in ("NoNewPrivileges", "ProtectKernelTunables", "PrivateDevices", "RestrictSUIDSGID"):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""


def test_a_gpu_keeps_its_devices_and_signs_of_systemd_stay_words() -> None:
    text = unit(read_options({}, config="/srv/100%/$x.yaml", state="/s"), None, gpu=True)
    service = _read(text)["Service"]
    assert "PrivateDevices" not in service
    assert "/srv/100%%/$$x.yaml" in service["ExecStart"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_mistake_in_it(tmp_path: Path) -> None:
    file = tmp_path / "signalbox.service"
    text = unit(read_options({}, config="/srv/site.yaml", state="/srv/state"), None, gpu=False)
    # The user and the program are made at installation; here any will do.
    command = text.split("ExecStart=")[1].split(" ")[0]
    file.write_text(text.replace(command, "/bin/true").replace("=signalbox\n", "=daemon\n"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert "signalbox.service" not in done.stderr, done.stderr
