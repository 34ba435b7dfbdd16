"""What our processes take of the machine, read from /proc (proc(5))."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
KINDS = {
    "edge_interpreter.engines.voices.piper_worker": "piper",
    "edge_interpreter.engines.voices.pico_worker": "pico",
    "edge_interpreter.calls.sip.child": "sip",
}
"""Modules run as processes of their own, and what they are called here."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Processes:
    """By kind (server, piper, pico, sip, other): how many, bytes in memory, CPU seconds."""

    count: Counter[str] = field(default_factory=Counter)
    resident: Counter[str] = field(default_factory=Counter)
    cpu_s: dict[str, float] = field(default_factory=dict)


def processes(pid: int | None = None) -> Processes:
    """Our process and those it started; what ends meanwhile is left out."""
    found = Processes()
    first = pid or os.getpid()
    for process in (first, *_descendants(first)):
        try:
            kind = "server" if process == first else _kind(process)
            pages = int((PROC / str(process) / "statm").read_text().split()[1])
            # The name, in brackets, may hold spaces.
            stat = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
        except (OSError, IndexError):
            continue
        found.count[kind] += 1
        found.resident[kind] += pages * _PAGE
        spent = (int(stat[11]) + int(stat[12])) * _TICKS_S
        found.cpu_s[kind] = found.cpu_s.get(kind, 0.0) + spent
    return found


def _descendants(process: int) -> Iterator[int]:
    try:
        lists = [path.read_text() for path in (PROC / str(process) / "task").glob("*/children")]
    except OSError:
        return
    for child in (int(word) for words in lists for word in words.split()):
        yield child
        yield from _descendants(child)


def _kind(process: int) -> str:
    words = (PROC / str(process) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    return next((KINDS[word] for word in words if word in KINDS), "other")
