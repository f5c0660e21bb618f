"""Keys, tokens, passwords and private keys.

Knows: detect-secrets' forms of providers' keys, some newer ones, JSON web tokens, and assignments of random-looking
values to telling names. Does not know: whether a key is valid. Each form is only tried where a part of it that is
always there stands in the text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import ahocorasick
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from plugins.detectors.fold import fold
from plugins.detectors.span import Span, View

_LIBRARY: tuple[tuple[type[RegexBasedDetector], tuple[str, ...]], ...] = (
    (AWSKeyDetector, ("A3T", "ABIA", "ACCA", "AKIA", "ASIA")),
    (AzureStorageKeyDetector, ("AccountKey=",)),
    (GitHubTokenDetector, ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    (
        GitLabTokenDetector,
        ("glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "GR1348941", "glcbt-", "glimt-", "glptt-", "gloas-"),
    ),
    (MailchimpDetector, ("-us",)),
    (OpenAIDetector, ("T3BlbkFJ",)),
    (PypiTokenDetector, ("pypi-",)),
    (SendGridDetector, ("SG.",)),
    (SlackDetector, ("xox", "XOX", "hooks.slack.com")),
    (SquareOAuthDetector, ("sq0csp-",)),
    (StripeDetector, ("k_live_",)),
    (TelegramBotTokenDetector, (":AA", ":AAE", ":AAF", ":AAG", ":AAH")),
    (TwilioKeyDetector, ("AC", "SK")),
)
_OWN: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(?<!\w)sk-(?:proj-|ant-[a-z0-9]{1,12}-|or-v1-|svcacct-)?[A-Za-z0-9_-]{20,200}", ("sk-",)),
    (r"(?<!\w)github_pat_[A-Za-z0-9_]{36,100}", ("github_pat_",)),
    (r"(?<!\w)AIza[A-Za-z0-9_-]{35}", ("AIza",)),
    (r"(?<!\w)hf_[A-Za-z0-9]{30,40}(?!\w)", ("hf_",)),
    (r"(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)", ("npm_",)),
    (r"(?<!\w)[rs]k_(?:live|test)_[A-Za-z0-9]{16,100}", ("k_live_", "k_test_")),
    (r"(?<!\w)ya29\.[A-Za-z0-9_-]{20,300}", ("ya29.",)),
    (r"(?<!\w)gsk_[A-Za-z0-9]{40,60}", ("gsk_",)),
    (r"(?<!\w)eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]{0,2000})?", ("eyJ",)),
    (r"(?i:bearer) [A-Za-z0-9._~+/-]{20,500}=*", ("earer ",)),
    (r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}", ("$2",)),
)
SHORTEST = 16
"""Characters of the shortest stretch without white space that any of these forms fits into."""

_PRIVATE = re.compile(
    r"-{3,5} ?BEGIN (?:[A-Z0-9]{2,10} )?(?:ENCRYPTED )?PRIVATE KEY(?: BLOCK)? ?-{3,5}"
    r"(?:[^-]{0,20000}-{3,5} ?END [A-Z0-9 ]{4,40}-{3,5})?"
)
_PUTTY = "PuTTY-User-Key-File-"
_NAMES = fold(
    r"pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_ -]?key|access[_ -]?key|private[_ -]?key|client[_ -]?secret|"
    r"credentials?|"
    r"auth[_ -]?key|kennwort|passwort|mot de passe|contraseña|contrasena|senha|wachtwoord|hasło|пароль|pin"
)[0]
_ASSIGNED = re.compile(
    rf"(?:{_NAMES})(?:[_-]?\w{{0,20}})?[\"'`]?"
    rf"\s{{0,3}}(?::=|=>|[:=]|\bis\b|\bist\b|\best\b|\bes\b)\s{{0,3}}[\"'`]?([^\s\"'`,;<>(){{}}\[\]]{{6,200}})"
)
_HINTS = (
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "kennwort",
    "contrase",
    "senha",
    "wachtwoord",
    "has",
    fold("пар")[0],
    "pin",
)
_HARMLESS = re.compile(
    r"(?i).*(?:example|changeme|your[_-]|xxxx|\*\*\*|\.\.\.|os\.environ|getenv|process\.env|redacted|placeholder).*|\$.*|%.*"
)


def entropy(value: str) -> float:
    """Shannon's entropy of the characters, in bits for each."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in (value.count(c) for c in set(value)))


class Secrets:
    """Finds ``secret`` and ``private_key``."""

    def __init__(self) -> None:
        self._forms = [(form, hints) for kind, hints in _LIBRARY for form in kind().denylist]
        self._forms += [(re.compile(form), hints) for form, hints in _OWN]
        self._hints: Any = ahocorasick.Automaton(ahocorasick.STORE_ANY)
        numbers: dict[str, list[int]] = {}
        for number, (_, hints) in enumerate(self._forms):
            for hint in hints:
                numbers.setdefault(hint, []).append(number)
        for hint, forms in numbers.items():
            self._hints.add_word(hint, forms)
        self._hints.make_automaton()

    def find(self, view: View) -> Iterable[Span]:
        text = view.folded
        if view.longest >= SHORTEST:
            for number in sorted({n for _, forms in self._hints.iter(text) for n in forms}):
                for match in self._forms[number][0].finditer(text):
                    yield Span(match.start(), match.end(), "secret", 0.95)
        if "PRIVATE KEY" in text:
            for match in _PRIVATE.finditer(text):
                yield Span(match.start(), match.end(), "private_key")
        at = text.find(_PUTTY)
        if at >= 0:
            yield Span(at, at + len(_PUTTY), "private_key")
        if any(hint in view.lower for hint in _HINTS):
            yield from _assignments(view)


def _assignments(view: View) -> Iterable[Span]:
    at = 0
    while match := _ASSIGNED.search(view.lower, at):
        begin, at = match.start(), match.end()
        if begin and "a" <= view.lower[begin - 1] <= "z":  # inside a word: "compass". What follows may be a name again.
            at = begin + 1
            continue
        start, end = match.span(1)
        value = view.folded[start:end].rstrip(".!?")
        if looks_random(value):
            yield Span(start, start + len(value), "secret", 0.7)


def looks_random(value: str) -> bool:
    """Whether a value assigned to a secret's name is one, and not a word, a placeholder or a path."""
    if len(value) < 6 or _HARMLESS.fullmatch(value) or "://" in value:
        return False
    kinds = [any(map(test, value)) for test in (str.islower, str.isupper, str.isdigit)]
    signs = any(not c.isalnum() and c not in "-_./" for c in value)
    if sum(kinds) + signs >= 3 or (len(value) >= 16 and sum(kinds) >= 2):
        return entropy(value) >= 2.3
    return kinds[2] and (kinds[0] or kinds[1]) and len(value) >= 7 and entropy(value) >= 2.3
