"""What the machine has to work with."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem

ENOUGH_CORES = 4
LEAST_MEMORY, ENOUGH_MEMORY = 2_000, 4_000
"""Megabytes: the starter models take about half of the smaller figure."""
_VECTORS = ("avx512f", "avx2", "asimd")


def check_processor(patient: Patient) -> Iterator[Finding]:
    """Cores, and the instructions that the engines are fast with."""
    del patient
    cores = len(os.sched_getaffinity(0))
    text = f"{cores} processor cores ({_processor_name()})"
    if cores < ENOUGH_CORES:
        yield note(text, "enough for one or two speakers at once; more cores for more", cores=cores)
    else:
        yield ok(text, cores=cores)
    found = [name for name in _VECTORS if name in _processor_flags()]
    if found:
        yield ok(f"vector instructions: {', '.join(found)}", instructions=", ".join(found))
    else:
        yield problem(
            "the processor has neither AVX2 nor NEON: recognition will be too slow",
            "use a newer processor, or give a virtual machine the host's processor type",
        )


def check_memory(patient: Patient) -> Iterator[Finding]:
    """Memory of the machine, or what a container may use of it."""
    del patient
    lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    total, free = (int(lines[name].split()[0]) // 1_000 for name in ("MemTotal", "MemAvailable"))
    limit = _container_limit()
    if limit is not None and limit < total:
        total, free = limit, min(free, limit)
    text = f"{total:,} MB of memory, {free:,} MB available"
    if total < LEAST_MEMORY:
        yield problem(text, "at least 2 GB are needed for the smallest models", mb=total)
    elif total < ENOUGH_MEMORY:
        yield note(text, "enough for the starter models alone", mb=total)
    else:
        yield ok(text, mb=total)


def check_graphics_processor(patient: Patient) -> Iterator[Finding]:
    """Whether CUDA can be used, and whether the configuration asks for it."""
    from edge_interpreter.engines.device import this_machine

    machine = this_machine()
    asked = patient.reading is not None and "cuda" in (
        patient.config.recogniser.device,
        patient.config.translator.device,
    )
    if machine.obstacle is None:
        formats = ", ".join(sorted(machine.formats.get("cuda", ())))
        yield ok(f"CUDA devices: {machine.cuda_devices} ({formats})", devices=machine.cuda_devices)
        if not machine.onnx_cuda:
            yield note("ONNX Runtime sees no CUDA: voices and voice activity run on the CPU")
    elif asked:
        yield problem(
            f'{machine.obstacle}, and the configuration says device = "cuda"',
            'install the driver and the CUDA libraries, or set device = "auto"',
        )
    elif machine.cuda_devices:
        yield note(
            f"{machine.obstacle}: everything runs on the CPU",
            "pip install nvidia-cublas-cu12 and put its library on LD_LIBRARY_PATH",
        )
    else:
        yield ok("no graphics processor: everything runs on the CPU", devices=0)


def _processor_name() -> str:
    for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _processor_flags() -> set[str]:
    for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
        if line.startswith(("flags", "Features")):
            return set(line.partition(":")[2].split())
    return set()


def _container_limit() -> int | None:
    """Megabytes that our control group may use (cgroup v2, memory.max)."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return None
    return int(text) // 1_000_000 if text.isdigit() else None
