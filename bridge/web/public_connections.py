"""Who may keep a connection to the public pages: so many at once, so many of one asker, and none that never asks.

It believes: whoever fills a listener with idle connections sends nothing that could be refused. So the connections
themselves are counted, and closed in time; what is remembered of askers is of those alone whose connections are open.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from aiohttp import web

from bridge.settings.listening import Network
from bridge.web.askers import holder_of
from bridge.web.public_traffic import PublicTraffic


class Room(NamedTuple):
    """How much there is: connections at once, of one asker, and seconds to ask something whole or read an answer.

    Those too many are closed as they come, so that the daemon keeps its files for its own work and one asker alone
    can't keep all others out. Of those that stay idle there may be many that never will ask.
    """

    connections: int = 1_000
    of_one: int = 50
    within_s: float = 15.0


AMPLE = Room()


class PublicConnections:
    """The open connections of one listener. A web server in front holds them for all its askers: for none of them."""

    def __init__(self, proxies: tuple[Network, ...], traffic: PublicTraffic, room: Room) -> None:
        self._proxies, self._traffic, self._room = proxies, traffic, room
        self._held: Counter[str] = Counter()
        self._waiting: dict[web.RequestHandler, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        """How many askers are remembered."""
        return len(self._held)

    def protocol(self, handler: Callable[[], web.RequestHandler]) -> asyncio.Protocol:
        """What serves the next connection: a handler that is made for it, if there is room."""
        return _Connection(self, handler)

    def asked(self, handler: web.RequestHandler) -> None:
        """Something whole has come: it need not be closed for saying nothing."""
        timer = self._waiting.pop(handler, None)
        if timer is not None:
            timer.cancel()

    def take(self, transport: asyncio.Transport) -> str | None:
        """Make room for a connection and say whose it is, for `leave`; None where there is no room for it."""
        holder = holder_of(transport, self._proxies)
        full = self._traffic.connections >= self._room.connections
        if full or (holder and self._held[holder] >= self._room.of_one):
            self._traffic.turned_away += 1
            return None
        self._traffic.connections += 1
        if holder:
            self._held[holder] += 1
        return holder

    def expect(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Close a connection unless something whole comes over it in time."""
        self._waiting[handler] = self.closing(transport)

    def closing(self, transport: asyncio.Transport) -> asyncio.TimerHandle:
        """What closes a connection in time, unless it is cancelled."""
        return asyncio.get_running_loop().call_later(self._room.within_s, transport.abort)

    def leave(self, holder: str) -> None:
        """A connection that had room is closed."""
        self._traffic.connections -= 1
        if holder:
            self._held[holder] -= 1
            if not self._held[holder]:
                del self._held[holder]


class _Connection(asyncio.Protocol):
    """aiohttp's own, but closed where there is no room for it, or where it does not ask or read in time."""

    def __init__(self, connections: PublicConnections, handler: Callable[[], web.RequestHandler]) -> None:
        self._connections, self._make = connections, handler
        self._transport: asyncio.Transport | None = None
        self._inner: web.RequestHandler | None = None
        self._holder = ""
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        holder = self._connections.take(transport)
        if holder is None:
            transport.abort()
            return
        self._transport, self._holder, inner = transport, holder, self._make()
        self._inner = inner
        self.data_received = inner.data_received  # type: ignore[method-assign]  # straight through, for each piece
        self.eof_received = inner.eof_received  # type: ignore[method-assign]
        self._connections.expect(inner, transport)
        inner.connection_made(transport)

    def pause_writing(self) -> None:
        assert self._transport is not None
        assert self._inner is not None, "it is open"
        self._unread = self._connections.closing(self._transport)
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        assert self._inner is not None, "it is open"
        self._read()
        self._inner.resume_writing()

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._inner is None:
            return
        self._connections.asked(self._inner)
        self._connections.leave(self._holder)
        self._read()
        self._inner.connection_lost(exc)

    def _read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
