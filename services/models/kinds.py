"""Which kinds of model files there are, and whether one is whole.

Knows: the readers of each kind's header. Does not know: where files come from, folders.
"""

from __future__ import annotations

from pathlib import Path

from services.audio import shelf
from services.llm.gguf import GgufError, read_header
from services.llm.library import model_name
from services.models.errors import ModelError


def check_model(path: Path) -> None:
    """Raises ModelError where the file is no model that is served, or was cut off."""
    if path.suffix.lower() == ".bin":
        model = shelf.read(path)
        if model is None:
            raise ModelError(f"{path.name} is not a Whisper model of whisper.cpp")
        if model.problem is not None:
            raise ModelError(model.problem)
        return
    try:
        read_header(path)
    except GgufError as error:
        raise ModelError(str(error)) from error


def name_of(path: Path) -> str:
    """The name under which a file is served."""
    return shelf.name_of(path) if path.suffix.lower() == ".bin" else model_name(path)
