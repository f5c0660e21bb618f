"""The model itself found its words unlikely. Knows: token log probabilities, where given. Does not know: the text."""

from __future__ import annotations

from plugins.routing.escalation.answer import Answer, Asked

MIN_TOKENS = 10


def logprob(asked: Asked, answer: Answer) -> str | None:
    """``low_logprob`` where the mean (natural logarithm) is below ``asked.min_logprob``."""
    if len(answer.logprobs) < MIN_TOKENS:
        return None
    return "low_logprob" if sum(answer.logprobs) / len(answer.logprobs) < asked.min_logprob else None
