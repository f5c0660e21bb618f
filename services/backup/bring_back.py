"""Brings a backup back. Knows: the order, and that nothing that is there is ever overwritten.

Everything is made in ``STATE/.restoring`` first and moved up at the end, so a restore that fails leaves the directory
as it was. (Inside it, not beside it: a state directory may be a mount point.)
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.backup import archive, postgres
from services.backup.create import Steps
from services.backup.errors import BackupError
from services.backup.manifest import CONFIG, DUMP, STATE, Manifest
from services.backup.server import started
from services.database.environment import has_own_database
from services.database.migrate import migrations_directory
from services.database.paths import StatePaths
from services.supervisor.lock import owner
from services.supervisor.options import DEFAULT_CONFIG, Options

NOTHING = frozenset({"lost+found", ".restoring"})
"""What may lie in a directory that counts as empty."""


@dataclass(frozen=True, slots=True)
class Restored:
    """``aside``: where the state from before is, if there was one. ``config``: the file that was written, if any."""

    manifest: Manifest
    aside: Path | None
    config: Path | None


def restore(options: Options, source: Path, steps: Steps, *, replace: bool = False) -> Restored:
    """Brings ``source`` into the state directory, which must be stopped, and empty unless ``replace``.

    Raises BackupError; the directory is then as it was.
    """
    root = options.state.root
    manifest = archive.manifest_of(source)
    manifest.refuse_newer([p.name for p in migrations_directory().iterdir() if (p / "migration.sql").exists()])
    before = _before(options, replace=replace)
    if has_own_database(options.environ) and not postgres.is_empty(options.environ["DATABASE_URL"]):
        raise BackupError("the database of DATABASE_URL is not empty: name an empty one; nothing is overwritten")
    with _staging(root) as folder:
        archive.read(source, folder, steps("unpack", sum(manifest.bytes.values())))
        state = folder / STATE
        _load(options, folder, state, steps)
        shutil.rmtree(state / "run", ignore_errors=True)
        for secret in (state / "secrets", state):
            secret.chmod(0o700)
        aside = _set_aside(root, before)
        for path in state.iterdir():
            path.rename(root / path.name)
        return Restored(manifest, aside, _config(options, folder / CONFIG))


def _before(options: Options, *, replace: bool) -> list[Path]:
    root = options.state.root
    if (pid := owner(options.state.lock)) is not None:
        raise BackupError(f"{root} belongs to a running `signalbox up` (process {pid}): stop it first")
    there = [p for p in root.iterdir() if p.name not in NOTHING] if root.is_dir() else []
    if there and not replace:
        raise BackupError(
            f"{root} is not empty: name another --state, or say --replace, which sets what is there aside, beside it"
        )
    return there


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    folder = root / ".restoring"
    made = not root.exists()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        raise BackupError(f"{error.filename or root}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if made and root.exists() and not any(root.iterdir()):
            root.rmdir()


def _load(options: Options, folder: Path, state: Path, steps: Steps) -> None:
    dump = folder / DUMP
    if not dump.exists():
        return
    done = steps("database", 0)
    if has_own_database(options.environ):
        postgres.load(options.environ["DATABASE_URL"], dump)
    else:
        with started(StatePaths.of(state)) as url:
            postgres.load(url, dump)
    done(dump.stat().st_size)


def _set_aside(root: Path, before: list[Path]) -> Path | None:
    if not before:
        return None
    aside = root / time.strftime(".before-restore-%Y%m%d-%H%M%S", time.gmtime())
    aside.mkdir(mode=0o700)
    for path in before:
        path.rename(aside / path.name)
    return aside


def _config(options: Options, folder: Path) -> Path | None:
    """Writes the YAML where none is; beside it where there is another one."""
    kept = next(iter(sorted(folder.glob("*"))), None)
    if kept is None:
        return None
    target = options.config or Path(DEFAULT_CONFIG)
    if target.exists():
        if target.read_bytes() == kept.read_bytes():
            return None
        target = target.with_name(f"{target.name}.restored")
    shutil.copyfile(kept, target)
    target.chmod(0o600)
    return target
