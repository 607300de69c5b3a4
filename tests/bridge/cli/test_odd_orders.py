"""Orders nobody can book: each waits with its reason, the rest goes on, and staff see the words."""

from tests.bridge.cli.conftest import ShopPlace
from tests.support.bridges import BASE

HUGE = 1_000_000


async def summaries(acme: ShopPlace) -> list[str]:
    """What waits for staff after a round that also booked a good order."""
    good = await acme.paid()
    answer = await acme.cli("sync", "--once")
    assert answer.code == 0, answer.out + answer.err
    assert "Store acme has open problems: bridge problems list --store acme" in answer.out
    assert (await acme.cli("coins", "balance", str(good), "--json")).document["available"] == 550
    listed = await acme.cli("problems", "list", "--json")
    return [one["summary"] for one in listed.document["problems"]]


async def test_a_product_code_without_a_plan_is_told_if_it_was_meant(acme: ShopPlace) -> None:
    await acme.join()
    await acme.shop.add_product("support-base")
    await acme.shop.add_product("SCREWDRIVER")
    await acme.paid(("SCREWDRIVER", 1))
    await acme.paid(("support-base", 1))
    assert await summaries(acme) == [
        "order 2: product code 'support-base' stands for no plan and no licence; the settings have 'SUPPORT-BASE'"
    ]


async def test_a_negative_quantity_books_nothing(acme: ShopPlace) -> None:
    await acme.join()
    await acme.paid((BASE, -3))
    [summary] = await summaries(acme)
    assert summary == (
        "order 1: product SUPPORT-BASE has quantity -3, refunded 0, returned 0: what is left must not be negative"
    )


async def test_an_absurd_quantity_books_nothing(acme: ShopPlace) -> None:
    await acme.join()
    await acme.paid((BASE, HUGE))
    [summary] = await summaries(acme)
    assert summary == f"order 1: {HUGE} units of plan base, more than limits.units_per_order = 100"


async def test_an_order_of_a_deleted_customer_books_nothing(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    await acme.shop.delete_customer(customer)
    assert await summaries(acme) == [f"order 1: its customer {customer} is not in the shop any more"]


async def test_a_product_code_of_broken_text_is_told_byte_by_byte(acme: ShopPlace) -> None:
    await acme.join()
    await acme.paid()
    await acme.shop.execute("ALTER TABLE {order_product} MODIFY model VARBINARY(64) NOT NULL")
    await acme.shop.execute("UPDATE {order_product} SET model = X'FFFE53' WHERE order_id = 1")
    [summary] = await summaries(acme)
    assert summary == r"order 1: the product code b'\xff\xfeS' of a line is not UTF-8"
