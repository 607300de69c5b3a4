"""How the queue is shown to staff: each ticket with its place, what is left of its time, and the reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.cli.call import unclear
from bridge.cli.customer import named, owner_document
from bridge.cli.quotes_shown import subject_of
from bridge.cli.screen import count, line, styled, table, utc
from bridge.cli.tickets_shown import left_words, minute, state_word, urgent_word
from bridge.contracts.tickets import QueueKey
from bridge.domain.accounts import Owner
from bridge.domain.moments import from_ms, to_ms
from bridge.domain.queue import QueueRow, Tier
from bridge.errors import UsageError
from bridge.locale.clock_words import standing_text
from bridge.services.queue import QueueCursor
from bridge.settings import StoreSettings

TIERS = {Tier.SERVED: "served today", Tier.OFF_TODAY: "not served today"}
NO_CLOCK = "-"


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of a store's queue as of a moment; `following` is where the next one begins, None at the end."""

    store: StoreSettings
    at: datetime
    rows: Sequence[QueueRow]
    owners: Sequence[Owner]
    following: QueueCursor | None


def page_document(page: QueuePage) -> dict[str, Any]:
    """A page for programs."""
    return {
        "store": page.store.name,
        "at": utc(page.at),
        "tickets": [
            {
                "place": row.place,
                "ticket": row.ticket.id,
                "owner": owner_document(owner),
                "subject": row.ticket.subject,
                "kind": row.now.kind.value,
                "state": row.now.state.value,
                "urgency": row.now.urgency.value,
                "assignee": row.now.assignee,
                "due": utc(row.now.due),
                "left_seconds": (row.now.due - page.at).total_seconds() if row.now.due else None,
                "state_since": utc(row.now.since),
                "reason": {
                    "class": row.reason.tier.name.lower(),
                    "standing": row.reason.standing,
                    "urgent": row.reason.urgent,
                    "due": utc(row.reason.due),
                    "guaranteed": row.reason.guaranteed,
                    "since": utc(row.reason.since),
                },
            }
            for row, owner in zip(page.rows, page.owners, strict=True)
        ],
        "after": None if page.following is None else after_word(page.following),
    }


def page_parts(page: QueuePage, limit: int) -> list[Any]:
    """A page for people."""
    zone = page.store.zone_info
    heading = f"Store {page.store.name} at {minute(page.at, zone)}, times of {page.store.zone}"
    if not page.rows:
        return [line(f"{heading}: nobody waits for an answer.")]
    rows = [
        (
            row.place,
            row.ticket.id,
            named(owner),
            state_word(row.now.state),
            urgent_word(row.now.urgency),
            minute(row.now.due, zone) or NO_CLOCK,
            _left(row, page.at),
            row.now.assignee or "",
            f"{subject_of(row.ticket)}",
            reason_words(row, page),
        )
        for row, owner in zip(page.rows, page.owners, strict=True)
    ]
    columns = ("Place", "Ticket", "Customer", "State", "Urgent", "Due", "Left", "Whose", "Subject", "Why")
    end = f"{count(len(page.rows), 'ticket')}."
    if page.following is not None:
        end = f"There may be more: bridge queue --store {page.store.name} --limit {limit} --after "
        end += after_word(page.following)
    return [
        line(heading),
        line(),
        table(*columns, rows=rows, right=("Place", "Ticket"), words=("Subject", "Why")),
        line(),
        line(end),
    ]


def reason_words(row: QueueRow, page: QueuePage) -> str:
    """Why a ticket has its place: `plan Base, served today; urgent; guaranteed; open since 2026-11-22 14:05`."""
    reason = row.reason
    standing = standing_text(reason.standing, page.store.plan_names)
    tier = TIERS.get(reason.tier)
    promised = "no clock" if reason.due is None else "guaranteed" if reason.guaranteed else "best effort"
    since = f"{state_word(row.now.state)} since {minute(reason.since, page.store.zone_info)}"
    words = (f"{standing}, {tier}" if tier else standing, "urgent" if reason.urgent else "", promised, since)
    return "; ".join(filter(None, words))


def after_word(cursor: QueueCursor) -> str:
    """Where a page ended, as `--after` takes it."""
    key = cursor.key
    due = "never" if key.due is None else str(to_ms(key.due))
    return f"{cursor.place}-{cursor.tier.value}-{int(key.urgent)}-{due}-{to_ms(key.since)}-{key.id}"


def cursor_of(word: str) -> QueueCursor:
    """The same back. Raises `UsageError` for anything else."""
    try:
        place, tier, urgent, due, since, number = word.split("-")
        moment = None if due == "never" else from_ms(int(due))
        return QueueCursor(
            int(place), Tier(int(tier)), QueueKey(bool(int(urgent)), moment, from_ms(int(since)), int(number))
        )
    except (ValueError, OverflowError):
        raise _no_place(word) from None


def _no_place(word: str) -> UsageError:
    return unclear(f"--after {word} is no place in a queue", "take it from the last line of a page: bridge queue")


def _left(row: QueueRow, at: datetime) -> Any:
    if row.now.due is None:
        return NO_CLOCK
    words = left_words(row.now.due, at)
    return styled(words, "wrong") if row.now.due <= at and row.now.guaranteed else words
