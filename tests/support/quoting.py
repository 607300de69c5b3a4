"""A coin desk in a test: one store, a clock that is set by hand, and the actions of staff and customers on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bridge.contracts.desk import Tx
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import Event
from bridge.domain.packages import Package
from bridge.domain.quotes import Quote, QuoteKind
from bridge.domain.rights import Price, Right, RightBook, RightKind
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.services import deciding, offering, staff_coins, working
from bridge.services.verify import verify
from tests.support.books import ACME, MONDAY_9AM, PLANS, TEHRAN, a_quick_desk, customer

ANNA = "Anna"
RIGHTS = RightBook(
    [
        Right("seo", RightKind.WORK, frozenset({"base", "professional"}), {"en": "SEO review"}),
        Right("font", RightKind.ONCE, frozenset({"essential", "base", "professional"}), {"en": "IRANSans font"}),
        Right("phone", RightKind.TELEPHONE, frozenset({"professional"}), {"en": "Telephone support"}),
    ],
    [Price("analytics", 50, 1, {"en": "Google Analytics", "fa": "گوگل آنالیتیکس"})],
)


def desk_terms(**different: Any) -> DeskTerms:
    """The terms of a store in Tehran with the plans of `tests.support.books`."""
    facts: dict[str, Any] = {
        "store": ACME,
        "zone": TEHRAN,
        "plans": PLANS,
        "rights": RIGHTS,
        "languages": ("en", "ru", "fa"),
    }
    return DeskTerms(**{**facts, **different})


@dataclass
class CoinDesk:
    """The desk of one store, at `now`."""

    desk: Desk
    terms: DeskTerms = field(default_factory=desk_terms)
    now: datetime = MONDAY_9AM
    keys: int = 0

    def later(self, **parts: float) -> datetime:
        """Let time pass; returns the new moment."""
        self.now += timedelta(**parts)
        return self.now

    def granted(self, owner: Owner, coins: int, *, last_day: Any = None, plan: str | None = None) -> Package:
        """Give coins as a package of their own."""
        self.keys += 1
        self.desk.run(
            staff_coins.grant,
            ACME,
            owner,
            coins=coins,
            reason="test",
            staff=ANNA,
            key=f"test-{self.keys}",
            zone=self.terms.zone,
            at=self.now,
            last_day=last_day,
            plan=plan,
        )
        return max(self.packages(owner), key=lambda package: package.id)

    def ticket(self, owner: Owner, subject: str = "Google Analytics") -> Ticket:
        """A ticket that staff opened for a customer."""

        def opened(tx: Tx) -> Ticket:
            account = tx.accounts.open(ACME, [owner])[owner]
            return tx.tickets.open(ACME, account.id, subject=subject, at=self.now, by=Author.STAFF, staff=ANNA)

        return self.desk.run(opened)

    def offered(self, owner: Owner, coins: int, *, ticket: Ticket | None = None) -> Quote:
        """A quote for work of a new ticket, or of the given one."""
        where = ticket or self.ticket(owner)
        return self.desk.run(
            offering.offer,
            self.terms,
            where.id,
            coins=coins,
            words="Set it up.",
            by=ANNA,
            at=self.now,
            possible=True,
        )

    def inspection(self, ticket: Ticket) -> Quote:
        """An inspection offered for a ticket."""
        return self.desk.run(
            offering.offer_inspection, self.terms, ticket.id, words="Let us look.", by=ANNA, at=self.now
        )

    def approved(self, quote: Quote, **different: Any) -> Quote:
        """The customer approves what he was shown."""
        facts: dict[str, Any] = {
            "version": quote.offer.version,
            "text_hash": quote.offer.hashes["en"],
            "at": self.now,
        }
        return self.desk.run(deciding.approve, self.terms, quote.account_id, quote.id, **{**facts, **different})

    def cancelled(self, quote: Quote) -> Quote:
        """The customer takes his approval back."""
        return self.desk.run(deciding.cancel, self.terms, quote.account_id, quote.id, at=self.now)

    def declined(self, quote: Quote) -> Quote:
        """The customer declines."""
        return self.desk.run(
            deciding.decline, self.terms, quote.account_id, quote.id, version=quote.offer.version, at=self.now
        )

    def started(self, quote: Quote) -> Quote:
        """Staff mark the work as started."""
        return self.desk.run(working.start, self.terms, quote.id, by=ANNA, at=self.now)

    def settled(self, quote: Quote, spent: int) -> Quote:
        """Staff deduct what the work took."""
        return self.desk.run(working.settle, self.terms, quote.id, spent=spent, by=ANNA, at=self.now)

    def released(self, quote: Quote, *, vendor: bool = False) -> Quote:
        """Staff give back what is held."""
        return self.desk.run(
            working.release, self.terms, quote.id, reason="not needed", by=ANNA, at=self.now, vendor=vendor
        )

    def quote(self, quote_id: int) -> Quote:
        """The quote as it stands."""
        found = self.desk.look(lambda tx: tx.quotes.get(ACME, quote_id))
        assert found is not None
        return found

    def quotes(self, owner: Owner, kind: QuoteKind | None = None) -> list[Quote]:
        """The customer's quotes."""
        account = self.account_id(owner)
        found = self.desk.look(lambda tx: tx.quotes.of_account(account))
        return [quote for quote in found if kind in {None, quote.kind}]

    def account_id(self, owner: Owner) -> int:
        """The number of the customer's account."""
        return self.desk.look(lambda tx: tx.accounts.of_owners(ACME, [owner]))[owner].id

    def packages(self, owner: Owner) -> list[Package]:
        """The customer's packages in the order they pay."""
        return list(self.desk.look(staff_coins.balance, ACME, owner, at=self.now).packages)

    def coins(self, owner: Owner) -> tuple[int, int, int]:
        """Posted, held and available coins."""
        found = self.desk.look(staff_coins.balance, ACME, owner, at=self.now)
        return found.account.posted, found.account.held, found.available

    def split(self, owner: Owner) -> list[tuple[int, int]]:
        """Posted and held coins by package, in the order they pay."""
        return [(package.posted, package.held) for package in self.packages(owner)]

    def entries(self, owner: Owner) -> list[tuple[str, int, int]]:
        """Kind, posted and held change of every entry."""
        found = self.desk.look(staff_coins.statement, ACME, owner)
        return [(one.entry.kind.value, one.entry.posted, one.entry.held) for one in found]

    def thread(self, ticket_id: int) -> list[Message]:
        """A ticket's messages, but for those in which the desk says what plan it runs under."""
        thread = self.desk.look(lambda tx: tx.tickets.thread(ticket_id))
        return [one for one in thread if one.kind is not MessageKind.STANDING]

    def told(self, *kinds: type[Event]) -> list[Event]:
        """What plugins are to be told, of these kinds where some are named."""
        due = self.desk.look(lambda tx: tx.outbox.due(self.now + timedelta(days=3650), 10_000))
        return [one.event for one in due if not kinds or isinstance(one.event, kinds)]

    def right(self) -> bool:
        """Whether the books add up (rule C16)."""
        return self.desk.look(verify, ACME).right


@contextmanager
def a_coin_desk(**different: Any) -> Iterator[CoinDesk]:
    """A new, empty coin desk."""
    with a_quick_desk() as desk:
        yield CoinDesk(desk, desk_terms(**different))


CUSTOMER = customer(77)
