"""Premium time the whole way with a real shop: agreed on and stated on the page, paid by an order (rules W4 to W8)."""

from datetime import datetime, timedelta
from typing import Any

from bridge.domain.work_time import Reading
from bridge.services import agreements, billing, closing_agreements, timing
from bridge.services.premium_parts import contact_for
from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import AnyShop, now, shop_now, stock
from tests.support.coin_page import CoinPage, eventually
from tests.support.waiting import until

A_DOLLAR = "PREMIUM-1USD"
PREMIUM = f"""
[premium.kinds.technical]
name = {{ en = "Technical support" }}
rate = "20.00"
[[premium.numbers]]
name = "developer"
role = "premium"
number = "+98 21 5555 0102"
agents = ["Anna"]
[premium.payments]
"{A_DOLLAR}" = "1.00"
"""
MINUTE = timedelta(minutes=1)


async def shown(page: CoinPage, table: str, **expected: Any) -> dict[str, Any]:
    """Wait until the page's only row of the table says so; its document."""

    async def found() -> dict[str, Any] | None:
        rows = await page.documents(table)
        return rows[0] if len(rows) == 1 and expected.items() <= rows[0].items() else None

    return await eventually(found, f"the page's {table} says {expected}")


def at(moment: datetime) -> Reading:
    """A moment of the clock alone."""
    return Reading(moment, "", timedelta(0))


async def test_W4_W5_W6_W8_47_minutes_of_support_are_agreed_on_by_page_and_paid_by_an_order(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, sections=PREMIUM)
    await stock(shop, codes=[A_DOLLAR])
    await bridge.prepare()
    async with bridge.running():
        page = CoinPage(bridge, shop, await shop.add_customer("ada@shop.example"))
        terms = page.setup.desk_terms
        contact = page.staff(contact_for, "acme", page.customer, at=now(), in_shop=True)
        facts: dict[str, Any] = {"kind": "technical", "cap_steps": 4, "by": "Anna", "at": now()}
        number = page.staff(agreements.offer, terms, contact.id, **facts).id
        offer = await shown(page, "agreement", state="offered")
        words = {"agreement": number, "version": offer["version"], "text_hash": offer["text_hash"]["en"]}
        assert await page.code(await page.does("agreement_accept", words)) == "agreement_accepted"
        await shown(page, "agreement", state="accepted")

        begun = now()
        page.staff(timing.start, terms, number, agent="Anna", now=at(begun))
        await shown(page, "agreement", waits=False, running_since=int(begun.timestamp()))
        page.staff(timing.wait, terms, agent="Anna", now=at(begun + 40 * MINUTE))
        await shown(page, "agreement", waits=True)
        page.staff(timing.stop, terms, agent="Anna", now=at(begun + 47 * MINUTE))
        await shown(page, "agreement", worked_seconds=47 * 60, running_since=None)
        _, bill = page.staff(closing_agreements.close, terms, number, by="Anna", now=at(begun + 47 * MINUTE))
        page.staff(billing.send, terms, bill.id, by="Anna", at=now())
        sent = await shown(page, "bill", state="sent")
        assert sent["total"]["en"] == "20.00\u00a0USD"
        accepted = await page.does("bill_accept", {"bill": bill.id, "text_hash": sent["text_hash"]})
        assert await page.code(accepted) == "bill_accepted"
        page.staff(billing.make_due, terms, bill.id, by="Anna", at=now())
        order = await shop.place_paid_order(page.customer, [(A_DOLLAR, 20)], at=shop_now(shop))
        paid = await shown(page, "bill", state="paid")
        assert paid["order"] == order
        await until(lambda: not bridge.desk.problems("acme"), "nothing waits for staff")
