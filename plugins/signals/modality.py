"""What kinds of content a request holds.

Knows: the modalities that were found while the request was translated. Does not know: what is in an image, a recording
or a file, nor which deployments take them.
"""

from __future__ import annotations

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Facts, Signal

ORDER: tuple[str, ...] = ("text", "file", "audio", "image")
"""From what every language model takes to what the fewest do; one that is not named here ranks above all."""


class ModalitySignal:
    """``label``: the highest modality. ``detail.all``: every one of them, in order, joined by commas."""

    name = "modality"

    def __init__(self, spec: GatewaySpec) -> None:
        """Takes the spec as every signal does; nothing of it matters here."""

    def extract(self, facts: Facts) -> Signal:
        found = sorted(facts.modalities or {"text"}, key=_rank)
        return Signal(self.name, found[-1], detail={"all": ",".join(found)})


def _rank(modality: str) -> tuple[int, str]:
    return (ORDER.index(modality) if modality in ORDER else len(ORDER), modality)
