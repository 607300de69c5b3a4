"""A TCP proxy that misbehaves: by connection as a seed says, or all connections at once when struck.

It believes: a network fails in few ways. Bytes stop (silence), the connection ends (a reset, or an orderly end in the
middle of an answer), nobody accepts, or bytes come late or in odd portions. It never changes a byte: TCP does not.
"""

import asyncio
import socket
import struct
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from types import TracebackType
from typing import Self

from bridge.testing.connection import ConnectionParameters

CHUNK = 65_536
END_WITH_RESET = struct.pack("ii", 1, 0)
"""A linger time of nothing: what is closed sends a reset."""


class Kind(StrEnum):
    """What a fault does."""

    RESET = "reset"
    SILENT = "silent"  # accepted, and from some byte on nothing comes any more, in either direction
    TRUNCATED = "truncated"  # a part of a packet, then an orderly end
    REFUSED = "refused"
    SLICED = "sliced"  # one byte at a time
    SLOW = "slow"


class Way(StrEnum):
    """A direction through the proxy."""

    UP = "to the server"
    DOWN = "to the client"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. It strikes when `at_byte` bytes have passed on its `way`; `seconds` is a slow one's delay each way."""

    kind: Kind
    way: Way = Way.DOWN
    at_byte: int = 0
    seconds: float = 0.0

    @property
    def harmless(self) -> bool:
        """Whether everything still arrives."""
        return self.kind in (Kind.SLICED, Kind.SLOW)

    def __str__(self) -> str:
        if self.kind is Kind.SLOW:
            return f"{self.kind} by {self.seconds * 1000:.0f} ms each way"
        return (
            str(self.kind) if self.kind in (Kind.SLICED, Kind.REFUSED) else f"{self.kind} {self.way} at {self.at_byte}"
        )


def drawn(random: Random, *, furthest_byte: int = 600) -> Fault:
    """Any fault, by chance: most bytes of a login and of a short answer are within `furthest_byte`."""
    kind = random.choice(list(Kind))
    way = random.choice(list(Way)) if kind is not Kind.TRUNCATED else Way.DOWN
    return Fault(kind, way, random.randrange(furthest_byte), random.uniform(0.001, 0.03))


@dataclass(slots=True)
class Traffic:
    """What has passed. `round_trips` are flights of bytes to the server, each answered before the next."""

    connections: int = 0
    round_trips: int = 0
    bytes: dict[Way, int] = field(default_factory=lambda: defaultdict(int))
    struck: int = 0


