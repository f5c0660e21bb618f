"""``python -m services.llm --models-dir DIR``: the embedded llama.cpp for a folder of ``*.gguf``.

Knows: the command line. Does not know: anything that happens later.
"""

from __future__ import annotations

import os
from pathlib import Path

from services.common.serve import serve
from services.common.settings import service_parser, service_settings
from services.llm.app import make_app
from services.llm.settings import from_environment


def main() -> None:
    """Entry point."""
    parser = service_parser("llm", "Serves every *.gguf of a folder: loaded on first use, unloaded when idle.")
    parser.add_argument("--models-dir", type=Path, default=Path("models"), help="the folder (default: models)")
    args = parser.parse_args()
    settings = service_settings("llm", args, os.environ)
    try:
        own = from_environment(args.models_dir, os.environ)
    except ValueError as error:
        parser.error(str(error))
    serve(lambda: make_app(own, settings.internal_key), settings)


if __name__ == "__main__":
    main()
