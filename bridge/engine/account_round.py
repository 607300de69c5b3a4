"""Comparing a store's accounts with its shop, a page at a time: the end of each round of comparing.

What a page finds about its rows is mended at once. What is said of customers is said once all have been looked at,
because many who are missing together are not deleted customers but a table that was lost.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Account
from bridge.engine.setup import StoreSetup
from bridge.services import comparing_accounts
from bridge.services.comparing_accounts import Gone

R = TypeVar("R")
log = structlog.get_logger()
ACCOUNTS_A_PAGE = 1_000


class Ask(Protocol):
    """Asks the shop at the expense of somebody's budget."""

    async def __call__(self, question: Awaitable[R], /) -> R: ...


class AccountRound:
    """One store's accounts. `on_changed` is called when a page has to be pushed."""

    def __init__(
        self,
        setup: StoreSetup,
        adapter: ShopAdapter,
        desk: Desk,
        clock: Clock,
        *,
        ask: Ask,
        on_changed: Callable[[], None],
    ) -> None:
        self._setup, self._adapter, self._desk, self._clock = setup, adapter, desk, clock
        self._ask, self._on_changed = ask, on_changed
        self._after: int | None = 0
        self._looked_at = 0
        self._gone: list[Account] = []
        self._others: list[Account] = []

    async def go_on(self, may_go_on: Callable[[], bool]) -> bool:
        """Look at the next accounts, and at more while it may; whether all have been looked at.

        Left off in the middle it goes on there when called again. Raises `ShopError`, `DeskError`.
        """
        name = self._setup.name
        while self._after is not None:
            accounts, after = await self._desk.read(
                comparing_accounts.customers, name, self._after, limit=ACCOUNTS_A_PAGE
            )
            present = await self._ask(self._adapter.customers([account.owner.ref for account in accounts]))
            await self._push_what_is_not_shown(accounts)
            gone, others = await self._desk.transact(
                "note customers", comparing_accounts.note_customers, accounts, present, at=self._clock.now()
            )
            self._looked_at += len(accounts)
            self._gone += gone
            self._others += others
            self._after = after
            if after is not None and not may_go_on():
                return False
        await self._tell()
        self._after, self._looked_at, self._gone, self._others = 0, 0, [], []
        return True

    async def _tell(self) -> None:
        """Tell staff of customers who are gone, with who has their orders now, and of numbers that others have now."""
        name, fuse, at = self._setup.name, self._setup.settings.coins.fuse_units, self._clock.now()
        new = await self._desk.read(comparing_accounts.not_told, name, self._gone)
        doubtful = comparing_accounts.too_many(len(new), looked_at=self._looked_at, fuse_units=fuse)
        found = [Gone(account) if doubtful else await self._whereabouts(account) for account in new]
        gone, others, looked_at = self._gone, self._others, self._looked_at

        def tell(tx: DeskTx) -> None:
            comparing_accounts.report_gone(tx, name, found, gone, looked_at=looked_at, fuse_units=fuse, at=at)
            comparing_accounts.set_apart(tx, name, others, looked_at=looked_at, fuse_units=fuse, at=at)

        await self._desk.transact("report customers", tell)
        if new or others:
            self._on_changed()

    async def _push_what_is_not_shown(self, accounts: Sequence[Account]) -> None:
        """Rows of ours that were put back or taken away in the shop are pushed anew (rule C16)."""
        pushed = await self._desk.read(comparing_accounts.pushed, accounts)
        if not pushed:
            return
        shown = await self._ask(self._adapter.shown([account.owner.ref for account in pushed]))
        epoch = self._desk.identity.epoch
        unlike = await self._desk.read(comparing_accounts.unlike_pushed, pushed, shown, epoch=epoch)
        if unlike:
            log.warning("account pages do not show what was pushed", store=self._setup.name, accounts=len(unlike))
            await self._desk.transact("push again", lambda tx: tx.push.again_for(unlike))
            self._on_changed()

    async def _whereabouts(self, account: Account) -> Gone:
        """Who has the orders now that a customer had who is gone?"""
        ids = await self._desk.read(comparing_accounts.orders_of, account.id)
        orders, _ = await self._ask(self._adapter.read_orders(ids))
        now_with = {order.customer_id for order in orders if order.customer_id} - {account.owner.ref}
        return Gone(account, tuple(sorted(now_with)))
