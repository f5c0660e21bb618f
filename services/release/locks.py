"""What differs between two lock files.

Knows: pip's requirements format as `uv pip compile` writes it. Does not know: what is installed, an index.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Changes:
    """``changed``: name to both versions."""

    added: Mapping[str, str]
    removed: Mapping[str, str]
    changed: Mapping[str, tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def lines(self) -> list[str]:
        """One line a package, by name."""
        told = {name: f"  {name} {old} -> {new}" for name, (old, new) in self.changed.items()}
        told |= {name: f"+ {name} {version}" for name, version in self.added.items()}
        told |= {name: f"- {name} {version}" for name, version in self.removed.items()}
        return [told[name] for name in sorted(told)]


def pins(lock: str) -> dict[str, str]:
    """Versions by normalized name; where one package has several for several platforms, all of them."""
    found: dict[str, str] = {}
    for name, version in _PIN.findall(lock):
        plain = re.sub(r"[-_.]+", "-", name).lower()
        found[plain] = version if plain not in found else f"{found[plain]}, {version}"
    return found


def changes(old: str, new: str) -> Changes:
    """From the text of one lock file to that of another."""
    one, two = pins(old), pins(new)
    return Changes(
        added={n: v for n, v in two.items() if n not in one},
        removed={n: v for n, v in one.items() if n not in two},
        changed={n: (one[n], two[n]) for n in one.keys() & two.keys() if one[n] != two[n]},
    )
