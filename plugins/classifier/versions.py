"""Versions of the trained model in a state folder: ``STATE/classifier/versions/<id>`` and ``STATE/classifier/current``.

Knows: which version is in service and which were before. Does not know: training, weights, the gateway. ``current`` is
one small JSON file, replaced atomically; its absence, and the id ``shipped``, mean the model that comes with the code.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from plugins.classifier.artefact import ARTEFACT_DIR, ArtefactError, load_model

SHIPPED = "shipped"
"""Id of the model that comes with the code."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions kept under one state folder."""

    state: Path

    @property
    def current_file(self) -> Path:
        return self.state / "classifier" / "current"

    @property
    def folder(self) -> Path:
        return self.state / "classifier" / "versions"

    def directory(self, version: str) -> Path:
        """Folder of one version. Raises ArtefactError for an id that is none or is not kept."""
        if version == SHIPPED:
            return ARTEFACT_DIR
        path = self.folder / version
        if not version.isalnum() or not path.is_dir():
            raise ArtefactError(f"no version {version!r} under {self.folder} (kept: {', '.join(self.kept())})")
        return path

    def kept(self) -> tuple[str, ...]:
        """Ids that can be promoted, the shipped one first."""
        found = sorted(path.name for path in self.folder.iterdir() if path.is_dir()) if self.folder.is_dir() else []
        return (SHIPPED, *found)

    def history(self) -> tuple[str, ...]:
        """Versions in the order in which they came into service; the last one serves. Raises ArtefactError."""
        try:
            data = json.loads(self.current_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return (SHIPPED,)
        except (OSError, ValueError) as error:
            raise ArtefactError(f"{self.current_file}: not readable; remove it to serve the shipped model") from error
        history = data.get("history") if isinstance(data, dict) else None
        if not isinstance(history, list) or not history or not all(isinstance(v, str) for v in history):
            raise ArtefactError(f"{self.current_file}: no history; remove it to serve the shipped model")
        return tuple(history)

    def current(self) -> str:
        """Id of the version in service. Raises ArtefactError where ``current`` is not readable."""
        return self.history()[-1]

    def promote(self, version: str) -> None:
        """Takes ``version`` into service. Raises ArtefactError where its files are missing or changed."""
        load_model(self.directory(version))
        history = self.history()
        if version != history[-1]:
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
        load_model(self.directory(before[place]))
        self._write(before[: place + 1])
        return before[place]

    def _write(self, history: tuple[str, ...]) -> None:
        self.current_file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.current_file.with_name(f".current.{os.getpid()}.tmp")
        temporary.write_text(json.dumps({"history": list(history)}) + "\n", encoding="utf-8")
        os.replace(temporary, self.current_file)
