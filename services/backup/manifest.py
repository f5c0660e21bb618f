"""The list at the head of an archive. Knows: its shape and what makes it unusable here. Does not know: files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath

from services.backup.errors import BackupError

FORMAT = 1
NAME = "manifest.json"
DUMP = "database.dump"
STATE = "state"
CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Manifest:
    """``made``: seconds since the epoch. ``sha256``, ``bytes``: by the member's name. ``versions``: of what made it.
    ``migrations``: those that the database had."""

    made: float
    versions: Mapping[str, str]
    migrations: Sequence[str]
    sha256: Mapping[str, str]
    bytes: Mapping[str, int]
    format: int = FORMAT

    def text(self) -> str:
        """As it stands in the archive."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    def refuse_newer(self, known: Sequence[str]) -> None:
        """Raises BackupError where the database is of a newer schema than ``known``, the migrations of this version."""
        newer = [name for name in self.migrations if known and name not in known and name > max(known)]
        if newer:
            made_by = ", ".join(f"{name} {version}" for name, version in sorted(self.versions.items()))
            raise BackupError(
                f"the backup is of a newer version ({made_by}): its database holds the migration {max(newer)}, and the "
                f"newest known here is {max(known)}. Install that version, and restore with it"
            )


def parse(text: bytes) -> Manifest:
    """Reads the list. Raises BackupError where it is none, of a newer format, or names a path outside."""
    try:
        said = json.loads(text)
        found = Manifest(
            made=float(said["made"]),
            versions={str(k): str(v) for k, v in said["versions"].items()},
            migrations=[str(name) for name in said["migrations"]],
            sha256={str(k): str(v) for k, v in said["sha256"].items()},
            bytes={str(k): int(v) for k, v in said["bytes"].items()},
            format=int(said["format"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"its {NAME} cannot be read: this is no backup of Signalbox, or a damaged one") from error
    if found.format > FORMAT:
        raise BackupError(f"it has format {found.format}, and this version reads {FORMAT}: install a newer Signalbox")
    for name in found.sha256:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or path.parts[:1] not in ((STATE,), (CONFIG,), (DUMP,)):
            raise BackupError(f'it holds a file of a wrong name, "{name}": it was not made by Signalbox')
    return found
