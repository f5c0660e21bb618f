"""Signal ``intent``: what kind of work the request asks for.

Knows: when not to classify (a capability that fixes the intent), the configured limits. Does not know: how the
model works (``plugins.classifier``), which tier an intent needs.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

from plugins.classifier.artefact import ARTEFACT_DIR, TrainedModel, load_model
from plugins.classifier.conversation import predict_messages
from plugins.classifier.in_service import in_service
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import UNSURE, Facts, Signal


@functools.cache
def shared_model(directory: Path = ARTEFACT_DIR) -> TrainedModel:
    """The model of ``directory``, loaded once a process. Raises ArtefactError."""
    return load_model(directory)


class IntentSignal:
    """Label: an intent or ``unsure``; score: calibrated confidence of the best intent. ``detail.enough``, for
    ``unsure``: the smallest tier that most probably suffices.

    ``directory`` None: the version in service under SIGNALBOX_STATE, the shipped model where that is not set."""

    name = "intent"

    def __init__(self, spec: GatewaySpec, directory: Path | None = None) -> None:
        self._spec = spec
        self._directory = directory
        self._state = os.environ.get("SIGNALBOX_STATE", "")

    def _model(self) -> TrainedModel:
        if self._directory is None and self._state:
            return in_service(Path(self._state)).model
        return shared_model(self._directory or ARTEFACT_DIR)

    def warm(self) -> None:
        """Loads the model and runs it once, so that the first request does not. Raises ArtefactError."""
        predict_messages(self._model(), [{"role": "user", "content": "hello"}])

    def extract(self, facts: Facts) -> Signal:
        """Raises ArtefactError where the model is missing or was changed."""
        capability = self._spec.capabilities.get(facts.capability)
        if capability is not None and capability.intent:
            return Signal(self.name, capability.intent, 1.0, {"fixed_by": "capability", "truncated_chars": 0})
        model = self._model()
        found = predict_messages(
            model,
            facts.messages or ({"role": "user", "content": facts.text},),
            max_chars=self._spec.classifier.max_chars,
            unsure_below=self._spec.classifier.unsure_below,
        )
        detail: dict[str, str | int | float | bool | None] = {
            "best": found.best,
            "second": found.second,
            "second_score": round(found.second_score, 4),
            "truncated_chars": found.truncated_chars,
            "model": model.version,
        }
        if found.intent == UNSURE:
            detail["enough"] = found.enough(self._spec.intents).label
        return Signal(self.name, found.intent, round(found.confidence, 4), detail)
