"""What a process tells of its faults, and what it leaves behind: never what people say.

The text of an exception, its source lines and the memory of a process may all hold it. A report
therefore names kinds of errors and places in the code only, and no memory image is written.
"""

import asyncio
import contextlib
import ctypes
import logging
import resource
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from edge_interpreter.errors import UserError

_PR_SET_DUMPABLE = 4  # prctl(2)
_MOST_FRAMES = 40
_Report = tuple[type[BaseException], BaseException, TracebackType | None]

log = logging.getLogger(__name__)


def describe(error: BaseException) -> str:
    """The kind of an error and where it was raised, such as `ValueError at stream.py:12 in feed`.

    Errors written for people keep their text.
    """
    if isinstance(error, UserError):
        return str(error)
    places = list(_places(error.__traceback__))
    return type(error).__name__ + (f" at {places[-1]}" if places else "")


def report(error: BaseException) -> str:
    """An error with the way to it, one line for each call, causes first."""
    lines = []
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and earlier is not error:
        lines += [report(earlier), "which led to"]
    lines.append(type(error).__name__)
    lines += [f"  {place}" for place in list(_places(error.__traceback__))[-_MOST_FRAMES:]]
    return "\n".join(lines)


def keep_quiet() -> None:
    """Have this process report faults without texts, whoever logs or fails to catch them."""
    logging.setLogRecordFactory(_make_record)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def keep_loop_quiet(loop: asyncio.AbstractEventLoop) -> None:
    """The same for what nobody awaited on an event loop."""
    loop.set_exception_handler(_uncaught_in_loop)


def leave_no_core(*, sealed: bool = True) -> None:
    """Have no memory image of this process written or read by others of the same user.

    The limit is inherited by children. The flag (Linux, `sealed`) is not; it also holds where the
    kernel pipes core dumps into a program, which the limit does not, and takes from a process
    without privileges the files of its own /proc/self/fd.
    """
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sealed and sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _places(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        code = traceback.tb_frame.f_code
        yield f"{Path(code.co_filename).name}:{traceback.tb_lineno} in {code.co_name}"
        traceback = traceback.tb_next


class _Record(logging.LogRecord):
    """A log record whose exceptions have been described."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[1] is not None:
            self.exc_text = report(self.exc_info[1])
        self.exc_info = None
        if isinstance(self.msg, BaseException):
            self.msg = describe(self.msg)
        if isinstance(self.args, tuple):
            self.args = tuple(
                describe(arg) if isinstance(arg, BaseException) and not _is_harmless(arg) else arg
                for arg in self.args
            )


def _is_harmless(error: BaseException) -> bool:
    return isinstance(error, UserError | OSError)


def _make_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    return _Record(*args, **kwargs)


def _uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    error.__traceback__ = traceback
    print(report(error), file=sys.stderr, flush=True)


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
        log.error("a thread ended by a fault:\n%s", report(arguments.exc_value))


def _unraisable(arguments: "sys.UnraisableHookArgs") -> None:
    if arguments.exc_value is not None:
        log.error("a fault while cleaning up: %s", describe(arguments.exc_value))


def _uncaught_in_loop(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # The message names the kind of fault; the other entries show whole objects.
    del loop
    error = context.get("exception")
    told = f":\n{report(error)}" if isinstance(error, BaseException) else ""
    log.error("%s%s", context.get("message", "a fault"), told)
