"""Files that the administrator may have changed: never lost, and new defaults put beside them."""

import os
import tempfile
from pathlib import Path


def chosen_text(target: Path, new: str, old: str | None) -> str:
    """What a file will hold once the default `new` takes the place of the default `old`."""
    if not target.exists():
        return new
    present = target.read_text("utf-8")
    return new if present == old else present


def place_default(target: Path, new: str, old: str | None, mode: int = 0o644) -> str:
    """Put a default in place unless the file was edited; what was done, empty for nothing.

    `old` is the default of the release in use until now. An edited file stays; where the default
    itself has changed, the new one is put beside it as `NAME.new`.
    """
    beside = target.with_name(target.name + ".new")
    existed = target.exists()
    text = chosen_text(target, new, old)
    if text == new:
        removed = _removed(beside)
        if existed and target.read_text("utf-8") == new:
            return f"{beside}: removed, no longer needed" if removed else ""
        write_whole(target, new, mode)
        done = "was not edited, replaced by the new default" if existed else "written"
        return f"{target}: {done}"
    if new == old or (beside.exists() and beside.read_text("utf-8") == new):
        return ""
    write_whole(beside, new, mode)
    return f"{target}: edited, so it stays; the new default is {beside}"


def write_whole(target: Path, text: str, mode: int) -> None:
    """Write a file whole or not at all, with the owner of the one before or of the directory."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        owner = (target if target.exists() else target.parent).stat()
        if os.geteuid() == 0:
            os.chown(temporary, owner.st_uid, owner.st_gid)
        Path(temporary).chmod(mode)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
