"""Versions of a trained model in a state folder: ``STATE/classifier/versions/<id>`` and ``STATE/classifier/current``.

Knows: which version is in service and which were before. Does not know: training, weights, the gateway. ``current`` is
one small JSON file, replaced atomically; its absence, and the id ``shipped``, mean the model that comes with the code
where there is one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plugins.classifier.artefact import ARTEFACT_DIR, ArtefactError, load_model

SHIPPED = "shipped"
"""Id of the model that comes with the code."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions kept in one room of a state folder. ``shipped``: where the model that comes with the code is,
    None where none does. ``check``: raises ArtefactError for a folder that cannot serve."""

    state: Path
    room: str = "classifier"
    shipped: Path | None = ARTEFACT_DIR
    check: Callable[[Path], object] = load_model

    @property
    def current_file(self) -> Path:
        return self.state / self.room / "current"

    @property
    def folder(self) -> Path:
        return self.state / self.room / "versions"

    def directory(self, version: str) -> Path:
        """Folder of one version. Raises ArtefactError for an id that is none or is not kept."""
        if version == SHIPPED and self.shipped is not None:
            return self.shipped
        path = self.folder / version
        if not version.isalnum() or not path.is_dir():
            raise ArtefactError(f"no version {version!r} under {self.folder} (kept: {', '.join(self.kept())})")
        return path

    def kept(self) -> tuple[str, ...]:
        """Ids that can be promoted, the shipped one first."""
        found = sorted(path.name for path in self.folder.iterdir() if path.is_dir()) if self.folder.is_dir() else []
        return (*self._first(), *found)

    def _first(self) -> tuple[str, ...]:
        return (SHIPPED,) if self.shipped is not None else ()

    def history(self) -> tuple[str, ...]:
        """Versions in the order in which they came into service; the last one serves; empty where none was promoted and
        none ships. Raises ArtefactError."""
        try:
            data = json.loads(self.current_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return self._first()
        except (OSError, ValueError) as error:
            raise ArtefactError(f"{self.current_file}: not readable; remove it to serve the shipped model") from error
        history = data.get("history") if isinstance(data, dict) else None
        if not isinstance(history, list) or not history or not all(isinstance(v, str) for v in history):
            raise ArtefactError(f"{self.current_file}: no history; remove it to serve the shipped model")
        return tuple(history)

    def current(self) -> str:
        """Id of the version in service. Raises ArtefactError where ``current`` is not readable, or none serves."""
        history = self.history()
        if not history:
            raise ArtefactError(f"no version under {self.folder} is in service")
        return history[-1]

    def promote(self, version: str) -> None:
        """Takes ``version`` into service. Raises ArtefactError where its files are missing or changed."""
        self.check(self.directory(version))
        history = self.history()
        if not history or version != history[-1]:
            self._write((*history, version))

    def rollback(self, version: str | None = None) -> str:
        """Back to ``version``, which must have served before, or to the one before the present. Gives its id.
        Raises ArtefactError where there is none."""
        history = self.history()
        before = history[:-1]
        if not before or (version is not None and version not in before):
            wanted = f"version {version!r} has not served before" if version else "no version has served before"
            raise ArtefactError(f"{wanted} the present one (served: {', '.join(history)})")
        place = len(before) - 1 if version is None else max(i for i, v in enumerate(before) if v == version)
        self.check(self.directory(before[place]))
        self._write(before[: place + 1])
        return before[place]

    def _write(self, history: tuple[str, ...]) -> None:
        self.current_file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.current_file.with_name(f".current.{os.getpid()}.tmp")
        temporary.write_text(json.dumps({"history": list(history)}) + "\n", encoding="utf-8")
        os.replace(temporary, self.current_file)
