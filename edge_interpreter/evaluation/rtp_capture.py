"""When packets really left the box, by the kernel's clock: tcpdump on the loopback."""

import asyncio
import shutil
import struct
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import numpy as np

from edge_interpreter.calls.wire.malformed import Malformed
from edge_interpreter.calls.wire.rtp import parse_rtp

ON_TIME_S = 0.005
SETTLE_PACKETS = 50
AROUND_PACKETS = 50
CLOCK_HZ = 8_000
_UDP_HEADER = 14 + 20 + 8
_SNAP = _UDP_HEADER + 12


class RtpCapture:
    """Sending times of every stream, by its SSRC."""

    def __init__(self) -> None:
        self.streams: dict[int, list[tuple[float, int]]] = defaultdict(list)

    def on_time(self) -> float | None:
        """Share of packets within 5 ms of their stream's schedule; None without a capture.

        The schedule is that of the RTP timestamps, placed by the median of the two seconds around
        each packet. The first second of a stream is left out.
        """
        late = [_lateness(packets) for packets in self.streams.values()]
        late = [one for one in late if one.size]
        if not late:
            return None
        return float(np.mean(np.abs(np.concatenate(late)) <= ON_TIME_S))


@asynccontextmanager
async def capture_rtp(first_port: int, last_port: int) -> AsyncIterator[RtpCapture]:
    """Capture what is sent from the ports on the loopback; empty where tcpdump cannot run."""
    capture = RtpCapture()
    path = shutil.which("tcpdump")
    if path is None:
        yield capture
        return
    with tempfile.TemporaryDirectory(prefix="rtp-capture-") as folder:
        file = Path(folder, "rtp.pcap")
        process = await asyncio.create_subprocess_exec(
            path, "-i", "lo", "-w", str(file), "-s", str(_SNAP), "-B", "8192", "-n", "-U",
            f"udp and src portrange {first_port}-{last_port}",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield capture
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
            await asyncio.to_thread(_read_file, file, capture)


def _read_file(file: Path, capture: RtpCapture) -> None:
    if file.exists():
        read_capture(file.read_bytes(), capture)


def read_capture(data: bytes, capture: RtpCapture) -> None:
    """Take the packets of a pcap file of Ethernet frames (microseconds, little endian)."""
    at = 24
    while at + 16 <= len(data):
        seconds, micro, length, _ = struct.unpack_from("<4I", data, at)
        frame = data[at + 16 : at + 16 + length]
        at += 16 + length
        with suppress(Malformed):
            packet = parse_rtp(frame[_UDP_HEADER:])
            capture.streams[packet.ssrc].append((seconds + micro / 1e6, packet.timestamp))


def _lateness(packets: list[tuple[float, int]]) -> np.ndarray:
    """Seconds between each packet and its stream's schedule."""
    settled = packets[SETTLE_PACKETS:]
    if len(settled) < SETTLE_PACKETS:
        return np.empty(0)
    times = np.array([at for at, _ in settled])
    stamps = np.unwrap(np.array([stamp for _, stamp in settled], float), period=2.0**32)
    offsets = times - stamps / CLOCK_HZ
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(offsets, AROUND_PACKETS, mode="edge"), 2 * AROUND_PACKETS + 1
    )
    late: np.ndarray = offsets - np.median(around, axis=1)
    return late
