"""What is kept of a person, where, for how long, and what is left when he is gone: rules D1 to D4 with a real shop."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bridge.desk.backup import restore
from bridge.domain.accounts import Owner, OwnerKind
from bridge.engine import inbox_forgetting
from bridge.engine.retention import Retention
from bridge.errors import ErasureRefused
from bridge.services import personal_export, privacy, tickets, working
from bridge.services.accounts_by_staff import freeze
from tests.scenarios.conftest import MakeBridge
from tests.scenarios.test_comparing import compare
from tests.scenarios.test_quotes import approved
from tests.scenarios.test_restore import back_up
from tests.support.bridges import ESSENTIAL, AnyShop, Bridge, now, shop_now
from tests.support.coin_page import CoinPage, eventually
from tests.support.shops import OpenCartShop
from tests.support.story import A_DAY, ANNA, Story, a_story

NAME, EMAIL, PHONE, WORDS = "Zuleika", "zuleika@shop.example", "+98 912 555 0177", "Quicksilver"
PERSONAL = (NAME, "zuleika", "912 555 0177", "9125550177", WORDS)


async def a_person(bridge: Bridge, shop: AnyShop) -> CoinPage:
    """A customer with everything that a person leaves: coins, a ticket, an offer, an approval, an answer."""
    customer = await shop.add_customer(EMAIL, firstname=NAME, phone=PHONE)
    await shop.place_paid_order(customer, [(ESSENTIAL, 1)], at=shop_now(shop))
    await bridge.coins("acme", customer, 300)
    page = CoinPage(bridge, shop, customer)
    wish = {"subject": f"{WORDS} shop", "text": f"I am {NAME}, call {PHONE}.", "price": None}
    opened = await page.answer(await page.does("ticket_open", wish))
    page.does_to(tickets.reply, opened["data"]["ticket"], text=f"Dear {NAME}, {WORDS} is easy.")
    quote = await approved(page, 50, subject=WORDS, ticket=opened["data"]["ticket"])
    page.does_to(working.settle, quote.id, spent=45)
    await page.sees(quote.id, "settled")
    return page


def standing_in(desk: Path, words: tuple[str, ...]) -> dict[str, list[str]]:
    """The tables of a desk in which any of the words stands, each with the rows where it does."""
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(f"{desk.as_uri()}?mode=ro", uri=True)) as file:
        tables = [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in file.execute(f'SELECT * FROM "{table}"'):  # a name of the desk's own
                text = repr(row).casefold()
                if any(word.casefold() in text for word in words):
                    found.setdefault(table, []).append(repr(row))
    return found


async def test_D1_words_stand_in_tables_that_can_be_erased_and_nowhere_else(
    opencart: OpenCartShop, make_bridge: MakeBridge, log_lines: list[Any]
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running() as app:
        page = await a_person(bridge, opencart)
        owner = Owner(OwnerKind.CUSTOMER, page.customer)
        page.staff(freeze, "acme", owner, reason="Dispute", by=ANNA, at=now())
        await bridge.quiet()
        async with aiohttp.ClientSession() as client:
            for path in ("/health", "/metrics"):
                async with client.get(app.pages.address + path) as answer:
                    text = (await answer.text()).casefold()
                    assert not [one for one in PERSONAL if one.casefold() in text], path
        assert set(standing_in(bridge.desk.path, PERSONAL)) == {"ticket", "message", "quote_version"}
        assert not [line for line in log_lines if any(one.casefold() in repr(line).casefold() for one in PERSONAL)]


async def test_D2_of_an_erased_customer_amounts_and_hashes_are_left(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_person(bridge, opencart)
        owner = Owner(OwnerKind.CUSTOMER, page.customer)
        held = await approved(page, 20)
        with pytest.raises(ErasureRefused):
            page.staff(privacy.erase, "acme", owner, by=ANNA, at=now())
        assert standing_in(bridge.desk.path, PERSONAL), "a refusal erases nothing"
        page.does_to(working.release, held.id, reason="Not needed.")
        exported = json.dumps(page.staff(personal_export.export, "acme", owner), ensure_ascii=False)
        assert all(one in exported for one in (NAME, WORDS, PHONE))
        before = bridge.desk.account("acme", page.customer)
        kept = page.staff(lambda tx: [tx.quotes.decisions(number) for number in (1, 2)])
        done = page.staff(privacy.erase, "acme", owner, by=ANNA, at=now())
        assert before is not None

        async def emptied() -> bool | None:
            rows = await opencart.fetch(
                f"SELECT payload FROM {opencart.prefix}supportbridge_quote UNION ALL"
                f" SELECT payload FROM {opencart.prefix}supportbridge_entry UNION ALL"
                f" SELECT payload FROM {opencart.prefix}supportbridge_answer UNION ALL"
                f" SELECT payload FROM {opencart.prefix}supportbridge_ticket UNION ALL"
                f" SELECT payload FROM {opencart.prefix}supportbridge_message"
            )
            return not any(WORDS in row[0] or NAME in row[0] for row in rows) or None

        await eventually(emptied, "nothing of his is left in the shop")
        await page.account(posted=0, held=0)
        assert standing_in(bridge.desk.path, PERSONAL) == {}
        (left,) = [one for one in bridge.desk.accounts("acme") if one.kind == "former"]
        assert (left.ref, left.entries) == (done.account.owner.ref, before.entries)
        assert page.staff(lambda tx: [tx.quotes.decisions(number) for number in (1, 2)]) == kept
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_D2_what_was_erased_after_the_backup_is_not_on_the_page_after_a_restore(
    opencart: OpenCartShop, make_bridge: MakeBridge, tmp_path: Path
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()

    async def words_in_the_shop() -> list[str]:
        table = f"{opencart.prefix}supportbridge_"
        select = f"SELECT payload FROM {table}"
        rows = await opencart.fetch(f"{select}quote UNION ALL {select}ticket UNION ALL {select}message")
        return [row[0] for row in rows if WORDS in row[0] or NAME in row[0]]

    async def emptied() -> bool | None:
        return not await words_in_the_shop() or None

    def asked_for() -> list[str]:
        return [one.summary for one in bridge.desk.problems("acme") if "were erased after the backup" in one.summary]

    async def told() -> list[str] | None:
        return asked_for() or None

    async def replaced() -> bool | None:
        rows = await opencart.fetch(f"SELECT customer_id, epoch FROM {opencart.prefix}supportbridge_ticket")
        return rows == [(0, bridge.desk.epoch())] or None

    async with bridge.running():
        page = await a_person(bridge, opencart)
        await bridge.quiet()
        back_up(bridge, tmp_path / "desk.backup")
        owner = Owner(OwnerKind.CUSTOMER, page.customer)
        page.staff(privacy.erase, "acme", owner, by=ANNA, at=now())
        await eventually(emptied, "nothing of his is left in the shop")
        await bridge.quiet()

    restore(tmp_path / "desk.backup", bridge.desk.path, at=now())

    async with bridge.running():
        (problem,) = await eventually(told, "staff are asked to erase again")
        assert f"bridge privacy erase {page.customer} --by NAME" in problem
        await bridge.quiet()
        page.does_to(tickets.reply, 1, text=WORDS)
        await bridge.quiet()
        assert await words_in_the_shop() == []
        page.staff(privacy.erase, "acme", owner, by=ANNA, at=now())
        await eventually(replaced, "the restored desk's own rows say nothing")
        assert (await words_in_the_shop(), asked_for()) == ([], [])
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_D3_a_deleted_customers_coins_are_frozen_for_90_days_and_then_erasure_is_proposed(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(opencart, reconcile_minutes=0.0), opencart, ESSENTIAL)
    async with story.running() as app:
        await story.bridge.quiet()
        await compare(story.bridge, app)
        await opencart.delete_customer(ada)
        gone_at = story.clock.now()
        await compare(story.bridge, app)
        await story.lives_until(gone_at + timedelta(minutes=5))
        await compare(story.bridge, app)
        await story.bridge.problem("acme", "customer_deleted")
        account = story.bridge.desk.account("acme", ada)
        assert account is not None
        assert (account.posted, account.frozen) == (300, True)
        heir = await opencart.add_customer("ada@shop.example")
        await compare(story.bridge, app)
        assert story.bridge.desk.coins("acme", heir) == 0, "the same address inherits nothing"
        retention = Retention(app.desk, story.clock, stores=story.bridge.settings().stores.values)
        for days, proposed in ((89, 0), (91, 1), (92, 1)):
            story.clock.moment = gone_at + days * A_DAY
            await retention.forget()
            kinds = [one.kind for one in story.bridge.desk.problems("acme")]
            assert kinds.count("erasure_proposed") == proposed
        owner = Owner(OwnerKind.CUSTOMER, ada)
        await app.desk.transact("erase", privacy.erase, "acme", owner, by=ANNA, at=story.clock.now())
        assert "erasure_proposed" not in [one.kind for one in story.bridge.desk.problems("acme")]


async def test_D4_what_customers_sent_and_old_words_are_kept_as_long_as_the_settings_say(
    opencart: OpenCartShop, make_bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_forgetting, "FIRST_S", 0.0)
    kept = "[privacy]\nmessages_days = 400\ninbox_days = 90\n"
    bridge = make_bridge(opencart, sections=kept)
    await bridge.prepare()
    inbox, answers = (f"{opencart.prefix}supportbridge_{name}" for name in ("inbox", "answer"))

    async def left() -> list[int]:
        return [(await opencart.fetch(f"SELECT COUNT(*) FROM {table}"))[0][0] for table in (inbox, answers)]

    async with bridge.running():
        page = await a_person(bridge, opencart)
        assert await left() == [2, 2]
    for days, remain in ((89, [2, 2]), (2, [0, 0])):
        await opencart.age_posts(days)
        async with bridge.running():

            async def so(remain: list[int] = remain) -> bool | None:
                return await left() == remain or None

            await eventually(so, f"{remain} rows are left")
            await bridge.quiet()
    story = Story(bridge)
    async with story.running() as app:
        retention = Retention(app.desk, story.clock, stores=bridge.settings().stores.values)
        for days, words in ((399, True), (401, False)):
            story.clock.moment = now() + days * A_DAY
            await retention.forget()
            subjects = page.staff(lambda tx: [one.subject for one in tx.tickets.latest("acme", 9)])
            assert any(subjects) == words
