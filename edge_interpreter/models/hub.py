"""Weights from a model hub: plain HTTPS, resumed where it broke off.

The address of a file is `BASE/REPOSITORY/resolve/REVISION/PATH`, so a mirror can be any web
server with that layout.
"""

import http.client
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Source, SourceFile
from edge_interpreter.models.progress import Progress

DEFAULT_BASE = "https://huggingface.co"
_BLOCK = 1 << 18
_TRIES = 4
_TIMEOUT_S = 30.0


def hub_base() -> str:
    """The hub to ask: `HF_ENDPOINT` where a mirror is set, as with the hub's own client."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or DEFAULT_BASE


class HubClient:
    """Downloads single files; what is there of a broken download is not fetched again."""

    def __init__(self, progress: Progress, base: str | None = None) -> None:
        self._progress = progress
        self._base = base or hub_base()
        if urllib.parse.urlsplit(self._base).scheme not in ("http", "https"):
            raise UserError(f"the hub address {self._base!r} is no http or https address")

    def fetch(self, source: Source, file: SourceFile, target: Path) -> None:
        """Have the file at `target`; UserError when it cannot be had."""
        name = file.parts[0]
        quoted = urllib.parse.quote(f"{source.repository}/resolve/{source.revision}/{name}")
        url = f"{self._base}/{quoted}"
        partial = target.with_name(target.name + ".part")
        partial.parent.mkdir(parents=True, exist_ok=True)
        label = f"{source.repository}: {name}"
        with self._progress.task(label, file.info.size) as show:
            for attempt in range(1, _TRIES + 1):
                try:
                    self._continue(url, partial, show)
                    break
                except urllib.error.HTTPError as error:
                    if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                        partial.unlink()
                    elif error.code < http.client.INTERNAL_SERVER_ERROR:
                        raise UserError(f"{url}: {error.code} {error.reason}") from error
                    last: Exception = error
                except (OSError, http.client.HTTPException) as error:
                    last = error
                if attempt == _TRIES:
                    reason = getattr(last, "reason", last)
                    raise UserError(f"{url}: cannot be reached ({reason})") from last
        partial.replace(target)

    def _continue(self, url: str, partial: Path, show: Callable[[int], None]) -> None:
        have = partial.stat().st_size if partial.exists() else 0
        headers = {"Range": f"bytes={have}-"} if have else {}
        # The scheme was looked at in __init__.
        request = urllib.request.Request(url, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310
            resumed = response.status == http.client.PARTIAL_CONTENT
            done = have if resumed else 0
            expected = response.headers.get("Content-Length")
            with partial.open("ab" if resumed else "wb") as out:
                while block := response.read(_BLOCK):
                    out.write(block)
                    done += len(block)
                    show(done)
            whole = (have if resumed else 0) + int(expected) if expected else done
            if done < whole:
                raise http.client.IncompleteRead(b"", whole - done)
