"""An HTTP server for stand-ins, with one thread a connection, that takes a client's hanging up as ordinary.

The standard library's prints a traceback for it from the connection's thread. CPython 3.11 parses source for that, and
its parser counts recursion in one place for all threads (cpython issue 106905), so a parse in the main thread fails.
"""

from __future__ import annotations

import sys
from http.server import ThreadingHTTPServer
from typing import Any


class StandInServer(ThreadingHTTPServer):
    """As ``ThreadingHTTPServer``; any error but a broken connection is printed as there."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
