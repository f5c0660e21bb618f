"""From chat messages to what is being asked now, and how it hangs on the turns before.

Knows: OpenAI message shapes, follow-ups in six languages. Does not know: weights, thresholds, the gateway. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plugins.classifier.harness import Unwrapped, unwrap
from plugins.routing.content import Material

FollowUp = Literal["translate", "revise", "repeat", "why"]
"""``translate``: the same in another language. ``revise``: another form of the last answer. ``repeat``: go on,
the next one, again. ``why``: a question about the last answer."""

HISTORY = 6
"""How many earlier user turns a follow-up may reach back."""

_LANGUAGES = (
    "english|german|french|spanish|italian|portuguese|dutch|polish|russian|chinese|japanese|korean|arabic|turkish|swedish|"
    "danish|norwegian|finnish|greek|czech|hindi|ukrainian|romanian|hungarian|catalan|latin|"
    "deutsch|englisch|französisch|spanisch|italienisch|portugiesisch|niederländisch|polnisch|russisch|"
    "anglais|allemand|français|espagnol|italien|portugais|néerlandais|"
    "inglés|alemán|francés|español|italiano|portugués|holandés|inglese|tedesco|francese|spagnolo|portoghese|olandese|"
    "inglês|alemão|francês|espanhol|engels|duits|frans|spaans|italiaans|portugees|nederlands"
)
_LEAD = (
    r"(?:(?:ok(?:ay)?|and|now|then|also|great|please|thanks|und|jetzt|et|maintenant|y|ahora|e|adesso|ora|agora|"
    r"en|nu)[,. ]+)*"
)
_TRANSLATE = re.compile(
    rf"{_LEAD}(?:the same |same (?:thing )?|das(?:selbe| gleiche)? |la même chose |lo mismo |"
    rf"lo stesso |o mesmo |hetzelfde |it |"
    rf"that |put (?:it|that) |translate (?:it|that|this) |say (?:it|that) )?(?:in(?:to)?|to|auf|ins|"
    rf"en|al|em|para o|naar het|in het) "
    rf"(?:{_LANGUAGES})(?: (?:now|please|pls|too|as well|bitte|auch|aussi|por favor|per favore|alstublieft))*[ .!?]*",
    re.IGNORECASE,
)
_REVISE = re.compile(
    rf"{_LEAD}(?:(?:can|could) you )?(?:make (?:it|that|this)(?: sound)? |(?:a )?(?:bit|little|much|"
    rf"even) |mach (?:es|das) |"
    r"(?:rends|fais)-le |hazlo |rendilo |maak het )*(?:a (?:bit|little) |much |even |etwas |noch |"
    r"un peu |un poco |più |wat |mais )*"
    r"(?:shorter|longer|simpler|more \w+|less \w+|friendlier|nicer|funnier|clearer|politer|"
    r"shorten (?:it|that|this)|simplify(?: it)?|"
    r"rephrase(?: it| that)?|reword(?: it| that)?|rewrite (?:it|that)|improve (?:it|that)|polish (?:it|that)|"
    r"kürzer|länger|einfacher|förmlicher|freundlicher|höflicher|plus \w+|moins \w+|más \w+|"
    r"menos \w+|corto|breve|formale|semplice|"
    r"curto|formal|korter|langer|formeler)(?: please| pls| bitte| now| s'il te plaît| por favor| per favore)*[ .!?]*",
    re.IGNORECASE,
)
_REPEAT = re.compile(
    rf"{_LEAD}(?:continue|go on|keep going|carry on|proceed|next(?: one)?|more|again|try again|"
    rf"once more|retry|redo(?: it)?|"
    r"(?:give me )?(?:another|one more)(?: one| example| version)?|do (?:it|that|the same)\b.{0,60}|"
    r"(?:the )?same (?:for|with|thing)\b.{0,60}|"
    r"(?:and |now )?the (?:second|third|fourth|other|next|last|first|rest)\b.{0,40}|(?:and |"
    r"now )?(?:this|that|these|those)(?: one| too)?|"
    r"(?:what|how) about (?:this|that|the)\b.{0,50}|yes|yes please|sure|do it|go ahead|"
    r"weiter|mach weiter|noch (?:mal|einmal|eins)|das gleiche für\b.{0,60}|und (?:das|der|"
    r"die) (?:zweite|nächste|andere)\b.{0,40}|"
    r"continue[sz]?|encore(?: une fois)?|la suite|fais pareil\b.{0,60}|sigue|continúa|otra vez|haz lo mismo\b.{0,60}|"
    r"continua|ancora|vai avanti|fai lo stesso\b.{0,60}|continue por favor|de novo|ga door|nog een keer)"
    r"(?: please| pls| bitte| now)*[ .!?]*",
    re.IGNORECASE,
)
_WHY = re.compile(
    rf"{_LEAD}(?:why|why not|how so|how come|are you sure|is that right|really|explain(?: that| it|"
    rf" this)?(?: again| more)?|"
    r"can you explain(?: that| it)?|what do you mean|i don'?t (?:understand|get it)|"
    r"how did you get (?:that|this)\b.{0,30}|"
    r"warum|wieso|wie das|bist du sicher|erklär(?:e)? das|pourquoi|tu es sûr|explique|por qué|¿por qué|estás seguro|"
    r"perché|sei sicuro|por quê|tem certeza|waarom|weet je het zeker)(?: please| bitte)?[ .!?]*",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[FollowUp, re.Pattern[str]], ...] = (
    ("translate", _TRANSLATE),
    ("revise", _REVISE),
    ("why", _WHY),
    ("repeat", _REPEAT),
)
_ELLIPTIC = re.compile(
    r"\W*(?:and|or|but|also|now|then|what about|how about|same|und|oder|jetzt|auch|et|ou|maintenant|"
    r"y|ahora|e|adesso|en|nu)\b",
    re.IGNORECASE,
)
_FOLLOW_UP_CHARS = 120
_SYSTEM_TASK = re.compile(
    r"\b(?:translate|classify|categori[sz]e|label|summari[sz]e|extract|rewrite|rephrase|proofread|correct|paraphrase|"
    r"translator|translation|classifier|classification|summarizer|extractor|editor|"
    r"übersetze|klassifiziere|fasse|extrahiere|korrigiere|traduis|traduce|traduci|résume|resume|vertaal)\b",
    re.IGNORECASE,
)
_SYSTEM_TASK_CHARS = 1500
_SAID = ("text", "input_text", None)


@dataclass(frozen=True, slots=True)
class Ask:
    """``turns``: user turns with something asked in them, oldest first, at most HISTORY + 1; the last one is judged.
    ``system``: a short system prompt that itself gives a text-processing task, else empty."""

    turns: tuple[Unwrapped, ...]
    system: str = ""

    @property
    def current(self) -> Unwrapped:
        return self.turns[-1] if self.turns else Unwrapped("")


def content_text(content: object) -> str:
    """Plain text of a message's content: a string, or the text parts of a list; results of tools and material
    (documents) are left out."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    parts = []
    for part in content:
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, Mapping) and not isinstance(part, Material) and part.get("type") in _SAID:
            text = part.get("text")
            if isinstance(text, str):
                parts.append(text)
    return "\n".join(parts)


