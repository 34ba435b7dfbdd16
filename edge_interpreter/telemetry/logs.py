"""Log lines: one for each event, as text or JSON (RFC 8259), never with what people say.

Of a fault only what `crash_reports` makes of it is written. What other libraries say is cut to its
first line, since asyncio for one puts the whole fault on the second.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from edge_interpreter import crash_reports

OWN = "edge_interpreter"
UTTERANCES = f"{OWN}.utterances"
REQUESTS = "uvicorn.access"
Fields = dict[str, Any]
Form = Literal["text", "json"]


def set_up(
    level: str,
    form: Form,
    *,
    utterances: bool = True,
    requests: bool = False,
    stream: TextIO | None = None,
) -> None:
    """Write the log to `stream` (standard error), ours from `level` on, others' from warning on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # At debug, libraries write what passes through them: websockets every message.
    root.setLevel(logging.WARNING)
    set_level(level)
    logging.getLogger(UTTERANCES).setLevel(logging.NOTSET if utterances else logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    access = logging.getLogger(REQUESTS)
    access.setLevel(logging.INFO if requests else logging.WARNING)
    access.propagate = requests


def set_level(level: str) -> None:
    """Write our own lines from `level` on; those of libraries stay as they are."""
    logging.getLogger(OWN).setLevel(level.upper())


def form() -> Form:
    """How this process writes its log, for those it starts."""
    handlers = logging.getLogger().handlers
    return "json" if any(isinstance(each.formatter, JsonLines) for each in handlers) else "text"


def event(log: logging.Logger, level: int, message: str, **fields: Any) -> None:
    """Log a message with fields, which are counts, times and words of our own."""
    if log.isEnabledFor(level):
        log.log(level, message, extra={"fields": fields})


class JsonLines(logging.Formatter):
    """`{"time":…,"level":…,"logger":…,"message":…}` and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        message, fields = _said(record)
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: Fields = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
            **fields,
        }
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """`LEVEL logger: message key=value …`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        message, fields = _said(record)
        told = [f"{key}={value}" for key, value in fields.items() if value is not None]
        line = " ".join([f"{record.levelname} {record.name}: {message}", *told])
        return "; ".join(part.strip() for part in line.splitlines())


def _said(record: logging.LogRecord) -> tuple[str, Fields]:
    if record.name == REQUESTS:
        return _request(record)
    fields: Fields = dict(getattr(record, "fields", {}))
    message = record.getMessage()
    if record.name != OWN and not record.name.startswith(f"{OWN}."):
        message = message.strip().partition("\n")[0]
    error = record.exc_info[1] if record.exc_info else None
    fault = record.exc_text or (crash_reports.report(error) if error else None)
    return message, fields | ({"fault": fault} if fault else {})


def _request(record: logging.LogRecord) -> tuple[str, Fields]:
    """A line of uvicorn's without the query: tokens travel in it."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    if len(arguments) != 5:
        return "request", {}
    address, method, path, _, status = arguments
    return "request", {
        "event": "request",
        "method": method,
        "path": str(path).partition("?")[0],
        "status": status,
        "address": str(address).rpartition(":")[0],
    }
