"""Accounts, death signals, stopping."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from services.database import owned
from services.database.owned import Account, AccountError, choose_account, start, stop
from tests.services.database.support import wait_for

OURS = Account(os.geteuid(), os.getegid(), switch=False)


def test_an_ordinary_user_keeps_his_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    account = choose_account(tmp_path)
    assert (account.uid, account.switch, account.capability) == (1234, False, None)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert account.command(["postgres"], "INT") == ["postgres"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_runs_servers_as_somebody_else(tmp_path: Path) -> None:
    data = tmp_path / "closed" / "data"
    data.mkdir(parents=True)
    data.parent.chmod(0o700)
    account = choose_account(data)
    account.own(data)
    assert account.switch
    assert (data.stat().st_uid, data.stat().st_mode & 0o777) == (account.uid, 0o700)
    script = f"id -u; touch {data}/file; echo $?; touch {data.parent}/file 2>/dev/null; echo $?"
    done = subprocess.run(account.command(["sh", "-c", script]), capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(account.uid), "0", "1"]
    # The owner is kept even where a more preferred account has come since.
    os.chown(data, 65534, 65534)
    assert choose_account(data).uid == 65534


def test_no_account_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(owned, "ACCOUNTS", ("no-such-account",))
    with pytest.raises(AccountError, match="none of the accounts no-such-account exists"):
        choose_account(tmp_path / "data")


def test_stop_escalates(tmp_path: Path) -> None:
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    log = tmp_path / "log"
    process = start([sys.executable, "-c", script], OURS, log)
    wait_for("it runs", lambda: log.exists() and "up" in log.read_text(encoding="ascii"))
    stop(process, [(signal.SIGTERM, 0.1)])
    assert process.returncode == -signal.SIGKILL


def test_a_child_gets_its_death_signal(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from services.database.owned import Account, start; import os\n"
        "p = start(['sleep', '60'], Account(os.geteuid(), os.getegid(), switch=False), Path(sys.argv[1]))\n"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_for("setpriv became sleep", lambda: child.name() == "sleep")
        parent.kill()
        wait_for("the child is gone", lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
