"""A few days of tickets, by a clock that is set by hand: one is answered, one warned of, one breached and escalated.

The daemon of the day keeps real time, in which no promise of a day ever ends. So this part has a desk of its own with
the store's settings, and lets the bridge fire what falls due, moment by moment.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import ClockBreached, ClockEscalated, ClockEvent, ClockWarning
from bridge.domain.explaining import Explanation
from bridge.engine.setup import StoreSetup
from bridge.locale.clock_words import clock_time, explanation_lines
from bridge.services import firing, staff_coins, tickets
from bridge.services.opening import open_ticket
from bridge.services.ticket_explained import explain_ticket
from bridge.settings import load
from bridge.testing.desks import a_desk
from tests.demo.telling import Telling

STAFF = "Support"
MANY = 100


@dataclass(frozen=True, slots=True)
class Asker:
    """A customer with a plan, who asks something."""

    name: str
    customer: int
    plan: str
    subject: str


REZA = Asker("Reza", 1, "essential", "The font of the invoice")
SARA = Asker("Sara", 2, "base", "The slider does not slide")
OMID = Asker("Omid", 3, "essential", "Payment fails now and then")


class Week:
    """One store's tickets from Wednesday to Sunday."""

    def __init__(self, desk: Desk, terms: DeskTerms, telling: Telling) -> None:
        self._desk, self._terms, self._telling = desk, terms, telling
        self._names: dict[int, str] = {}
        self._events = 0
        self.told: list[tuple[str, str]] = []

    def play(self) -> Explanation:
        """The story; returns the explanation of the ticket that nobody answered."""
        wednesday = datetime(2026, 11, 25, 18, tzinfo=self._zone)
        thursday, friday = wednesday + timedelta(hours=16), wednesday + timedelta(hours=38)
        sunday = datetime(2026, 11, 29, 3, tzinfo=self._zone)
        reza = self._asks(REZA, wednesday)
        self._answers(reza, wednesday + timedelta(hours=1))
        sara, omid = self._asks(SARA, thursday), self._asks(OMID, thursday)
        self._passes(friday)
        self._answers(sara, friday)
        self._passes(sunday)
        return self._desk.look(lambda tx: self._explained(tx, omid, sunday))

    @property
    def _zone(self) -> ZoneInfo:
        return self._terms.zone

    def _asks(self, who: Asker, at: datetime) -> int:
        owner = Owner(OwnerKind.CUSTOMER, who.customer)

        def opened(tx: DeskTx) -> int:
            staff_coins.grant(
                tx,
                self._terms.store,
                owner,
                coins=MANY,
                reason="For the demonstration",
                staff=STAFF,
                key=who.name,
                zone=self._zone,
                at=at,
                plan=who.plan,
            )
            account = tx.accounts.of_owners(self._terms.store, [owner])[owner]
            return open_ticket(tx, self._terms, account, subject=who.subject, text="Please help.", at=at).id

        number = self._desk.run(opened)
        self._names[number] = who.name
        due = self._desk.look(lambda tx: tx.tickets.now([number]))[number].due
        assert due is not None, "every plan promises an answer"
        self._says("people", at, f"{who.name} ({who.plan}) asks; an answer is due {clock_time(due, self._zone)}")
        return number

    def _answers(self, ticket: int, at: datetime) -> None:
        self._desk.run(tickets.reply, self._terms, ticket, text="Look now.", by=STAFF, at=at)
        self._says("staff", at, f"{self._names[ticket]}'s ticket is answered")

    def _passes(self, until: datetime) -> None:
        """Fire what falls due, moment by moment, and tell of it."""
        store = self._terms.store
        while True:
            due = self._desk.look(lambda tx: tx.deadlines.first_due([store])).get(store)
            if due is None or due > until:
                return
            fired = self._desk.run(firing.fire_due, {store: self._terms}, at=due)
            assert fired.failures == (), fired.failures
            events = [one.event for one in self._desk.look(lambda tx: tx.outbox.due(until, MANY))]
            for event in events[self._events :]:
                if isinstance(event, ClockEvent):
                    self._alerts(event)
            self._events = len(events)

    def _alerts(self, event: ClockEvent) -> None:
        name = self._names[event.ticket_id]
        match event:
            case ClockWarning():
                step = f"warning at {event.percent} %"
            case ClockBreached():
                step = "breach"
            case ClockEscalated():
                step = f"escalation {event.hours:g} h after it"
            case _:
                raise AssertionError(event)
        self.told.append((name, step))
        self._says("desk", event.at, f"{name}'s ticket: {step}, told to {', '.join(event.to)}")

    def _explained(self, tx: DeskTx, ticket: int, at: datetime) -> Explanation:
        found = tx.tickets.get(self._terms.store, ticket)
        assert found is not None, "it was opened above"
        return explain_ticket(tx, self._terms, found, at=at)

    def _says(self, who: str, at: datetime, words: str) -> None:
        self._telling.say(who, f"{clock_time(at, self._zone)}  {words}")


EXPECTED = [
    ("Sara", "warning at 50 %"),
    ("Sara", "warning at 80 %"),
    ("Omid", "warning at 50 %"),
    ("Omid", "warning at 80 %"),
    ("Omid", "breach"),
    ("Omid", "escalation 2 h after it"),
]


def play_week(config: Path, store: str, telling: Telling) -> list[str]:
    """Play it with a store's settings; what is not as it must be, best nothing."""
    settings = load(config, environ={}, credentials_dir=None)
    terms = StoreSetup.of(settings.stores[store]).desk_terms
    folder = config.parent / "week"
    folder.mkdir(mode=0o700)
    with a_desk(folder) as desk:
        week = Week(desk, terms, telling)
        explanation = week.play()
    plans = {key: plan.name.get("en", key) for key, plan in settings.stores[store].plans.items()}
    telling.people(f"Why? bridge ticket explain {explanation.ticket}")
    for line in explanation_lines(explanation, terms.zone, plans):
        telling.say("staff", line)
    return [] if week.told == EXPECTED else [f"{store}: of tickets was told {week.told}, not {EXPECTED}"]
