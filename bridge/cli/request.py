"""`bridge request ...`: what customers want, and the thread about it. Nothing here costs a coin (rules C12, P4)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.acting import MOST_LISTED, RequestNumber, listed
from bridge.cli.call import ByOption, Call, EachStoreOption, StoreOption, command, group
from bridge.cli.customer import Customer

if TYPE_CHECKING:
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx
    from bridge.domain.accounts import Owner
    from bridge.domain.requests import Request
    from bridge.settings import Settings, StoreSettings

app = group("request", "Requests: what customers want, and what was said about it.")

Text = Annotated[str, typer.Option("--text", metavar="TEXT", help="What is said.")]


@command(app, "list")
def list_requests(
    call: Call,
    store: EachStoreOption = None,
    customer: Annotated[
        str | None,
        typer.Option("--customer", metavar="CUSTOMER", help="Only those of this customer.", show_default=False),
    ] = None,
) -> None:
    """List requests, newest first."""
    from bridge.cli.call import one_store
    from bridge.cli.customer import owner_of
    from bridge.cli.requests_shown import request_document, requests_table
    from bridge.cli.screen import line
    from bridge.cli.session import the_desk
    from bridge.services.staff_coins import require_account

    settings = call.settings()
    owner = owner_of(customer) if customer is not None else None
    stores = [one_store(settings, store)] if store or owner else list(settings.stores.values())

    def found(tx: "Tx") -> list[Any]:
        if owner is not None:
            mine = tx.requests.of_account(require_account(tx, stores[0].name, owner).id)[::-1]
            return [_row(tx, stores[0], one) for one in mine[:MOST_LISTED]]
        return [_row(tx, one, request) for one in stores for request in tx.requests.latest(one.name, MOST_LISTED)]

    with the_desk(settings) as desk:
        rows = desk.look(found)
    call.answer(
        {"requests": [request_document(row) for row in rows]},
        lambda: (
            [
                requests_table(rows),
                line(),
                line(f"{listed(len(rows), 'request')} More about one: bridge request show REQUEST"),
            ]
            if rows
            else [line("No requests.")]
        ),
    )


@command(app, "show")
def show(call: Call, request: RequestNumber, store: StoreOption = None) -> None:
    """Show a request and everything that was said and done about it."""
    from bridge.cli.desk_work import REQUEST, Numbered, store_of
    from bridge.cli.requests_shown import request_document, request_parts, thread_document, thread_parts
    from bridge.cli.screen import line
    from bridge.cli.session import the_desk

    settings = call.settings()

    def read(tx: "Tx") -> tuple[Any, Any]:
        found = tx.requests.get(chosen.name, request)
        assert found is not None, "it was there a moment ago, and requests are never deleted"
        return _row(tx, chosen, found), tx.requests.thread(request)

    with the_desk(settings) as desk:
        chosen = store_of(settings, desk, Numbered(REQUEST, request), store)
        row, thread = desk.look(read)
    call.answer(
        request_document(row) | {"thread": thread_document(thread)},
        lambda: [*request_parts(row), line(), *thread_parts(thread, chosen.zone_info)],
    )


@command(app, "open")
def open_request(
    call: Call,
    customer: Customer,
    subject: Annotated[
        str, typer.Option("--subject", metavar="TEXT", help="What it is about, in a line the customer reads.")
    ],
    text: Annotated[
        str, typer.Option("--text", metavar="TEXT", help="What the customer wants, in more words.", show_default=False)
    ] = "",
    price: Annotated[
        str | None,
        typer.Option(
            "--price",
            metavar="CODE",
            help="A price of the list: makes a draft of its quote, which you send.",
            show_default=False,
        ),
    ] = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Open a request in a customer's name, free of coins.

    A customer whom the desk does not know yet is looked up in the shop.
    """
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.customer import owner_of
    from bridge.cli.desk_work import ways_on
    from bridge.cli.requests_shown import request_document, request_parts
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services import requests

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()
    who, terms = staff_name(chosen, by), StoreSetup.of(chosen).desk_terms

    def opened(tx: "Tx") -> Any:
        made = requests.open_for(
            tx, terms, owner, subject=subject, text=text, by=who, at=at, price=price, in_shop=in_shop
        )
        return _row(tx, chosen, made)

    with the_desk(settings) as desk, ways_on(chosen.name, owner):
        known = bool(desk.look(lambda tx: tx.accounts.of_owners(chosen.name, [owner])))
        in_shop = not known and _in_shop(settings, chosen, owner)
        row = desk.run(opened)
    _, made, _, quotes = row
    words = [f"{who} opened request {made.id} for {owner} of store {chosen.name}."]
    words += [f"Draft {one.id} waits: bridge quote reissue {one.id} sends it as it is." for one in quotes]
    call.answer(
        request_document(row) | {"by": who},
        lambda: [line(" ".join(words)), line(), *request_parts(row)],
    )


