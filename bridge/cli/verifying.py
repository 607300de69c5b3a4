"""Verifying each store: its books alone, then the shop's rows of all its customers, a page at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

from bridge.cli.session import CLOCK, plugins_of, the_desk, the_shop
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.contracts.tickets import MessageKey
from bridge.desk.desk import Desk
from bridge.desk.key_files import load_keys
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import OwnerKind
from bridge.engine.setup import StoreSetup
from bridge.errors import BridgeError, DeskDamaged, ShopError
from bridge.services.account_pages import PageTerms
from bridge.services.document_comparison import (
    compare_document_rows,
    expected_answers,
    expected_documents,
    expected_messages,
    expected_prices,
)
from bridge.services.findings import Difference
from bridge.services.shop_comparison import ExpectedAccount, compare_rows, expected_accounts
from bridge.services.verify import ACCOUNT_PAGE, Verified, verify
from bridge.settings import Settings, StoreSettings

Place = TypeVar("Place")
"""Where the next page of documents starts."""
LOOKS, PAUSE_S = 3, 0.5
"""A daemon may push between our two looks, at desk and shop: a difference counts if the last look still finds it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was found of one store. `shop` says in words what became of the comparison with the shop's rows."""

    store: str
    books: Verified
    shop: str
    compared: int = 0
    waiting: int = 0
    in_shop: tuple[Difference, ...] = ()
    error: BridgeError | None = None

    @property
    def well(self) -> bool:
        """Whether everything that was to be compared was, and is equal."""
        return self.error is None and not self.differences

    @property
    def differences(self) -> tuple[Difference, ...]:
        """In the books first, then in the shop."""
        return self.books.differences + self.in_shop

    def document(self) -> dict[str, Any]:
        """For programs."""
        document = {
            "store": self.store,
            "accounts": self.books.accounts,
            "entries": self.books.entries,
            "packages": self.books.packages,
            "coins": self.books.coins,
            "held": self.books.held,
            "shop": self.shop,
            "compared": self.compared,
            "waiting": self.waiting,
            "differences": [one._asdict() for one in self.differences],
            "unlisted": self.books.unlisted,
        }
        return document | ({"error": self.error.code, "message": str(self.error)} if self.error else {})


class _Page(NamedTuple):
    """One page of customers as the desk has them; `last` is None after the last page."""

    expected: list[ExpectedAccount]
    waiting: int
    last: int | None


async def verify_stores(settings: Settings, stores: Sequence[StoreSettings], *, with_shops: bool) -> list[Result]:
    """Verify each store. Raises `DeskError`, `PluginError`; a shop that fails is in its store's result."""
    with the_desk(settings, examined=True) as desk:
        results = []
        for store in stores:
            alone = Result(store.name, desk.look(verify, store.name), "not asked")
            results.append(await _with_shop(settings, store, desk, alone) if with_shops else alone)
        return results


async def _with_shop(settings: Settings, store: StoreSettings, desk: Desk, books: Result) -> Result:
    keys = load_keys(desk.path.parent, store.name).signing_first
    if not store.enabled or not keys:
        return replace(books, shop="not paired" if store.enabled else "switched off")
    setup = StoreSetup.of(store)
    terms = setup.page_terms(keys[0], desk.identity.epoch)
    compared, waiting, differences, last = 0, 0, list[Difference](), 0
    try:
        async with the_shop(plugins_of(settings), store) as shop:
            while True:
                found, page = await _compared(desk, shop, terms, keys, after=last)
                compared, waiting = compared + len(page.expected), waiting + page.waiting
                differences += found
                if page.last is None:
                    break
                last = page.last
            differences += await _documents_compared(desk, shop, terms, keys, store.privacy.inbox_days)
    except (ShopError, DeskDamaged) as error:
        return replace(books, shop="not compared", in_shop=tuple(differences), error=error)
    words = f"{compared:,} compared" + (f", {waiting:,} to push" if waiting else "")
    return replace(books, shop=words, compared=compared, waiting=waiting, in_shop=tuple(differences))


