"""The gateway's address and the parts' readiness."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from services.doctor.ports import ask, check
from tests.services.doctor.sites import site
from tests.support.http_server import StandInServer
from tests.support.proxy import free_port


def test_a_taken_port_names_a_way_out_and_a_free_one_is_ok(tmp_path: Path) -> None:
    one = site(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = replace(one, options=replace(one.options, port=server.getsockname()[1]))
        (found,) = check(taken)
        assert found.grade == "fail"
        assert "--port" in found.todo
    free = replace(one, options=replace(one.options, port=free_port()))
    assert [f.grade for f in check(free)] == ["ok"]


class _Unready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


def test_parts_are_asked_while_it_runs(tmp_path: Path) -> None:
    one = replace(site(tmp_path), pid=1)
    one.state.prepare()
    with StandInServer(("127.0.0.1", 0), _Unready) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        parts = [{"name": "llm", "readiness": f"{url}/ready"}, {"name": "instant", "readiness": f"{url}/other"}]
        one.state.parts.write_text(json.dumps({"parts": parts, "others": [{"name": "database", "readiness": None}]}))
        assert [(f.name, f.grade) for f in check(one)] == [("part llm", "ok"), ("part instant", "fail")]
        server.shutdown()
    assert ask("llm", f"http://127.0.0.1:{free_port()}/ready").grade == "fail"
