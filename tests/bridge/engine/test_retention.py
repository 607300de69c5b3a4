"""Texts, sent messages and what deleted customers left have an end, a store's settings say when (rules D3, D4)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.contracts.chats import Receipt
from bridge.contracts.office import Delivery
from bridge.desk.deliveries import Lanes
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.chats import Address
from bridge.domain.tickets import Author, Message, MessageKind, TicketNow, TicketState
from bridge.engine.retention import Retention
from bridge.settings import StoreSettings
from bridge.testing.clock import FixedClock
from tests.support.books import ACME, MONDAY_9AM, a_quick_desk, customer
from tests.support.settings_files import load_plain, with_section, write_config


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    with a_quick_desk() as opened:
        opened.start()
        yield opened


@dataclass
class Years:
    """A store that keeps things for its own times, and a clock to let them pass."""

    desk: Desk
    store: StoreSettings
    clock: FixedClock

    async def later(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))
        await Retention(self.desk, self.clock, stores=lambda: [self.store]).forget()


def kept(desk: Desk, folder: Path, section: str) -> Years:
    config = write_config(folder, stores={"acme.toml": with_section(f"[privacy]\n{section}")})
    return Years(desk, load_plain(config).stores[ACME], FixedClock(MONDAY_9AM))


async def test_D4_sent_messages_are_forgotten_after_their_days_and_waiting_ones_never(
    desk: Desk, tmp_path: Path
) -> None:
    years = kept(desk, tmp_path, "deliveries_days = 40")
    messages = [Delivery(key, ACME, "coins_granted", {}, to=customer(77)) for key in ("sent", "waits")]
    await desk.transact("queue", lambda tx: tx.deliveries.add("mail", messages, MONDAY_9AM))
    (sent, _) = await desk.read(lambda tx: tx.deliveries.due("mail", Lanes.all(ACME), MONDAY_9AM, 10))
    await desk.transact("sent", lambda tx: tx.deliveries.done(sent, MONDAY_9AM))

    async def left() -> list[str]:
        rows = await desk.read(lambda tx: tx.connection.execute("SELECT key FROM delivery ORDER BY key").fetchall())
        return [row[0] for row in rows]

    await years.later(39)
    assert await left() == ["sent", "waits"]
    await years.later(2)
    assert await left() == ["waits"]


@pytest.mark.parametrize(("section", "text"), [("messages_days = 0", "please"), ("messages_days = 30", "")])
async def test_D4_texts_are_erased_after_their_days_or_kept(
    desk: Desk, tmp_path: Path, section: str, text: str
) -> None:
    years = kept(desk, tmp_path, section)

    def write(tx: DeskTx) -> int:
        account = tx.accounts.open(ACME, [customer(77)])[customer(77)]
        ticket = tx.tickets.open(ACME, account.id, subject="please", at=MONDAY_9AM, by=Author.CUSTOMER)
        tx.tickets.say(ticket.id, Message(MONDAY_9AM, Author.CUSTOMER, MessageKind.TEXT, "please"))
        tx.tickets.save_now(ticket.id, TicketNow(TicketState.CLOSED, MONDAY_9AM, ticket.kind))
        return ticket.id

    number = await desk.transact("write", write)
    await years.later(31)
    [message] = await desk.read(lambda tx: tx.tickets.thread(number))
    [ticket] = await desk.read(lambda tx: tx.tickets.latest(ACME, 9))
    assert (message.text, ticket.subject) == (text, text)


async def test_D3_erasure_is_proposed_once_after_the_days_that_were_set(desk: Desk, tmp_path: Path) -> None:
    years = kept(desk, tmp_path, "deleted_days = 10")

    def delete(tx: DeskTx) -> None:
        account = tx.accounts.open(ACME, [customer(77)])[customer(77)]
        tx.tickets.open(ACME, account.id, subject="please", at=MONDAY_9AM, by=Author.CUSTOMER)
        tx.accounts.miss([account.id], MONDAY_9AM)

    await desk.transact("delete", delete)
    await years.later(9)
    assert await desk.read(lambda tx: tx.problems.open(ACME)) == []
    await years.later(1)
    await years.later(1)
    [problem] = await desk.read(lambda tx: tx.problems.open(ACME))
    assert (problem.kind, problem.count) == ("erasure_proposed", 1)
    assert problem.summary.endswith("Erase what is kept of him: bridge privacy erase 77 --by NAME")


@pytest.mark.parametrize(("section", "names"), [("chat_days = 30", [""]), ("chat_days = 0", ["Maryam"])])
async def test_D4_who_was_never_linked_is_forgotten_as_long_after_his_last_word_as_words_are_kept(
    desk: Desk, tmp_path: Path, section: str, names: list[str]
) -> None:
    years = kept(desk, tmp_path, section)

    def write(tx: DeskTx) -> None:
        contact = tx.contacts.add(ACME, at=MONDAY_9AM, name="Maryam")
        tx.chat_contacts.save(ACME, contact.id, Address("whatsapp", "989121234567"))
        tx.conversations.open(ACME, contact.id, "office", "whatsapp", MONDAY_9AM)

    async def left() -> list[str]:
        rows = await desk.read(lambda tx: tx.connection.execute("SELECT name FROM contact").fetchall())
        return [row[0] for row in rows]

    await desk.transact("write", write)
    await years.later(30)
    assert await left() == ["Maryam"]
    await years.later(1)
    assert await left() == names


async def test_D4_what_a_channel_delivered_is_forgotten_after_its_days_once_it_is_done_with(
    desk: Desk, tmp_path: Path
) -> None:
    years = kept(desk, tmp_path, "receipt_days = 3")
    receipts = [Receipt(key, "delivery", b"{}", MONDAY_9AM) for key in ("done", "waits")]
    await desk.transact("keep", lambda tx: tx.receipts.add("chat", receipts))
    (done, _) = await desk.read(lambda tx: tx.receipts.due("chat", MONDAY_9AM, 10))
    await desk.transact("done", lambda tx: tx.receipts.end([done]))

    async def left() -> list[str]:
        rows = await desk.read(lambda tx: tx.connection.execute("SELECT key FROM receipt ORDER BY key").fetchall())
        return [row[0] for row in rows]

    await years.later(2)
    assert await left() == ["done", "waits"]
    await years.later(2)
    assert await left() == ["waits"]