class FaultyProxy:
    """Listens on 127.0.0.1 at `port` inside an `async with` block and forwards to `server`.

    `fault_of` says what befalls the connection of that number, counted from 0. `strike` befalls all there are and all
    that come, until `heal`.
    """

    def __init__(
        self, server: ConnectionParameters, *, fault_of: Callable[[int], Fault | None] = lambda _: None
    ) -> None:
        self._server, self._fault_of = server, fault_of
        self._fault: Fault | None = None
        self._listener = _bound(0)
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.traffic = Traffic()
        self.port: int = self._listener.getsockname()[1]

    async def __aenter__(self) -> Self:
        self._accept()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._refuse()
        self._listener.close()
        for link in list(self._links):
            link.end()
        while self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.sleep(0)  # a closed transport lets go of its socket in the loop's next round

    @property
    def open_connections(self) -> int:
        """Connections from clients that are open now."""
        return len(self._links)

    def strike(self, fault: Fault) -> None:
        """Let the fault befall every connection, those that are open counting bytes from now."""
        self._fault = fault
        if fault.kind is Kind.REFUSED:
            self._refuse()
            self.traffic.struck += 1
            for link in list(self._links):
                link.reset()
        for link in self._links:
            link.suffer(fault)

    def heal(self) -> None:
        """Be a good proxy again. Connections that have gone silent stay so, as they would on a real network."""
        if self._fault is None:
            return
        fault, self._fault = self._fault, None
        for link in self._links:
            link.suffer(None)
        if fault.kind is Kind.REFUSED:
            self._accept()

    def _accept(self) -> None:
        self._listener.listen()
        asyncio.get_running_loop().add_reader(self._listener, self._take)

    def _refuse(self) -> None:
        """Stop listening, but keep the port: whoever connects is refused."""
        if asyncio.get_running_loop().remove_reader(self._listener):
            self._listener.close()
            self._listener = _bound(self.port)

    def _take(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:  # it has gone again
            return
        client.setblocking(False)  # noqa: FBT003 - the library's own way of saying it
        number, self.traffic.connections = self.traffic.connections, self.traffic.connections + 1
        task = asyncio.create_task(self._serve(client, self._fault or self._fault_of(number)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: socket.socket, fault: Fault | None) -> None:
        reader, writer = await asyncio.open_connection(sock=client)
        try:
            from_server, to_server = await self._to_the_server()
        except OSError:  # it is down: the client learns it as it would of any broken path
            _end(writer, with_reset=True)
            return
        link = _Link(self.traffic, to_client=writer, to_server=to_server)
        link.suffer(fault)
        self._links.add(link)
        try:
            await asyncio.gather(link.pump(Way.UP, reader), link.pump(Way.DOWN, from_server))
        finally:
            self._links.discard(link)
            link.end()

    async def _to_the_server(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._server.socket is not None:
            return await asyncio.open_unix_connection(self._server.socket)
        return await asyncio.open_connection(self._server.host, self._server.port)


class _Link:
    """One client's connection and ours to the server."""

    def __init__(self, traffic: Traffic, *, to_client: asyncio.StreamWriter, to_server: asyncio.StreamWriter) -> None:
        self._traffic = traffic
        self._writers = {Way.UP: to_server, Way.DOWN: to_client}
        self._fault: Fault | None = None
        self._passed: dict[Way, int] = defaultdict(int)
        self._due: dict[Way, float] = defaultdict(float)
        self._last_way = Way.DOWN
        self._silent = False

    def suffer(self, fault: Fault | None) -> None:
        """From now on, counting bytes from here; silence at byte 0 begins at once, also where nothing is said."""
        self._fault = fault
        self._passed.clear()
        if fault is not None and fault.kind is Kind.SILENT and fault.at_byte == 0 and not self._silent:
            self._silent = True
            self._traffic.struck += 1

    async def pump(self, way: Way, reader: asyncio.StreamReader) -> None:
        """Hand on what comes until either side ends."""
        try:
            while data := await reader.read(CHUNK):
                if not self._silent:
                    self._note(way, len(data))
                    await self._hand_on(way, data)
        except OSError:  # the other end was rude; the end of it here is the same
            pass
        delay = self._due[way] - asyncio.get_running_loop().time()
        if delay > 0:  # what came before the end is still on its way
            await asyncio.sleep(delay)
        self.end()

    def end(self) -> None:
        """End both sides in an orderly way."""
        for writer in self._writers.values():
            _end(writer, with_reset=False)

    def reset(self) -> None:
        """End both sides with a reset."""
        for writer in self._writers.values():
            _end(writer, with_reset=True)

    def _note(self, way: Way, size: int) -> None:
        if way is Way.UP and self._last_way is Way.DOWN:
            self._traffic.round_trips += 1
        self._last_way = way
        self._traffic.bytes[way] += size

    async def _hand_on(self, way: Way, data: bytes) -> None:
        fault, passed = self._fault, self._passed[way]
        self._passed[way] += len(data)
        if fault is None or fault.harmless or fault.way is not way or passed + len(data) <= fault.at_byte:
            await self._write(way, data, fault)
            return
        await self._write(way, data[: max(fault.at_byte - passed, 0)], None)
        self._traffic.struck += 1
        if fault.kind is Kind.SILENT:
            self._silent = True
        elif fault.kind is Kind.TRUNCATED:
            self.end()
        else:
            self.reset()

    async def _write(self, way: Way, data: bytes, fault: Fault | None) -> None:
        writer, loop = self._writers[way], asyncio.get_running_loop()
        if fault is not None and fault.kind is Kind.SLICED:
            for at in range(len(data)):
                _write(writer, data[at : at + 1])
                await asyncio.sleep(0)
            return
        delay = fault.seconds if fault is not None and fault.kind is Kind.SLOW else 0.0
        due = max(loop.time() + delay, self._due[way])
        if due > loop.time():
            self._due[way] = due + 1e-6  # strictly later than what came before: the loop's timers keep no order
            loop.call_at(due, _write, writer, data)
        else:
            _write(writer, data)
            await writer.drain()


def _bound(port: int) -> socket.socket:
    """A socket that has its port and does not listen yet."""
    bound = socket.socket()
    bound.setblocking(False)  # noqa: FBT003 - the library's own way of saying it
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if data and not writer.is_closing():
        writer.write(data)


def _end(writer: asyncio.StreamWriter, *, with_reset: bool) -> None:
    if writer.is_closing():
        return
    if with_reset:
        connection = writer.get_extra_info("socket")
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, END_WITH_RESET)
        writer.transport.abort()
    else:
        writer.close()