async def _documents_compared(
    desk: Desk, shop: ShopAdapter, terms: PageTerms, keys: Sequence[SigningKey], kept_days: int
) -> list[Difference]:
    """Where the shop's tickets, messages, quotes, licences, premium time, prices and answers differ."""
    differences: list[Difference] = []
    for table in (
        DocumentTable.QUOTE,
        DocumentTable.TICKET,
        DocumentTable.LICENCE,
        DocumentTable.AGREEMENT,
        DocumentTable.BILL,
    ):
        last: int | None = 0
        while last is not None:
            page = partial(expected_documents, terms=terms, table=table, after=last, limit=ACCOUNT_PAGE)
            found, last = await _steady(desk, shop, keys, table, page)
            differences += found
    key: MessageKey | None = MessageKey(0, 0)
    while key is not None:
        messages = partial(expected_messages, terms=terms, after=key, limit=ACCOUNT_PAGE)
        found, key = await _steady(desk, shop, keys, DocumentTable.MESSAGE, messages)
        differences += found
    uuid: str | None = ""
    while uuid is not None:
        above, at = uuid, CLOCK.now()

        def answers(tx: DeskTx, above: str = above, at: datetime = at) -> tuple[list[DocumentRow], str | None]:
            return expected_answers(tx, terms, kept_days=kept_days, at=at, after=above, limit=ACCOUNT_PAGE)

        found, uuid = await _steady(desk, shop, keys, DocumentTable.ANSWER, answers)
        differences += found
    found, _ = await _steady(desk, shop, keys, DocumentTable.PRICE, lambda tx: (expected_prices(tx, terms), None))
    return [*differences, *found]


async def _steady(
    desk: Desk,
    shop: ShopAdapter,
    keys: Sequence[SigningKey],
    table: DocumentTable,
    expect: Callable[[DeskTx], tuple[list[DocumentRow], Place]],
) -> tuple[Sequence[Difference], Place]:
    """Where the shop differs from a page of documents, and where the next one starts."""

    async def look() -> tuple[Sequence[Difference], Place]:
        expected, last = desk.look(expect)
        found = await shop.documents(table, [one.key for one in expected]) if expected else ()
        return compare_document_rows(keys, table, expected, found), last

    return await _until_equal(look)


async def _compared(
    desk: Desk, shop: ShopAdapter, terms: PageTerms, keys: Sequence[SigningKey], *, after: int
) -> tuple[Sequence[Difference], _Page]:
    """Where the shop differs from a page of accounts, and that page."""

    async def look() -> tuple[Sequence[Difference], _Page]:
        page = desk.look(_page, terms, after=after)
        accounts, entries = await shop.pushed([one.customer_id for one in page.expected])
        return compare_rows(keys, page.expected, accounts, entries, at=CLOCK.now()), page

    return await _until_equal(look)


async def _until_equal(
    look: Callable[[], Awaitable[tuple[Sequence[Difference], Place]]],
) -> tuple[Sequence[Difference], Place]:
    """Look at desk and shop, and again where they differ."""
    for pause in range(1, LOOKS):
        seen = await look()
        if not seen[0]:
            return seen
        await asyncio.sleep(PAUSE_S * pause)
    return await look()


def _page(tx: DeskTx, terms: PageTerms, *, after: int) -> _Page:
    """What the shop should show of the next accounts; those that have yet to be pushed are only counted."""
    accounts = tx.accounts.page(terms.store, after=after, limit=ACCOUNT_PAGE)
    states = tx.push.states(account.id for account in accounts)
    customers = [one for one in accounts if one.owner.kind is OwnerKind.CUSTOMER]
    pushed = [one for one in customers if states[one.id].number >= one.number]
    expected = expected_accounts(tx, terms, pushed, at=CLOCK.now())
    last = accounts[-1].id if len(accounts) == ACCOUNT_PAGE else None
    return _Page(expected, len(customers) - len(pushed), last)
