"""What customers click on the shop's pages: held, shown and answered within a pass, once, whatever happens between."""

import asyncio
import json
from pathlib import Path
from typing import Any

from bridge.contracts.shop_rows import SigningKey
from bridge.desk.backup import restore
from bridge.domain.quotes import Cause, Quote
from bridge.domain.tickets import MessageKind
from bridge.services import offering, working
from bridge.testing.coin_desk import posted_row
from bridge.testing.mariadb import PrivateMariaDB
from tests.scenarios.conftest import MakeBridge
from tests.scenarios.test_hints import waits_for_hints
from tests.scenarios.test_restore import back_up
from tests.support.bridges import BASE, ESSENTIAL, AnyShop, Bridge, now, shop_now
from tests.support.coin_page import CoinPage, eventually
from tests.support.waiting import until

HOUR = 3600.0
AT_ONCE = 50
"""Connections of customers at the shop's server, which takes no endless number of new ones in a moment."""
BUSY = "[quotes]\nactions_per_minute = 1000\n"
GOOGLE = '[prices.google-analytics]\ncoins = 50\nname = { en = "Set up Google Analytics" }\n'


async def a_customer(bridge: Bridge, shop: AnyShop, code: str = ESSENTIAL, coins: int = 300) -> CoinPage:
    """A customer who has just paid for a package, and a daemon that has booked it."""
    customer = await shop.add_customer("ada@shop.example")
    await shop.place_paid_order(customer, [(code, 1)], at=shop_now(shop))
    await bridge.coins("acme", customer, coins)
    return CoinPage(bridge, shop, customer)


async def test_C7_C8_C13_50_coins_for_google_analytics_out_of_300_leave_250(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, sections=GOOGLE)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, shop)

        async def price_list() -> list[dict[str, Any]] | None:
            return await page.documents("price") or None

        (price,) = await eventually(price_list, "the price list is shown")
        assert (price["code"], price["coins"], price["listed"]) == ("google-analytics", 50, True)
        wish = {"subject": price["name"]["en"], "text": "For my shop, please.", "price": price["code"]}
        asked = await page.answer(await page.does("ticket_open", wish))
        assert (asked["outcome"], asked["code"]) == ("accepted", "price_requested")
        ticket = asked["data"]["ticket"]
        assert await page.documents("quote") == [], "a draft is not shown before staff have sent it"
        draft = page.staff(lambda tx: tx.quotes.of_ticket(ticket))[0]
        terms = page.setup.desk_terms
        page.staff(offering.revise, terms, draft.id, coins=50, words="As on the list.", by="Anna", at=now())
        offered = await page.sees(draft.id, "offered")
        assert (offered["coins"], offered["subject"], offered["version"]) == (50, "Set up Google Analytics", 2)
        answer = await page.answer(await page.approves(draft.id, language="fa"))
        assert answer["text"]["en"] == "Approved: 50 coins are reserved for this work."
        await page.account(posted=300, held=50)
        assert (await page.sees(draft.id, "approved"))["held"] == 50
        page.staff(working.start, terms, draft.id, by="Anna", at=now())
        page.staff(working.settle, terms, draft.id, spent=50, by="Anna", at=now())
        settled = await page.sees(draft.id, "settled")
        assert [event["text"]["en"] for event in settled["history"]] == [
            "Offered for 50 coins.",
            "You approved; 50 coins are reserved. You have 250 coins left to spend.",
            "The work has begun.",
            "Done: 50 coins were deducted. You have 250 coins left to spend.",
        ]
        await page.account(posted=250, held=0)
        (decision,) = page.staff(lambda tx: tx.quotes.decisions(draft.id))
        assert (decision.language, decision.coins) == ("fa", 50)
        thread = page.said_in(ticket)
        assert [one.kind for one in thread] == [
            MessageKind.TEXT,
            MessageKind.OFFERED,
            MessageKind.APPROVED,
            MessageKind.STARTED,
            MessageKind.DEDUCTED,
        ]
        await bridge.quiet()
        assert await bridge.disagreements() == []
        (entry, *_) = [row.document for row in (await bridge.pages("acme")).entries[page.customer]][1:]
        assert (entry["kind"], entry["quote"], entry["ticket"]) == ("hold", draft.id, ticket)


