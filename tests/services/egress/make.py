"""Verdicts and targets of the tests."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from plugins.routing.egress_verdict import LIFETIME_S, EgressVerdict, sign

KEY = b"a key of the tests"
_COUNT = itertools.count()


def verdict_text(now: float, *, key: bytes = KEY, **changes: Any) -> str:
    """A fresh signed verdict for deployment ``far`` in zone ``cloud``."""
    fields: dict[str, Any] = {
        "decision": "d1",
        "data_class": "public",
        "zone": "cloud",
        "key_id": "k1",
        "deployment": "far",
        "issued": now,
        "expires": now + LIFETIME_S,
        "rule": "declared",
        "nonce": f"nonce-of-the-tests-{next(_COUNT)}",
    }
    return sign(EgressVerdict(**{**fields, **changes}), key)


def write_targets(path: Path, base: str, **more: dict[str, Any]) -> Path:
    """``far`` (public), ``site`` (internal) and what is given."""
    far = {"base": base, "zone": "cloud", "highest": "public", "style": "bearer", "key": "sk-real"}
    site = {**far, "zone": "site", "highest": "internal", "style": "x-api-key"}
    path.write_text(json.dumps({"targets": {"far": far, "site": site, **more}}))
    return path
