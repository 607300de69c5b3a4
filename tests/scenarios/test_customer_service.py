"""PrestaShop's own customer service in both directions, over a real database, whatever breaks off in between."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.contracts.quotes import Decision
from bridge.contracts.stores import FirstSync
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.quotes import QuoteState
from bridge.domain.tickets import Author, MessageKind, TicketState
from bridge.engine.health import StoreHealth
from bridge.engine.native_threads import NativeThreads
from bridge.engine.setup import StoreSetup
from bridge.services import offering, staff_coins
from bridge.services.native_parts import STATUS_OF
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.adapters import store_connection
from tests.support.books import a_quick_desk, rows
from tests.support.dying import MONDAY, DyingDaemon
from tests.support.shops import PrestaShopShop

LONG = bool(os.environ.get("BRIDGE_LONG_TESTS"))
MESSAGES = 10_000 if LONG else 2_000
THREADS = 40
MOST_SAID, MOST_ANSWERED = 60, 20
"""At once."""


class Service(DyingDaemon):
    """A shop's customer service, a desk, and a daemon that dies now and then between them."""

    def __init__(self, shop: PrestaShopShop, adapter: PrestaShopAdapter, desk: Desk, folder: Path) -> None:
        super().__init__((adapter, adapter.threads_shop), desk, folder)
        self.shop = shop

    def staffed(self, employee: int) -> None:
        """Let the store's one member of staff be that employee of the shop."""
        member = self.settings.staff[0].model_copy(update={"shop_employees": (employee,)})
        self.setup = StoreSetup.of(self.settings.model_copy(update={"staff": (member,)}))
        self.begin()

    def begin(self) -> None:
        adapter, threads, desk = self.broken
        health, stop, wake = StoreHealth("acme", 60), asyncio.Event(), asyncio.Event()
        self.side = NativeThreads(
            self.setup, adapter, desk, self.clock, health, stop, shop=threads, wake=wake  # type: ignore[arg-type]
        )  # fmt: skip

    async def one_pass(self) -> bool:
        return await self.side.one_pass()

    def current(self) -> list[int]:
        return [row[0] for row in rows(self.desk, "SELECT ticket_id FROM thread WHERE ticket_id IS NOT NULL")]


@asynccontextmanager
async def a_service(shop: PrestaShopShop, folder: Path) -> AsyncIterator[Service]:
    adapter = PrestaShopAdapter(replace(store_connection(shop, "prestashop"), store="acme"))
    try:
        with a_quick_desk() as desk:
            desk.start()
            await adapter.prepare()
            await desk.transact("done", _orders_are_read)
            yield Service(shop, adapter, desk, folder)
    finally:
        await adapter.close()


def _orders_are_read(tx: DeskTx) -> None:
    tx.stores.save(replace(tx.stores.get("acme"), first_sync=FirstSync.DONE))


@pytest.mark.timeout(600)
async def test_T1_every_message_is_on_both_sides_exactly_once_and_in_order(
    prestashop: PrestaShopShop, tmp_path: Path
) -> None:
    async with a_service(prestashop, tmp_path) as service:
        employee = await prestashop.add_employee()
        service.staffed(employee)
        dice, said, answered = service.dice, 0, 0
        late: set[str] = set()
        threads = [await prestashop.open_thread(email=f"{one}@shop.example") for one in range(THREADS)]
        while said + answered < MESSAGES:
            async with AsyncExitStack() as closing:
                for _ in range(dice.randint(1, MOST_SAID)):
                    said, thread = said + 1, dice.choice(threads)
                    who = dice.choice((0, 0, employee))
                    if dice.random() < 0.05 and len(late) < 100:
                        await closing.enter_async_context(prestashop.writing(thread, f"in {said}"))
                        late.add(f"in {said}")
                    else:
                        await prestashop.write(thread, f"in {said}", employee=who)
                await service.passes()
            current = service.current()
            for ticket in dice.choices(current, k=min(len(current), dice.randint(0, MOST_ANSWERED))):
                answered += await service.answer(ticket, f"out {answered}")
            if current and dice.random() < 0.2:
                await service.close(dice.choice(current))
            if dice.random() < 0.2:
                await prestashop.change_thread(dice.choice(threads), dice.choice(("open", "closed", "pending1")))
            await service.passes()
        await service.quiet()
        assert service.crashes > MESSAGES / 60
        await _both_sides_are_alike(service, said, answered, late)


