"""What ``signalbox up`` tells a person at the terminal.

Knows: words and colors (only on a terminal). Does not know: processes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.supervisor.abilities import Ability
from services.supervisor.keyring import Keyring

_PLAIN_WIDTH = 120
_MISSING = "[red]needs a model[/]"
_MARKS = {"works": "[green]works[/]", "degraded": "[yellow]degraded[/]", "limited": "[yellow]limited[/]"}


class Output(Console):
    """A console that falls silent when nobody reads any more, where rich's own would end the program."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


def terminal() -> Console:
    """Standard output: colors and its own width on a terminal, plain and wide elsewhere."""
    console = Output(highlight=False, soft_wrap=True)
    return console if console.is_terminal else Output(highlight=False, soft_wrap=True, width=_PLAIN_WIDTH)


class Screen:
    """Prints lines; on a terminal a line at the bottom says what is waited for."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or terminal()
        self._began = time.monotonic()
        self._waiting = self.console.status("") if self.console.is_terminal else None

    def _print(self, *told: Any, **how: Any) -> None:
        try:
            self.console.print(*told, **how)
        except (OSError, ValueError):  # nobody reads any more (a closed pipe): go on watching
            return

    def line(self, text: str) -> None:
        """A line as it is."""
        self._print(escape(text))

    def heading(self, text: str) -> None:
        """What is about to happen."""
        self._print(f"[bold]{escape(text)}[/]")

    def waiting(self, names: Iterable[str]) -> None:
        """Who is waited for; nobody ends the progress line."""
        said = ", ".join(names)
        if self._waiting is None:
            return
        if said:
            self._waiting.update(f"waiting for {escape(said)}")
            self._waiting.start()
        else:
            self._waiting.stop()

    def step(self, name: str, text: str = "", seconds: float | None = None) -> None:
        """One step that is done, with how long it took."""
        took = f" [dim]{seconds:.1f} s[/]" if seconds is not None else ""
        self._print(f"  [green]+[/] {escape(name):<10} {escape(text)}{took}")

    def note(self, text: str) -> None:
        """Something that happened while running, with the time of day."""
        self._print(f"[dim]{time.strftime('%H:%M:%S')}[/] {escape(text)}")

    def warn(self, text: str) -> None:
        """Something that a person should look at."""
        self._print(f"[dim]{time.strftime('%H:%M:%S')}[/] [yellow]{escape(text)}[/]")

    def failure(self, text: str, log: Path | None = None, tail: Iterable[str] = ()) -> None:
        """Why it does not go on, with the last lines of the log that tells."""
        self.waiting(())
        self._print(f"[red]error:[/] {escape(text)}")
        lines = list(tail)
        if log is not None and lines:
            self._print(f"  the last lines of {escape(str(log))}:")
            for line in lines:
                self._print(f"    {escape(line)}")

    def where(self, url: str, keyring: Keyring, *, console: bool, admin: bool) -> None:
        """Where things are, and a first request. The key and password are shown at the first start only."""
        took = time.monotonic() - self._began
        self._print(f"\n[bold green]Signalbox is ready[/] after {took:.1f} s\n")
        rows = [("base URL", f"{url}/v1"), ("key", _key(keyring))]
        if admin:
            rows.append(("admin UI", f"{url}/ui   user admin, password {_password(keyring)}"))
        if console:
            rows.append(("console", f"{url}/console"))
        for name, text in rows:
            self._print(f"  {name:<10} {escape(text)}")
        self._print(f"\n  {escape(first_request(url, keyring))}\n", soft_wrap=True)

    def abilities(self, rows: Iterable[Ability]) -> None:
        """The honest table."""
        shown = [
            (f"  {escape(row.name)}", _MARKS.get(row.standing, _MISSING), escape(row.by or row.next_step))
            for row in rows
        ]
        table = table_of(("  what", "now", "by what, or what to do"), shown, markup=True)
        self._print(table)
        self._print()


def table_of(columns: Sequence[str], rows: Iterable[Sequence[str]], *, markup: bool = False) -> Table:
    """A plain table without lines; a cell is markup only where said."""
    table = Table(box=None, pad_edge=True, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(cell if markup else escape(cell) for cell in row))
    return table


def first_request(url: str, keyring: Keyring) -> str:
    """A curl line that works as it stands."""
    source = keyring.master_source
    key = source if source.startswith("$") else f"$(cat {_near(source)})"
    if source == "general_settings.master_key":
        key = "YOUR_MASTER_KEY"
    return (
        f'curl -s {url}/v1/chat/completions -H "Authorization: Bearer {key}" -H "Content-Type: application/json" '
        """-d '{"model": "auto", "messages": [{"role": "user", "content": "hello"}]}'"""
    )


def _key(keyring: Keyring) -> str:
    where = _near(keyring.master_source)
    if keyring.new and where.endswith("master.key"):
        return f"{keyring.master}   (shown once; kept in {where})"
    return f"{keyring.master[:5]}...   (in {where})"


def _password(keyring: Keyring) -> str:
    where = _near(keyring.password_source)
    return f"{keyring.ui_password}   (shown once; kept in {where})" if keyring.new else f"in {where}"


def _near(path: str) -> str:
    """A path below this folder as a person would write it; anything else as it is."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
