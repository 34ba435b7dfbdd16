"""Under which names and addresses the box is reached."""

import contextlib
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Iterable

_SIOCGIFADDR = 0x8915  # netdevice(7)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_address(host: str) -> bool:
    """Whether it is an IP address and no name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def lan_addresses() -> list[str]:
    """The addresses others can reach, the one of the default route first.

    Asks the kernel only: no name is looked up and nothing is sent.
    """
    routed = [_route(socket.AF_INET, "192.0.2.1"), _route(socket.AF_INET6, "2001:db8::1")]
    found = [address for address in routed if address] + _interface_addresses()
    return list(dict.fromkeys(address for address in found if not is_loopback(address)))


def names(configured: Iterable[str] = ()) -> list[str]:
    """Host names of the box: its own, with `.local` for multicast DNS, and those configured."""
    host = socket.gethostname().lower()
    short = host.partition(".")[0]
    return list(dict.fromkeys([*configured, host, short, f"{short}.local", "localhost"]))


def _route(family: socket.AddressFamily, towards: str) -> str | None:
    # Connecting a datagram socket only asks the routing table (RFC 5737 and 3849 addresses).
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((towards, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return None


def _interface_addresses() -> list[str]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, interface in socket.if_nameindex():
            request = struct.pack("256s", interface.encode()[:15])
            with contextlib.suppress(OSError):
                answer = fcntl.ioctl(probe, _SIOCGIFADDR, request)
                found.append(socket.inet_ntoa(answer[20:24]))
    return found
