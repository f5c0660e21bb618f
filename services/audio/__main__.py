"""``python -m services.audio --models-dir DIR``: transcription, translation and speech.

Knows: the command line. Does not know: anything that happens later.
"""

from __future__ import annotations

import os
from pathlib import Path

from services.audio.app import NAME, audio_app
from services.audio.settings import from_environment
from services.common.serve import serve
from services.common.settings import service_parser, service_settings


def main() -> None:
    """Entry point."""
    parser = service_parser(NAME, "Transcribes with whisper.cpp or pocketsphinx, speaks with espeak-ng or piper.")
    parser.add_argument("--models-dir", type=Path, help="the folder of ggml-*.bin (default: none)")
    args = parser.parse_args()
    settings = service_settings(NAME, args, os.environ)
    try:
        own = from_environment(args.models_dir, os.environ)
    except ValueError as error:
        parser.error(str(error))
    serve(lambda: audio_app(own, settings.internal_key), settings)


if __name__ == "__main__":
    main()