async def _both_sides_are_alike(service: Service, said: int, answered: int, late: set[str]) -> None:
    native = await service.shop.fetch(
        "SELECT id_customer_message, id_customer_thread, message FROM {customer_message} ORDER BY 1"
    )
    assert sorted(text for _, _, text in native) == sorted(
        [*(f"in {one}" for one in range(1, said + 1)), *(f"out {one}" for one in range(answered))]
    )
    taken = rows(
        service.desk,
        "SELECT n.native_id, json_extract(m.detail, '$.thread'), m.text FROM message m"
        " JOIN native_message n ON n.message_id = m.id WHERE n.ours = 0 ORDER BY m.at_ms, m.id",
    )
    assert {tuple(one) for one in taken} == {one for one in native if one[2].startswith("in ")}
    assert len(taken) == said
    written = rows(
        service.desk,
        "SELECT r.native_id, r.thread_id, m.text FROM native_reply r JOIN message m ON m.id = r.message_id"
        " ORDER BY r.message_id",
    )
    assert sorted(written) == sorted(one for one in native if one[2].startswith("out "))
    for thread in {one[1] for one in native}:
        in_order = [one[0] for one in taken if one[1] == thread and one[2] not in late]
        assert in_order == sorted(in_order)
        answers = [one[0] for one in written if one[1] == thread]
        assert answers == sorted(answers)
    for thread, status, state in rows(
        service.desk, "SELECT t.thread_id, t.status, k.state FROM thread t JOIN ticket k ON k.id = t.ticket_id"
    ):
        assert await service.shop.thread_status(thread) == status
        assert state == TicketState.CLOSED or STATUS_OF[TicketState(state)].value == status


async def test_T11_who_types_a_registered_address_gets_nothing_approved_and_nothing_revealed(
    prestashop: PrestaShopShop, tmp_path: Path
) -> None:
    async with a_service(prestashop, tmp_path) as service:
        ada = await prestashop.add_customer("ada@shop.example")
        service.staffed(await prestashop.add_employee())
        for one in service.broken:
            one.breaks = 0.0
        await service.quiet()
        owner, terms = Owner(OwnerKind.CUSTOMER, ada), service.setup.desk_terms
        await service.desk.transact(
            "grant",
            staff_coins.grant,
            "acme",
            owner,
            coins=300,
            reason="test",
            staff=service.staff,
            key="k",
            zone=terms.zone,
            at=MONDAY,
        )
        thread = await prestashop.open_thread(email="ada@shop.example", customer=ada)
        await prestashop.write(thread, "Please set up Google Analytics")
        await service.passes()
        [ticket] = service.current()
        quote = await service.desk.transact(
            "offer",
            offering.offer,
            terms,
            ticket,
            coins=50,
            words="Set it up",
            by=service.staff,
            at=MONDAY,
            possible=True,
        )
        before = service.desk.look(lambda tx: tx.accounts.of_owners("acme", [owner]))[owner]
        for text in ("I approve", f"I approve quote {quote.id} for 50 coins", "How many coins do I have? Tell me all."):
            await prestashop.write(thread, text)
            await service.passes()
        after = service.desk.look(lambda tx: tx.accounts.of_owners("acme", [owner]))[owner]
        assert (after.posted, after.held, after.entries) == (before.posted, before.held, before.entries) == (300, 0, 1)
        stands = service.desk.look(lambda tx: tx.quotes.get("acme", quote.id))
        decisions: list[Decision] = service.desk.look(lambda tx: tx.quotes.decisions(quote.id))
        assert stands is not None
        assert (stands.state, decisions) == (QuoteState.OFFERED, [])
        thread_of_it = service.desk.look(lambda tx: tx.tickets.thread(ticket))
        typed = [one for one in thread_of_it if one.kind is MessageKind.TEXT and one.author is Author.CUSTOMER]
        assert [one.verified for one in typed] == [False] * 4
        assert await prestashop.shown(thread) == [
            "Please set up Google Analytics",
            "I approve",
            f"I approve quote {quote.id} for 50 coins",
            "How many coins do I have? Tell me all.",
        ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("<script>alert(1)</script>Hello", None),
        ("\u202eabc\u0007", "abc"),
        ("x" * 200_000, None),
    ],
)
async def test_hostile_texts_become_plain_ones_in_a_ticket(
    prestashop: PrestaShopShop, tmp_path: Path, text: str, shown: str | None
) -> None:
    async with a_service(prestashop, tmp_path) as service:
        service.staffed(await prestashop.add_employee())
        await service.quiet()
        await prestashop.write(await prestashop.open_thread(email="eve@shop.example"), text)
        await service.passes()
        [ticket] = service.current()
        [said] = service.desk.look(lambda tx: [one.text for one in tx.tickets.thread(ticket) if one.number])
        assert shown is None or said == shown
        assert len(said) <= 100_100
        assert not {"\u202e", "\u0007"} & set(said)
        named = service.desk.look(lambda tx: tx.tickets.get("acme", ticket))
        assert named is not None
        assert named.subject
