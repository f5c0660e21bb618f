"""Addresses of crypto-currencies: Bitcoin with its checksum (python-stdnum), Ethereum by its form.

Knows: base58check, bech32 and 40 hexadecimal digits. Does not know: chains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from stdnum import bitcoin

from plugins.detectors.span import Span, View

SHORTEST = 14
_LONG_WORD = re.compile(r"[13b][0-9A-Za-z]{13}")
_BITCOIN = re.compile(r"(?<!\w)(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[0-9a-z]{11,71})(?!\w)")
_ETHEREUM = re.compile(r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)")


class Crypto:
    """Finds ``crypto``."""

    def find(self, view: View) -> Iterable[Span]:
        if view.longest < SHORTEST:
            return
        may_be = _LONG_WORD.search(view.folded) is not None
        for match in _BITCOIN.finditer(view.folded) if may_be else ():
            if bitcoin.is_valid(match.group()):
                yield Span(match.start(), match.end(), "crypto")
        if "0x" in view.folded:
            for match in _ETHEREUM.finditer(view.folded):
                yield Span(match.start(), match.end(), "crypto", 0.9)
