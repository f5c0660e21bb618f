"""Which models a key is shown.

Knows: names, the key's own limits. Does not know: LiteLLM's listing (which already left out what the key's ``models``
bar).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plugins.litellm_adapter.translate import capabilities_of
from plugins.routing.router import Router


def listed(names: Sequence[str], key: Any, router: Router) -> list[str]:
    """Of ``names``, those that a request may ask for, within the key's ``capabilities`` where it has such a limit."""
    known, limit = frozenset(router.known_models()), capabilities_of(key)
    return [name for name in names if name in known and (limit is None or name in limit)]
