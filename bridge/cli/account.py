"""`bridge account ...`: one account with all that belongs to it: found, shown, frozen, unfrozen, charged back.

Rules C14, C15 and P4.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.call import ByOption, Call, EachStoreOption, StoreOption, command, group
from bridge.cli.customer import Customer
from bridge.cli.keys import KeyOption
from bridge.cli.problems import HIGHEST_NUMBER

if TYPE_CHECKING:
    from bridge.cli.account_shown import Caller
    from bridge.contracts.desk import Tx
    from bridge.services.disputes import ChargedBack
    from bridge.settings import Settings, StoreSettings

FEWEST_DIGITS = 5
"""Fewer would find half of a shop's customers."""

app = group("account", "A customer's account: show, find by telephone or e-mail, freeze, unfreeze, charge back.")

Why = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, as `bridge account show` tells it from then on.")
]


@command(app, "show")
def show(call: Call, customer: Customer, store: StoreOption = None) -> None:
    """Show a customer's coins, packages, licences, tickets, quotes, rights and problems."""
    from bridge.cli.account_shown import sheet_document, sheet_parts
    from bridge.cli.call import one_store
    from bridge.cli.customer import owner_of
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services import accounts_by_staff, licence_search

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()

    def read(tx: "Tx") -> "tuple[accounts_by_staff.Sheet, list[licence_search.LicenceView]]":
        sheet = accounts_by_staff.sheet(tx, chosen.name, owner, at=at)
        account, book = sheet.balance.account.id, StoreSetup.of(chosen).licences
        return sheet, licence_search.of_account(tx, chosen.name, book, account, at=at)

    with the_desk(settings) as desk:
        found, licences = desk.look(read)
    call.answer(
        sheet_document(chosen, found, licences, at),
        lambda: sheet_parts(chosen, found, licences, at),
    )


@command(app, "find")
def find(
    call: Call,
    caller: Annotated[str, typer.Argument(metavar="CALLER", help="A telephone number or an e-mail address.")],
    store: EachStoreOption = None,
) -> None:
    """Find the customers who have a telephone number or an e-mail address, and their coins.

    The shops are asked; a number may be written with or without its country's code.
    """
    import asyncio

    from bridge.cli.account_shown import caller_document, caller_parts
    from bridge.cli.call import enabled_stores
    from bridge.cli.session import CLOCK

    settings = call.settings()
    at = CLOCK.now()
    found = [
        one for chosen in enabled_stores(settings, store) for one in asyncio.run(_callers(settings, chosen, caller))
    ]
    call.answer({"customers": [caller_document(one, at) for one in found]}, lambda: caller_parts(found, at))


@command(app, "freeze")
def freeze(call: Call, customer: Customer, reason: Why, by: ByOption = None, store: StoreOption = None) -> None:
    """Freeze an account: no new quote, approval or redemption until it is unfrozen.

    Grants, ends and revocations go on, and tickets can be opened.
    """
    _turn(call, customer, reason, by, store, frozen=True)


@command(app, "unfreeze")
def unfreeze(call: Call, customer: Customer, reason: Why, by: ByOption = None, store: StoreOption = None) -> None:
    """Let a frozen account be used again."""
    _turn(call, customer, reason, by, store, frozen=False)


@command(app, "chargeback")
def chargeback(
    call: Call,
    customer: Customer,
    order: Annotated[
        int, typer.Argument(metavar="ORDER", help="The shop's number of the order.", min=1, max=HIGHEST_NUMBER)
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, as `bridge account show` tells it from then on.")
    ],
    by: ByOption = None,
    store: StoreOption = None,
    over: Annotated[
        bool, typer.Option("--over", help="It is over: give back what the order's status in the shop grants.")
    ] = False,
    key: KeyOption = None,
) -> None:
    """Record that the bank took back the money of an order, where the shop does not know it.

    What its packages have left is taken, holds on them end, the account is frozen. It stands until --over, whatever the
    order's status in the shop is.
    """
    from bridge.cli.account_shown import charged_back_document, charged_back_parts
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.customer import owner_of
    from bridge.cli.keys import own_key
    from bridge.cli.session import CLOCK, the_desk
    from bridge.domain.orders import NOT_ASKED
    from bridge.engine.setup import StoreSetup
    from bridge.services import disputes

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()
    who, chosen_key = staff_name(chosen, by), own_key(key)
    act = disputes.charge_back_is_over if over else disputes.charge_back
    with the_desk(settings) as desk:
        done: ChargedBack = desk.run(
            act, StoreSetup.of(chosen).terms(NOT_ASKED), owner, order, reason=reason, by=who, key=chosen_key, at=at
        )
    call.answer(
        charged_back_document(chosen, done, over=over, by=who, key=chosen_key),
        lambda: charged_back_parts(chosen, done, over=over, by=who),
    )


def _turn(call: Call, customer: str, reason: str, by: str | None, store: str | None, *, frozen: bool) -> None:
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.customer import owner_document, owner_of
    from bridge.cli.screen import line, utc
    from bridge.cli.session import CLOCK, the_desk
    from bridge.services import accounts_by_staff

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()
    who = staff_name(chosen, by)
    turn = accounts_by_staff.freeze if frozen else accounts_by_staff.unfreeze
    with the_desk(settings) as desk:
        account, changed = desk.run(turn, chosen.name, owner, reason=reason, by=who, at=at)
    whose = f"the account of {owner} of store {chosen.name}"
    done = f"{who} has frozen {whose}." if frozen else f"{who} lets {whose} be used again."
    state = "frozen already" if frozen else "not frozen"
    as_before = f"{whose[0].upper()}{whose[1:]} is {state}; nothing was changed."
    document = {
        "store": chosen.name,
        "owner": owner_document(owner),
        "frozen": account.frozen,
        "frozen_at": utc(account.frozen_at),
        "changed": changed,
        "by": who,
    }
    call.answer(document, lambda: [line(done if changed else as_before)])


async def _callers(settings: "Settings", store: "StoreSettings", caller: str) -> "list[Caller]":
    """The customers of one store whom that number or address belongs to. Raises `UsageError` for what is neither."""
    from bridge.cli.account_shown import Caller
    from bridge.cli.session import CLOCK, plugins_of, the_desk, the_shop
    from bridge.domain.accounts import Owner, OwnerKind
    from bridge.errors import UnknownAccount, UsageError
    from bridge.services import staff_coins

    wanted = caller.strip()
    if "@" not in wanted and sum(sign.isdigit() for sign in wanted) < FEWEST_DIGITS:
        raise UsageError(
            f"{caller} is neither an e-mail address nor a telephone number of {FEWEST_DIGITS} digits or more"
        )
    with the_desk(settings) as desk:
        async with the_shop(plugins_of(settings), store) as shop:
            ids = await (shop.find_customers(email=wanted) if "@" in wanted else shop.find_customers(phone=wanted))
            contacts = await shop.contacts(ids)
        found = []
        for number in ids:
            owner = Owner(OwnerKind.CUSTOMER, number)
            try:
                balance = desk.look(staff_coins.balance, store.name, owner, at=CLOCK.now())
            except UnknownAccount:
                balance = None
            found.append(Caller(store, owner, contacts.get(number), balance))
        return found
