"""Who asks over the internet: the other end of a connection, or whom a trusted web server in front names.

It believes: whoever has one address of IPv6 has at least 2^64 of them, so they are one asker.
"""

import asyncio
import ipaddress
from functools import lru_cache

from aiohttp import web

from bridge.settings.listening import Network

IPV6_ASKER_BITS = 64
"""What one asker has of IPv6 at the least: limits by single addresses would be none."""
KNOWN_ADDRESSES = 1_000
"""Addresses of which is remembered whether they are trusted: the servers in front ask again and again."""


def asker_of(address: str) -> str:
    """Who is one asker: an address of IPv4, the first 64 bits of one of IPv6."""
    if ":" not in address:
        return address
    try:
        whole = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(whole) >> IPV6_ASKER_BITS << IPV6_ASKER_BITS, IPV6_ASKER_BITS)))


def holder_of(transport: asyncio.BaseTransport, proxies: tuple[Network, ...]) -> str:
    """Which asker a connection is held by; empty for a web server in front, which holds those of all its askers."""
    peer = _peer(transport)
    return asker_of(peer) if peer and not _trusted(peer, proxies) else ""


def client_address(request: web.Request, proxies: tuple[Network, ...]) -> str:
    """Who asks: the last address that no trusted server stands behind, read from the right.

    A Unix socket is open to this machine alone, so what comes over it comes from the web server in front.
    """
    client = _peer(request.transport)
    if client and not _trusted(client, proxies):
        return client
    for written in reversed(",".join(request.headers.getall("X-Forwarded-For", ())).split(",")):
        address = written.strip()
        trusted = _trusted(address, proxies)
        if trusted is None:
            break
        client = address
        if not trusted:
            break
    return client


def _peer(transport: asyncio.BaseTransport | None) -> str:
    name = transport.get_extra_info("peername") if transport else None
    return str(name[0]) if isinstance(name, tuple) else ""


@lru_cache(maxsize=KNOWN_ADDRESSES)
def _trusted(address: str, proxies: tuple[Network, ...]) -> bool | None:
    """Whether an address is one of a web server in front; None for what is no address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return any((mapped or known) in network for network in proxies)
