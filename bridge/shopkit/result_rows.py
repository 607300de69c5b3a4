"""The rows of an answer, taken from the connection in bulk.

The driver awaits each row twice and calls three functions for each of its values: for a shop that is read for the first
time that is more work than everything the bridge decides about its rows. Here whatever has arrived is taken at once and
its rows are cut out of it in one loop. Every value is the one that the driver would give.

It believes: nothing follows the end of an answer before the next question is asked, so what has arrived may be taken
whole. Should something follow after all, that is an error, and whoever meets one closes the connection.
"""

from asyncio import StreamReader
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import pymysql
from aiomysql.connection import MySQLResult
from pymysql.constants import CR
from pymysql.converters import convert_datetime
from pymysql.protocol import MysqlPacket

TAKEN_BYTES = 256 * 1024
"""So much is taken from a connection at once, at most, unless one row is longer."""

_HEADER_BYTES = 4
_MORE_FOLLOWS = 0xFFFFFF
"""The length of a packet that the next one continues."""
_ERROR, _END = 0xFF, 0xFE
_LONGEST_END = 8
"""An end has at most so many bytes; a longer packet that begins like one is a row with a very long value."""
_NULL = 0xFB
"""What stands for a value that is none; less than this is a length in one byte."""
_LENGTH_BYTES = {0xFC: 2, 0xFD: 3, 0xFE: 8}
"""How many bytes a longer value's length has, by what stands before it."""
_DATE_AND_TIME = 19
"""The length of a date and time without fractions of a second."""

_Value = Callable[[bytes], Any]


class ResultRows(MySQLResult):  # type: ignore[misc]  # the driver ships no types
    """One answer of the server. The connection says with `arrived` where its rows begin."""

    connection: Any

    async def _read_rowdata_packet(self) -> None:
        encoding, arrived = self.connection.encoding, self.connection.arrived()
        values = [_value_of(*one) for one in self.converters]
        rows: list[tuple[Any, ...]] = []
        end = b""
        while not end:
            for packet in arrived.packets():
                if packet[0] >= _END and (packet[0] == _ERROR or len(packet) <= _LONGEST_END):
                    end = packet
                    break
                rows.append(_row(packet, values))
            else:
                await arrived.more()
        if end[0] == _ERROR:
            MysqlPacket(end, encoding).raise_for_error()
        if arrived.left:
            raise pymysql.InternalError("the server goes on after the end of its answer")
        self._check_packet_is_eof(MysqlPacket(end, encoding))
        self.connection = None  # as the driver does: the two hold each other otherwise
        self.affected_rows = len(rows)
        self.rows = tuple(rows)


class Arrived:
    """What has arrived of an answer and was not looked at yet."""

    def __init__(self, reader: StreamReader, next_number: int) -> None:
        self._reader, self._next_number = reader, next_number
        self._bytes, self._at, self._missing = b"", 0, _HEADER_BYTES
        self._begun = b""

    @property
    def left(self) -> int:
        """How many bytes have not been looked at."""
        return len(self._bytes) - self._at

    def packets(self) -> Iterator[bytes]:
        """The packets that are there whole. Raises the driver's errors for what is none."""
        while True:
            arrived, at = self._bytes, self._at
            begin = at + _HEADER_BYTES
            if len(arrived) < begin:
                self._missing = begin - len(arrived)
                return
            length = arrived[at] | arrived[at + 1] << 8 | arrived[at + 2] << 16
            end = begin + length
            if len(arrived) < end:
                self._missing = end - len(arrived)
                return
            self._take_number(arrived[at + 3])
            self._at = end
            packet = arrived[begin:end]
            if length == _MORE_FOLLOWS or self._begun:
                self._begun += packet
                if length == _MORE_FOLLOWS:
                    continue
                packet, self._begun = self._begun, b""
            if not packet:
                raise pymysql.InternalError("the server has sent an empty packet")
            yield packet

    async def more(self) -> None:
        """Wait for what comes next: at least a byte, and the whole packet if it is a very long one."""
        left, missing = self._bytes[self._at :], self._missing
        try:
            found = await (
                self._reader.read(TAKEN_BYTES) if missing <= TAKEN_BYTES else self._reader.readexactly(missing)
            )
        except EOFError:
            found = b""
        if not found:
            raise pymysql.OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
        self._bytes, self._at = left + found, 0

    def _take_number(self, number: int) -> None:
        if number != self._next_number:
            if number == 0:  # a server that is being shut down says so out of turn
                raise pymysql.OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
            raise pymysql.InternalError(f"packet {number} of an answer came where {self._next_number} was due")
        self._next_number = (number + 1) % 256


def _row(packet: bytes, values: Sequence[_Value | None]) -> tuple[Any, ...]:
    row: list[Any] = []
    at = 0
    try:
        for value in values:
            length = packet[at]
            at += 1
            if length >= _NULL:
                if length == _NULL:
                    row.append(None)
                    continue
                size = _LENGTH_BYTES[length]
                length = int.from_bytes(packet[at : at + size], "little")
                at += size
            found = packet[at : at + length]
            at += length
            row.append(found if value is None else value(found))
    except LookupError as error:
        raise pymysql.InternalError("a row has another length than its values") from error
    if at != len(packet):
        raise pymysql.InternalError("a row has another length than its values")
    return tuple(row)


def _value_of(encoding: str | None, converter: Callable[[Any], Any] | None) -> _Value | None:
    """What makes a value of a column's bytes, in one step where that gives the same; None where they stay bytes."""
    if encoding is None:
        return converter
    if converter is None:
        return partial(str, encoding=encoding)
    if converter is int:
        return int
    if converter is convert_datetime:
        return _date_and_time
    return lambda found: converter(found.decode(encoding))


def _date_and_time(found: bytes) -> Any:
    if len(found) == _DATE_AND_TIME:
        try:
            return datetime.fromisoformat(found.decode("ascii"))
        except ValueError:
            pass  # zeros, or the 31st of February: the driver has its own way with them
    return convert_datetime(found.decode("ascii"))
