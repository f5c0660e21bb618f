"""Whether an answer is a refusal on grounds of safety or policy. Those are never asked again elsewhere.

Knows: how refusals begin, in a few languages, and the words of their reasons. Does not know: what was asked. Wide on
purpose: taking a plain "cannot" for a refusal only saves a second try.
"""

from __future__ import annotations

import re

from plugins.routing.escalation.inability import says_inability

HEAD = 500
"""Characters in which a refusal shows."""

_BEGINS = re.compile(
    r"(?:\bi(?:'m| am) (?:really |very |so |truly )?sorry\b|\bsorry\b[,.]? (?:but )?i\b|\bi apologi[sz]e\b"
    r"|\bi (?:must|have to|need to) (?:decline|refuse)\b"
    r"|\bi (?:can't|cannot|can not|won't|will not|am unable to|am not able to|am not going to|refuse to)\b"
    r"|\bi (?:do not|don't) feel comfortable\b"
    r"|\bi'm (?:unable|not able|not going|not comfortable)\b|\b(?:we|this assistant) (?:can't|cannot|won't)\b"
    r"|\bunable to (?:help|assist|comply|fulfill)\b|\bnot (?:able|allowed|permitted) to\b"
    r"|\b(?:es )?tut mir leid\b|\bich kann (?:dir |ihnen )?(?:dabei |das |dies |hier)?\s?(?:leider )?nicht\b"
    r"|\bdabei kann ich\b.{0,20}\bnicht\b"
    r"|\bje suis désolée?\b|\bje ne peux pas\b|\blo siento\b|\bno puedo\b|\bmi dispiace\b|\bnon posso\b"
    r"|\bdesculpe\b|\bnão posso\b|\bhet spijt me\b|\bik kan (?:je |u )?(?:daar )?niet\b|\bprzykro mi\b"
    r"|抱歉|无法|申し訳|できません)"
)
_REASON = re.compile(
    r"harm|illegal|unlawful|unethical|\bethic|inappropriate|not appropriate|dangerous|unsafe|\bsafety\b|guideline"
    r"|polic(?:y|ies)|violat|explicit|sexual|\bminors?\b|weapon|violence|violent|hate(?:ful)? |self-harm|suicid"
    r"|malicious|malware|exploit|privacy|private (?:person|individual|information)"
    r"|identify (?:the |real |a |an |this )?(?:people|person|individual|man|woman)"
    r"|\bfaces?\b|facial|copyright|consent|medical advice|legal advice|surveil|stalk|\babuse|discriminat|fraud|\bscam"
)
_HELP = re.compile(
    r"\b(?:help|assist|comply|fulfill|support|engage|participate|provide|generate|create|write|discuss|share|continue"
    r"|encourage|facilitate|promote|advise|give|do that|do this|answer that|talk about)\b"
)


def is_refusal(text: str) -> bool:
    """Whether the answer's head refuses. A missing ability without any reason of safety is none."""
    head = text[:HEAD].lower().replace("’", "'")
    if not _BEGINS.search(head):
        return False
    return bool(_REASON.search(head) or _HELP.search(head) or not says_inability(head))
