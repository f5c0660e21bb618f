"""Reads the console's pages as a person does: the numbers that stand there, and nothing else.

Knows: the markup of tables and of the savings line. Does not know: what the numbers should be.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_SECTION = re.compile(r'<section[^>]* aria-labelledby="([\w-]+)".*?</section>', re.S)
_ROW = re.compile(r"<tr>.*?</tr>", re.S)
_CELL = re.compile(r'<td(?: data-label="([^"]*)")?[^>]*>(.*?)</td>', re.S)
_TITLE = re.compile(r'title="([^"]*)"')
_SAVED = re.compile(
    r"([\d,]+) tokens in × \$([\d.,]+) a million \+ ([\d,]+) out × \$([\d.,]+) = \$([\d.,]+) "
    r"− \$([\d.,]+) that the same ([\d,]+) answers cost = (−?)\$([\d.,]+) saved"
)


@dataclass(frozen=True, slots=True)
class Savings:
    """The savings line. Tokens, US dollars a million of them, US dollars."""

    tokens_in: float
    price_in: float
    tokens_out: float
    price_out: float
    frontier: float
    here: float
    answers: float
    saved: float


def words(page: str) -> str:
    """A page's words in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def number(shown: str) -> float:
    """``$1,234.50`` or ``12`` as a number; 0 for a dash."""
    found = re.search(r"[\d.,]+", shown)
    size = float(found[0].replace(",", "")) if found else 0.0
    return -size if "−" in shown else size


def section(page: str, name: str) -> str:
    """The markup of one section. Raises AssertionError where it is not there."""
    found = next((m[0] for m in _SECTION.finditer(page) if m[1] == name), None)
    assert found is not None, f"no section {name}"
    return found


def table(page: str, name: str) -> dict[str, dict[str, str]]:
    """Rows of a section's table by their first cell (by its title where it is cut), cells by their label."""
    rows: dict[str, dict[str, str]] = {}
    for row in _ROW.findall(section(page, name)):
        cells = _CELL.findall(row)
        if cells:
            first = _TITLE.search(cells[0][1])
            label = html.unescape(first[1]) if first else words(cells[0][1]).strip()
            rows[label] = {name or str(i): words(text).strip() for i, (name, text) in enumerate(cells)}
    return rows


def savings(page: str) -> Savings:
    """The savings line of the costs page."""
    found = _SAVED.search(words(section(page, "saved")))
    assert found is not None, words(section(page, "saved"))
    *shown, sign, saved = found.groups()
    return Savings(*map(number, (*shown, sign + saved)))
