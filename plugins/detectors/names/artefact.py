"""The trained token model on disk: ``names.npz`` and its card.

Knows: file names, the digest. Does not know: scikit-learn, how a model is trained. Nothing is unpickled, and a file
whose sha256 is not the card's is refused before it is parsed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plugins.detectors.names.model import TokenModel, from_bytes

ARTEFACT_DIR = Path(__file__).parent / "artefact"
CARD, WEIGHTS = "card.json", "names.npz"
TRAIN = "run `python -m plugins.detectors.names.training`"


class ArtefactError(RuntimeError):
    """The model cannot be used; the message names the file and what to do."""


def load_model(directory: Path = ARTEFACT_DIR) -> tuple[TokenModel, dict[str, Any]]:
    """The model that serves, and its card. Raises ArtefactError."""
    try:
        card: dict[str, Any] = json.loads((directory / CARD).read_text(encoding="utf-8"))
        data = (directory / WEIGHTS).read_bytes()
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{directory}: no readable token model and card; {TRAIN}") from error
    if hashlib.sha256(data).hexdigest() != card.get("sha256"):
        raise ArtefactError(f"{directory / WEIGHTS}: sha256 is not the one of {CARD}; restore the file or {TRAIN}")
    return from_bytes(data), card


def write_artefact(directory: Path, data: bytes, card: Mapping[str, Any]) -> dict[str, Any]:
    """Writes both files, each by atomic replacement, the card last."""
    digest = hashlib.sha256(data).hexdigest()
    full = {"version": digest[:12], **card, "bytes": len(data), "sha256": digest}
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in ((WEIGHTS, data), (CARD, json.dumps(full, indent=2).encode() + b"\n")):
        temporary = directory / f".{name}.tmp"
        temporary.write_bytes(content)
        os.replace(temporary, directory / name)
    return full
