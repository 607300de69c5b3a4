"""Where the daemon listens: the private pages for this machine alone, the public ones for whoever may come.

Believes: what shows the books' totals and asks for no password stays on the loopback address or a Unix socket. What the
internet may ask comes through a web server in front, which speaks TLS and says who asked; only such a server is
believed about that.
"""

import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from bridge.settings.base import Broken, Section, all_broken, broken

_UNIX = "unix:"
LONGEST_SOCKET_PATH = 107
"""Bytes that there is room for in a Unix socket's address."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _split_address(listen: str) -> tuple[str, int] | None:
    """Host and port of `127.0.0.1:8377` or `[::1]:8377`; None if it is no address with a port."""
    host, colon, port = listen.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535 or (":" in bare and bare == host):
        return None
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return None
    return bare, int(port)


def _is_loopback(address: tuple[str, int] | None) -> bool:
    return address is not None and ipaddress.ip_address(address[0]).is_loopback


def _require_socket_path(text: str, *, example: str) -> str:
    path = text.removeprefix(_UNIX)
    if Path(path).is_absolute() and len(path.encode()) <= LONGEST_SOCKET_PATH:
        return text
    raise broken(
        f"must name a socket by its absolute path, at most {LONGEST_SOCKET_PATH} bytes, such as "
        f"unix:/run/supportbridge/{example}.sock"
    )


def _private(text: str) -> str:
    if text.startswith(_UNIX):
        return _require_socket_path(text, example="private")
    if not _is_loopback(_split_address(text)):
        raise broken(
            "must be a loopback address with a port, such as 127.0.0.1:8377, or unix:/path: these pages"
            " ask for no password"
        )
    return text


def _public(text: str) -> str:
    if not text:
        return text
    if text.startswith(_UNIX):
        return _require_socket_path(text, example="public")
    if _split_address(text) is None:
        raise broken("must be an address with a port, such as 127.0.0.1:8378, or unix:/path, or empty for none")
    return text


class _Listener(Section):
    listen: str

    @property
    def unix_path(self) -> Path | None:
        """The socket's path, if a socket is set."""
        return Path(self.listen.removeprefix(_UNIX)) if self.listen.startswith(_UNIX) else None

    @property
    def tcp_address(self) -> tuple[str, int] | None:
        """Host and port, if an address is set."""
        return None if self.listen.startswith(_UNIX) else _split_address(self.listen)


class PrivateWebSettings(_Listener):
    """The private pages: /livez, /health and /metrics."""

    listen: Annotated[str, AfterValidator(_private)] = Field(
        default="127.0.0.1:8377",
        description=(
            "Where the private pages are served: a loopback address with a port, or unix:/path. Port 0 "
            "takes any free one."
        ),
    )


def _network(text: str) -> Network | None:
    """An address or a network; an address of IPv6 that means one of IPv4 is that."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _proxies(texts: tuple[str, ...]) -> tuple[str, ...]:
    found = [
        Broken("must be an address or a network, such as 127.0.0.1 or 10.0.0.0/8", (at,))
        for at, text in enumerate(texts)
        if _network(text) is None
    ]
    found += [
        Broken("must not be every address: whoever asks could choose whom to be counted as", (at,))
        for at, network in enumerate(map(_network, texts))
        if network is not None and network.prefixlen == 0
    ]
    if found:
        raise all_broken(found)
    return texts


class PublicWebSettings(_Listener):
    """What the internet may ask: the licence API, and what plugins take there. Off unless it listens."""

    listen: Annotated[str, AfterValidator(_public)] = Field(
        default="",
        description=(
            "Where the public pages are served: an address with a port, or unix:/path; empty for nowhere. They speak "
            "HTTP: put a web server with TLS in front. Port 0 takes any free one."
        ),
    )
    trusted_proxies: Annotated[tuple[str, ...], AfterValidator(_proxies)] = Field(
        default=(),
        description=(
            "Addresses or networks of the web servers in front whose X-Forwarded-For is believed. What comes over a "
            "Unix socket comes from such a server."
        ),
    )
    per_address: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=120, description="The most questions a minute that one address (of IPv6: one /64) may ask."
    )
    licence_api: bool = Field(
        default=True, description="Whether extensions may ask for licences there; plugins' addresses are served anyhow."
    )
    per_key: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=60, description="The most questions a minute that may be asked about one licence key."
    )

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The networks that are believed about who asked."""
        return tuple(_networks(self.trusted_proxies))


def _networks(texts: Iterable[str]) -> Iterable[Network]:
    for text in texts:
        network = _network(text)
        assert network is not None, "the settings let no other through"
        yield network
