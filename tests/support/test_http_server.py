import http.client
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from tests.support.http_server import StandInServer


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        raise BrokenPipeError if self.path == "/gone" else KeyError("our mistake")


def _after(path: str) -> None:
    with StandInServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
        connection.request("GET", path)
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
        connection.close()
        server.shutdown()
        thread.join()


def test_a_client_that_hung_up_is_no_news(capfd: pytest.CaptureFixture[str]) -> None:
    _after("/gone")
    assert capfd.readouterr().err == ""


def test_another_error_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    _after("/other")
    assert "our mistake" in capfd.readouterr().err
