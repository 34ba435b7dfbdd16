"""Telephony wire formats without I/O: bytes and text in, values out, and back.

Whatever cannot be understood raises `Malformed`, and nothing else.
"""

from edge_interpreter.calls.wire.malformed import Malformed

__all__ = ["Malformed"]
