"""Host names accepted by the service, as protection against DNS rebinding."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from functools import lru_cache

from starlette.types import Scope

LOCALHOST = "localhost"


class AllowedHosts:
    """Names that a request may have in `Host`.

    A page of another site can make a browser ask this service by a name of that site's own that points here (DNS
    rebinding), but neither by an address nor by a name that the site does not own. So addresses, `localhost`, the
    machine's name and the name that the service listens on are taken, and others where the settings name them.

    Parameters
    ----------
    bound : str
        Name or address that the service listens on.
    more : iterable of str
        Other names.
    """

    def __init__(self, bound: str, more: Iterable[str] = ()) -> None:
        self.names = frozenset(name.lower() for name in (LOCALHOST, socket.gethostname(), bound, *more))
        self._seen: dict[bytes, bool] = {}  # what was asked by is asked by again

    def takes(self, host: bytes) -> bool:
        """Return whether a request may name this host, with or without a port."""
        known = self._seen.get(host)
        if known is None:
            known = self._is_ours(host)
            if known:  # others are not kept: there is no end of them
                if len(self._seen) > _MOST_SEEN:
                    self._seen.clear()
                self._seen[host] = known
        return known

    def _is_ours(self, host: bytes) -> bool:
        text = host.decode("latin-1").lower()
        if text.startswith("["):
            name = text[1:].partition("]")[0]
        else:
            name, colon, port = text.partition(":")
            if colon and not (port.isascii() and port.isdigit()):
                return False
        return name in self.names or is_address(name)


_MOST_SEEN = 1000


def client(scope: Scope) -> str:
    """Address of who asks; empty where it has none."""
    return str(scope["client"][0]) if scope.get("client") else ""


@lru_cache(10_000)
def origin(address: str) -> str:
    """Return the client that an address counts as: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return address
    return str(known.ipv4_mapped or ipaddress.ip_network((int(known), 64), strict=False))


def is_address(host: str) -> bool:
    """Return whether a host is an address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(1000)
def is_loopback(host: str) -> bool:
    """Return whether a listening host is reachable only from this machine."""
    return host.lower() == LOCALHOST or (is_address(host) and ipaddress.ip_address(host).is_loopback)
