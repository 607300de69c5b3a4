"""`bridge coins ...`: one account's coins, and what staff do to them by hand (rule C15)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import ByOption, Call, StoreOption, command, group
from bridge.cli.customer import Customer, owner_of
from bridge.cli.keys import KeyOption, own_key

if TYPE_CHECKING:
    from datetime import date, datetime

    from bridge.services.staff_coins import Balance
    from bridge.settings import StoreSettings

app = group("coins", "A customer's coins: how many, why, and what staff do by hand.")

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in words the customer may read.")]


@command(app, "balance")
def balance(call: Call, customer: Customer, store: StoreOption = None) -> None:
    """Show how many coins a customer has, in which packages."""
    from bridge.cli.call import one_store
    from bridge.cli.coins_shown import balance_document, balance_parts
    from bridge.cli.session import CLOCK, the_desk
    from bridge.services import staff_coins

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()
    with the_desk(settings) as desk:
        found = desk.look(staff_coins.balance, chosen.name, owner, at=at)
    call.answer(balance_document(chosen, found, at), lambda: balance_parts(chosen, found, at))


@command(app, "statement")
def statement(
    call: Call,
    customer: Customer,
    store: StoreOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets, a line an entry.")] = False,
    language: Annotated[
        str,
        typer.Option(
            "--language", metavar="LANGUAGE", help="The language of the table for spreadsheets: en, ru or fa."
        ),
    ] = "en",
) -> None:
    """Show every entry of an account with the running balance, what is held apart, and the packages that paid."""
    from bridge.cli.call import language_of, one_store
    from bridge.cli.coins_shown import statement_document, statement_parts
    from bridge.cli.session import the_desk
    from bridge.cli.statement_csv import write_statement
    from bridge.services import staff_coins

    call.require_one_form(as_csv=as_csv)
    settings = call.settings()
    chosen, owner = one_store(settings, store), owner_of(customer)
    language = language_of(language, chosen)
    with the_desk(settings) as desk:
        entries = desk.look(staff_coins.statement, chosen.name, owner)
        packages = {part.package_id for one in entries for part in one.entry.postings} if as_csv else set()
        plans = {number: one.plan for number, one in desk.look(lambda tx: tx.ledger.packages(packages)).items()}
    if as_csv:
        names = {number: chosen.plans[plan].name for number, plan in plans.items() if plan and plan in chosen.plans}
        write_statement(sys.stdout, entries, names, chosen.zone_info, language)
        return
    call.answer(
        statement_document(chosen.name, owner, entries),
        lambda: statement_parts(chosen.name, owner, entries, chosen.zone_info),
    )


@command(app, "grant")
def grant(
    call: Call,
    customer: Customer,
    coins: Annotated[int, typer.Argument(metavar="COINS", help="How many coins.")],
    reason: Reason,
    by: ByOption = None,
    store: StoreOption = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="YYYY-MM-DD",
            help="The last day they can be used, in the store's zone. Default: a year from today.",
            show_default=False,
        ),
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option(
            "--plan", metavar="KEY", help="The plan whose rights come with them. Default: none.", show_default=False
        ),
    ] = None,
    key: KeyOption = None,
) -> None:
    """Give a customer coins, as a package of their own."""
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.screen import count
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services import staff_coins

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()
    who, day, own_plan = staff_name(chosen, by), _day(until), _plan(chosen, plan)
    chosen_key = own_key(key)

    def book(tx: Any) -> tuple[bool, bool, "Balance"]:
        known = bool(tx.accounts.of_owners(chosen.name, [owner]))
        recorded = tx.ledger.recorded(staff_coins.staff_key(chosen.name, chosen_key)) is not None
        after = staff_coins.grant(
            tx,
            chosen.name,
            owner,
            coins=coins,
            reason=StoreSetup.of(chosen).premium.hide_numbers(reason),
            staff=who,
            key=chosen_key,
            zone=chosen.zone_info,
            at=at,
            last_day=day,
            plan=own_plan,
            reminder_days=chosen.reminders.days,
        )
        return known, recorded, after

    with the_desk(settings) as desk:
        known, recorded, after = desk.run(book)
    words = f"{who} granted {count(coins, 'coin')} to {owner} of store {chosen.name}."
    if not known:
        words += f" It is the account's first entry: check that {owner} is who you mean."
    _tell(call, chosen, after, at, words=words, recorded=recorded, key=chosen_key)


@command(app, "correct")
def correct(
    call: Call,
    customer: Customer,
    reason: Reason,
    add: Annotated[
        int | None, typer.Option("--add", metavar="COINS", help="Coins to put on the account.", show_default=False)
    ] = None,
    take: Annotated[
        int | None, typer.Option("--take", metavar="COINS", help="Coins to take off the account.", show_default=False)
    ] = None,
    by: ByOption = None,
    store: StoreOption = None,
    key: KeyOption = None,
) -> None:
    """Correct a customer's coins, up (--add) or down (--take)."""
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.screen import count
    from bridge.cli.session import CLOCK, the_desk
    from bridge.domain.coins import whole_coins
    from bridge.engine.setup import StoreSetup
    from bridge.errors import NotEnoughCoins
    from bridge.services import staff_coins

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()
    who, chosen_key = staff_name(chosen, by), own_key(key)
    change = _change(add, take)
    whole_coins(abs(change), what="coins")

    def book(tx: Any) -> tuple[bool, "Balance"]:
        recorded = tx.ledger.recorded(staff_coins.staff_key(chosen.name, chosen_key)) is not None
        after = staff_coins.correct(
            tx,
            chosen.name,
            owner,
            coins=change,
            reason=StoreSetup.of(chosen).premium.hide_numbers(reason),
            staff=who,
            key=chosen_key,
            zone=chosen.zone_info,
            at=at,
            reminder_days=chosen.reminders.days,
            low_percent=chosen.reminders.low_percent,
        )
        return recorded, after

    with the_desk(settings) as desk:
        try:
            recorded, after = desk.run(book)
        except NotEnoughCoins as error:  # the ledger speaks of its own account; staff know the customer
            raise NotEnoughCoins(
                f"{owner} of store {chosen.name}", needed=error.needed, available=error.available
            ) from None
    done = f"put {count(change, 'coin')} on" if change > 0 else f"took {count(-change, 'coin')} off"
    words = f"{who} {done} the account of {owner} of store {chosen.name}."
    _tell(call, chosen, after, at, words=words, recorded=recorded, key=chosen_key)