@command(app, "reply")
def reply(call: Call, request: RequestNumber, text: Text, by: ByOption = None, store: StoreOption = None) -> None:
    """Answer a request in words, free of coins.

    The customer reads them on his page, and gets a mail that says so. Where his page can't show them yet, the mail
    waits, and the answer says why.
    """
    from bridge.services import requests
    from bridge.services.threads_shown import told_unread

    def do(tx: "Tx", work: "Work") -> str:
        requests.reply(tx, work.terms, request, text=text, by=work.staff, at=work.at)
        return told_unread(tx, work.store.name)

    def words(who: str, unread: object) -> str:
        reads = f"Warning: {unread}" if unread else "The customer reads it on his page."
        return f"{who} replied to request {request}; no coin was moved. {reads}"

    _say(call, request, store, by, do, words, also=lambda unread: {"warning": unread} if unread else {})


@command(app, "log-call")
def log_call(call: Call, request: RequestNumber, text: Text, by: ByOption = None, store: StoreOption = None) -> None:
    """Write down a telephone call about a request, for staff alone and free of coins."""
    from bridge.services import requests

    def do(tx: "Tx", work: "Work") -> bool:
        return requests.log_call(tx, work.terms, request, text=text, by=work.staff, at=work.at)

    def words(who: str, in_plan: object) -> str:
        plan = "" if in_plan else " The customer's plan has no telephone support: offer it as premium time (rule P4)."
        return f"{who} logged a call on request {request}; no coin was moved.{plan}"

    _say(call, request, store, by, do, words)


def _say(
    call: Call, number: int, store: str | None, by: str | None, do: Any, words: Any, also: Any = lambda _: {}
) -> None:
    """Add to a thread and show it; `also` is what programs are told besides."""
    from bridge.cli.desk_work import REQUEST, Numbered, work_on
    from bridge.cli.requests_shown import request_document, request_parts, thread_document, thread_parts
    from bridge.cli.screen import line

    def action(tx: "Tx") -> tuple[object, Any, Any]:
        said = do(tx, work)
        found = tx.requests.get(work.store.name, number)
        assert found is not None, "something was just said in it"
        return said, _row(tx, work.store, found), tx.requests.thread(number)

    with work_on(call.settings(), Numbered(REQUEST, number), store, by) as (desk, work):
        said, row, thread = desk.run(action)
    call.answer(
        request_document(row) | {"by": work.staff, "said": thread_document(thread[-1:])[0]} | also(said),
        lambda: [
            line(words(work.staff, said)),
            line(),
            *request_parts(row),
            line(),
            *thread_parts(thread, work.store.zone_info),
        ],
    )


def _row(tx: "Tx", store: "StoreSettings", request: "Request") -> Any:
    from bridge.services.coin_moves import account_by_id

    return store, request, account_by_id(tx, request.account_id), tx.quotes.of_request(request.id)


def _in_shop(settings: "Settings", store: "StoreSettings", owner: "Owner") -> bool:
    """Whether the shop has that customer. Raises `ShopError` where it can't be asked."""
    import asyncio

    from bridge.cli.session import plugins_of, the_shop
    from bridge.domain.accounts import OwnerKind

    async def ask() -> bool:
        async with the_shop(plugins_of(settings), store) as shop:
            return owner.ref in await shop.customers([owner.ref])

    return owner.kind is OwnerKind.CUSTOMER and asyncio.run(ask())
