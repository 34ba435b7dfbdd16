"""Programs of others that benches measure beside ours, named as `PROTOCOL=ADDRESS`."""

from collections.abc import Sequence

from edge_interpreter.errors import UserError


def read_peer(text: str, known: Sequence[str]) -> tuple[str, str]:
    """Protocol and address; raises UserError for a protocol that is not among `known`."""
    protocol, equals, address = text.partition("=")
    if protocol not in known or not equals or not address:
        raise UserError(f"--peer {text}: use PROTOCOL=ADDRESS with {' or '.join(known)}")
    return protocol, address
