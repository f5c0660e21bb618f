"""Python and Node."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from services.database.launcher import OLDEST_NODE, EngineError, find_node
from services.doctor.finding import Finding
from services.doctor.site import Site


def check(site: Site) -> Iterator[Finding]:
    """Two findings."""
    yield python(sys.version_info[:3])
    try:
        found = find_node(site.options.environ)
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True, timeout=20).stdout
    except EngineError as error:
        yield Finding("node", "fail", "no Node for the query engine", str(error))
    except (OSError, subprocess.SubprocessError) as error:
        yield Finding("node", "fail", f"Node does not run here: {error}", "run `make install`, or set SIGNALBOX_NODE")
    else:
        yield node(said.strip(), str(found))


def python(version: tuple[int, int, int]) -> Finding:
    """What is supported: 3.11 and 3.12."""
    what = "Python " + ".".join(map(str, version))
    if (3, 11) <= version[:2] <= (3, 12):
        return Finding("python", "ok", what)
    return Finding("python", "fail", what, "install Python 3.11 or 3.12: make install PYTHON=/path/to/python3.11")


def node(version: str, path: str) -> Finding:
    """``version`` as Node prints it: v24.1.0."""
    major = version.lstrip("v").split(".")[0]
    if major.isdigit() and int(major) >= OLDEST_NODE:
        return Finding("node", "ok", f"Node {version} ({path})")
    return Finding(
        "node", "fail", f"Node {version} ({path})", f"Node {OLDEST_NODE} or newer is needed: unset SIGNALBOX_NODE"
    )
