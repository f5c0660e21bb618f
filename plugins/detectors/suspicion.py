"""Whether a word could be part of an identifier at all: a necessary condition for every structured detector.

Knows: what each detector of ``scanner.structured`` cannot do without: a digit, an at sign, a scheme, a long mixed word,
the name of a secret. Does not know: detectors. Asked once for each different word, so it may be thorough.
"""

from __future__ import annotations

import re

from plugins.detectors.fold import fold

_SIGNS = re.compile(r"\d|@|://|www\.|-----|%[0-9a-f]{2}", re.IGNORECASE)
_SECRET_NAME = re.compile(
    fold(
        r"(?:(?<![a-z])|(?<=_))(?:pass|pwd|secret|token|credential|pin(?![a-z])|kennwort|contrase|senha|wachtwoord|hasło"
        r"|пароль)|(?<![a-z])(?:api|access|private|auth)?key(?![a-z])|bearer"
    )[0]
)
_WRITTEN = re.compile(r"[\[({](?:at|dot|punkt)[\])}]|(?<![a-z])(?:dot|punkt)(?![a-z])")
_LONG = re.compile(r"[A-Za-z0-9+/_-]{16,}")
_MIXED = re.compile(r"[a-z][A-Z]|[A-Z][A-Z][a-z]|[+=]|(?<![A-Za-z])(?:sk-|xox|gsk_|hf_|npm_|pypi-|gl[a-z]{2,4}-)")


def suspicious(word: str) -> bool:
    """``word``: what stands between two spaces, folded. False: no structured detector can find anything that this word
    is part of."""
    if _SIGNS.search(word) or word.count(":") >= 2 or word.count("-") >= 5:
        return True
    low = word.lower()
    if _SECRET_NAME.search(low) or _WRITTEN.search(low):
        return True
    # Base64 and tokens without a digit mix the case of their letters; ordinary long words do not.
    long = _LONG.search(word)
    return long is not None and _MIXED.search(word) is not None
