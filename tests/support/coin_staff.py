"""Staff who never rest, as a process of their own that can be killed: offers, revisions, settlements, short packages.

    python -m tests.support.coin_staff CONFIG_FOLDER SEED

They do what commands do, beside the daemon: open the desk, run one service in one transaction, and again.
"""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

from bridge.contracts.clock import SystemClock
from bridge.contracts.desk import Tx
from bridge.desk.desk import FILE_NAME, Desk
from bridge.domain import ledger
from bridge.domain.accounts import Account, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.packages import Package
from bridge.domain.quotes import Cause, QuoteKind, QuoteState
from bridge.domain.tickets import Author
from bridge.engine.setup import StoreSetup
from bridge.errors import BridgeError
from bridge.services import expiring, offering, working
from bridge.services.coin_moves import spendable
from bridge.settings import load

BY = "Anna"
SHORT_LIVES_S = (0.5, 4.0)
MOST_PAUSE_S = 0.05
CLOCK = SystemClock()


class Staff:
    """The staff of one store."""

    def __init__(self, desk: Desk, terms: DeskTerms, random: Random) -> None:
        self._desk, self._terms, self._random = desk, terms, random

    def act(self) -> None:
        """Do one thing; what is refused because something else came first is refused."""
        with suppress(BridgeError):
            self._desk.run(self._random.choices((self._offer, self._go_on, self._give), (4, 6, 1))[0])

    def _offer(self, tx: Tx) -> None:
        account = self._somebody(tx)
        now = CLOCK.now()
        if account is None or spendable(tx, account.id, now) < self._terms.inspection_coins:
            return
        ticket = tx.tickets.open(self._terms.store, account.id, subject="Work", at=now, by=Author.STAFF, staff=BY)
        if self._random.random() < 1 / 4:
            offering.offer_inspection(tx, self._terms, ticket.id, words="A look.", by=BY, at=now)
        else:
            coins = self._random.randint(5, 60)
            offering.offer(tx, self._terms, ticket.id, coins=coins, words="Work.", by=BY, at=now, possible=True)

    def _go_on(self, tx: Tx) -> None:
        """With a quote that was approved, or now and then with one that was not."""
        found = tx.quotes.open(self._terms.store, 100)
        approved = [one for one in found if one.state in (QuoteState.APPROVED, QuoteState.STARTED)]
        now, random, terms = CLOCK.now(), self._random, self._terms
        if not approved:
            if found and random.random() < 1 / 8:
                quote = random.choice(found)
                offering.revise(tx, terms, quote.id, coins=quote.offer.coins + 1, words="More.", by=BY, at=now)
            return
        quote = random.choice(approved)
        choice = random.random()
        if quote.state is QuoteState.APPROVED and choice < 1 / 3:
            working.start(tx, terms, quote.id, by=BY, at=now)
        elif choice < 3 / 4:
            working.settle(tx, terms, quote.id, spent=random.randint(1, max(1, quote.held)), by=BY, at=now)
        elif choice < 7 / 8 or quote.kind is not QuoteKind.INSPECTION:
            working.release(tx, terms, quote.id, reason="not needed", by=BY, at=now, vendor=choice > 15 / 16)
        else:
            working.infeasible(tx, terms, quote.id, cause=Cause.HOST, by=BY, at=now)

    def _give(self, tx: Tx) -> None:
        """Coins that can be used for seconds only."""
        account = self._somebody(tx)
        if account is None:
            return
        now, store = CLOCK.now(), self._terms.store
        until = (now + timedelta(seconds=self._random.uniform(*SHORT_LIVES_S))).replace(microsecond=0)
        (number,) = tx.ledger.new_package_ids(1)
        package = Package(number, account.id, None, self._random.randint(20, 90), granted_at=now, usable_until=until)
        entry = ledger.grant(package, key=f"{store}:short:{number}", at=now, reason="for seconds", staff=BY)
        tx.ledger.append(store, [entry], {number: package}, [number])
        expiring.arm_packages(tx, store, [package], at=now)

    def _somebody(self, tx: Tx) -> Account | None:
        found = [
            one
            for one in tx.accounts.page(self._terms.store, after=0, limit=200)
            if one.owner.kind is OwnerKind.CUSTOMER and one.posted > 0
        ]
        return self._random.choice(found) if found else None


def work(config: Path, seed: int) -> None:
    """Act until somebody kills us."""
    random = Random(seed)  # noqa: S311 - to be repeatable, not secret
    settings = load(config, environ={}, credentials_dir=None)
    terms: Mapping[str, DeskTerms] = {name: StoreSetup.of(one).desk_terms for name, one in settings.stores.items()}
    with Desk.open(settings.bridge.desk.state_dir / FILE_NAME) as desk:
        acts: list[Callable[[], None]] = [Staff(desk, one, random).act for one in terms.values()]
        while True:
            random.choice(acts)()
            time.sleep(random.uniform(0.0, MOST_PAUSE_S))


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
