"""Every route of LiteLLM's application, read in a process of its own: its import warns, and here warnings are errors.

Knows: FastAPI's routers within routers. Does not know: which are open.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

_PROGRAM = """
import json, warnings
warnings.simplefilter("ignore")
from litellm.proxy.proxy_server import app

def walk(found):
    for route in found:
        if hasattr(route, "effective_candidates"):
            yield from walk(route.effective_candidates())
            yield from walk(route.effective_low_priority_routes())
        else:
            for method in getattr(route, "methods", None) or ("GET",):
                yield method, getattr(route, "path", "") or "/"

print(json.dumps(sorted(set(walk(app.router.routes)))))
"""


def litellm_routes() -> frozenset[tuple[str, str]]:
    """Method and path, as LiteLLM writes it. A mount is one path."""
    environ = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}
    done = subprocess.run([sys.executable, "-c", _PROGRAM], env=environ, capture_output=True, text=True, check=True)
    return frozenset((method, path) for method, path in json.loads(done.stdout.splitlines()[-1]))
