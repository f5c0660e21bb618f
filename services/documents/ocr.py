"""Text off a picture: by tesseract where it is installed, else by rapidocr, whose package carries its models.

Knows: both engines' calls and results. Does not know: PDF, processes' limits. Runs in a worker.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

from services.common.telemetry import switch_off
from services.documents.pages import block
from services.documents.pdf import encoded

DPI = 200
"""Dots an inch that pages are rendered with for reading."""

TESSERACT = "tesseract"
MIN_CONFIDENCE = 30.0
"""Of tesseract, percent; what is below is noise of pictures and lines."""

Read = Callable[[Any, int], list[dict[str, Any]]]
"""(picture, its dpi) -> blocks with boxes in points."""


def engine(asked: str, languages: str) -> tuple[str, Read] | None:
    """Name and function of the engine for ``asked`` (``auto``, ``tesseract``, ``rapidocr``); None where it is not
    there."""
    if asked in ("auto", "tesseract") and shutil.which(TESSERACT):
        return "tesseract", lambda picture, dpi: by_tesseract(picture, dpi, languages)
    if asked in ("auto", "rapidocr") and _has_rapidocr():
        return "rapidocr", RapidOcr()
    return None


def by_tesseract(picture: Any, dpi: int, languages: str) -> list[dict[str, Any]]:
    """Raises RuntimeError where tesseract fails."""
    argv = [TESSERACT, "stdin", "stdout", "-l", languages, "--dpi", str(dpi), "--psm", "3", "tsv"]
    env = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(argv, input=encoded(picture, "png"), capture_output=True, env=env, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"tesseract ended with {done.returncode}")
    return tesseract_blocks(done.stdout.decode("utf-8", "replace"), 72 / dpi)


def tesseract_blocks(tsv: str, scale: float) -> list[dict[str, Any]]:
    """Paragraphs out of tesseract's table of words. ``scale``: points a pixel."""
    words = csv.DictReader(io.StringIO(tsv), delimiter="\t", quoting=csv.QUOTE_NONE)
    paragraphs: dict[tuple[str, str], dict[str, list[str]]] = {}
    boxes: dict[tuple[str, str], list[tuple[float, float, float, float]]] = {}
    for word in words:
        text = (word.get("text") or "").strip()
        if word.get("level") != "5" or not text or float(word.get("conf") or -1) < MIN_CONFIDENCE:
            continue
        key = (word["block_num"], word["par_num"])
        paragraphs.setdefault(key, {}).setdefault(word["line_num"], []).append(text)
        left, top = float(word["left"]), float(word["top"])
        boxes.setdefault(key, []).append((left, top, left + float(word["width"]), top + float(word["height"])))
    made = []
    for key, lines in paragraphs.items():
        lefts, tops, rights, bottoms = zip(*boxes[key], strict=True)
        box = tuple(scale * x for x in (min(lefts), min(tops), max(rights), max(bottoms)))
        made.append(block("text", "\n".join(" ".join(line) for line in lines.values()), box=box))
    return made


class RapidOcr:
    """The ONNX models of rapidocr_onnxruntime, loaded at the first picture; one thread, like the other engine."""

    def __init__(self) -> None:
        self._engine: Any = None

    def __call__(self, picture: Any, dpi: int) -> list[dict[str, Any]]:
        import numpy as np

        if self._engine is None:
            switch_off(os.environ)
            from rapidocr_onnxruntime import RapidOCR

            self._engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
        found, _ = self._engine(np.asarray(picture)[:, :, ::-1])
        return rapid_blocks(found or [], 72 / dpi)


def rapid_blocks(found: list[Any], scale: float) -> list[dict[str, Any]]:
    """Lines, from top to bottom and left to right, out of (corners, text, score)."""
    lines = []
    for corners, text, _score in found:
        xs, ys = [float(x) * scale for x, _ in corners], [float(y) * scale for _, y in corners]
        lines.append((min(xs), min(ys), max(xs), max(ys), str(text)))
    lines.sort(key=lambda line: (round(line[1] / max(6.0, (line[3] - line[1]) * 0.6)), line[0]))
    return [block("text", text, box=(left, top, right, bottom)) for left, top, right, bottom, text in lines]


def _has_rapidocr() -> bool:
    import importlib.util

    return importlib.util.find_spec("rapidocr_onnxruntime") is not None
