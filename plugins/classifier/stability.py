"""Changes of a request that keep its meaning, and how often the tier changes with them: the release gate.

Knows: typos, case, politeness, order of ask and pasted text, synonyms, chatter, white space, the language of the ask.
Does not know: how a label is found. Training uses ``TRAIN`` alone and the gate ``GATE`` alone, so that the gate does
not measure what was learnt by heart.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plugins.routing.types import Tier

GATE_SHARE = 0.95
"""Share of unchanged tiers that a model needs to be taken into service."""

_SHORT_WORDS = 4
"""A text up to this many words gets no chatter: "hi" with a sentence before it asks something else."""


@dataclass(frozen=True, slots=True)
class Bank:
    """Parts of the changes. ``carriers``: pattern of an opening -> the same in other languages, where ``\\1`` stays."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    polite: tuple[str, ...]
    thanks: tuple[str, ...]
    synonyms: Mapping[str, str]
    carriers: tuple[tuple[str, tuple[str, ...]], ...]
    keys: str


GATE = Bank(
    before=("Quick one from my phone: ", "Back again with another one. ", "ok so ", "Hey team bot, ", "For tomorrow: "),
    after=(" Sorry for the short notice.", " (no rush)", " My manager is waiting for it.", " Much obliged!", " asap"),
    polite=("Would you be so kind: ", "Please ", "I'd be grateful for your help: ", "If you have a minute: "),
    thanks=(" Thank you very much in advance.", " Many thanks!", " please", " Cheers."),
    synonyms={
        "big": "large", "show": "display", "begin": "start", "fast": "quickly", "the following": "this",
        "summarize": "sum up", "rewrite": "reword", "give me": "get me", "explain": "tell me about", "find": "locate",
        "story": "tale", "message": "note", "mistakes": "errors", "difference": "distinction", "best": "ideal",
        "buy": "purchase", "need": "require", "children": "kids", "job": "position", "picture": "image",
    },
    carriers=(
        (r"(?i)^translate (?:this|the following|it) (?:in)?to (\w+)", (r"Bitte nach \1 übersetzen", r"En \1")),
        (r"(?i)^summarize (?:this|the following)(?: \w+)?", ("Fasse das bitte zusammen", "Resume esto")),
        (r"(?i)^rewrite (?:this|the following)(?: \w+)?", ("Formuliere das um", "Reformule ceci")),
        (r"(?i)^write (?:a|an) (?:short )?(poem|story|email)", (r"Schreib bitte \1", r"Escribe un \1")),
        (r"(?i)^classify (?:this|the following)(?: \w+)?", ("Klassifiziere das", "Classifica questo")),
        (r"(?i)^what is (the \w+)", (r"Was ist \1", r"Qu'est-ce que \1")),
        (r"(?i)^extract (all|the)", (r"Extrahiere \1", r"Extrae \1")),
    ),
    keys="qwertyuiopasdfghjklzxcvbnm",
)  # fmt: skip

TRAIN = Bank(
    before=("Hello there! ", "I have a small request. ", "So, ", "Here is what I need: ", "hi assistant, ", "Next up: ",
            "It's for work. ", "One more thing: ", "hm, "),
    after=(" I need it today.", " (it is for a friend)", " Take your time.", " It's important to me.", " thx", " ok?"),
    polite=("Could you please help: ", "Kindly ", "I would like you to help me: ", "Be so good: ", "pls "),
    thanks=(" Thanks a lot.", " Thank you!", " if possible", " I appreciate it.", " thanks"),
    synonyms={
        "quickly": "fast", "brief": "short", "tell me": "let me know", "make": "create", "happy": "glad",
        "correct": "fix", "house": "home", "list": "enumerate", "compare": "contrast", "describe": "outline",
        "important": "key", "improve": "better", "wrong": "incorrect", "text": "passage", "answer": "reply",
    },
    carriers=(
        (r"(?i)^translate (?:this|the following|it) (?:in)?to (\w+)", (r"Traduci questo in \1", r"Vertaal naar \1")),
        (r"(?i)^summarize (?:this|the following)(?: \w+)?", ("Résume ceci", "Vat dit samen", "Resuma isto")),
        (r"(?i)^rewrite (?:this|the following)(?: \w+)?", ("Riscrivi questo", "Reescribe esto")),
        (r"(?i)^classify (?:this|the following)(?: \w+)?", ("Classe ceci", "Clasifica esto")),
        (r"(?i)^extract (all|the)", (r"Estrai \1", r"Extrais \1")),
    ),
    keys="abcdefghijklmnopqrstuvwxyz",
)  # fmt: skip


