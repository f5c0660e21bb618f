"""``python -m services.instant --port P [--config STATE/run/litellm.yaml] [--answers FILE ...]``.

Knows: flags and environment. Does not know: answers. Exits 2 where a file of answers cannot be used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from plugins.answers.book import AnswersError
from plugins.skills.shelf import Shelf
from services.common.serve import serve
from services.common.settings import service_parser, service_settings
from services.instant.answering import Answering, place_of
from services.instant.app import NAME, instant_app
from services.instant.rendered import Rendered
from services.instant.skills import Skills


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serves until stopped; returns the exit status."""
    parser = service_parser(NAME, "Signalbox's built-in answers, in OpenAI's chat shape.")
    parser.add_argument("--config", type=Path, help="the rendered configuration (default: STATE/run/litellm.yaml)")
    parser.add_argument("--answers", type=Path, nargs="+", action="extend", default=[], metavar="FILE")
    args = parser.parse_args(argv)
    settings = service_settings(NAME, args, environ)
    rendered = Rendered(args.config or settings.state / "run" / "litellm.yaml")
    try:
        answering = Answering(rendered, place_of(environ, settings.state), args.answers)
    except AnswersError as error:
        print(error, file=sys.stderr)
        return 2
    skills = Skills(Shelf(settings.state), rendered)
    serve(lambda: instant_app(answering, settings.internal_key, skills), settings)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
