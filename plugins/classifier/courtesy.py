"""A text without the courtesies around it: who says please wants the same as who does not.

Knows: greetings, requests and thanks in seven languages. Does not know: intents. A text that is nothing else stays as
it is: there the courtesy is the message.
"""

from __future__ import annotations

import re

_LEAST_WORDS = 3
"""Words that have to be left for a courtesy to be taken away."""

_EDGE = 160

_HELLO = (
    r"(?:hi|hello|hey|hiya|good (?:morning|day|evening|afternoon)|dear \w+|hallo|bonjour|hola|ciao|olá|hoi)"
    r"(?: (?:there|all|everyone|team|bot|assistant|again|friend))*[\s,.!:-]+"
)
_PLEASE = (
    r"(?:please|pls|plz|kindly|bitte|s'il (?:te|vous) pla[iî]t|por favor|per favore|per piacere|alsjeblieft|"
    r"alstublieft)(?: (?:help(?: me)?(?: (?:to|with))?|do me a favou?r))?[\s,:]+"
)
_COULD_YOU = (
    r"(?:could|can|would|will) you(?: please| kindly| be so (?:kind|good)(?: as)?(?: to)?| help(?: me)?(?: out)?"
    r"(?: to)?| do me a favou?r(?: and)?)+[\s,:]+"
)
_BE_KIND = r"be so (?:kind|good)(?: as to| and)?[\s,:]+"
_GRATEFUL = (
    r"(?:i'd|i would|we'd|we would) (?:be (?:grateful|happy|glad|thankful)|appreciate|love|like)\b"
    r"[^.!?\n:,]{0,40}[:,]\s+"
)
_IF_TIME = (
    r"if (?:you|it)\b[^.!?\n:,]{0,40}(?:minute|moment|second|time|mind|possible|trouble)\b[^.!?\n:,]{0,12}[:,]\s+"
)
_OTHERS = (
    r"(?:könnten? (?:sie|du)|kannst du|peux-tu|pourr(?:ais-tu|iez-vous)|podrías|puedes|potresti|puoi|poderia|kun je|"
    r"zou je)(?: (?:bitte|mir|me|por favor|per favore|alsjeblieft))*\s+"
)
_KINDS = (_HELLO, _PLEASE, _COULD_YOU, _BE_KIND, _GRATEFUL, _IF_TIME, _OTHERS)
_OPENING = re.compile(rf"\s*(?:{'|'.join(_KINDS)})", re.IGNORECASE)
_CLOSING = re.compile(
    r"[\s,.;!-]*(?:\(?(?:"
    r"(?:many |a lot of )?(?:thanks|thank you|thx|ty|cheers|much obliged|much appreciated|i appreciate it)"
    r"(?: (?:so|very) much| a (?:lot|ton|bunch)| in advance| again| for your help)*|"
    r"please|pls|plz|if (?:possible|you can|you don't mind)|no rush|asap|bitte|danke(?: schön| im voraus)?|"
    r"merci(?: d'avance| beaucoup)?|gracias(?: de antemano)?|por favor|per favore|grazie(?: mille)?|obrigad[oa]|"
    r"bedankt|alsjeblieft)\)?[\s.!]*)\Z",
    re.IGNORECASE,
)


_LAST_WORDS = (
    "thanks", "thank you", "thx", "ty", "cheers", "obliged", "appreciated", "appreciate it", "much", "lot", "ton",
    "bunch", "advance", "again", "help", "please", "pls", "plz", "possible", "can", "mind", "rush", "asap", "bitte",
    "danke", "schön", "voraus", "merci", "d'avance", "beaucoup", "gracias", "antemano", "favor", "favore", "grazie",
    "mille", "obrigado", "obrigada", "bedankt", "alsjeblieft",
)  # fmt: skip
"""What every closing ends with: looking for one of these costs a fiftieth of looking for a closing."""


def _may_close(text: str) -> bool:
    """Whether a closing can end ``text``."""
    end = len(text)
    while end and (text[end - 1] in ".!" or text[end - 1].isspace()):
        end -= 1
    return text[:end].removesuffix(")").lower().endswith(_LAST_WORDS)


def without_courtesy(text: str) -> str:
    """``text`` without greetings and requests before it and thanks after it, where enough words are left."""
    start, end = 0, len(text)
    for _ in range(3):
        match = _OPENING.match(text[: start + _EDGE], start)
        if match is None or match.end() == start:
            break
        start = match.end()
    tail = max(start, end - _EDGE)
    for _ in range(2):
        if not _may_close(text[tail:end]):
            break
        found = _CLOSING.search(text, tail, end)
        if found is None or found.start() >= end:
            break
        ended = text[found.start() : found.start() + 1]
        end = found.start() + (1 if ended in ".!" else 0)
        if ended in ".!":
            break
    kept = text[start:end]
    return kept if len(kept.split(None, _LEAST_WORDS)) >= _LEAST_WORDS else text