async def test_C10_C11_too_few_coins_hold_nothing_and_an_infeasible_inspection_costs_exactly_15(
    opencart: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        dear = page.offered(700)
        await page.sees(dear.id, "offered")
        refused = await page.answer(await page.approves(dear.id))
        assert (refused["code"], refused["data"]["missing"]) == ("not_enough_coins", 400)
        assert refused["data"]["packages"] == ["base", "professional"]
        terms = page.setup.desk_terms
        looked_at = page.staff(
            offering.offer_inspection, terms, dear.ticket_id, words="May we look?", by="Anna", at=now()
        )
        await page.sees(looked_at.id, "offered")
        await page.answer(await page.approves(looked_at.id))
        await page.account(held=15)
        page.staff(working.infeasible, terms, looked_at.id, cause=Cause.HOST, by="Anna", at=now())
        settled = await page.sees(looked_at.id, "settled")
        assert (settled["kind"], settled["spent"]) == ("inspection", 15)
        await page.account(posted=285, held=0)
        assert (await page.sees(dear.id, "offered"))["coins"] == 700, "the other offer stays open"


async def test_a_hint_of_the_page_wakes_a_desk_that_would_not_look_for_an_hour(
    prestashop: AnyShop, make_bridge: MakeBridge, mariadb: PrivateMariaDB
) -> None:
    bridge = make_bridge(prestashop)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, prestashop)
        quote = page.offered(50)
        await page.sees(quote.id, "offered")
    bridge.change_store("acme", poll_seconds=HOUR, hint_seconds=0.05, stale_after_seconds=2 * HOUR)
    async with bridge.running() as app:
        await waits_for_hints(app, mariadb)
        await page.answer(await page.approves(quote.id))
        await page.account(held=50)


async def test_C8_200_approvals_at_once_of_an_account_that_covers_7_hold_exactly_7(
    opencart: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart, sections=BUSY)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        ticket = page.offered(42).ticket_id
        quotes = [page.offered(42, ticket=ticket) for _ in range(200)]
        await page.sees(quotes[-1].id, "offered")
        doors = asyncio.Semaphore(AT_ONCE)
        clicks = await asyncio.gather(*(_approves(page, quote, doors) for quote in quotes))

        async def all_answered() -> list[dict[str, Any]] | None:
            found = await page.documents("answer")
            return found if len(found) == len(clicks) else None

        answers = await eventually(all_answered, "everybody is answered")
        codes = [answer["code"] for answer in answers]
        assert (codes.count("approved"), codes.count("not_enough_coins")) == (7, 193)
        await page.account(posted=300, held=294)
        await bridge.quiet()
        assert await bridge.disagreements() == []
        states = [one["state"] for one in await page.documents("quote")]
        assert states.count("approved") == 7


async def _approves(page: CoinPage, quote: Quote, doors: asyncio.Semaphore) -> str:
    async with doors:
        return await page.does(
            "quote_approve", {"quote": quote.id, "version": 1, "text_hash": quote.offer.hashes["en"]}
        )


