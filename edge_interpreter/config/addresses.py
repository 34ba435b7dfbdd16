"""Which addresses stay on the customer's premises."""

import ipaddress


def is_private(address: str) -> bool:
    """Whether an address is of this machine or a private network; names are not looked up."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.is_private and not parsed.is_unspecified
