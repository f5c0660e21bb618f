"""``python -m plugins.litellm_adapter.check_config``: deployments as JSON in, what LiteLLM would refuse of them out.

Knows: its standard input (a list of ``model_list`` entries) and output (a list of ``{"path", "message"}``). Does not
know: files. For whoever must not import LiteLLM and has no gateway running to ask.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from typing import Any

from plugins.litellm_adapter.server import LITELLM_ENV


def main() -> int:
    """Returns 0, also where there are problems; 2 where the input is no list."""
    entries = json.load(sys.stdin)
    if not isinstance(entries, list):
        return 2
    for name, value in LITELLM_ENV.items():
        os.environ.setdefault(name, value)
    with contextlib.redirect_stdout(io.StringIO()):  # LiteLLM prints a list of its providers
        found = told(entries)
    print(json.dumps(found))
    return 0


def told(entries: list[Any]) -> list[dict[str, Any]]:
    """Problems as plain data."""
    from plugins.litellm_adapter.entries import problems_of

    return [{"path": list(path), "message": message} for path, message in problems_of(entries)]


if __name__ == "__main__":
    sys.exit(main())
