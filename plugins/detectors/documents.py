"""Numbers without a checksum that only the words before them give away: passports, driving licences, accounts.

Knows: forms and context words. Does not know: issuers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from plugins.detectors.span import Span, View

_NUMBER = re.compile(r"(?<![\w-])(?=[A-Za-z0-9-]{0,3}\d)[A-Z0-9]{1,4}(?:-?[A-Z0-9]){5,17}(?![\w-])")
_SORT_CODE = re.compile(r"(?<![\w-])\d{2}-\d{2}-\d{2}[ ,;]+(?:account|acct|a/c)?[ :]*\d{8}(?!\w)", re.IGNORECASE)
# How far behind its words a number may stand: "my account was charged on 20260301" is not an account number.
_REACH = {"passport": 30, "license": 30, "account": 22}
_TYPES = {"passport": "passport", "license": "driver_license", "account": "account_number"}


class Documents:
    """Finds ``passport``, ``driver_license`` and ``account_number``."""

    def find(self, view: View) -> Iterable[Span]:
        if not view.runs or not any(group in view.words for group in _TYPES):
            return
        for match in _NUMBER.finditer(view.folded):
            value = match.group()
            if sum(map(str.isdigit, value)) < 5:
                continue
            for group, type_ in _TYPES.items():
                if view.near(group, *match.span(), before=_REACH[group], after=0):
                    yield Span(match.start(), match.end(), type_, 0.7)
                    break
        for match in _SORT_CODE.finditer(view.folded):
            yield Span(match.start(), match.end(), "account_number", 0.8)