async def test_T11_sql_write_access_alone_approves_nothing(opencart: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running() as app:
        page = await a_customer(bridge, opencart)
        quote = page.offered(50)
        await page.sees(quote.id, "offered")
        forged = posted_row(
            SigningKey(page.key.id, bytes(32)),
            store="acme",
            customer=page.customer,
            kind="quote_approve",
            data={"quote": quote.id, "version": 1, "text_hash": quote.offer.hashes["en"]},
        )
        huge = posted_row(page.key, store="acme", customer=page.customer, kind="x", data={"text": "x" * 70_000})
        broken = forged._replace(uuid="not a uuid", payload="{")
        await opencart.post(forged, huge, broken)
        problem = await bridge.problem("acme", "inbox_refused")
        assert "row" in problem.summary

        async def counted() -> bool | None:
            return app.runners["acme"].health.counters.doubted == 3 or None

        await eventually(counted, "three rows are not believed")
        assert await page.documents("answer") == []
        assert (await page.account())["held"] == 0


def refused_tables(log_lines: list[Any], at_least: int) -> list[Any]:
    """The lines about tables that the shop lacks, once there are so many."""
    told = [line for line in log_lines if line["event"] == "shop takes no documents of a kind"]
    return told if len(told) >= at_least else []


async def test_a_shop_that_was_prepared_before_there_was_a_coin_desk_goes_on_with_its_orders(
    opencart: AnyShop, make_bridge: MakeBridge, log_lines: list[Any]
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    await opencart.drop_coin_desk()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        quote = page.offered(50)
        await opencart.place_paid_order(page.customer, [(BASE, 1)], at=shop_now(opencart))
        await bridge.coins("acme", page.customer, 850)
        await page.account(posted=850)
        told = await until(lambda: refused_tables(log_lines, 2), "both tables were missed")
    assert [line["table"] for line in told] == ["quote", "message"]
    assert "bridge store prepare acme" in told[0]["next"]
    await bridge.prepare()  # a new key and the tables
    async with bridge.running():
        await page.sees(quote.id, "offered")


async def test_C8_after_a_restore_what_was_accepted_is_done_again_as_of_then(
    opencart: AnyShop, make_bridge: MakeBridge, tmp_path: Path
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        kept = page.offered(50)
        await page.sees(kept.id, "offered")
        back_up(bridge, tmp_path / "desk.backup")
        approved = await page.answer(await page.approves(kept.id))
        lost = page.offered(20)
        await page.sees(lost.id, "offered")
        gone = await page.answer(await page.approves(lost.id))
        refused = await page.answer(await page.does("quote_cancel", {"quote": 99}))
        await page.account(held=70)
        await bridge.quiet()

    restore(tmp_path / "desk.backup", bridge.desk.path, at=now())
    anew = page.offered(20)  # the same words as those that were lost: what he approved of them is no approval of these

    async with bridge.running():
        await page.account(held=50, epoch=bridge.desk.epoch())

        async def told_to_staff() -> str | None:
            found = {one.summary for one in bridge.desk.problems("acme") if one.kind == "after_backup"}
            return "\n".join(found) if len(found) == 3 else None

        told = await eventually(told_to_staff, "staff are told of the lost quote and its ticket")
        assert f"the shop shows quote {lost.id} of 20 coins (approved, version 1)" in told
        assert f"the shop shows ticket {lost.ticket_id} with 2 messages, opened after the backup" in told
        assert f"approved (coins 20, quote {lost.id}). This desk can't do it again" in told
        assert anew.id > lost.id

        async def taken_off() -> bool | None:
            quotes = [(one["quote"], one["state"]) for one in await page.documents("quote")]
            tickets = [one["ticket"] for one in await page.documents("ticket")]
            known = [(kept.id, "approved"), (anew.id, "offered")]
            return (quotes, tickets) == (known, [kept.ticket_id, anew.ticket_id]) or None

        await eventually(taken_off, "what only the lost desk knew is off the page")
        for before in (approved, gone, refused):

            async def told_again(before: dict[str, Any] = before) -> dict[str, Any] | None:
                answer = await page.answer(before["uuid"])
                return answer if answer["epoch"] == bridge.desk.epoch() else None

            after = await eventually(told_again, "the answer is shown by the restored desk")
            same = ("outcome", "code", "received", "text")
            assert [after[name] for name in same] == [before[name] for name in same], json.dumps(after)
        await bridge.quiet()
        assert await bridge.disagreements() == []
    (decision,) = page.staff(lambda tx: tx.quotes.decisions(kept.id))
    assert int(decision.at.timestamp()) == approved["received"]
