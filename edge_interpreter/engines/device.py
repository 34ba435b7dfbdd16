"""Which processor the engines run on, and in which number format."""

import ctypes
import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from edge_interpreter.errors import EngineError

log = logging.getLogger(__name__)

CUDA_LIBRARIES = ("libcublas.so.12",)
"""What CTranslate2 loads by itself at its first sum on a GPU, and fails without."""
CUDA, CPU = "cuda", "cpu"
# The first that a processor supports: what speech and translation lose least by, then speed.
_FORMATS = {CUDA: ("float16", "bfloat16", "int8_float32", "float32"), CPU: ("int8", "float32")}


@dataclass(frozen=True, slots=True)
class Machine:
    """What CTranslate2 and ONNX Runtime can use here; `missing` are libraries not to be loaded.

    `formats` are CTranslate2's compute types of each kind of processor.
    """

    cuda_devices: int
    missing: tuple[str, ...]
    formats: Mapping[str, frozenset[str]]
    onnx_cuda: bool

    @property
    def obstacle(self) -> str | None:
        """Why CUDA cannot be used, or None."""
        if not self.cuda_devices:
            return "no CUDA device found"
        if self.missing:
            return f"a CUDA device is there, but {', '.join(self.missing)} cannot be loaded"
        return None


@functools.cache
def this_machine() -> Machine:
    """What there is; looked at once."""
    import ctranslate2
    import onnxruntime

    devices = int(ctranslate2.get_cuda_device_count())
    kinds = (CPU, CUDA) if devices else (CPU,)
    return Machine(
        devices,
        tuple(name for name in CUDA_LIBRARIES if not _loads(name)) if devices else (),
        {kind: frozenset(ctranslate2.get_supported_compute_types(kind)) for kind in kinds},
        "CUDAExecutionProvider" in onnxruntime.get_available_providers(),
    )


def choose(device: str, compute_type: str, machine: Machine | None = None) -> tuple[str, str]:
    """The device ("cpu" or "cuda") and number format that a configuration means here.

    "auto" takes CUDA where it works, else the CPU. Raises EngineError for a device or a format
    that this machine lacks.
    """
    machine = machine or this_machine()
    obstacle = machine.obstacle
    if device == CUDA and obstacle:
        raise EngineError(f'{obstacle}; set device to "cpu" or "auto"')
    if device == "auto":
        device = CPU if obstacle else CUDA
        _tell(device, obstacle)
    supported = machine.formats.get(device, frozenset())
    if compute_type == "auto":
        known = (name for name in _FORMATS[device] if name in supported)
        compute_type = next(known, "default")
    if compute_type not in {*supported, "default"}:
        raise EngineError(
            f"compute type {compute_type} does not run on {device};"
            f" use {', '.join(sorted(supported))}"
        )
    return device, compute_type


@functools.cache
def _tell(device: str, obstacle: str | None) -> None:
    """Say once, whatever the number of models."""
    if device == CUDA:
        log.info("speech and translation run on the graphics processor (CUDA)")
    else:
        log.info("speech and translation run on the CPU: %s", obstacle)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
