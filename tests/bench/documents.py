"""How fast and in how much memory documents are read: ``python -m tests.bench.documents [--pages N] [--json FILE]``.

Knows: PDFs that it makes, the jobs of ``services/documents``. Does not know: HTTP, the gateway. Bounds: text PDFs at
150 pages a second or more on one core, a PDF of 1,000 pages in less than 600 MB (memory shared by processes once).
Pages a second are told by the wall and by the worker's own CPU time, since other work on the machine slows the first.
Exit status 1 where a bound is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from services.documents.jobs import Jobs
from services.documents.ocr import engine
from services.documents.settings import Limits
from services.documents.worker import Job, messages
from tests.services.documents import make

PAGES_PER_S, MEMORY_MB = 150.0, 600.0
OCR_PAGES = 3
SAMPLE_S = 0.05


def text_pdf(path: Path, pages: int) -> Path:
    """A page of about 2,500 characters each."""
    line = "The quick maintenance of a pump is described here in plain words, once more, and again. "
    body = "\n".join(line for _ in range(28))
    return make.pdf(path, [f"Section {i}\nThis is page number {i}.\n{body}" for i in range(1, pages + 1)])


def in_process(path: Path, limits: Limits, **job: Any) -> float:
    """Pages a second of CPU, in this process."""
    began = time.process_time()
    pages = sum("page" in m for m in messages(Job(path, path.name, **job), limits))
    return pages / (time.process_time() - began)


async def as_job(path: Path, limits: Limits, **job: Any) -> tuple[int, float, float]:
    """(pages, seconds by the wall, peak MB of the service's processes) through a process of its own."""
    jobs = Jobs(limits)
    async for _ in jobs.stream(Job(path, path.name, pages="1", **job)):
        pass  # the fork server starts
    peak = [0.0]
    watch = asyncio.create_task(_watch(peak))
    began, pages = time.perf_counter(), 0
    async for message in jobs.stream(Job(path, path.name, **job)):
        pages += "page" in message
    took = time.perf_counter() - began
    watch.cancel()
    return pages, took, peak[0]


async def _watch(peak: list[float]) -> None:
    while True:
        peak[0] = max(peak[0], await asyncio.to_thread(_memory_mb))
        await asyncio.sleep(SAMPLE_S)


def _memory_mb() -> float:
    """Proportional set size of the fork server and its jobs: memory that processes share counts once."""
    total = 0
    for process in psutil.Process(os.getpid()).children(recursive=True):
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            continue
    return total / 2**20


def measure(pages: int, folder: Path) -> dict[str, Any]:
    """All figures."""
    limits = Limits()
    text = text_pdf(folder / "text.pdf", pages)
    figures: dict[str, Any] = {"pages": pages, "cpu_pages_per_s": in_process(text, limits)}
    count, took, peak = asyncio.run(as_job(text, limits))
    figures |= {"wall_pages_per_s": count / took, "peak_mb": peak}
    rows = [["Part", "Stock"], *([f"valve {i}", str(i)] for i in range(20))]
    figures["table_pages_per_s"] = in_process(make.table_pdf(folder / "table.pdf", rows), limits)
    scan = make.scanned_pdf(folder / "scan.pdf", [[f"Invoice {i}", "Total 250 euros"] for i in range(OCR_PAGES)])
    for name in ("tesseract", "rapidocr"):
        if engine(name, "eng") is not None:
            began = time.perf_counter()
            read = sum("page" in m for m in messages(Job(scan, "scan.pdf"), Limits(ocr_engine=name)))
            figures[f"{name}_s_per_page"] = (time.perf_counter() - began) / read
    return figures


def missed(figures: dict[str, Any]) -> list[str]:
    """The bounds that do not hold."""
    bad = []
    if figures["cpu_pages_per_s"] < PAGES_PER_S:
        bad.append(f"{figures['cpu_pages_per_s']:.0f} pages/s, wanted {PAGES_PER_S:.0f}")
    if figures["peak_mb"] >= MEMORY_MB:
        bad.append(f"{figures['peak_mb']:.0f} MB, wanted less than {MEMORY_MB:.0f}")
    return bad


def main() -> int:
    """Measures, prints, stores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--json", type=Path, default=Path("build/bench/documents.json"))
    args, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(args.pages, Path(folder))
    for name, value in figures.items():
        print(f"{name:24s} {value:10.2f}")
    bad = missed(figures)
    print("bounds hold" if not bad else f"bounds missed: {'; '.join(bad)}")
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps({**figures, "missed": bad}, indent=1))
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