def read_ask(messages: Sequence[Mapping[str, Any]]) -> Ask:
    """What the messages ask for. Shapes that are not chat messages are passed over, never an error."""
    turns: list[Unwrapped] = []
    for message in reversed(messages):
        if message.get("role") != "user":
            continue
        turn = unwrap_parts(message.get("content"))
        if turn.text:
            turns.append(turn)
        if len(turns) > HISTORY:
            break
    return Ask(tuple(reversed(turns)), _system_task(messages))


def unwrap_parts(content: object) -> Unwrapped:
    """One user turn without harness text. Parts are unwrapped one by one: front ends put reminders into parts
    of their own."""
    if isinstance(content, str) or not isinstance(content, Sequence):
        return unwrap(content_text(content))
    pieces = [unwrap(content_text([part])) for part in content]
    fixed = next((piece.fixed for piece in pieces if piece.fixed), None)
    return Unwrapped("\n".join(piece.text for piece in pieces if piece.text), fixed)


def _system_task(messages: Sequence[Mapping[str, Any]]) -> str:
    texts = [content_text(m.get("content")) for m in messages if m.get("role") in ("system", "developer")]
    joined = "\n".join(texts).strip()
    if len(joined) > _SYSTEM_TASK_CHARS or not _SYSTEM_TASK.search(joined):
        return ""
    return joined


def follow_up(text: str) -> FollowUp | None:
    """The kind of follow-up that ``text`` is as a whole, None where it stands for itself."""
    plain = text.strip().lstrip("¿¡")
    if len(plain) > _FOLLOW_UP_CHARS:
        return None
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(plain)), None)


def is_elliptic(text: str) -> bool:
    """True for a short turn that opens like the continuation of a sentence: "and the Danube?"."""
    return len(text.split()) <= 9 and len(text) <= _FOLLOW_UP_CHARS and _ELLIPTIC.match(text) is not None
