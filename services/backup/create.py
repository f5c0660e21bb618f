"""Makes a backup. Knows: the order of the steps. Does not know: formats, servers."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from services.backup import archive, postgres
from services.backup.collect import files_of, still_copy
from services.backup.errors import BackupError
from services.backup.manifest import CONFIG, DUMP, STATE, Manifest
from services.backup.record import Record, write_record
from services.backup.server import running_database
from services.supervisor.lock import owner
from services.supervisor.options import DEFAULT_CONFIG, Options

Steps = Callable[[str, int], archive.Progress]
"""Told that a step begins, with its bytes in all (0: not known); gives what to tell its progress to."""

FROM_ENVIRONMENT = {"LITELLM_SALT_KEY": "salt.key", "SIGNALBOX_MASTER_KEY": "master.key"}


@dataclass(frozen=True, slots=True)
class Made:
    """``warnings``: what a person must keep elsewhere."""

    file: Path
    bytes: int
    manifest: Manifest
    warnings: tuple[str, ...]


def create(options: Options, target: Path, steps: Steps) -> Made:
    """Writes ``target``, checks it, and notes when it was made. Works while `up` runs. Raises BackupError."""
    state = options.state.root
    if not options.state.secrets.is_dir():
        raise BackupError(f"there is no state in {state} yet: name it with --state")
    if state.resolve() in target.resolve().parents:
        raise BackupError(f"{target} lies in {state} itself: a backup belongs elsewhere, best on another machine")
    if target.exists():
        raise BackupError(f"{target} is already there: choose another name")
    with _staging(target) as folder:
        migrations = _collect(options, folder, steps)
        files = {str(p.relative_to(folder)): p for p in sorted(folder.rglob("*")) if p.is_file()}
        manifest = Manifest(
            made=time.time(),
            versions={name: version(name) for name in ("signalbox-gateway", "litellm")},
            migrations=migrations,
            sha256={name: archive.sha256_of(path) for name, path in files.items()},
            bytes={name: path.stat().st_size for name, path in files.items()},
        )
        total = sum(manifest.bytes.values())
        archive.write(target, manifest, files, steps("pack", total))
    archive.read(target, None, steps("verify", total))
    made = Made(target, target.stat().st_size, manifest, tuple(_warnings(options)))
    write_record(state, Record(manifest.made, str(target.absolute()), made.bytes))
    return made


def _collect(options: Options, folder: Path, steps: Steps) -> list[str]:
    """Still copies of everything, below ``folder``; the database's migrations."""
    state, migrations = options.state.root, []
    runs = owner(options.state.lock) is not None
    done = steps("database", 0)
    with running_database(state, options.environ, up_runs=runs) as url:
        if url is not None:
            postgres.dump(url, folder / DUMP)
            migrations = postgres.migrations_in(url)
            done((folder / DUMP).stat().st_size)
    found = list(files_of(state))
    done = steps("files", sum(p.stat().st_size for p in found))
    for path in found:
        copy = folder / STATE / path.relative_to(state)
        still_copy(path, copy)
        done(copy.stat().st_size)
    config = options.config or Path(DEFAULT_CONFIG)
    if config.exists():
        still_copy(config, folder / CONFIG / config.name)
    return migrations


@contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """A folder (0700) on the disk of the target: secrets must not lie about in a shared one."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.absolute().parent))
    except OSError as error:
        raise BackupError(f"{target.absolute().parent}: {error.strerror}; name another place for the file") from error
    try:
        yield folder
    except OSError as error:
        raise BackupError(
            f"{error.filename or target}: {error.strerror or error}; make room, or name another"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _warnings(options: Options) -> Iterator[str]:
    for name, file in FROM_ENVIRONMENT.items():
        if options.environ.get(name):
            yield f"{name} comes from the environment, not from secrets/{file}: it is not in the backup"
