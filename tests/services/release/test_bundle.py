"""What a bundle holds, on a small lock; pip installs from it without an index, in a namespace without a network."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.release.bundle import BundleError, Plan, main, make, npm_command, run_or_raise, signing_key
from services.release.verify import main as verify

UNSHARE = ("unshare", "--user", "--map-root-user", "--net")


def wheel(folder: Path) -> str:
    """The smallest wheel; its SHA-256."""
    path = folder / "tinypkg-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("tinypkg.py", "WORD = 'here'\n")
        made.writestr("tinypkg-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinypkg\nVersion: 1.0\n")
        made.writestr("tinypkg-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr("tinypkg-1.0.dist-info/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Index:
    """In place of pip's index: copies what a lock names, writes down what else was asked."""

    def __init__(self, wheels: Path) -> None:
        self.wheels = wheels
        self.asked: list[list[str]] = []

    def __call__(self, command: Sequence[str], folder: Path) -> None:
        words = list(command)
        self.asked.append(words)
        if "download" in words and "-r" in words:
            assert Path(words[words.index("-r") + 1]).is_file()
            for path in self.wheels.glob("*.whl"):
                shutil.copy(path, words[words.index("--dest") + 1])
        if "ci" in words:
            cache = Path(words[words.index("--cache") + 1])
            assert (folder / "package-lock.json").is_file()
            (cache / "_logs").mkdir(parents=True)
            (cache / "index").write_text("cached")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    engine = root / "services" / "database" / "engine"
    engine.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        (engine / name).write_text("{}")
    (root / "requirements").mkdir()
    (tmp_path / "wheels").mkdir()
    digest = wheel(tmp_path / "wheels")
    (root / "requirements" / "runtime.lock").write_text(f"tinypkg==1.0 \\\n    --hash=sha256:{digest}\n")
    (root / "secret.txt").write_text("not for others")
    git = ("git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@t")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "requirements", "services"], check=True)
    return root


def unpacked(checkout: Path, tmp_path: Path) -> tuple[Path, Index]:
    index = Index(tmp_path / "wheels")
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF")
    plan = Plan(checkout, ("requirements/runtime.lock",), (model,), tmp_path / "key.pem", ("npm",))
    archive = make(plan, tmp_path / "out" / "b.tar", index)
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "there", filter="data")
    return tmp_path / "there" / "signalbox", index


def test_it_holds_the_checkout_the_packages_and_their_sums(checkout: Path, tmp_path: Path) -> None:
    there, index = unpacked(checkout, tmp_path)
    files = {str(p.relative_to(there)) for p in there.rglob("*") if p.is_file()}
    assert files == {
        "requirements/runtime.lock",
        "services/database/engine/package.json",
        "services/database/engine/package-lock.json",
        "bundle/wheels/tinypkg-1.0-py3-none-any.whl",
        "bundle/npm/index",
        "bundle/models/m.gguf",
        "bundle/SHA256SUMS",
        "bundle/SHA256SUMS.sig",
        "bundle/bundle.pub",
    }
    assert verify([str(there / "bundle")]) == 0
    assert index.asked[0][-3:-1] == ["--require-hashes", "-r"]
    assert index.asked[1][-3:] == ["pip", "setuptools", "wheel"]


def test_pip_installs_from_it_with_no_network_at_all(checkout: Path, tmp_path: Path) -> None:
    there, _ = unpacked(checkout, tmp_path)
    isolated = subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    words = [sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", "--no-index"]
    words += ["--find-links", "bundle/wheels", "--target", str(tmp_path / "site"), "-r", "requirements/runtime.lock"]
    done = subprocess.run([*(UNSHARE if isolated else ()), *words], cwd=there, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "tinypkg.py").is_file()
    (there / "bundle" / "wheels" / "tinypkg-1.0-py3-none-any.whl").write_bytes(b"other")
    assert subprocess.run(words, cwd=there, capture_output=True, check=False).returncode != 0


def test_the_makefile_takes_a_bundle_where_one_is_there(checkout: Path, tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    folder = tmp_path / "site"
    (folder / "bundle").mkdir(parents=True)
    shutil.copy(root / "Makefile", folder)
    ask = ["make", "--no-print-directory", "-pn", "help"]
    plain = subprocess.run(ask, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert "--no-index" not in plain.split("LOCKED :=", 1)[1].splitlines()[0]
    (folder / "bundle" / "SHA256SUMS").write_text("")
    told = subprocess.run(ask, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert "--no-index --find-links bundle/wheels" in told.split("LOCKED :=", 1)[1].splitlines()[0]
    assert f"--offline --cache {folder}/bundle/npm" in told
    ca = subprocess.run([*ask, "SIGNALBOX_CA=/ca.pem"], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert "PIP_CERT := /ca.pem" in ca
    assert "npm_config_cafile := /ca.pem" in ca


def test_the_key_is_made_once_and_no_other_kind_is_taken(tmp_path: Path) -> None:
    key = tmp_path / "keys" / "k.pem"
    first = signing_key(key)
    assert key.stat().st_mode & 0o777 == 0o600
    assert signing_key(key).private_bytes_raw() == first.private_bytes_raw()
    key.write_text("nothing")
    with pytest.raises(BundleError, match="no private key"):
        signing_key(key)


def test_what_cannot_be_made_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BundleError, match="a network"):
        run_or_raise([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("services.release.bundle.run_or_raise", lambda *_: None)
    monkeypatch.setattr("services.release.bundle.npm_command", tuple)
    assert main([]) == 1, "no checkout"


def test_npm_is_that_of_the_lock_file() -> None:
    assert all(Path(word).exists() for word in npm_command())
