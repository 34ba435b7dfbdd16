"""Which addresses stay on the customer's premises."""

import ipaddress
from urllib.parse import urlsplit


def is_private(address: str) -> bool:
    """Whether an address is of this machine or a private network; names are not looked up."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.is_private and not parsed.is_unspecified


def readable(url: str) -> str:
    """The web address itself. Raises ValueError where its host or port cannot be read."""
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise ValueError(f"is no web address: {error}") from None
    return url