def _first_part(text: str) -> tuple[str, str]:
    """The first paragraph, which holds the ask more often than not, and the rest; pasted code stays as it is."""
    cut = text.find("\n")
    return (text, "") if cut < 0 else (text[:cut], text[cut:])


def _typos(text: str, rng: random.Random, bank: Bank) -> str:
    head, rest = _first_part(text)
    places = [m.start() for m in re.finditer(r"(?<=[a-z])[a-z](?=[a-z]{2})", head)]
    for at in sorted(rng.sample(places, min(len(places), max(1, len(head) // 60), 3)), reverse=True):
        kind = rng.randrange(3)
        other = rng.choice(bank.keys)
        head = head[:at] + ("", head[at] * 2, other)[kind] + head[at + 1 :]
    return head + rest


def _case(text: str, rng: random.Random, bank: Bank) -> str:  # noqa: ARG001 - all changes have one shape
    head, rest = _first_part(text)
    return (head.lower() if rng.random() < 0.7 else head.upper()) + rest


def _around(text: str, before: str, after: str) -> str:
    if len(text.split()) <= _SHORT_WORDS:
        return text
    small = text if text[1:2].isupper() else text[:1].lower() + text[1:]
    return f"{before}{small if before else text}{after}"


def _politeness(text: str, rng: random.Random, bank: Bank) -> str:
    return _around(text, rng.choice(bank.polite), rng.choice(bank.thanks) if "\n" not in text else "")


def _chatter(text: str, rng: random.Random, bank: Bank) -> str:
    if rng.random() < 0.5:
        return _around(text, rng.choice(bank.before), "")
    return _around(text, "", rng.choice(bank.after))


def _reorder(text: str, rng: random.Random, bank: Bank) -> str:  # noqa: ARG001
    ask, gap, pasted = text.partition("\n\n")
    if not gap or len(ask) > 240 or len(pasted) < 1.5 * len(ask):
        return text
    return f"{pasted}\n\n{ask}"


def _synonyms(text: str, rng: random.Random, bank: Bank) -> str:  # noqa: ARG001
    head, rest = _first_part(text)
    for word, other in bank.synonyms.items():
        head = re.sub(rf"\b{word}\b", other, head)
        head = re.sub(rf"^{word.capitalize()}\b", other.capitalize(), head)
    return head + rest


def _whitespace(text: str, rng: random.Random, bank: Bank) -> str:  # noqa: ARG001
    head, rest = _first_part(text)
    kind = rng.randrange(3)
    return (f"\n\n {text}  \n", head.replace(" ", "  ") + rest, f"{head.replace('. ', '.' + chr(10))}{rest}\t")[kind]


def _carrier(text: str, rng: random.Random, bank: Bank) -> str:
    for pattern, others in bank.carriers:
        changed, count = re.subn(pattern, rng.choice(others), text, count=1)
        if count:
            return changed
    return text


CHANGES: tuple[tuple[str, Callable[[str, random.Random, Bank], str]], ...] = (
    ("typos", _typos),
    ("case", _case),
    ("politeness", _politeness),
    ("chatter", _chatter),
    ("reorder", _reorder),
    ("synonyms", _synonyms),
    ("whitespace", _whitespace),
    ("carrier", _carrier),
)
"""Every change by name; one that does not apply gives the text back unchanged."""


def variants(text: str, bank: Bank = GATE, seed: int = 1) -> tuple[tuple[str, str], ...]:
    """Name of the change and the changed text, for each change that applies to ``text``; the same for the same seed."""
    found = []
    for name, change in CHANGES:
        changed = change(text, random.Random(f"{seed}:{name}:{text}"), bank)  # noqa: S311 - reproducible, no secret
        if changed != text:
            found.append((name, changed))
    return tuple(found)


def stability(judge: Callable[[str], tuple[str, Tier]], texts: Sequence[str], bank: Bank = GATE) -> dict[str, Any]:
    """Share of changed texts whose tier is that of the unchanged one: ``tiers`` over all, ``by_change`` for each, and
    ``intents`` for labels. ``judge`` gives the label, which may be ``unsure``, and the tier that it needs."""
    same: dict[str, list[bool]] = {}
    equal: list[bool] = []
    for text in texts:
        before = judge(text)
        for name, changed in variants(text, bank):
            after = judge(changed)
            same.setdefault(name, []).append(before[1] == after[1])
            equal.append(before[0] == after[0])
    every = [one for ones in same.values() for one in ones]
    return {
        "changed_texts": len(every),
        "tiers": sum(every) / len(every) if every else 1.0,
        "intents": sum(equal) / len(equal) if equal else 1.0,
        "by_change": {name: sum(ones) / len(ones) for name, ones in same.items()},
    }
