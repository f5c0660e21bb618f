"""A sampler inside a gateway that is measured: CPU seconds of its main thread by layer, and of its other threads.

Knows: the profiling timer of the kernel, which fires by CPU time used and so does not mind a busy machine; a file that
says when to begin and to end. Does not know: load. It gets into the process by a ``sitecustomize.py`` that ``injected``
writes; nothing of the product knows of it. Each sample counts as what the main thread used since the last one.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tests.bench.layers import layer_of

FOLDER_ENV = "SIGNALBOX_BENCH_SAMPLES"
INTERVAL_S = 0.004
_ROOT = Path(__file__).resolve().parents[2]
_POLL_S = 0.05
_FORKS = "plugins.litellm_adapter.prefork"
_PARTS = ("plugins.litellm_adapter", "/litellm")
_CUSTOMIZE = "from tests.bench import sampler\n\nsampler.install()\n"


def injected(folder: Path) -> dict[str, str]:
    """The environment that puts the sampler into every gateway started with it. ``folder``: for its files."""
    (folder / "sitecustomize.py").write_text(_CUSTOMIZE)
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(_ROOT))), FOLDER_ENV: str(folder)}


def sample(folder: Path, pid: int, on: bool, bound_s: float = 60.0) -> dict[str, dict[str, float]]:
    """Tells the sampler of a process to begin or to end; what it found, where it ended. Raises TimeoutError."""
    done = folder / f"{pid}.{'begun' if on else 'json'}"
    done.unlink(missing_ok=True)
    (folder / f"{pid}.ask").write_text("begin" if on else "end")
    deadline = time.monotonic() + bound_s
    while not done.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the sampler of process {pid} does not answer")
        time.sleep(_POLL_S)
    found: dict[str, dict[str, float]] = {} if on else json.loads(done.read_text())
    return found


def install() -> None:
    """Called in every Python process of the system; only a gateway is watched."""
    words = Path("/proc/self/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    folder = os.environ.get(FOLDER_ENV)
    if folder and any(part in word for part in _PARTS for word in words):
        sampler = Sampler()
        signal.signal(signal.SIGPROF, sampler.tick)
        thread = threading.Thread(target=sampler.obey, args=(Path(folder),), name="sampler", daemon=True)
        if any(_FORKS in word for word in words):  # it may have no thread of its own
            os.register_at_fork(after_in_child=thread.start)
        else:
            thread.start()


class Sampler:
    """One a process. ``tick`` runs in the main thread, ``obey`` in its own."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._last = 0.0
        self._collecting = 0.0
        self._threads: dict[str, float] = {}

    def tick(self, _number: int, frame: FrameType | None) -> None:
        """One sample."""
        now = time.thread_time()
        if self._last:
            self.seconds[layer_of(_files(frame))] += now - self._last
        self._last = now

    def collected(self, phase: str, _info: dict[str, int]) -> None:
        """Garbage collection is nobody's layer. In another thread it is left to that thread."""
        if threading.current_thread() is not threading.main_thread():
            return
        now = time.thread_time()
        if phase == "start":
            self._collecting = now
        else:
            self.seconds["garbage collection"] += now - self._collecting
            self._last += now - self._collecting if self._last else 0.0

    def obey(self, folder: Path) -> None:
        """Until the process ends."""
        ask = folder / f"{os.getpid()}.ask"
        while True:
            time.sleep(_POLL_S)
            try:
                told = ask.read_text()
                ask.unlink()
            except OSError:
                continue
            if told == "begin":
                self.begin()
                (folder / f"{os.getpid()}.begun").touch()
            else:
                (folder / f"{os.getpid()}.new").write_text(json.dumps(self.end()))
                (folder / f"{os.getpid()}.new").replace(folder / f"{os.getpid()}.json")

    def begin(self) -> None:
        """From now on."""
        self.seconds.clear()
        self._threads = thread_seconds()
        self._last = 0.0
        gc.callbacks.append(self.collected)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL_S, INTERVAL_S)

    def end(self) -> dict[str, dict[str, float]]:
        """Seconds by layer (main thread) and by name of the thread (the others)."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        gc.callbacks.remove(self.collected)
        now = thread_seconds()
        others = {n: s - self._threads.get(n, 0.0) for n, s in now.items() if n not in ("MainThread", "sampler")}
        return {"layers": dict(self.seconds), "threads": others}


def thread_seconds() -> dict[str, float]:
    """CPU seconds of this process's threads so far by name, numbers of pools left out."""
    seconds: defaultdict[str, float] = defaultdict(float)
    names = {t.native_id: t.name for t in threading.enumerate()}
    names[os.getpid()] = "MainThread"  # after a fork Python still has the number that it had before
    for task in Path("/proc/self/task").iterdir():
        try:
            fields = (task / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended
            continue
        name = names.get(int(task.name), "native threads").rstrip("0123456789_-")
        seconds[name] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return dict(seconds)


def _files(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        yield frame.f_code.co_filename
        frame = frame.f_back


if __name__ == "__main__":
    sys.exit("this is loaded into a gateway by `python -m tests.bench.routes`")
