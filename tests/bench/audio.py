"""What the audio service costs beside its engines: ``python -m tests.bench.audio [--model FILE] [--uploads N]
[--rounds N] [--json FILE]``.

Knows: the service as a process, its memory, whisper.cpp called directly. Does not know: the gateway. Without
``--model`` it takes a model of Whisper tiny's size whose words are fixed: its time is that of the real one, its text is
not. Bounds: the service adds less than 10 % to the engine's time for a clip of 60 s; the first byte of speech comes
within 150 ms (median); 50 uploads of 25 MB at once stay below 500 MB and all are answered. Exit status 1 where one is
missed.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from services.audio.engine import Wish
from services.audio.recording import decoded
from services.audio.silence import windows
from services.audio.whisper import Whisper
from tests.services.audio.recordings import encoded, tone
from tests.support.tiny_whisper import write_tiny_whisper

OVERHEAD, FIRST_BYTE_MS, MEMORY_MB = 0.10, 150.0, 500.0
CLIP_S, UPLOAD_MB = 60.0, 25
WIDTH = 384
"""That of Whisper tiny."""

TEXT = "The first sound should come at once. Everything else may take a little longer, as long as it does not stop."


@dataclass(frozen=True, slots=True)
class Service:
    """A running service. ``memory``: megabytes that it holds now."""

    url: str
    process: psutil.Process

    @property
    def memory(self) -> float:
        return float(self.process.memory_info().rss) / 1e6


@contextmanager
def service(models: Path, state: Path) -> Iterator[Service]:
    """The service as a process of its own, on one thread."""
    argv = [sys.executable, "-m", "services.audio", "--models-dir", str(models), "--state", str(state)]
    env = {"PATH": "/usr/bin:/bin", "SIGNALBOX_AUDIO_THREADS": "1", "SIGNALBOX_AUDIO_IDLE_S": "3600"}
    env["PYTHONPATH"] = ":".join(p for p in sys.path if p)
    reader: threading.Thread | None = None
    process = subprocess.Popen(argv, stderr=subprocess.PIPE, env=env, text=True)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"listening on (http://\S+)", line):
                break
        else:
            raise RuntimeError("the service did not start")
        # Its log goes on: somebody must read it.
        reader = threading.Thread(target=process.stderr.read, daemon=True)
        reader.start()
        yield Service(found[1], psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(20)
        if reader is not None:
            reader.join(10)
        if process.stderr is not None:
            process.stderr.close()


def engine_seconds(model: Path, clip: bytes, rounds: int) -> float:
    """The least time that whisper.cpp alone takes for the clip's windows."""
    engine = Whisper(model, threads=1)
    times = []
    with decoded(io.BytesIO(clip), 600) as recording:
        pieces = [samples for _, samples in windows(recording)]
    for _ in range(rounds):
        began = time.perf_counter()
        for samples in pieces:
            engine.hear(samples, Wish(language="en"), lambda: False)
        times.append(time.perf_counter() - began)
    engine.close()
    return min(times)


def service_seconds(running: Service, name: str, clip: bytes, rounds: int) -> float:
    """The least time of the same through the service, the first (which loads the model) not counted."""
    times = []
    with httpx.Client(base_url=running.url, timeout=600, trust_env=False) as http:
        for _ in range(rounds + 1):
            began = time.perf_counter()
            form = {"model": name, "language": "en"}
            http.post("/v1/audio/transcriptions", files={"file": ("a.flac", clip)}, data=form).raise_for_status()
            times.append(time.perf_counter() - began)
    return min(times[1:])


def first_bytes(running: Service, rounds: int) -> list[float]:
    """Milliseconds until the first byte of sound, sorted."""
    times = []
    body = {"model": "voices", "input": TEXT, "voice": "alloy"}
    with httpx.Client(base_url=running.url, timeout=60, trust_env=False) as http:
        for _ in range(rounds):
            began = time.perf_counter()
            with http.stream("POST", "/v1/audio/speech", json=body) as answer:
                next(answer.iter_raw())
                times.append((time.perf_counter() - began) * 1000)
    return sorted(times)


async def uploads(running: Service, name: str, file: Path, count: int) -> tuple[int, float]:
    """(answers with 200, the most megabytes that the service held) for ``count`` uploads at once."""
    most, busy = running.memory, True

    async def watch() -> None:
        nonlocal most
        while busy:
            most = max(most, running.memory)
            await asyncio.sleep(0.02)

    async def one(http: httpx.AsyncClient) -> int:
        with file.open("rb") as data:
            form = {"model": name, "language": "en"}
            answer = await http.post("/v1/audio/transcriptions", files={"file": ("a.wav", data)}, data=form)
        return answer.status_code

    watching = asyncio.create_task(watch())
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(base_url=running.url, timeout=1800, limits=limits, trust_env=False) as http:
        statuses = await asyncio.gather(*(one(http) for _ in range(count)))
    busy = False
    await watching
    return statuses.count(200), most


def run(*, model: Path | None = None, rounds: int = 5, count: int = 50, width: int = WIDTH) -> dict[str, Any]:
    """All figures. ``width``: of the model that is made where none is given."""
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        models.mkdir()
        path = models / "ggml-bench.bin"
        path.symlink_to(model.absolute()) if model is not None else write_tiny_whisper(path, width=width)
        clip = encoded(tone(CLIP_S, 16_000), "flac", 16_000)
        large = Path(folder) / "large.wav"
        seconds = UPLOAD_MB * 1e6 / (96_000 * 8 * 2)
        large.write_bytes(encoded(tone(seconds, 96_000, 8), "wav", 96_000))
        with service(models, Path(folder) / "state") as running:
            through = service_seconds(running, "whisper-bench", clip, rounds)
            alone = engine_seconds(path, clip, rounds)
            first = first_bytes(running, max(10, rounds))
            answered, memory = asyncio.run(uploads(running, "whisper-bench", large, count))
    return {
        "engine_s": round(alone, 3),
        "service_s": round(through, 3),
        "overhead": round(through / alone - 1, 4),
        "real_time_factor": round(through / CLIP_S, 4),
        "first_byte_p50_ms": round(statistics.median(first), 1),
        "first_byte_p95_ms": round(first[int(len(first) * 0.95)], 1),
        "uploads": count,
        "answered": answered,
        "memory_mb": round(memory, 1),
    }


def missed(result: dict[str, Any]) -> list[str]:
    """The bounds that do not hold."""
    checks = {
        f"overhead {result['overhead']:.1%} (bound {OVERHEAD:.0%})": result["overhead"] < OVERHEAD,
        f"first byte {result['first_byte_p50_ms']} ms": result["first_byte_p50_ms"] < FIRST_BYTE_MS,
        f"memory {result['memory_mb']} MB": result["memory_mb"] < MEMORY_MB,
        f"{result['answered']} of {result['uploads']} answered": result["answered"] == result["uploads"],
    }
    return [name for name, holds in checks.items() if not holds]


def main() -> int:
    """Prints and stores; 1 where a bound is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, help="a ggml Whisper model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--uploads", type=int, default=50)
    parser.add_argument("--json", type=Path, default=Path("build/bench/audio.json"))
    args, _ = parser.parse_known_args()
    result = run(model=args.model, rounds=args.rounds, count=args.uploads)
    for name, value in result.items():
        print(f"{name:20} {value}")
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    wrong = missed(result)
    for name in wrong:
        print(f"missed: {name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
