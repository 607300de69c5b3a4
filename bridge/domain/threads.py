"""How a shop's endless threads become tickets (rule T10), and what is believed of a message's date.

A shop that finds a thread by the writer's address has one of them for years. The desk cuts it where a ticket would have
been closed by silence, so that what comes later is a new ticket that goes on with the old one.
"""

from datetime import datetime, timedelta
from zlib import crc32

LONGEST_SUBJECT = 80
NO_SUBJECT = "…"
QUARTER_S = 900
"""Zones differ by whole quarters of an hour: what is left of a moment is the same in all of them."""


def placed(said: datetime | None, *, after: datetime | None, now: datetime) -> datetime:
    """Where a message stands in time: as the shop says, but not before what it follows, and not in the future.

    One without a usable date stands right after what it follows.
    """
    moment = said or after or now
    if after is not None and moment < after:
        moment = after
    return min(moment, now) if after is None or after <= now else after


def is_over(last: datetime, at: datetime, silence: timedelta) -> bool:
    """Whether a ticket in which nothing was said since `last` was closed by silence at `at`."""
    return at - last >= silence


def subject_of(text: str) -> str:
    """What a ticket is called that was opened without a subject: its first line, cut at a word."""
    line = next((one for one in map(str.strip, text.splitlines()) if one), NO_SUBJECT)
    if len(line) <= LONGEST_SUBJECT:
        return line
    cut = line[: LONGEST_SUBJECT - 1]
    words = cut.rpartition(" ")[0]
    return f"{(words if len(words) > LONGEST_SUBJECT // 2 else cut).rstrip()}…"


def digest_of(thread_id: int, employee_id: int, at: datetime | None) -> int:
    """A number that tells a message from another that gets the same id after the shop was put back to an older state.

    It has nothing of what the desk makes of texts, nor the shop's zone in it: both change with versions and settings.
    """
    moment = -1 if at is None else int(at.timestamp()) % QUARTER_S
    return crc32(b"%d:%d:%d" % (thread_id, employee_id, moment))
