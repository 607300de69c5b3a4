"""Premium time in a test: one store with the published rates, a clock set by hand, contacts, agents and customers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bridge.domain.agreements import Agreement, AgreementChannel
from bridge.domain.bills import Bill
from bridge.domain.chats import ChatContact
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import Event
from bridge.domain.money import HourlyRate, Money
from bridge.domain.premium import DOLLAR, NumberRole, OurNumber, PremiumKind, PremiumTerms
from bridge.domain.work_time import Segment
from bridge.services import accepting, agreements, billing, closing_agreements, firing, timers, timing
from bridge.services.accepting import Decider
from bridge.services.premium_parts import contact_for
from bridge.testing.clock import FixedClock
from tests.support.books import ACME, MONDAY_9AM
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

BORIS, CARLA = "Boris", "Carla"
"""Agents are Anna and Boris; Carla is of the staff and listed for no premium number."""
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def dollars(amount: str) -> Money:
    """So many dollars."""
    return Money(Decimal(amount), DOLLAR)


def a_kind(key: str, name: str, rate: str) -> PremiumKind:
    """A kind of work, named in English."""
    return PremiumKind(key, {"en": name}, HourlyRate(dollars(rate)))


KINDS = {
    "consultation": a_kind("consultation", "Consultation", "15.00"),
    "technical": a_kind("technical", "Technical support", "20.00"),
    "urgent": a_kind("urgent", "Urgent critical work", "30.00"),
}
"""The published rates (rule W4)."""
NUMBERS = (
    OurNumber("office", NumberRole.OFFICIAL, "+12025550101", "100"),
    OurNumber("developer", NumberRole.PREMIUM, "+12025550102", "200", frozenset({ANNA, BORIS})),
)
PAYS = {"PREMIUM-1USD": dollars("1.00")}


def premium_terms(**different: Any) -> PremiumTerms:
    """The published terms."""
    return PremiumTerms(**{"kinds": KINDS, "numbers": NUMBERS, "pays": PAYS, **different})


@dataclass
class PremiumDesk:
    """The desk of one store that sells premium time; its clock's counter is the machine's."""

    coins: CoinDesk
    clock: FixedClock = field(default_factory=lambda: FixedClock(MONDAY_9AM))

    @property
    def terms(self) -> DeskTerms:
        return self.coins.terms

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def later(self, **parts: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**parts))
        self.coins.now = self.clock.now()

    def do(self, action: Any, *args: Any, **facts: Any) -> Any:
        """One action of one transaction, by the store's terms."""
        return self.coins.desk.run(action, self.terms, *args, **facts)

    def contact(self, customer: int = CUSTOMER.ref) -> ChatContact:
        """The contact of a shop customer."""
        return self.coins.desk.run(contact_for, ACME, customer, at=self.now, in_shop=True)

    def stranger(self) -> ChatContact:
        """A contact who is linked to nobody."""
        return self.coins.desk.run(lambda tx: tx.contacts.add(ACME, at=self.now, name="Maryam"))

    def offered(self, kind: str = "technical", steps: int = 8, contact: ChatContact | None = None, **facts: Any) -> Any:
        """An offer to a contact."""
        whose = (contact or self.contact()).id
        return self.do(agreements.offer, whose, kind=kind, cap_steps=steps, by=ANNA, at=self.now, **facts)

    def decider(self, agreement: Agreement | Bill) -> Decider:
        """The contact himself, by the button in his chat."""
        return Decider(AgreementChannel.CHAT, "wamid.1", contact_id=agreement.contact_id)

    def accepted(self, agreement: Agreement, who: Decider | None = None, **different: Any) -> Agreement:
        """The contact accepts what he was shown, in English."""
        offer = agreement.offer
        facts = {"version": offer.version, "text_hash": offer.hashes["en"], "at": self.now, **different}
        done: Agreement = self.do(accepting.accept, agreement.id, who or self.decider(agreement), **facts)
        return done

    def agreed(self, kind: str = "technical", steps: int = 8, **facts: Any) -> Agreement:
        """An agreement that binds."""
        return self.accepted(self.offered(kind, steps, **facts))

    def start(self, agreement: Agreement, agent: str = ANNA) -> Segment:
        """An agent starts his timer."""
        started: Segment = self.do(timing.start, agreement.id, agent=agent, now=self.clock.reading())
        return started

    def wait(self, agent: str = ANNA) -> Segment:
        """An agent marks that he waits."""
        waiting: Segment = self.do(timing.wait, agent=agent, now=self.clock.reading())
        return waiting

    def stop(self, agent: str = ANNA) -> Segment:
        """An agent stops his timer."""
        stopped: Segment = self.do(timing.stop, agent=agent, now=self.clock.reading())
        return stopped

    def add(self, agreement: Agreement, since: datetime, until: datetime, agent: str = ANNA) -> Segment:
        """An agent enters time by hand."""
        facts = {"since": since, "until": until, "reason": "On the telephone", "agent": agent}
        added: Segment = self.do(timing.add, agreement.id, **facts, now=self.clock.reading())
        return added

    def worked(self, agreement: Agreement, agent: str = ANNA, **parts: float) -> Segment:
        """An agent works for so long, by his timer."""
        self.start(agreement, agent)
        self.later(**parts)
        return self.stop(agent)

    def close(self, agreement: Agreement) -> tuple[Agreement, Bill | None]:
        """Staff close an agreement."""
        closed: tuple[Agreement, Bill | None] = self.do(
            closing_agreements.close, agreement.id, by=ANNA, now=self.clock.reading()
        )
        return closed

    def billed_time(self, kind: str = "technical", steps: int = 8, *, minutes: float) -> Bill:
        """The draft of a bill for so much time."""
        agreement = self.agreed(kind, steps)
        self.worked(agreement, minutes=minutes)
        _, bill = self.close(agreement)
        assert bill is not None
        return bill

    def sent(self, bill: Bill) -> Bill:
        """Staff send the statement."""
        done: Bill = self.do(billing.send, bill.id, by=ANNA, at=self.now)
        return done

    def due(self, bill: Bill) -> Bill:
        """Staff make the bill due."""
        done: Bill = self.do(billing.make_due, bill.id, by=ANNA, at=self.now)
        return done

    def gathered(self, month: date, contact: ChatContact | None = None) -> list[Bill]:
        """Staff gather a month's bill."""
        whose = [(contact or self.contact()).id]
        found: list[Bill] = self.do(billing.gather, whose, month=month, by=ANNA, at=self.now)
        return found

    def fire(self) -> None:
        """Fire what is due, as the daemon does."""
        fired = self.coins.desk.run(
            firing.fire_due, {ACME: self.terms}, at=self.now, limit=1000, now=self.clock.reading()
        )
        assert not fired.failures, fired.failures

    def beat(self) -> None:
        """Set the timers' deadlines by the counter, as the daemon does with each beat."""
        self.coins.desk.run(timers.arm_all, {ACME: self.terms}, self.clock.reading())

    def agreement(self, agreement: Agreement) -> Agreement:
        """The agreement as it stands."""
        found = self.coins.desk.look(lambda tx: tx.agreements.get(ACME, agreement.id))
        assert found is not None
        return found

    def bill(self, bill: Bill) -> Bill:
        """The bill as it stands."""
        found = self.coins.desk.look(lambda tx: tx.bills.get(ACME, bill.id))
        assert found is not None
        return found

    def segments(self, agreement: Agreement) -> list[Segment]:
        """What was worked for an agreement."""
        return self.coins.desk.look(lambda tx: tx.work_time.of_agreements([agreement.id])).get(agreement.id, [])

    def told(self, *kinds: type[Event]) -> list[Any]:
        """What plugins are to be told."""
        return self.coins.told(*kinds)


@contextmanager
def a_premium_desk(**different: Any) -> Iterator[PremiumDesk]:
    """A new, empty desk of a store with the published rates; what is `different` are premium terms."""
    with a_coin_desk(premium=premium_terms(**different)) as coins:
        yield PremiumDesk(coins)


def refused(error: type[Any], reason: str, action: Any, *args: Any, **facts: Any) -> None:
    """The action is refused for that reason."""
    with pytest.raises(error) as refusal:
        action(*args, **facts)
    assert refusal.value.reason == reason
