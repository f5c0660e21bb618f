"""NVIDIA GPUs, by the driver's own library. None is no fault: models then run on the CPU, or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.doctor.finding import Finding
from services.doctor.site import Site

HOT_C = 90
FULL = 0.95
_MIB = 2**20


def check(site: Site) -> Iterator[Finding]:  # noqa: ARG001 - every check has this shape
    """One finding a GPU; one where there is none, or where the driver does not answer."""
    import pynvml

    yield from ask(pynvml)


def ask(nvml: Any) -> Iterator[Finding]:
    """``nvml``: the library's module, which is shut down again where it could be opened."""
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        if Path("/proc/driver/nvidia").exists():
            yield _silent(error)
        else:
            yield Finding("gpu", "ok", "no NVIDIA GPU found: local models run on the CPU")
        return
    try:
        driver = _text(nvml.nvmlSystemGetDriverVersion())
        count = int(nvml.nvmlDeviceGetCount())
        if count == 0:
            yield Finding("gpu", "warn", f"driver {driver} runs and finds no GPU", "look whether the card is seated")
        for index in range(count):
            yield _one(nvml, index, driver)
    except nvml.NVMLError as error:
        yield _silent(error)
    finally:
        nvml.nvmlShutdown()


def _one(nvml: Any, index: int, driver: str) -> Finding:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    name = _text(nvml.nvmlDeviceGetName(handle))
    memory = _told(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    heat = _told(nvml, nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU)
    used = f"{memory.used // _MIB} of {memory.total // _MIB} MiB used" if memory is not None else "memory not told"
    what = f"{name}: {used}, {heat if heat is not None else '?'} C, driver {driver}"
    if heat is not None and heat >= HOT_C:
        return Finding("gpu", "warn", what, "it is hot and slows itself down: look at its cooling")
    if memory is not None and memory.used > FULL * memory.total:
        return Finding("gpu", "warn", what, "its memory is full: the next model does not fit; unload one")
    return Finding("gpu", "ok", what)


def _told(nvml: Any, question: Any, *arguments: Any) -> Any:
    """The answer, or None where this card does not give one (shared memory, a part of a card)."""
    try:
        return question(*arguments)
    except nvml.NVMLError:
        return None


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _silent(error: Exception) -> Finding:
    todo = "the driver is broken or was updated: restart the machine"
    return Finding("gpu", "fail", f"the driver does not answer: {error}", todo)
