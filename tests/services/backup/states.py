"""A state directory without a database, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from services.supervisor.options import Options, read_options


def options_of(folder: Path, environ: Mapping[str, str] | None = None) -> Options:
    """``state`` and ``c.yaml`` in ``folder``."""
    return read_options(environ or {}, config=str(folder / "c.yaml"), state=str(folder / "state"))


def a_state(folder: Path) -> Options:
    """With two secrets, a log and a configuration."""
    folder.mkdir(exist_ok=True)
    options = options_of(folder)
    options.state.prepare()
    (options.state.secrets / "master.key").write_text("sk-1\n")
    (options.state.secrets / "salt.key").write_text("sk-2\n")
    (options.state.log / "gateway.log").write_text("line\n")
    (folder / "c.yaml").write_text("gateway: {}\n")
    return options


def unseen(_name: str, _total: int) -> Callable[[int], None]:
    """Steps that nobody looks at."""
    return lambda _count: None
