"""The trained model on disk: ``intent.npz`` (what the gateway reads), ``intent.skops`` (the pipeline), ``card.json``.

Knows: file names, digests, the card. Does not know: scikit-learn, how a model is trained. Nothing is
unpickled, and a file whose sha256 is not the card's is refused before it is parsed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugins.classifier.inference import LinearModel, from_bytes

ARTEFACT_DIR = Path(__file__).parent / "artefact"
CARD, WEIGHTS, PIPELINE = "card.json", "intent.npz", "intent.skops"


class ArtefactError(RuntimeError):
    """The model cannot be used; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Weights with their card. ``threshold``: confidence under which the label is ``unsure``."""

    linear: LinearModel
    card: Mapping[str, Any]

    @property
    def threshold(self) -> float:
        return float(self.card["threshold"])

    @property
    def version(self) -> str:
        return str(self.card["version"])


def sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()


def read_card(directory: Path = ARTEFACT_DIR) -> dict[str, Any]:
    """The model card. Raises ArtefactError where there is none."""
    try:
        card: dict[str, Any] = json.loads((directory / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{directory / CARD}: no readable model card; run `signalbox router train`") from error
    return card


def read_verified(directory: Path, name: str, card: Mapping[str, Any]) -> bytes:
    """Bytes of one file. Raises ArtefactError where it is missing or its sha256 is not the card's."""
    path = directory / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArtefactError(f"{path}: cannot be read; run `signalbox router train`") from error
    expected = card.get("sha256", {}).get(name)
    if sha256(data) != expected:
        raise ArtefactError(
            f"{path}: sha256 is not the one of {CARD} ({expected}); restore the file or run `signalbox router train`"
        )
    return data


def load_model(directory: Path = ARTEFACT_DIR) -> TrainedModel:
    """The model that serves. Raises ArtefactError; never imports scikit-learn."""
    card = read_card(directory)
    try:
        return TrainedModel(from_bytes(read_verified(directory, WEIGHTS, card)), card)
    except ValueError as error:
        raise ArtefactError(f"{directory / WEIGHTS}: {error}") from error


def write_artefact(directory: Path, files: Mapping[str, bytes], card: Mapping[str, Any]) -> dict[str, Any]:
    """Writes files and card (with ``sha256`` and ``version`` added, which is that of the first file), each by atomic
    replacement, the card last."""
    digests = {name: sha256(data) for name, data in files.items()}
    full = {"version": next(iter(digests.values()))[:12], **card, "sha256": digests}
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in {**files, CARD: json.dumps(full, indent=2, ensure_ascii=False).encode() + b"\n"}.items():
        temporary = directory / f".{name}.tmp"
        temporary.write_bytes(data)
        os.replace(temporary, directory / name)
    return full
