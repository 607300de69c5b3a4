"""Quotes from the offer to the last coin, between the customer's page and staff (rules C4, C7 to C12, C14)."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.quotes import Cause, Quote
from bridge.domain.tickets import MessageKind
from bridge.errors import ImpossibleAmount, NotEnoughCoins, QuoteRefused
from bridge.services import offering, privacy, staff_coins, tickets, working
from tests.scenarios.conftest import MakeBridge
from tests.scenarios.test_inbox import a_customer
from tests.support.bridges import BASE, ESSENTIAL, Bridge, now, shop_now
from tests.support.coin_page import CoinPage
from tests.support.shops import OpenCartShop
from tests.support.story import A_DAY, A_SECOND, a_story


async def approved(page: CoinPage, coins: int, **facts: Any) -> Quote:
    """An offer that the customer has read on his page and approved there."""
    quote = page.offered(coins, **facts)
    await page.sees(quote.id, "offered")
    assert await page.code(await page.approves(quote.id)) == "approved"
    return quote


def postings(bridge: Bridge, customer: int, kind: str) -> list[tuple[tuple[int, int, int], ...]]:
    """What the entries of one kind moved, package by package: posted, then held."""
    account = bridge.desk.account("acme", customer)
    assert account is not None
    return [entry.postings for entry in account.entries if entry.kind == kind]


async def test_C4_what_ends_first_pays_first_and_what_is_not_needed_returns_to_its_own_package(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        await opencart.place_paid_order(page.customer, [(BASE, 1)], at=shop_now(opencart))
        await bridge.coins("acme", page.customer, 850)
        page.staff(
            staff_coins.grant,
            "acme",
            Owner(OwnerKind.CUSTOMER, page.customer),
            coins=20,
            reason="For the wait",
            staff="Anna",
            key="wait",
            zone=page.setup.settings.zone_info,
            at=now(),
            last_day=now().date() + timedelta(days=9),
        )
        bought, second, given = 1, 2, 3  # the two that were bought end on one day, and the older of them goes first
        quote = await approved(page, 330)
        assert postings(bridge, page.customer, "hold") == [((given, 0, 20), (bought, 0, 300), (second, 0, 10))]
        shown = await page.account(posted=870, held=330)
        assert {one["id"]: (one["posted"], one["held"]) for one in shown["packages"]} == {
            bought: (300, 300),
            second: (550, 10),
            given: (20, 20),
        }
        other = await approved(page, 100)
        assert postings(bridge, page.customer, "hold")[1:] == [((second, 0, 100),)], "no coin is held twice"
        page.does_to(working.settle, quote.id, spent=305)
        assert postings(bridge, page.customer, "settle") == [((given, -20, -20), (bought, -285, -285))]
        assert postings(bridge, page.customer, "release") == [((bought, 0, -15), (second, 0, -10))]
        page.does_to(working.settle, other.id, spent=100)
        shown = await page.account(posted=465, held=0)
        left = {one["id"]: one["posted"] for one in shown["packages"] if one["posted"]}
        assert left == {bought: 15, second: 450}
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_C7_nothing_is_deducted_that_the_customer_has_not_approved(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        declined, cancelled = page.offered(20), page.offered(30)
        await page.sees(cancelled.id, "offered")
        with pytest.raises(QuoteRefused):
            page.does_to(working.settle, declined.id, spent=20)
        refusal = await page.does("quote_decline", {"quote": declined.id, "version": 1})
        assert await page.code(refusal) == "declined"
        assert await page.code(await page.approves(cancelled.id)) == "approved"
        await page.account(posted=300, held=30)
        assert await page.code(await page.does("quote_cancel", {"quote": cancelled.id})) == "cancelled"
        await page.account(posted=300, held=0)

        work = await approved(page, 50)
        revised = page.does_to(offering.revise, work.id, coins=60, words="And the goals.")
        shown = await page.sees_version(work.id, 2)
        assert (shown["state"], shown["coins"], shown["held"]) == ("offered", 60, 0), "what was held is released"
        with pytest.raises(QuoteRefused):
            page.does_to(working.settle, work.id, spent=50)
        assert await page.code(await page.approves(work.id)) == "approved"
        page.does_to(working.start, work.id)
        assert await page.code(await page.does("quote_cancel", {"quote": work.id})) == "already_started"
        with pytest.raises(QuoteRefused):
            page.does_to(offering.revise, work.id, coins=70, words="More.")
        with pytest.raises(ImpossibleAmount):
            page.does_to(working.settle, work.id, spent=61)
        page.does_to(working.settle, work.id, spent=45)
        await page.account(posted=255, held=0)
        thread = page.said_in(revised.ticket_id)
        assert [one.kind for one in thread] == [
            MessageKind.OFFERED,
            MessageKind.APPROVED,
            MessageKind.RELEASED,
            MessageKind.OFFERED,
            MessageKind.APPROVED,
            MessageKind.STARTED,
            MessageKind.DEDUCTED,
        ]
        told = thread[-1].detail
        assert (told["coins"], told["released"], told["available"]) == (45, 15, 255)
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_C7_coins_that_are_held_for_60_days_are_brought_to_staff_once(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(opencart), opencart, ESSENTIAL)
    async with story.running():
        await story.bridge.quiet()
        quote = await story.approved(ada, 50)
        begun = story.clock.now()
        for days, told in ((59, 0), (60, 1), (61, 1)):
            await story.lives_until(begun + days * A_DAY + A_SECOND)
            await story.told_so_often(ada, "hold_old", told)
        assert (await story.told(ada, "hold_old"))[0]["quote_id"] == quote.id


async def test_C8_an_offer_stands_14_days_and_is_made_anew_in_one_step(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(opencart), opencart, ESSENTIAL)
    async with story.running():
        await story.bridge.quiet()
        page, offered_at = story.page(ada), story.clock.now()
        in_time, late = page.offered(50), page.offered(60)
        await page.sees(late.id, "offered")
        await story.lives_until(offered_at.replace(microsecond=0) + 14 * A_DAY)
        assert await page.code(await page.approves(in_time.id)) == "approved"
        await story.lives_until(story.clock.now() + A_SECOND)
        assert await page.code(await page.approves(late.id)) == "quote_lapsed"
        await page.account(posted=300, held=50)
        page.does_to(offering.reissue, late.id)
        assert (await page.sees_version(late.id, 2))["state"] == "offered"
        yes = await page.approves(late.id)
        assert await page.code(yes) == "approved"
        (decision,) = page.staff(lambda tx: tx.quotes.decisions(late.id))
        assert decision.at == story.clock.now(), "the moment is when the desk received it"
        await page.account(posted=300, held=110)


async def test_C8_a_change_voids_what_was_approved_and_two_yeses_hold_once(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        quote = await approved(page, 50)
        read = await page.quote(quote.id)
        assert read is not None
        page.does_to(offering.revise, quote.id, coins=60, words="More of it.")
        await page.sees_version(quote.id, 2)
        await page.account(held=0)
        old = {"quote": quote.id, "version": 1, "text_hash": read["text_hash"]["en"]}
        assert await page.code(await page.does("quote_approve", old)) == "quote_changed"
        assert await page.code(await page.does("quote_approve", {**old, "version": 2})) == "text_differs"
        stranger = CoinPage(bridge, opencart, await opencart.add_customer("eve@shop.example"))
        newest = await page.sees_version(quote.id, 2)
        theirs = {"quote": quote.id, "version": 2, "text_hash": newest["text_hash"]["en"]}
        assert await stranger.code(await stranger.does("quote_approve", theirs)) == "unknown_quote"
        assert (await page.sees_version(quote.id, 2))["state"] == "offered"
        await page.account(posted=300, held=0)
        one, other = await page.approves(quote.id, language="en"), await page.approves(quote.id, language="fa")
        assert [await page.code(one), await page.code(other)] == ["approved", "approved"]
        again = await page.does("quote_approve", {**old, "version": 2}, uuid=one)  # a replay under a known number
        assert (await page.answer(again))["code"] == "approved"
        await page.account(posted=300, held=60)
        assert len(page.staff(lambda tx: tx.quotes.decisions(quote.id))) == 2
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_C9_the_proof_of_a_yes_outlives_the_words(opencart: OpenCartShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        quote = page.offered(50)
        shown = await page.sees(quote.id, "offered")
        before = now()
        uuid = await page.approves(quote.id, language="fa")
        assert await page.code(uuid) == "approved"
        (proof,) = page.staff(lambda tx: tx.quotes.decisions(quote.id))
        assert (proof.channel, proof.evidence, proof.language, proof.coins) == ("page", uuid, "fa", 50)
        assert proof.text_hash == hashlib.sha256(shown["text"]["fa"].encode()).hexdigest()
        assert "۵۰" in shown["text"]["fa"], "the text that was approved says the amount"
        assert before <= proof.at <= now()
        page.does_to(working.settle, quote.id, spent=50)
        page.staff(privacy.erase, "acme", Owner(OwnerKind.CUSTOMER, page.customer), by="Anna", at=now())
        assert page.staff(lambda tx: tx.quotes.decisions(quote.id)) == [proof]
        assert page.staff(lambda tx: tx.quotes.offer_of(quote.id, 1)).texts == {}


async def test_C10_buying_what_was_missing_approves_nothing_by_itself(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        dear = page.offered(700)
        await page.sees(dear.id, "offered")
        refused = await page.answer(await page.approves(dear.id))
        assert (refused["code"], refused["data"]) == (
            "not_enough_coins",
            {"missing": 400, "available": 300, "packages": ["base", "professional"]},
        )
        await opencart.place_paid_order(page.customer, [(BASE, 1)], at=shop_now(opencart))
        await page.account(posted=850, held=0)
        await bridge.quiet()
        assert (await page.sees(dear.id, "offered"))["held"] == 0
        assert await page.code(await page.approves(dear.id)) == "approved"
        await page.account(posted=850, held=700)


async def test_C11_what_an_inspection_costs_depends_on_why_it_ended(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)

        async def looked_at(ticket: int | None = None) -> Quote:
            where = page.offered(50).ticket_id if ticket is None else ticket
            quote: Quote = page.does_to(offering.offer_inspection, where, words="May we look?")
            shown = await page.sees(quote.id, "offered")
            assert (shown["kind"], shown["coins"]) == ("inspection", 15)
            assert await page.code(await page.approves(quote.id)) == "approved"
            await page.account(held=15)
            return quote

        left = 300
        for cause in (Cause.HOST, Cause.THEME, Cause.MODULE, Cause.PLATFORM, Cause.OTHER):
            page.does_to(working.infeasible, (await looked_at()).id, cause=cause, words="That is why.")
            left -= 15
            await page.account(posted=left, held=0)
        page.does_to(working.infeasible, (await looked_at()).id, cause=Cause.VENDOR)
        await page.account(posted=left, held=0)

        unseen = await approved(page, 50)
        page.does_to(working.infeasible, unseen.id, cause=Cause.THEME)
        await page.account(posted=left, held=0)

        seen = await looked_at()
        page.does_to(working.feasible, seen.id)
        await page.account(posted=left, held=0)
        work = await approved(page, 50, ticket=seen.ticket_id)
        page.does_to(working.infeasible, work.id, cause=Cause.MODULE)
        await page.account(posted=left - 15, held=0)
        thread = page.said_in(seen.ticket_id)
        (why,) = [one.detail for one in thread if one.kind is MessageKind.INFEASIBLE]
        assert (why["charged"], why["cited"]) == (15, seen.id), "it cites the approval"

        rest = await approved(page, left - 15 - 14)
        with pytest.raises(NotEnoughCoins):
            page.does_to(offering.offer_inspection, rest.ticket_id, words="May we look?")
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_C14_a_chargeback_voids_what_was_not_begun_and_leaves_the_rest_of_what_was(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        later = await opencart.place_paid_order(page.customer, [(BASE, 1)], at=shop_now(opencart))
        await bridge.coins("acme", page.customer, 850)
        begun = await approved(page, 400)  # 300 of the first package, 100 of the one that is charged back
        page.does_to(working.start, begun.id)
        waiting = await approved(page, 50)
        await opencart.set_status(later, opencart.chargeback_status, shop_now(opencart))
        assert (await page.sees(waiting.id, "released"))["held"] == 0
        await page.account(posted=300, held=300, frozen=True)
        assert await page.code(await page.approves(waiting.id)) == "quote_closed"
        with pytest.raises(ImpossibleAmount):
            page.does_to(working.settle, begun.id, spent=301)
        page.does_to(working.settle, begun.id, spent=300)
        await page.account(posted=0, held=0, frozen=True)
        await opencart.set_status(later, opencart.paid_status, shop_now(opencart))
        await page.account(posted=550, held=0, frozen=True)  # coins come back, and only staff lift the freeze
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_C12_words_cost_nothing(opencart: OpenCartShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        wish = {"subject": "Slow shop", "text": "Why?", "price": None}
        opened = (await page.answer(await page.does("ticket_open", wish)))["data"]["ticket"]
        page.does_to(tickets.reply, opened, text="Your host has too little memory. 50 coins, please!")
        page.does_to(tickets.log_call, opened, text="He called; advised to ask the host.")
        before = bridge.desk.account("acme", page.customer)
        await bridge.quiet()
        after = bridge.desk.account("acme", page.customer)
        assert before is not None
        assert after is not None
        assert [entry.kind for entry in after.entries] == ["grant"]
        assert (after.posted, after.held) == (before.posted, before.held) == (300, 0)
        assert len(page.said_in(opened)) == 3
