"""Customers and staff write to each other on the customer's page: in order, once, whatever happens between."""

import json
from pathlib import Path
from typing import Any

import pytest

from bridge import VERSION
from bridge.contracts.shop_rows import verifies
from bridge.desk.backup import restore
from bridge.domain.accounts import Owner, OwnerKind
from bridge.engine import pusher as pusher_module
from bridge.services import tickets, working
from bridge.services.accounts_by_staff import freeze
from tests.scenarios.conftest import MakeBridge
from tests.scenarios.test_inbox import BUSY, a_customer
from tests.scenarios.test_restore import back_up
from tests.support.bridges import AnyShop, now
from tests.support.coin_page import CoinPage, eventually

WISH = {"subject": "Set up Google Analytics", "text": "For my shop, please.", "price": None}


async def asked(page: CoinPage) -> int:
    """The customer opens a ticket on his page; its number."""
    return int((await page.answer(await page.does("ticket_open", WISH)))["data"]["ticket"])


async def wrote(page: CoinPage, ticket: int, text: str) -> str:
    return await page.code(await page.does("ticket_reply", {"ticket": ticket, "text": text}))


def said(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Who wrote what, in order; of the bridge's own words the English."""
    return [(one["by"], one["text"].get("") or one["text"]["en"]) for one in document["messages"]]


async def test_T1_C7_a_whole_story_is_in_the_thread_from_the_wish_to_the_deduction(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, shop)
        ticket = await asked(page)
        page.does_to(tickets.reply, ticket, text="Which shop is it? سلام")
        await page.thread(ticket, 2)
        assert await wrote(page, ticket, "The new one. 😀\nThanks!") == "replied"
        page.does_to(tickets.log_call, ticket, text="He called as well.")
        quote = page.offered(50, ticket=ticket)
        await page.sees(quote.id, "offered")
        assert await page.code(await page.approves(quote.id)) == "approved"
        page.does_to(working.start, quote.id)
        page.does_to(working.settle, quote.id, spent=45)
        document = await page.thread(ticket, 7)
        assert said(document) == [
            ("customer", "For my shop, please."),
            ("staff", "Which shop is it? سلام"),
            ("customer", "The new one. 😀\nThanks!"),
            ("bridge", "Offered for 50 coins."),
            ("bridge", "You approved; 50 coins are reserved. You have 250 coins left to spend."),
            ("bridge", "The work has begun."),
            ("bridge", "Done: 45 coins were deducted. 5 coins were returned. You have 255 coins left to spend."),
        ]
        assert (document["subject"], document["quotes"]) == (WISH["subject"], [quote.id])
        assert "Anna" not in json.dumps(document)
        await page.account(posted=255, held=0)
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_T11_nobody_reads_or_writes_in_another_ones_thread(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, shop)
        ticket = await asked(page)
        await page.thread(ticket, 1)
        stranger = CoinPage(bridge, shop, await shop.add_customer("eve@shop.example"))
        assert await wrote(stranger, ticket, "Let me in") == "unknown_ticket"
        assert await stranger.documents("ticket") == await stranger.documents("message") == []
        assert len((await page.thread(ticket, 1))["messages"]) == 1


async def test_C15_a_frozen_customer_can_write_and_be_answered(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, shop)
        ticket = await asked(page)
        owner = Owner(OwnerKind.CUSTOMER, page.customer)
        page.staff(freeze, "acme", owner, reason="Dispute", by="Anna", at=now())
        assert await wrote(page, ticket, "Why?") == "replied"
        page.does_to(tickets.reply, ticket, text="Because of the bank.")
        assert said(await page.thread(ticket, 3))[1:] == [("customer", "Why?"), ("staff", "Because of the bank.")]


async def test_T12_the_thirty_first_message_within_an_hour_is_refused(
    opencart: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart, sections=BUSY)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        ticket = await asked(page)  # its text is the first message
        forms = [await page.does("ticket_reply", {"ticket": ticket, "text": str(turn)}) for turn in range(30)]
        codes = [await page.code(form) for form in forms]
        assert codes == ["replied"] * 29 + ["too_many_messages"]
        assert [text for _, text in said(await page.thread(ticket, 30))[1:]] == [str(turn) for turn in range(29)]


async def test_a_shop_that_was_not_prepared_for_threads_goes_on_and_shows_them_once_it_is(
    opencart: AnyShop, make_bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pusher_module, "TABLES_AGAIN_S", 0.0)
    bridge = make_bridge(opencart)
    await bridge.prepare()
    table = f"{opencart.prefix}supportbridge_ticket"
    ((_, definition),) = await opencart.fetch(f"SHOW CREATE TABLE {table}")
    await opencart.execute(f"DROP TABLE {table}")
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        ticket = await asked(page)
        quote = page.offered(50, ticket=ticket)
        await page.sees(quote.id, "offered")
        assert await page.code(await page.approves(quote.id)) == "approved"
        assert await wrote(page, ticket, "Any news?") == "replied"
        await opencart.execute(definition)
        page.does_to(tickets.reply, ticket, text="Soon.")
        assert len(said(await page.thread(ticket, 5))) == 5


async def test_after_a_restore_what_the_customer_wrote_is_there_again_and_lost_tickets_of_staff_are_told(
    opencart: AnyShop, make_bridge: MakeBridge, tmp_path: Path
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        before = await asked(page)
        await page.thread(before, 1)
        back_up(bridge, tmp_path / "desk.backup")
        after = await asked(page)
        assert await wrote(page, before, "One more thing") == "replied"
        page.does_to(tickets.reply, before, text="Which one? سلام")
        page.does_to(tickets.log_call, before, text="He called.")
        await page.thread(before, 3)
        assert await wrote(page, after, "And here") == "replied"
        page.does_to(tickets.reply, after, text="Seen. سلام")
        lost = page.offered(20).ticket_id
        await page.thread(lost, 1)
        await page.thread(after, 3)
        await bridge.quiet()

    restore(tmp_path / "desk.backup", bridge.desk.path, at=now())

    async with bridge.running():

        async def told_to_staff() -> list[str] | None:
            found = [one.summary for one in bridge.desk.problems("acme") if one.kind == "after_backup"]
            return [one for one in found if "shows ticket" in one] or None

        (told,) = await eventually(told_to_staff, "staff are told of the lost ticket")
        assert f"customer {page.customer}: the shop shows ticket {lost} with 1 message, opened after the backup" in told

        async def replaced() -> list[dict[str, Any]] | None:
            rows = await page.threads()
            found = [(one["epoch"], len(one["messages"])) for one in rows]
            return rows if found == [(bridge.desk.epoch(), 3)] * 2 else None

        shown = await eventually(replaced, "the restored desk shows both tickets")
        assert [(one["ticket"], said(one)) for one in shown] == [
            (
                before,
                [("customer", "For my shop, please."), ("customer", "One more thing"), ("staff", "Which one? سلام")],
            ),
            (after, [("customer", "For my shop, please."), ("customer", "And here"), ("staff", "Seen. سلام")]),
        ]
        assert not [one for one in bridge.desk.problems("acme") if "inbox" in one.key]
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_the_shop_holds_signed_what_is_on_sale_and_how_the_desk_is(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, shop)

        async def noted(name: str) -> dict[str, Any] | None:
            table = f"{shop.prefix}supportbridge_meta"
            rows = await shop.fetch(f"SELECT payload, key_id, mac FROM {table} WHERE name = %s", name)
            if not rows:
                return None
            ((payload, key_id, mac),) = rows
            assert verifies([page.key], "meta", payload, key_id, mac)
            found: dict[str, Any] = json.loads(payload)
            return found

        async def well() -> dict[str, Any] | None:
            status = await noted("status:acme")
            return status if status and status["state"] == "well" else None

        status = await eventually(well, "the shop knows that the desk is well")
        assert (status["version"], status["problems"], status["epoch"]) == (VERSION, 0, bridge.desk.epoch())
        assert abs(status["at"] - status["last_order_read"]) < 60
        on_sale = await noted("page:acme")
        assert on_sale is not None
        ranks = [plan["rank"] for plan in on_sale["plans"]]
        assert ranks == sorted(ranks)
        assert all(set(plan["service"]) == {"en", "ru", "fa"} for plan in on_sale["plans"])
        page.staff(
            lambda tx: tx.problems.report("acme", key="test", kind="odd_order", summary="order 1 is odd", at=now())
        )

        async def one_problem() -> bool | None:
            return ((await noted("status:acme")) or {}).get("problems") == 1 or None

        await eventually(one_problem, "and at once that something waits for staff")
