"""How long 32 texts take to embed through the gateway, beside the model alone; a part of ``tests.bench.gateway``.

Knows: the model, the gateway's route. Does not know: how servers are started. The two are taken in turn.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

import httpx

from services.retrieval.minilm.convert import onnx_file
from services.retrieval.minilm.encoder import Encoder
from tests.bench.servers import KEY

BATCH = 32


def embedding(base_url: str, folder: Path, rounds: int = 15) -> dict[str, float]:
    """Milliseconds for 32 texts: the model in this process, and the gateway's route; medians, taken in turn."""
    texts = [
        f"Please explain how the tides follow the moon. Sentence {i} says more about the water, and the wind."
        for i in range(BATCH)
    ]
    encoder, alone, through = Encoder(onnx_file(folder)), [], []
    body = json.dumps({"model": "minilm", "input": texts})
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=60, trust_env=False) as http:
        http.post("/v1/embeddings", content=body).raise_for_status()
        for _ in range(rounds):
            began = time.perf_counter()
            encoder.encode(texts)
            middle = time.perf_counter()
            http.post("/v1/embeddings", content=body).raise_for_status()
            alone.append((middle - began) * 1e3)
            through.append((time.perf_counter() - middle) * 1e3)
    return {"batch": BATCH, "model_ms": statistics.median(alone), "gateway_ms": statistics.median(through)}
