"""What tests of services share: a real desk, and a keeper who books orders on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bridge.contracts.problems import Problem
from bridge.desk.desk import Desk
from bridge.domain.accounts import Account, Owner
from bridge.domain.orders import Order
from bridge.domain.packages import Package
from bridge.domain.purchases import StoreTerms
from bridge.services import purchases, staff_coins
from bridge.services.booked import Booked
from tests.support.books import ACME, MONDAY_9AM, TEHRAN, a_quick_desk, a_store


@dataclass
class Keeper:
    """Books orders and looks at what came of it. `now` moves on by a minute with every booking."""

    desk: Desk
    store: StoreTerms = field(default_factory=a_store)
    now: datetime = MONDAY_9AM

    def book(self, *orders: Order, fuse: bool = True, tell: bool = True) -> Booked:
        self.now += timedelta(minutes=1)
        store = self.store if fuse else replace(self.store, fuse_units=1_000_000)
        return self.desk.run(purchases.book_orders, store, orders, at=self.now, tell=tell)

    def correct(self, owner: Owner, coins: int, key: str = "k") -> None:
        """A correction by staff, as when coins are spent."""
        self.desk.run(
            staff_coins.correct,
            ACME,
            owner,
            coins=coins,
            reason="work",
            staff="Anna",
            key=key,
            zone=TEHRAN,
            at=self.now,
        )

    def problems(self) -> list[Problem]:
        return self.desk.look(lambda tx: tx.problems.open(ACME))

    def problem_kinds(self) -> list[str]:
        return [problem.kind for problem in self.problems()]

    def account(self, owner: Owner) -> Account | None:
        return self.desk.look(lambda tx: tx.accounts.of_owners(ACME, [owner]).get(owner))

    def posted(self, owner: Owner) -> int:
        account = self.account(owner)
        return account.posted if account else 0

    def units(self, order_id: int = 1042) -> list[Package]:
        return self.desk.look(lambda tx: tx.ledger.units_of(ACME, [order_id]).get(order_id, []))


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    """A keeper with an empty desk."""
    with a_quick_desk() as desk:
        yield Keeper(desk)
