"""The folder of models as people see it: list, import, remove.

Knows: files, their checksums (``<file>.sha256``, as sha256sum writes it) and headers. Does not know: networks, screens.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.audio.shelf import WhisperFile, shelf
from services.llm.gguf import GgufError, read_header
from services.llm.library import Library
from services.models.errors import ModelError
from services.models.kinds import check_model, name_of

Checksum = Literal["ok", "recorded", "changed", "wrong", "none"]
"""``recorded``: right when the file came, and not touched since; ``changed``: touched since; ``ok`` / ``wrong``:
computed now."""

_CHUNK = 4 << 20
_SPARE_BYTES = 64 << 20
_SPLIT = re.compile(r"-\d{5}-of-(\d{5})$")


@dataclass(frozen=True, slots=True)
class Row:
    """One model of the folder. ``size_bytes``: on the disk; ``parameters``: number of weights; ``context``: tokens."""

    name: str
    file: str
    kind: str
    size_bytes: int
    parameters: int | None
    context: int | None
    checksum: Checksum
    problem: str | None


def rows(folder: Path, *, verify: bool = False) -> list[Row]:
    """Every model in ``folder``, by name. ``verify``: compute checksums, which reads every byte."""
    listed = []
    for model in Library(folder).scan().values():
        header = model.header
        listed.append(
            Row(
                name=model.name,
                file=model.path.name,
                kind=header.kind if header else "damaged",
                size_bytes=model.size_bytes,
                parameters=header.parameters if header else None,
                context=header.context_length if header else None,
                checksum=_checksum(model.path, verify=verify),
                problem=model.problem,
            )
        )
    return listed + [_whisper_row(model, verify=verify) for model in shelf(folder).values()]


def _whisper_row(model: WhisperFile, *, verify: bool) -> Row:
    return Row(
        name=model.name,
        file=model.path.name,
        kind="whisper",
        size_bytes=model.size_bytes,
        parameters=model.millions * 1_000_000,
        context=None,
        checksum=_checksum(model.path, verify=verify),
        problem=model.problem,
    )


def import_model(
    source: Path, folder: Path, progress: Callable[[int, int | None], None], *, link: bool = False
) -> Path:
    """Copy the model at ``source`` into ``folder`` and return its path there; all parts of a split one.

    ``link``: a hard link instead of a copy where both are on one disk. A ``<file>.sha256`` beside the source is obeyed.
    Raises ModelError; nothing is left behind then.
    """
    parts = _parts(source)
    _check(source, parts)
    folder.mkdir(parents=True, exist_ok=True)
    for part in parts:
        if (folder / part.name).exists():
            raise ModelError(
                f"{folder / part.name} is already there. Remove it first:  signalbox models remove {name_of(part)}"
            )
    total = sum(part.stat().st_size for part in parts)
    if not link and total + _SPARE_BYTES > shutil.disk_usage(folder).free:
        raise ModelError(f"{folder}: {total / 1e9:.1f} GB do not fit. Make room, or take another --models-dir.")
    done, made = 0, []
    try:
        for part in parts:
            target = folder / part.name
            made.append(target)
            digest = _bring(part, target, link, lambda n, before=done: progress(before + n, total))  # type: ignore[misc]
            done += part.stat().st_size
            expected = _recorded(part)
            if expected and expected != digest:
                raise ModelError(
                    f"{part}: it does not match {part.name}.sha256; it was damaged on its way. Copy it again."
                )
            write_checksum(target, digest)
    except BaseException as error:
        for target in made:
            for leftover in (target, _temporary(target), _beside(target)):
                leftover.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ModelError(f"{source} cannot be copied to {folder}: {error.strerror or error}") from error
        raise
    return folder / source.name


def remove(name: str, folder: Path) -> list[Path]:
    """Delete the model called ``name`` (or its file's name) with all parts and checksums. Raises ModelError where
    there is none."""
    wanted = name.removesuffix(".gguf").removesuffix(".bin")
    models = {n: m.path for n, m in (*Library(folder).scan().items(), *shelf(folder).items())}  # type: ignore[attr-defined]
    path = models.get(wanted) or next((p for p in models.values() if p.stem == wanted), None)
    if path is None:
        raise ModelError(f'there is no model "{name}" in {folder} (there: {", ".join(models) or "none"})')
    gone = _parts(path)
    for part in gone:
        part.unlink()
        _beside(part).unlink(missing_ok=True)
    return gone


def write_checksum(path: Path, sha256: str) -> None:
    """Record ``sha256`` beside ``path`` in sha256sum's format."""
    _beside(path).write_text(f"{sha256}  {path.name}\n", encoding="utf-8")


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _temporary(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _recorded(path: Path) -> str | None:
    try:
        word = _beside(path).read_text(encoding="utf-8", errors="replace").split(maxsplit=1)[0].lower()
    except (OSError, IndexError):
        return None
    return word if re.fullmatch(r"[0-9a-f]{64}", word) else None


def _checksum(path: Path, *, verify: bool) -> Checksum:
    states: list[Checksum] = []
    for part in _parts(path):
        expected = _recorded(part)
        if expected is None:
            states.append("none")
        elif verify:
            with part.open("rb") as data:
                states.append("ok" if hashlib.file_digest(data, "sha256").hexdigest() == expected else "wrong")
        else:
            touched = part.stat().st_mtime_ns > _beside(part).stat().st_mtime_ns
            states.append("changed" if touched else "recorded")
    order: tuple[Checksum, ...] = ("wrong", "changed", "none", "recorded", "ok")
    return min(states, key=order.index)


def _parts(path: Path) -> list[Path]:
    """The files of a model: one, or all of a split one that are there."""
    split = _SPLIT.search(path.stem)
    if split is None:
        return [path]
    prefix = path.stem[: split.start()]
    names = (f"{prefix}-{i:05}-of-{split[1]}{path.suffix}" for i in range(1, int(split[1]) + 1))
    return [p for p in (path.with_name(n) for n in names) if p.exists()]


def _check(source: Path, parts: list[Path]) -> None:
    if not source.is_file():
        raise ModelError(f"{source} is not a file. Name the .gguf or .bin file itself.")
    if source.suffix.lower() == ".bin":
        check_model(source)
        return
    if source.suffix.lower() != ".gguf":
        raise ModelError(
            f"{source.name}: only .gguf files, and .bin files of Whisper, are served. Look for such an edition of it."
        )
    split = _SPLIT.search(source.stem)
    if split and len(parts) != int(split[1]):
        raise ModelError(
            f"{source.name}: {len(parts)} of its {int(split[1])} parts are there; copy the others beside it."
        )
    try:
        header = read_header(parts[0])
    except GgufError as error:
        raise ModelError(str(error)) from error
    except OSError as error:
        raise ModelError(f"{source} cannot be read: {error.strerror}") from error
    if not split and not header.complete:
        raise ModelError(f"{source}: the file ends too early ({header.size_bytes} bytes); copy or download it again.")


def _bring(source: Path, target: Path, link: bool, progress: Callable[[int], None]) -> str:
    """Link or copy one file; returns its sha256."""
    if link:
        try:
            os.link(source, target)
        except OSError:
            pass  # another disk, or one that has no links: copy
        else:
            with target.open("rb") as data:
                digest = hashlib.file_digest(data, "sha256").hexdigest()
            progress(target.stat().st_size)
            return digest
    temporary, sum256, done = _temporary(target), hashlib.sha256(), 0
    with source.open("rb") as data, temporary.open("wb") as out:
        while chunk := data.read(_CHUNK):
            out.write(chunk)
            sum256.update(chunk)
            done += len(chunk)
            progress(done)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(target)
    return sum256.hexdigest()
