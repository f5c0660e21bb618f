"""Ordinary English words, from the documentation inside Python's standard library and pinned packages.

Knows: how to collect them. Does not know: what they are used for: a capitalized word that is one of them is less
likely a name. Training only.
"""

from __future__ import annotations

import ast
import re
import sysconfig
from collections import Counter
from pathlib import Path

_WORD = re.compile(r"(?<![\w.`'_-])[a-z]{3,20}(?![\w`'_(=-])")
PACKAGES = ("sklearn", "numpy", "pydantic", "fastapi", "click", "rich", "httpx", "starlette")
LEAST = 2
"""How often a word must stand there."""


def _sources() -> list[Path]:
    paths = sysconfig.get_paths()
    found = [*Path(paths["stdlib"]).glob("*.py"), *Path(paths["stdlib"]).glob("*/*.py")]
    for package in PACKAGES:
        found += (Path(paths["purelib"]) / package).rglob("*.py")
    return sorted(p for p in found if "test" not in p.as_posix().removeprefix(paths["stdlib"]))


def vocabulary(names: frozenset[str] = frozenset()) -> list[str]:
    """Lower-case words, sorted, without those of ``names``."""
    counts: Counter[str] = Counter()
    for path in _sources():
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                counts.update(_WORD.findall(ast.get_docstring(node) or ""))
    from pydoc_data.topics import topics

    from faker.providers.lorem.en_US import Provider

    counts.update({word: LEAST for word in Provider.word_list if word.islower()})

    for text in topics.values():
        counts.update(_WORD.findall(text))
    return sorted(word for word, count in counts.items() if count >= LEAST and word not in names)
