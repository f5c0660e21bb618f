"""A stack belongs to the innermost of ours or of LiteLLM's, whatever library it called."""

from __future__ import annotations

import pytest

from tests.bench.layers import ELSEWHERE, LAYERS, layer_of

SITE = "/venv/lib/python3.11/site-packages"
OURS = "/box/plugins"


@pytest.mark.parametrize(
    ("innermost_first", "layer"),
    [
        ((f"{OURS}/detectors/scanner.py", f"{OURS}/signals/data_class.py"), "ours: boundary detectors"),
        ((f"{OURS}/classifier/hashing.py", f"{OURS}/signals/intent.py"), "ours: intent classifier"),
        ((f"{OURS}/litellm_adapter/hooks.py", f"{SITE}/litellm/proxy/utils.py"), "ours: hooks"),
        ((f"{SITE}/pydantic/main.py", f"{SITE}/litellm/router.py"), "LiteLLM: router"),
        ((f"{SITE}/httpx/_client.py", f"{SITE}/prisma/_async_http.py"), "database client"),
        ((f"{SITE}/litellm/proxy/auth/auth_checks.py", f"{SITE}/fastapi/routing.py"), "LiteLLM: keys"),
        ((f"{SITE}/litellm/litellm_core_utils/litellm_logging.py",), "LiteLLM: logging and spend"),
        ((f"{SITE}/starlette/routing.py", f"{SITE}/uvicorn/server.py"), "FastAPI"),
        ((f"{SITE}/aiohttp/http_writer.py", "/usr/lib/python3.11/asyncio/runners.py"), "LiteLLM: call to the model"),
        ((f"{SITE}/litellm/plugins/x.py",), "LiteLLM: call to the model"),
        ((f"{SITE}/uvicorn/server.py",), ELSEWHERE),
        ((), ELSEWHERE),
    ],
)
def test_layer(innermost_first: tuple[str, ...], layer: str) -> None:
    assert layer_of(innermost_first) == layer
    assert layer in LAYERS
