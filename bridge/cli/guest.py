"""`bridge guest ...`: orders that were placed without logging in, and whose coins they become (rule C19)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import ByOption, Call, StoreOption, command, group

if TYPE_CHECKING:
    from bridge.contracts.shop import ShopAdapter
    from bridge.settings import StoreSettings

PAGE = 500

app = group("guest", "Guests' orders: list those with coins or licences, link one to a customer.")


@command(app, "list")
def list_guests(
    call: Call,
    store: StoreOption = None,
    no_shop: Annotated[bool, typer.Option("--no-shop", help="Don't ask the shop whose addresses are equal.")] = False,
) -> None:
    """List guests' orders that have coins or licences.

    Customers whose e-mail address is equal to the order's are suggested; equal addresses prove nothing, so nothing is
    linked by them.
    """
    import asyncio

    from bridge.cli.call import one_store
    from bridge.cli.guests_shown import GuestOrder, document, parts
    from bridge.cli.session import plugins_of, the_desk, the_shop
    from bridge.services import guests

    settings = call.settings()
    chosen = one_store(settings, store)
    with the_desk(settings) as desk:
        unclaimed, after = desk.look(guests.unclaimed, chosen.name, after=0, limit=PAGE)
        while after is not None:
            found, after = desk.look(guests.unclaimed, chosen.name, after=after, limit=PAGE)
            unclaimed += found

        async def ask() -> "list[GuestOrder]":
            async with the_shop(plugins_of(settings), chosen) as shop:
                return [GuestOrder(*one, await _suggested(shop, one.order_id)) for one in unclaimed]

        is_asked = unclaimed and not no_shop
        orders = asyncio.run(ask()) if is_asked else [GuestOrder(*one, None) for one in unclaimed]
    call.answer(document(chosen.name, orders), lambda: parts(chosen.name, orders))


@command(app, "link")
def link(
    call: Call,
    order: Annotated[int, typer.Argument(metavar="ORDER", help="The number of the guest's order.")],
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="The customer's id in the shop, or his e-mail address.")
    ],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Link a guest's order to a customer's account.

    Its packages move there with what is spent and held, its licences, tickets and quotes too, and what the order grants
    or loses later is booked there. It can't be undone: see first that the order is his.
    """
    import asyncio

    from bridge.cli.call import one_store, staff_name
    from bridge.cli.coins_shown import balance_document, balance_parts
    from bridge.cli.finding import customer_named, require_order
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, plugins_of, the_desk, the_shop
    from bridge.domain.accounts import Owner, OwnerKind
    from bridge.services import guests, staff_coins

    settings = call.settings()
    chosen = one_store(settings, store)
    who, number = staff_name(chosen, by), require_order(order)

    with the_desk(settings) as desk:
        guest = Owner(OwnerKind.GUEST, number)
        known = bool(desk.look(lambda tx: tx.accounts.of_owners(chosen.name, [guest])))

        async def ask() -> int:
            async with the_shop(plugins_of(settings), chosen) as shop:
                await _require_guests_order(shop, chosen, number, known=known)
                return await customer_named(shop, chosen.name, customer)

        owner = Owner(OwnerKind.CUSTOMER, asyncio.run(ask()))
        at = CLOCK.now()

        def book(tx: Any) -> tuple[bool, staff_coins.Balance]:
            before = tx.guests.linked(chosen.name, [number])
            guests.link(tx, chosen.name, number, owner, by=who, at=at)
            return not before, staff_coins.balance(tx, chosen.name, owner, at=at)

        changed, after = desk.run(book)
    words = (
        f"{who} linked order {number} to {owner} of store {chosen.name}."
        if changed
        else f"Order {number} was linked to {owner} of store {chosen.name} already; nothing was changed."
    )
    call.answer(
        balance_document(chosen, after, at) | {"order": number, "changed": changed},
        lambda: [line(words), line(), *balance_parts(chosen, after, at)],
    )


async def _require_guests_order(shop: "ShopAdapter", store: "StoreSettings", number: int, *, known: bool) -> None:
    """Raises `UsageError` for an order of a customer, and for one that neither the shop nor the desk has."""
    from bridge.errors import UsageError

    contact = await shop.order_contact(number)
    if contact is not None and contact.customer_id:
        raise UsageError(f"order {number} of store {store.name} is no guest's: it is of customer {contact.customer_id}")
    if contact is None and not known:
        raise UsageError(f"the shop of store {store.name} has no order {number} with an address")


async def _suggested(shop: "ShopAdapter", order: int) -> tuple[int, ...]:
    """The customers whose address is the order's."""
    contact = await shop.order_contact(order)
    found = await shop.find_customers(email=contact.email) if contact is not None and contact.email else ()
    return tuple(found)
