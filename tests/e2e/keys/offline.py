"""``python -m tests.e2e.keys.offline FOLDER``: a whole Signalbox in a network namespace with nothing but loopback.

Knows: the kernel's counters of packets that found no route, of which each attempt to reach anything else makes one: a
connection, a datagram, a question to a name server. Does not know: what a test expects. Prints one JSON object. Run by
``unshare -n``; sees every process, Node and Postgres too.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.system import System, running_system

REQUESTS = 50
UI = ("/ui/", "/get/ui_settings", "/public/litellm_blog_posts", "/get/latest_release_info", "/global/spend/report")
_SIOCSIFFLAGS, _UP, _RUNNING = 0x8914, 0x1, 0x40


def raise_loopback() -> None:
    """A new namespace has its loopback interface down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _UP | _RUNNING))


def without_route() -> int:
    """How often this namespace was asked to send what is not for loopback."""
    names, values = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:"))
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(values[names.index("OutNoRoutes")]) + int(six["Ip6OutNoRoutes"])


def config(cloud: FakeCloud) -> dict[str, Any]:
    """A local and a cloud deployment; discovery as shipped."""
    return {
        "model_list": [
            {
                "model_name": place if mode == "chat" else mode,
                "litellm_params": {"model": f"openai/{place}", "api_base": f"{cloud.url}/v1", "api_key": "none"},
                "model_info": {"location": place, "tier": "small", "mode": mode},
            }
            for place, mode in (("local", "chat"), ("cloud", "chat"), ("local", "embedding"))
        ],
        # The stand-in gives every text the same vector, which health checks rightly call wrong.
        "gateway": {"boundary": {"default_class": "public"}, "health": {"probes": False}},
    }


def use(system: System) -> list[int]:
    """Statuses of 50 requests of all kinds, and of what the admin UI asks for."""
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "What is a noun?"}]}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "What is a verb?"}], "stream": True}),
        ("/v1/responses", {"input": "Translate cat to French."}),
        ("/v1/messages", {"messages": [{"role": "user", "content": "Translate cat to Latin."}], "max_tokens": 9}),
        ("/v1/embeddings", {"input": "cat", "model": "embed"}),
    ]
    with system.client() as client:
        statuses = []
        for turn in range(REQUESTS):
            path, body = bodies[turn % len(bodies)]
            statuses.append(client.post(path, json={"model": ("auto", "local", "cloud")[turn % 3], **body}).status_code)
        for path in UI:
            client.get(path, follow_redirects=True)
    return statuses


def seconds(printed: str, part: str) -> float:
    """What ``up`` says a part took."""
    found = re.search(rf"\+ {part}\s.*?([\d.]+) s", printed)
    assert found is not None, printed
    return float(found[1])


def main() -> int:
    """Boots, uses and stops it."""
    raise_loopback()
    with contextlib.suppress(httpx.HTTPError):
        httpx.get("http://192.0.2.1", timeout=2, trust_env=False)
    counts_by_itself = without_route()
    began = time.monotonic()
    with fake_cloud() as cloud, running_system(Path(sys.argv[1]), json.dumps(config(cloud))) as system:
        boot_s = time.monotonic() - began
        after_boot = without_route()
        statuses = use(system)
        told = {
            "guard_works": counts_by_itself > 0,
            "boot_s": round(boot_s, 1),
            "database_s": seconds(system.printed(), "database"),
            "dialled_in_boot": after_boot - counts_by_itself,
            "dialled_in_use": without_route() - after_boot,
            "statuses": {str(s): statuses.count(s) for s in set(statuses)},
        }
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
