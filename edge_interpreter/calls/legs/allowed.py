"""Which addresses may talk to us at all."""

import ipaddress
from collections.abc import Iterable


class AllowList:
    """A set of networks; an empty one allows everybody."""

    def __init__(self, networks: Iterable[str]) -> None:
        self.set(networks)

    def set(self, networks: Iterable[str]) -> None:
        """Have other networks from now on."""
        self._networks = [ipaddress.ip_network(network, strict=False) for network in networks]

    def allows(self, address: str) -> bool:
        """Whether `address` (an IP address as text) is in one of the networks."""
        if not self._networks:
            return True
        try:
            parsed = ipaddress.ip_address(address.split("%")[0])
        except ValueError:
            return False
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self._networks)
