"""What can go wrong with model files, in words that say what to do next.

Knows: nothing else.
"""

from __future__ import annotations

IMPORT_HINT = "signalbox models import /media/usb/model.gguf"


class ModelError(RuntimeError):
    """Something the user can act on. The message says what happened and what to do next."""


class NoNetworkError(ModelError):
    """The place that has the model cannot be reached."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            f"cannot reach {place} ({reason}).\n"
            f"Without a way there, bring the file on a stick and run:  {IMPORT_HINT}\n"
            "or name an internal mirror: SIGNALBOX_MODEL_MIRROR=https://mirror/models (plain files), or"
            " HF_ENDPOINT=https://hub.internal (the hub's own layout)."
        )
