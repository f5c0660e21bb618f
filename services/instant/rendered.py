"""What the rendered configuration says that an answer can repeat: models, capabilities, files of answers.

Knows: the file that the supervisor renders (STATE/run/litellm.yaml), read with plain YAML again when it changes. Does
not know: routing, what an entry's parameters mean. A file that is missing or unreadable says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Installation:
    """``models``: model groups that can be asked for, without the built-in one. ``capabilities``: those for chat.
    ``answers``: further files of answers. ``min_score`` None: the book's own. ``skills``: tasks by name."""

    models: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    answers: tuple[Path, ...] = ()
    min_score: float | None = None
    skills: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Rendered:
    """``current()`` is the installation as the file has it now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._found = Installation()

    def current(self) -> Installation:
        """Reads the file again where its time or size changed; while it is missing or broken, the last one stays."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                text = self._path.read_text(encoding="utf-8")
                self._stamp = stamp
                self._found = installation(yaml.load(text, Loader=_Loader))  # noqa: S506  a safe loader
        except (OSError, ValueError, yaml.YAMLError):
            pass  # replaced atomically by its writer: the next look finds it whole
        return self._found


def installation(raw: object) -> Installation:
    """The installation in a configuration's plain data; of what has an unexpected shape nothing is taken."""
    top = _mapping(raw)
    models: dict[str, None] = {}
    capabilities: dict[str, None] = {}
    entries = top.get("model_list")
    for entry in entries if isinstance(entries, list) else []:
        name = _mapping(entry).get("model_name")
        info = _mapping(_mapping(entry).get("model_info"))
        if not isinstance(name, str) or info.get("builtin"):
            continue
        if not info.get("signalbox_placeholder"):
            models[name] = None
        elif info.get("mode", "chat") == "chat":
            capabilities[name] = None
    instant = _mapping(_mapping(top.get("gateway")).get("instant"))
    files = instant.get("answers")
    score = instant.get("min_score")
    return Installation(
        models=tuple(models),
        capabilities=tuple(capabilities),
        answers=tuple(Path(f) for f in files if isinstance(f, str)) if isinstance(files, list) else (),
        min_score=float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None,
        skills={str(k): _mapping(v) for k, v in _mapping(_mapping(top.get("gateway")).get("skills")).items()},
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
