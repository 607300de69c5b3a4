"""The desk's own heartbeat: what a customer could not do because the desk was down is not held against him (rule C5).

The daemon beats twice a minute, and before anything else when it starts. A gap between two beats is kept, and whatever
ended in it (packages that were of use to somebody, offers to be approved) ends a day after the return instead. Only
the daemon beats: what staff do with commands meanwhile is no sign that a customer could have done anything.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from bridge.contracts.desk import Tx
from bridge.domain import ledger
from bridge.domain.downtime import Gap, gap_between
from bridge.domain.packages import Package
from bridge.domain.tickets import Author, Message, MessageKind, TicketState
from bridge.services.ticket_standing import look_at

REASON = "the desk was down when the package ended"


def is_silent(tx: Tx, at: datetime) -> bool:
    """Whether the heart has not beaten for so long that the next beat finds a gap."""
    return gap_between(tx.downtimes.last_beat(), at) is not None


def beat(tx: Tx, at: datetime) -> Gap | None:
    """Note that the desk is alive, and make good the gap that ends with it; returns that gap.

    The beat follows the clock wherever it goes: put forward it looks like a gap, put back like none.
    """
    gap = gap_between(tx.downtimes.last_beat(), at)
    if gap is not None:
        tx.downtimes.add(gap)
        since = gap.since.replace(microsecond=0)  # the last second of what ends counts whole
        _extend_packages(tx, tx.ledger.ending_between(since, gap.until), gap, at)
        _extend_quotes(tx, tx.quotes.offered_between(since, gap.until), gap, at)
    tx.downtimes.beat(at)
    return gap


def _extend_packages(tx: Tx, ending: Iterable[tuple[str, Package]], gap: Gap, at: datetime) -> None:
    """Packages of use; the deadline that each still has looks at its new end when it fires."""
    useful = [(store, package) for store, package in ending if _is_of_use(package)]
    for store, found in groupby(sorted(useful, key=_store), key=_store):
        entries, after = [], {}
        for _, package in found:
            key = f"{store}:package:{package.id}:extend:{int(gap.until.timestamp())}"
            entry, extended = ledger.extend(package, gap.extended_to, key=key, at=at, reason=REASON)
            entries.append(entry)
            after[package.id] = extended
        tx.ledger.append(store, entries, after)


def _extend_quotes(tx: Tx, offered: Iterable[tuple[str, int]], gap: Gap, at: datetime) -> None:
    """Offers that could still be approved when the desk went down; the thread says until when they can be now.

    Not in a ticket that staff have closed by a command meanwhile: an approval would hold coins in it.
    """
    for store, quote_id in offered:
        quote = tx.quotes.get(store, quote_id)
        if quote is None or _is_closed(tx, quote.ticket_id):
            continue
        tx.quotes.extend(quote.id, gap.extended_to)
        detail = {
            "quote": quote.id,
            "version": quote.offer.version,
            "valid_until": int(gap.extended_to.timestamp()),
        }
        tx.tickets.say(quote.ticket_id, Message(at, Author.BRIDGE, MessageKind.EXTENDED, detail=detail))
        look_at(tx, store, [quote.ticket_id], at=at)


def _is_closed(tx: Tx, ticket_id: int) -> bool:
    now = tx.tickets.now([ticket_id]).get(ticket_id)
    return now is not None and now.state is TicketState.CLOSED


def _is_of_use(package: Package) -> bool:
    """Whether a customer could still do something with it: spend coins, take back those that are held, use a plan."""
    return not package.revoked and (package.posted > 0 or package.plan is not None)


def _store(one: tuple[str, Package]) -> str:
    return one[0]
