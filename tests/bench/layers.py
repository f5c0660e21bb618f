"""Where in a gateway a moment of CPU was spent: a stack of file names as one layer.

Knows: file names of ours, of LiteLLM 1.106.2 and of what it stands on. Does not know: how stacks are taken. Needs the
standard library only, since it is loaded into the gateways that are measured.
"""

from __future__ import annotations

from collections.abc import Iterable

ELSEWHERE = "server and event loop"
RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    # The first that holds a part of the file's path; ours first, since `plugins/` calls LiteLLM and not the other way.
    ("ours: ledger", ("plugins/ledger/", "litellm_adapter/accounting.py")),
    ("ours: decision log", ("plugins/routing/decision_log.py", "litellm_adapter/record.py", "adapter/metrics.py")),
    ("ours: boundary detectors", ("plugins/detectors/", "plugins/signals/data_class.py", "plugins/scrub/")),
    ("ours: intent classifier", ("plugins/classifier/", "plugins/signals/intent.py")),
    ("ours: rest of decide", ("plugins/signals/", "plugins/policies/", "plugins/routing/", "plugins/answers/")),
    ("ours: headers and edge", ("adapter/headers.py", "adapter/response.py", "adapter/edge.py", "adapter/body.py")),
    ("ours: hooks", ("plugins/", "services/")),
    ("LiteLLM: keys", ("litellm/proxy/auth/", "litellm_enterprise/proxy/auth/", "proxy/config_resolvers/")),
    (
        "LiteLLM: logging and spend",
        (
            "litellm_logging.py",
            "litellm/proxy/db/",
            "spend_tracking",
            "proxy_track_cost",
            "litellm/integrations/",
            "cost_calculator",
            "litellm/cost_",
            "savings",
            "logging_worker.py",
            "_service_logger.py",
        ),
    ),
    ("LiteLLM: limits and Redis", ("litellm/proxy/hooks/", "litellm/caching/", "/redis/")),
    ("LiteLLM: router", ("litellm/router",)),
    ("LiteLLM: request handling", ("litellm/proxy/",)),
    ("LiteLLM: call to the model", ("/litellm/", "/openai/")),
    ("database client", ("/prisma/",)),
    ("FastAPI", ("/fastapi/", "/starlette/")),
)
FALLBACK: tuple[tuple[str, tuple[str, ...]], ...] = (("LiteLLM: call to the model", ("/aiohttp/", "/httpx/")),)
"""Where nobody of the above is on the stack: work of a task that has no caller."""

LAYERS = (*(name for name, _ in RULES), ELSEWHERE)


def layer_of(files: Iterable[str]) -> str:
    """The layer of a stack. ``files``: the innermost first. What belongs to no layer (pydantic, json, HTTP clients)
    counts for whoever called it."""
    seen: list[str] = []
    for file in files:
        seen.append(file)
        found = _match(file, RULES)
        if found is not None:
            return found
    return next((found for file in seen if (found := _match(file, FALLBACK)) is not None), ELSEWHERE)


def _match(file: str, rules: tuple[tuple[str, tuple[str, ...]], ...]) -> str | None:
    installed = "site-packages" in file
    return next(
        (
            layer
            for layer, parts in rules
            if any(part in file for part in parts) and not (installed and layer.startswith("ours: "))
        ),
        None,
    )
