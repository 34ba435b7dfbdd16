"""Choosing CPU or CUDA, with what a machine would say of itself."""

import logging

import pytest

from edge_interpreter.engines import device
from edge_interpreter.engines.device import Machine, choose, this_machine
from edge_interpreter.errors import EngineError

CPU_TYPES = frozenset({"int8", "float32", "int8_float32"})
PLAIN = Machine(0, (), {"cpu": CPU_TYPES}, onnx_cuda=False)
NEW_GPU = Machine(
    1,
    (),
    {"cpu": CPU_TYPES, "cuda": frozenset({"float16", "bfloat16", "int8_float16", "float32"})},
    onnx_cuda=False,
)
OLD_GPU = Machine(
    1, (), {"cpu": CPU_TYPES, "cuda": frozenset({"int8_float32", "float32"})}, onnx_cuda=False
)
NO_LIBRARIES = Machine(1, ("libcublas.so.12",), NEW_GPU.formats, onnx_cuda=False)


@pytest.mark.parametrize(
    ("machine", "asked", "chosen"),
    [
        (PLAIN, ("auto", "auto"), ("cpu", "int8")),
        (PLAIN, ("cpu", "float32"), ("cpu", "float32")),
        (NEW_GPU, ("auto", "auto"), ("cuda", "float16")),
        (NEW_GPU, ("auto", "int8_float16"), ("cuda", "int8_float16")),
        (NEW_GPU, ("cpu", "auto"), ("cpu", "int8")),
        (OLD_GPU, ("auto", "auto"), ("cuda", "int8_float32")),
        (NO_LIBRARIES, ("auto", "auto"), ("cpu", "int8")),
    ],
)
def test_the_best_that_works_is_chosen(
    machine: Machine, asked: tuple[str, str], chosen: tuple[str, str]
) -> None:
    assert choose(*asked, machine) == chosen


@pytest.mark.parametrize(
    ("machine", "asked", "said"),
    [
        (PLAIN, ("cuda", "auto"), 'no CUDA device found; set device to "cpu" or "auto"'),
        (NO_LIBRARIES, ("cuda", "auto"), "libcublas.so.12 cannot be loaded"),
        (PLAIN, ("cpu", "float16"), "float16 does not run on cpu; use float32, int8"),
    ],
)
def test_what_is_asked_for_and_not_there_is_refused(
    machine: Machine, asked: tuple[str, str], said: str
) -> None:
    with pytest.raises(EngineError, match=said):
        choose(*asked, machine)


def test_falling_back_is_said_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    device._tell.cache_clear()
    for _ in range(3):
        choose("auto", "auto", NO_LIBRARIES)
    (record,) = caplog.records
    assert "run on the CPU: a CUDA device is there, but libcublas.so.12" in record.getMessage()


def test_this_machine_can_be_asked() -> None:
    assert "float32" in this_machine().formats["cpu"]
