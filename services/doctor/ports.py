"""The gateway's address: ours and answering, or free."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from services.doctor.finding import Finding
from services.doctor.site import Site
from services.supervisor.fleet import told_parts
from services.supervisor.ports import PortError, check_address
from services.supervisor.state import read_json


def check(site: Site) -> Iterator[Finding]:
    """While ``up`` runs: each part's readiness. Else whether one could listen."""
    if site.pid is None:
        try:
            check_address(site.options.host, site.options.port)
        except PortError as error:
            yield Finding("port", "fail", f"{site.options.host}:{site.options.port} cannot be used", str(error))
        else:
            yield Finding("port", "ok", f"{site.options.host}:{site.options.port} is free; nothing runs here")
        return
    for part in told_parts(read_json(site.state.parts)):
        url = part.get("readiness")
        if isinstance(url, str):
            yield ask(str(part.get("name")), url)


def ask(name: str, url: str) -> Finding:
    """What a part's readiness says."""
    todo = f"`signalbox status` shows it; its log is log/{name}.log in the state directory"
    try:
        answer = httpx.get(url, timeout=8, trust_env=False)
    except httpx.HTTPError as error:
        return Finding(f"part {name}", "fail", f"{url} does not answer ({type(error).__name__})", todo)
    if answer.status_code == 200:
        return Finding(f"part {name}", "ok", f"{url} says that it is ready")
    return Finding(f"part {name}", "fail", f"{url} says {answer.status_code}: {answer.text[:200]}", todo)
