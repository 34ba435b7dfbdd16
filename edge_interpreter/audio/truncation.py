"""Signs in a file itself that its end is missing, where FFmpeg does not tell."""

import os
from typing import BinaryIO

_UNKNOWN_RIFF_SIZES = frozenset({0, 0xFFFFFFFF})
_OGG_LARGEST_PAGE = 65_307
_OGG_END_OF_STREAM = 0x04


def riff_bytes_missing(file: BinaryIO) -> int:
    """Bytes between the end of a RIFF file (WAV) and the end that its header declares."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    header = file.read(8)
    declared = int.from_bytes(header[4:8], "little")
    if not header.startswith(b"RIFF") or declared in _UNKNOWN_RIFF_SIZES:
        return 0
    return max(declared + 8 - length, 0)


def ogg_is_complete(file: BinaryIO) -> bool:
    """Whether the last page of an Ogg file is whole and marked as the last (RFC 3533 section 6)."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(length - _OGG_LARGEST_PAGE, 0))
    tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    if not page.startswith(b"OggS") or len(page) < 27:
        return False
    lacing = page[27 : 27 + page[26]]
    whole = len(lacing) == page[26] and len(page) >= 27 + len(lacing) + sum(lacing)
    return whole and bool(page[5] & _OGG_END_OF_STREAM)
