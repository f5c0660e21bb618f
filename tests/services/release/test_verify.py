"""A bundle that was changed is not installed."""

from __future__ import annotations

import ast
import shutil
import sys
from pathlib import Path

import pytest

from services.release.bundle import sign
from services.release.verify import PUBLIC, main, signed_by, wrong_files

SOURCE = Path(__file__).parents[3] / "services" / "release" / "verify.py"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "a.whl").write_bytes(b"a")
    (folder / "wheels" / "b.whl").write_bytes(b"b")
    sign(folder, tmp_path / "key.pem")
    return folder


def test_all_is_right(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(bundle)]) == 0
    assert "checksums are right" in capsys.readouterr().out


def test_what_is_changed_missing_or_added_is_named(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bundle / "wheels" / "a.whl").write_bytes(b"x")
    (bundle / "wheels" / "b.whl").unlink()
    (bundle / "wheels" / "c.whl").write_bytes(b"c")
    assert wrong_files(bundle) == [
        "wheels/a.whl was changed",
        "wheels/b.whl is missing",
        "wheels/c.whl is not listed",
    ]
    assert main([str(bundle)]) == 1
    assert "error: wheels/a.whl was changed" in capsys.readouterr().err
    assert main([str(bundle / "none")]) == 1


@needs_openssl
def test_the_signature_counts_against_a_key_that_came_another_way(bundle: Path, tmp_path: Path) -> None:
    assert signed_by(bundle, bundle / PUBLIC) is True
    assert main([str(bundle), "--public", str(bundle / PUBLIC)]) == 0
    other = tmp_path / "other"
    other.mkdir()
    sign(other, tmp_path / "other.pem")
    assert signed_by(bundle, other / PUBLIC) is False
    assert main([str(bundle), "--public", str(other / PUBLIC)]) == 1


def test_without_openssl_a_wanted_signature_is_no_pass(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.release.verify.shutil.which", lambda _: None)
    assert main([str(bundle), "--public", str(bundle / PUBLIC)]) == 1


def test_it_needs_nothing_that_is_not_in_python_itself() -> None:
    tree = ast.parse(SOURCE.read_text())
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)