@command(app, "import")
def import_table(
    call: Call,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A table as CSV in UTF-8 with the columns customer and coins; expiry, note, plan and key if you like.",
        ),
    ],
    by: ByOption = None,
    store: StoreOption = None,
    write: Annotated[bool, typer.Option("--write", help="Book it. Without this, what would happen is shown.")] = False,
) -> None:
    """Import balances that were kept by hand: a line is a package of coins for a customer.

    A customer is named by his id in the shop or his e-mail address; the expiry is the last day (YYYY-MM-DD), by default
    a year from today. One bad line, and nothing is booked. The same table again books nothing twice. Nobody is told.
    """
    import asyncio

    from bridge.cli.call import one_store, staff_name
    from bridge.cli.files import open_input
    from bridge.cli.importing import find_customers, import_document, import_parts, read_file
    from bridge.cli.session import CLOCK, plugins_of, the_desk, the_shop
    from bridge.engine.setup import StoreSetup
    from bridge.services import importing

    settings = call.settings()
    chosen = one_store(settings, store)
    who, terms = staff_name(chosen, by), StoreSetup.of(chosen).desk_terms
    with open_input(file) as source:
        lines = read_file(source, chosen)

    async def ask() -> "dict[str, importing.Customer]":
        async with the_shop(plugins_of(settings), chosen) as shop:
            return await find_customers(shop, lines)

    with the_desk(settings) as desk:
        customers, at = asyncio.run(ask()), CLOCK.now()
        if write:
            done = desk.run(importing.book, terms, lines, customers, by=who, at=at)
        else:
            done = desk.look(importing.plan, terms, lines, customers, at=at)
    call.answer(
        import_document(chosen, done, written=write),
        lambda: import_parts(chosen, done, who=who, written=write),
    )


def _tell(
    call: Call, store: "StoreSettings", after: "Balance", at: "datetime", *, words: str, recorded: bool, key: str
) -> None:
    from bridge.cli.coins_shown import balance_document, balance_parts
    from bridge.cli.screen import line

    if recorded:
        words = f"An entry with the key {key} is recorded already; nothing was changed."
    call.answer(
        balance_document(store, after, at) | {"key": key, "changed": not recorded},
        lambda: [line(words), line(), *balance_parts(store, after, at)],
    )


def _day(text: str | None) -> "date | None":
    from datetime import date

    from bridge.errors import UsageError

    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--until must be a day such as 2027-11-30, not {text}") from error


def _plan(store: "StoreSettings", plan: str | None) -> str | None:
    from bridge.errors import UsageError

    if plan is not None and plan not in store.plans:
        raise UsageError(f"store {store.name} has no plan {plan}; it has {', '.join(store.plans)}")
    return plan


def _change(add: int | None, take: int | None) -> int:
    """The change that is meant; a sign is a word here, because a lost minus would give instead of take."""
    from bridge.errors import UsageError

    if (add is None) == (take is None):
        raise UsageError("say either --add COINS or --take COINS")
    amount = add if add is not None else take
    assert amount is not None
    if amount < 0:
        raise UsageError(f"--add and --take want a number of coins without a sign, not {amount}")
    return amount if add is not None else -amount
