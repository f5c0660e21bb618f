"""Child processes that belong to us: another account where we are root, ended with us, stopped by us alone.

Postgres refuses to run as root, and its account must be able to reach a state directory below, say, /root. `setpriv`
(util-linux) changes the account, keeps one read-only capability where the paths need it, and sets the signal that the
kernel sends when we die. Knows nothing about what it starts.
"""

import grp
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ACCOUNTS = ("postgres", "pgserver", "nobody")
"""Existing accounts that may own the server's files when we are root, in order of preference."""

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


class AccountError(RuntimeError):
    """No way to run a server under an ordinary account."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs a server. `capability` is what it keeps to reach paths closed to others, or None."""

    uid: int
    gid: int
    switch: bool
    capability: str | None = None

    def own(self, *directories: Path) -> None:
        """Makes directories (0700) that only this account uses."""
        for directory in directories:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self.switch:
                os.chown(directory, self.uid, self.gid)
            directory.chmod(0o700)

    def command(self, arguments: Sequence[str], death_signal: str | None = None) -> list[str]:
        """`arguments` as this account; `death_signal` (such as INT) is sent to it when this process dies.

        Without `setpriv` on an ordinary account there is no death signal: the next start ends what was left over.
        """
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            if self.switch:
                raise AccountError("running as root needs `setpriv` (package util-linux); or run as an ordinary user")
            return list(arguments)
        switches = ["--pdeathsig", death_signal] if death_signal else []
        if self.switch:
            kept = f"-all,+{self.capability}" if self.capability else "-all"
            switches += ["--reuid", str(self.uid), "--regid", str(self.gid), "--clear-groups"]
            switches += ["--inh-caps", kept, "--ambient-caps", kept]
            if self.capability:
                # Otherwise access(2) ignores capabilities, and Postgres asks it about its own binary.
                switches += ["--securebits", "+no_setuid_fixup"]
        return [setpriv, *switches, *arguments] if switches else list(arguments)


def choose_account(data: Path, *needed: Path) -> Account:
    """The account for a server whose files are in `data` and which must reach the paths `needed`.

    We ourselves if we are not root; else the present owner of `data`, else the first of `ACCOUNTS` that exists.
    Raises `AccountError` with what to do.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    uid, gid = _owner(data) or _first_account()
    closed = [path for path in (data, *needed) if not _reachable(path)]
    return Account(uid, gid, switch=True, capability=_capability(closed[0]) if closed else None)


def _owner(data: Path) -> tuple[int, int] | None:
    if not data.exists() or data.stat().st_uid == 0:
        return None
    return data.stat().st_uid, data.stat().st_gid


def _first_account() -> tuple[int, int]:
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, grp.getgrgid(entry.pw_gid).gr_gid
    raise AccountError(f"Postgres does not run as root, and none of the accounts {', '.join(ACCOUNTS)} exists")


def _reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.parents if parent.exists())


def _capability(path: Path) -> str:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    effective = int(next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff")), 16)
    for number, name in ((CAP_DAC_READ_SEARCH, "dac_read_search"), (CAP_DAC_OVERRIDE, "dac_override")):
        if effective >> number & 1:
            return name
    raise AccountError(
        f"the account that runs Postgres cannot reach {path}: run as an ordinary user, or put the state directory "
        "where others may search (chmod o+x on its parents)"
    )


def start(arguments: Sequence[str], account: Account, log: Path, death_signal: str = "INT") -> subprocess.Popen[bytes]:
    """Starts a server in a session of its own, so that a terminal's Ctrl-C reaches only us. Output goes to `log`.

    The calling thread must live as long as the server should: the death signal is tied to it (prctl(2)).
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            account.command(arguments, death_signal),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], signals: Sequence[tuple[signal.Signals, float]]) -> None:
    """Sends each signal in turn and waits that many seconds for the end; SIGKILL at last."""
    for number, patience in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
        process.wait()


def wait_until_gone(pid: int, seconds: float) -> bool:
    """Whether the process, not our child, ended within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False
