"""The folder of model files: what is in it now, by name.

Knows: ``*.gguf`` names (also split ones, ``x-00001-of-00003.gguf``), headers, and that files come and go while running.
Does not know: processes, HTTP. A header is read again only when a file's size or time changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.llm.gguf import GgufError, GgufHeader, read_header

_SPLIT = re.compile(r"-(\d{5})-of-(\d{5})$")
_UNFIT_FOR_A_NAME = re.compile(r"[^A-Za-z0-9._+-]+")

Stamp = tuple[int, int]
"""(mtime in ns, size in bytes)."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model that can be asked for by ``name``. ``header`` is None exactly where ``problem`` says why it cannot serve.
    ``size_bytes``: of all parts."""

    name: str
    path: Path
    stamp: Stamp
    size_bytes: int
    header: GgufHeader | None
    problem: str | None = None

    @property
    def servable(self) -> bool:
        """Whether requests can be sent to it. A projector is a part of another model, not a model."""
        return self.header is not None and self.header.kind != "other"


class Library:
    """One folder. Not thread-safe: used from one event loop, or from one command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, ModelFile] = {}

    def scan(self) -> Mapping[str, ModelFile]:
        """Every model in the folder by name, in the order of names. A missing or unreadable folder is an empty one."""
        try:
            paths = sorted(p for p in self.folder.iterdir() if p.suffix.lower() == ".gguf" and p.is_file())
        except OSError:
            paths = []
        found: dict[Path, ModelFile] = {}
        for path in paths:
            split = _SPLIT.search(path.stem)
            if split and int(split[1]) != 1:
                continue
            try:
                found[path] = self._model(path, paths if split else [path])
            except FileNotFoundError:  # gone since it was listed
                continue
        self._known = found
        by_name: dict[str, ModelFile] = {}
        for model in found.values():
            by_name.setdefault(model.name, model)
        return by_name

    def _model(self, path: Path, paths: list[Path]) -> ModelFile:
        parts = _parts(path, paths)
        stats = [p.stat() for p in parts]
        stamp = (max(s.st_mtime_ns for s in stats), sum(s.st_size for s in stats))
        known = self._known.get(path)
        if known is not None and known.stamp == stamp:
            return known
        name, problem, header = model_name(path), None, None
        try:
            header = read_header(path)
            split = _SPLIT.search(path.stem)
            if split and len(parts) != int(split[2]):
                problem = f"{path.name}: {len(parts)} of its {int(split[2])} parts are here; copy the others beside it"
            elif not split and not header.complete:
                problem = (
                    f"{path.name}: the file ends too early ({stamp[1]} bytes); it is still being copied, or damaged"
                )
        except GgufError as error:
            problem = str(error)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                raise
            problem = f"{path.name}: cannot be read ({error.strerror})"
        return ModelFile(name, path, stamp, stamp[1], None if problem else header, problem)


def model_name(path: Path) -> str:
    """The name under which a file is served: its stem, without a split suffix, reduced to characters safe in a URL."""
    return _UNFIT_FOR_A_NAME.sub("-", _SPLIT.sub("", path.stem)).strip("-") or "model"


def _parts(path: Path, paths: list[Path]) -> list[Path]:
    split = _SPLIT.search(path.stem)
    if not split:
        return [path]
    prefix = path.stem[: split.start()]
    return [p for p in paths if (m := _SPLIT.search(p.stem)) and p.stem[: m.start()] == prefix and m[2] == split[2]]
