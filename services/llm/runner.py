"""One model in one process: llama.cpp's own HTTP server on loopback, through xllamacpp.

Knows: how the server is set up for a file. Does not know: other models, when to load or unload (``pool``). Runs as
``python -m services.llm.runner MODEL --name NAME ...``: prints one JSON line with its address when it can serve, and
leaves when its standard input closes, so that it never outlives the service, however that ended. The key that callers
must send comes in the environment as SIGNALBOX_RUNNER_KEY.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

_ERRORS_ONLY = 1  # llama.cpp's log level; its higher ones log prompts
_PROMPT_CACHE_MIB = 128  # llama.cpp's default is 8 GiB


def start_server(options: argparse.Namespace, key: str) -> Any:
    """Load the model and serve it in threads of this process, for as long as the returned server object lives.

    Raises RuntimeError if it cannot be loaded; llama.cpp has then written the cause to standard error.
    """
    import xllamacpp  # here, because loading the shared library takes longer than refusing bad options

    params = xllamacpp.CommonParams()
    params.model.path = options.model
    params.model_alias = {options.name}
    params.hostnames = ["127.0.0.1"]
    params.port = options.port
    params.api_keys = [key]
    # More slots than requests at work, for n > 1; all share one cache, so that slots without work cost nothing.
    params.n_parallel = max(options.parallel, options.choices)
    params.kv_unified = True
    params.kv_unified_per_slot = options.context
    params.n_ctx = options.context * options.parallel
    params.n_threads_http = options.parallel + 4
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    params.cache_ram_mib = _PROMPT_CACHE_MIB
    params.warmup = False
    params.verbosity = _ERRORS_ONLY
    params.endpoint_slots = False  # it would show prompts
    params.ui = False
    if options.embedding:
        params.embedding = True
        params.n_batch = params.n_ubatch = options.context  # an embedding reads its whole input in one batch
    return xllamacpp.Server(params)


def parser() -> argparse.ArgumentParser:
    """The options of one runner."""
    made = argparse.ArgumentParser(prog="services.llm.runner")
    made.add_argument("model")
    made.add_argument("--name", required=True)
    made.add_argument("--port", type=int, default=0)
    made.add_argument("--context", type=int, default=8192)
    made.add_argument("--parallel", type=int, default=2)
    made.add_argument("--choices", type=int, default=4)
    made.add_argument("--threads", type=int, default=2)
    made.add_argument("--embedding", action="store_true")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point. Returns 1 where the model cannot be loaded."""
    options = parser().parse_args(arguments)
    try:
        server = start_server(options, os.environ["SIGNALBOX_RUNNER_KEY"])
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({"address": str(server.listening_address)}), flush=True)
    sys.stdin.buffer.read()
    # llama.cpp's own shutdown waits for running generations; nobody reads them any more.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
