"""``make upgrade``: the packages of a newer lock file, with a way back.

Knows: the order (show, back up, install, migrate, check) and what undoes each step. Does not know: how any of them is
done. Where a step fails everything before it is undone, in reverse, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.release.locks import changes

LOCK = Path("requirements/runtime.lock")
INSTALLED = Path(".venv/.stamps/runtime.installed")
"""The lock file as it was installed; `make install` keeps it."""
READY_S = 300.0


class StepError(RuntimeError):
    """A step failed. The message says how."""


@dataclass(frozen=True, slots=True)
class Step:
    """``undo``: brings back what was before; called where a later step fails, or this one half-way."""

    name: str
    do: Callable[[], None]
    undo: Callable[[], None] = lambda: None


def run(steps: Sequence[Step], say: Callable[[str], None]) -> bool:
    """Whether all went well. An undo that fails is said, and the others go on."""
    done: list[Step] = []
    for step in steps:
        say(f"{step.name} ...")
        done.append(step)
        try:
            step.do()
        except (StepError, OSError) as error:
            say(f"error: {step.name}: {error}")
            for one in reversed(done):
                try:
                    one.undo()
                except (StepError, OSError) as worse:
                    say(f"error: taking back `{one.name}` failed too: {worse}")
            say("nothing was upgraded: all is as it was before, unless an error above says otherwise")
            return False
    return True


def command(*words: str) -> None:
    """Runs it in this folder. Raises StepError."""
    if subprocess.run(words, check=False).returncode != 0:
        raise StepError(f"`{' '.join(words)}` failed")


def start_once(signalbox: str, state: Path) -> None:
    """Starts the database alone, which migrates it, and stops it again. Raises StepError."""
    words = [signalbox, "up", "--only", "database", "--state", str(state)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    deadline = time.monotonic() + READY_S
    try:
        for line in process.stdout:
            if line.startswith(("ready:", "\nready:")) or " ready:" in line:
                return
            if time.monotonic() > deadline:
                raise StepError(f"the database was not ready after {READY_S:.0f} s")
        raise StepError("the database did not start")
    finally:
        process.stdout.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def steps(python: str, signalbox: str, state: Path, folder: Path) -> list[Step]:
    """What an upgrade consists of. ``folder``: where backup and old lock are kept."""
    backup, old = folder / time.strftime("before-%Y%m%d-%H%M%S.tar.gz"), folder / "runtime.lock"
    has_state = (state / "secrets").exists()
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes", "--no-deps")

    def keep() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if INSTALLED.exists():
            shutil.copyfile(INSTALLED, old)
        if has_state:
            command(signalbox, "backup", str(backup), "--state", str(state))

    def back() -> None:
        if old.exists():
            command(*pip, "-r", str(old))
            shutil.copyfile(old, INSTALLED)

    def database_back() -> None:
        command(signalbox, "restore", str(backup), "--state", str(state), "--replace")

    made = [Step("back up state and lock file", keep), Step("install", lambda: command("make", "install"), back)]
    if has_state:
        made.append(Step("migrate the database", lambda: start_once(signalbox, state), database_back))
    return [
        *made,
        Step("check the configuration", lambda: command(signalbox, "config", "check")),
        Step("check the packages", lambda: command(python, "-m", "pip", "--disable-pip-version-check", "check")),
    ]


def main(arguments: list[str] | None = None) -> int:
    """The command. Shows what would change, asks unless ``--yes``, and does it."""
    parser = argparse.ArgumentParser(prog="make upgrade", description=__doc__)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--show", action="store_true", help="show what would change, and end")
    parser.add_argument("--state", type=Path, default=Path(os.environ.get("SIGNALBOX_STATE", ".signalbox")))
    options = parser.parse_args(arguments)
    before = INSTALLED.read_text("utf-8") if INSTALLED.exists() else ""
    found = changes(before, LOCK.read_text("utf-8"))
    print("\n".join(found.lines()) if found else "the lock file is what is installed")
    if options.show:
        return 0
    if not options.yes and input("upgrade? [y/N] ").strip().lower() not in ("y", "yes"):
        return 0
    beside = Path(sys.executable).with_name("signalbox")
    ok = run(steps(sys.executable, str(beside), options.state, Path("build/upgrade")), print)
    print("upgraded: restart `signalbox up`" if ok else "see above")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
