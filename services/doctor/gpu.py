"""NVIDIA GPUs, by nvidia-smi. None is no fault: models then run on the CPU, or elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from services.doctor.finding import Finding
from services.doctor.site import Site

QUERY = "name,memory.total,memory.used,temperature.gpu,driver_version"
HOT_C = 90


def check(site: Site) -> Iterator[Finding]:  # noqa: ARG001 - every check has this shape
    """One finding a GPU; one where there is none, or where it does not answer."""
    program = shutil.which("nvidia-smi")
    if program is None:
        if Path("/proc/driver/nvidia").exists():
            yield Finding("gpu", "warn", "a driver is loaded and nvidia-smi is missing", "install the driver's tools")
        else:
            yield Finding("gpu", "ok", "no NVIDIA GPU found: local models run on the CPU")
        return
    command = [program, f"--query-gpu={QUERY}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        yield _silent(str(error))
        return
    if done.returncode:
        yield _silent((done.stdout + done.stderr).strip().splitlines()[0] if done.stdout + done.stderr else "no answer")
        return
    yield from read(done.stdout)


def read(printed: str) -> Iterator[Finding]:
    """Findings from nvidia-smi's lines of ``QUERY`` (MiB, degrees Celsius; "[N/A]" where it cannot tell)."""
    for line in printed.strip().splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) != len(QUERY.split(",")):
            yield _silent(line)
            continue
        name, total, used, heat, driver = cells
        what = f"{name}: {used} of {total} MiB used, {heat} C, driver {driver}"
        if heat.isdigit() and int(heat) >= HOT_C:
            yield Finding("gpu", "warn", what, "it is hot and slows itself down: look at its cooling")
        elif total.isdigit() and used.isdigit() and int(used) > 0.95 * int(total):
            yield Finding("gpu", "warn", what, "its memory is full: the next model does not fit; unload one")
        else:
            yield Finding("gpu", "ok", what)


def _silent(why: str) -> Finding:
    return Finding(
        "gpu", "fail", f"nvidia-smi fails: {why}", "the driver is broken or was updated: restart the machine"
    )
