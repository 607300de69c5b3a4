"""How a ticket stands, worked out from its history alone (rules T6, T9, T10).

Nothing here reads a clock or a table: the same history gives the same answer for ever, and what the desk keeps beside a
ticket is only this answer. Messages are taken in the order of their time; of one moment, in the order they were
written.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from bridge.domain.entitlement import Entitlement
from bridge.domain.histories import History, Mark, Turn, UrgencyChange, Wait
from bridge.domain.moments import from_ms
from bridge.domain.ticket_quotes import TicketQuotes
from bridge.domain.tickets import (
    ENDED,
    QUEUED,
    WAITING,
    Author,
    Message,
    MessageKind,
    Ticket,
    TicketKind,
    TicketState,
    Urgency,
)


def history_of(ticket: Ticket, messages: Iterable[Message]) -> History:
    """What follows from the ticket's messages."""
    story = _Story(ticket)
    for message in sorted(messages, key=lambda one: (one.at, one.id)):
        story.add(message)
    return story.told()


class _Story:
    """The history as far as it has been read."""

    def __init__(self, ticket: Ticket) -> None:
        self._state, self._since = TicketState.OPEN, ticket.opened_at
        self._kind, self._urgency = ticket.kind, Urgency.NONE
        self._assignee: str | None = None
        self._merged_into: int | None = None
        self._quotes = TicketQuotes()
        self._asked: list[datetime] = [ticket.opened_at] if ticket.opened_by is Author.CUSTOMER else []
        self._answered: list[datetime] = []
        self._waits: list[Wait] = []
        self._ended: list[datetime] = []
        self._reopenings: list[datetime] = []
        self._dismissed: list[datetime] = []
        self._urgencies: list[UrgencyChange] = []
        self._standings: list[tuple[datetime, str]] = []
        self._covers: list[tuple[datetime, Entitlement]] = []
        self._alerts: list[tuple[str, str]] = []
        self._course = [Mark(at, Turn.ASKED) for at in self._asked]
        self._asking = bool(self._asked)  # whether he wrote and nothing that staff wrote or offered has come since

    def add(self, message: Message) -> None:
        handler = _HANDLERS.get(message.kind)
        if handler is not None:
            handler(self, message, message.detail)

    def told(self) -> History:
        return History(
            state=self._state,
            since=self._since,
            kind=self._kind,
            urgency=self._urgency,
            assignee=self._assignee,
            merged_into=self._merged_into,
            reopened=len(self._reopenings),
            asked=tuple(self._asked),
            answered=tuple(self._answered),
            waits=tuple(self._waits),
            ended=tuple(self._ended),
            reopenings=tuple(self._reopenings),
            dismissed=tuple(self._dismissed),
            urgencies=tuple(self._urgencies),
            standings=tuple(self._standings),
            covers=tuple(self._covers),
            alerts=tuple(self._alerts),
            course=tuple(self._course),
        )

    def text(self, message: Message, detail: Mapping[str, Any]) -> None:
        if message.author is Author.CUSTOMER:
            self._wrote(message.at)
        elif message.author is Author.STAFF and not detail.get("automatic"):
            self._answered.append(message.at)
            self._asking = False
            self._turn(message.at, Turn.ANSWERED)
            self._become(self._after_answer(detail), message.at)

    def _wrote(self, at: datetime) -> None:
        if not self._asked or self._asked[-1] != at:
            self._asked.append(at)
        self._asking = True
        self._turn(at, Turn.ASKED)
        if self._state is not TicketState.IN_WORK:
            self._become(TicketState.OPEN, at)

    def _after_answer(self, detail: Mapping[str, Any]) -> TicketState:
        if "state" in detail:
            return TicketState(detail["state"])
        if detail.get("progress"):
            return self._state
        return self._quotes.state(TicketState.WAITING_CUSTOMER)

    def quote(self, message: Message, detail: Mapping[str, Any]) -> None:
        number = int(detail.get("quote", 0))
        quotes, otherwise = self._quotes, TicketState.OPEN
        match message.kind:
            case MessageKind.OFFERED:
                self._asking = False
                quotes.move(number, quotes.offered)
            case MessageKind.APPROVED:
                quotes.move(number, quotes.approved)
            case MessageKind.STARTED:
                quotes.move(number, quotes.started)
            case MessageKind.VOIDED if detail.get("started") or detail.get("held"):
                return
            case MessageKind.EXTENDED:
                self._extended(number, message.at)
                return
            case MessageKind.DEDUCTED:
                quotes.move(number)
                otherwise = TicketState.RESOLVED
            case MessageKind.INFEASIBLE:
                quotes.move(number)
                otherwise = TicketState.WAITING_CUSTOMER
            case _:
                quotes.move(number)
                if self._state not in (TicketState.WAITING_APPROVAL, TicketState.IN_WORK):
                    return
        state = quotes.state(otherwise)
        # What he asked meanwhile is still to be answered: no end of a quote takes that off staff's table (rule T6).
        self._become(state if state in QUEUED or not self._asking else TicketState.OPEN, message.at)

    def _extended(self, number: int, at: datetime) -> None:
        """It waits for its customer again: also where silence had ended the ticket, which would take it back (rule C5).

        Before a clock was put back into the time of a downtime it may have lapsed, and been said to have.
        """
        quotes, from_where = self._quotes, {TicketState.WAITING_APPROVAL, TicketState.RESOLVED}
        if number in quotes.lapsed:
            quotes.move(number, quotes.offered)
            if not self._asking and not quotes.approved:
                from_where.add(TicketState.OPEN)
        if number in quotes.offered and self._state in from_where:
            self._become(TicketState.WAITING_APPROVAL, at)

    def lapsed(self, message: Message, detail: Mapping[str, Any]) -> None:
        """Nobody can approve it any more: it is staff's turn where nothing else is there to be approved (rule C8)."""
        number, quotes = int(detail["quote"]), self._quotes
        if number not in quotes.offered:
            return
        quotes.move(number, quotes.lapsed)
        if self._state is TicketState.WAITING_APPROVAL and not quotes.offered:
            self._become(quotes.state(TicketState.OPEN), message.at)

    def state(self, message: Message, detail: Mapping[str, Any]) -> None:
        if "since" in detail and self._since != from_ms(int(detail["since"])):
            return  # Silence that was none: what was said meanwhile came only after a restore, as of then (rule T10).
        self._become(TicketState(detail["state"]), message.at)

    def no_answer_needed(self, message: Message, detail: Mapping[str, Any]) -> None:
        self._dismissed.append(message.at)
        self._asking = False
        self._turn(message.at, Turn.DISMISSED)
        self._become(TicketState(detail.get("state", TicketState.RESOLVED)), message.at)

    def urgency(self, message: Message, _: Mapping[str, Any]) -> None:
        if message.kind is MessageKind.URGENT_ASKED and self._urgency is Urgency.CONFIRMED:
            return  # It is urgent; to ask again takes nothing back.
        self._urgency = _URGENCIES[message.kind]
        self._urgencies.append(UrgencyChange(message.at, self._urgency))

    def assigned(self, _: Message, detail: Mapping[str, Any]) -> None:
        self._assignee = detail.get("to")

    def become_kind(self, _: Message, detail: Mapping[str, Any]) -> None:
        self._kind = TicketKind(detail["kind"])

    def standing(self, message: Message, detail: Mapping[str, Any]) -> None:
        self._standings.append((message.at, str(detail["standing"])))

    def covered(self, message: Message, detail: Mapping[str, Any]) -> None:
        self._covers.append((message.at, Entitlement.of(detail)))

    def linked(self, message: Message, detail: Mapping[str, Any]) -> None:
        """A ticket was joined to this one: what its customer waits for is owed here, since he asked there.

        If that was urgent, so is this one, counted from the confirmation there.
        From then on nobody waited for him any more, so no clock stands still for that.
        """
        if "asked" not in detail:
            return
        asked = from_ms(int(detail["asked"]))
        self._asked.append(asked)
        self._asking = True
        self._course.append(Mark(asked, Turn.ASKED, joined_at=message.at))
        if "urgent" in detail:
            self._urgency = Urgency.CONFIRMED
            since = from_ms(int(detail["urgent"]))
            self._urgencies.append(UrgencyChange(message.at, Urgency.CONFIRMED, since))
        was_awaited = self._state in WAITING
        if self._state is not TicketState.IN_WORK:
            self._become(TicketState.OPEN, message.at)
        if was_awaited:
            since = self._waits[-1].since
            self._waits[-1] = Wait(since, max(since, asked))

    def merged(self, message: Message, detail: Mapping[str, Any]) -> None:
        self._merged_into = int(detail["into"])
        self._turn(message.at, Turn.MERGED)
        self._become(TicketState.CLOSED, message.at)

    def alerted(self, _: Message, detail: Mapping[str, Any]) -> None:
        clock = str(detail["clock"])
        self._alerts += [(clock, str(step)) for step in (detail["step"], *detail.get("instead_of", ()))]

    def _become(self, state: TicketState, at: datetime) -> None:
        if state is self._state:
            if state in WAITING:
                self._since = at  # What was asked or offered last is what he has his days for (rule T10).
            return
        if self._state in WAITING and state not in WAITING:
            self._waits[-1] = Wait(self._waits[-1].since, at)
            self._turn(at, Turn.RESUMED)
        if state in WAITING and self._state not in WAITING:
            self._waits.append(Wait(at))
            self._turn(at, Turn.WAITING)
        if state in ENDED and self._state not in ENDED:
            self._ended.append(at)
            self._turn(at, Turn.ENDED)
        if self._state in ENDED and state not in ENDED:
            self._reopenings.append(at)
            self._turn(at, Turn.REOPENED)
        self._state, self._since = state, at

    def _turn(self, at: datetime, turn: Turn) -> None:
        self._course.append(Mark(at, turn))


_URGENCIES = {
    MessageKind.URGENT_ASKED: Urgency.ASKED,
    MessageKind.URGENT_CONFIRMED: Urgency.CONFIRMED,
    MessageKind.URGENT_REFUSED: Urgency.REFUSED,
}
_Handler = Callable[[_Story, Message, Mapping[str, Any]], None]
_HANDLERS: Mapping[MessageKind, _Handler] = {
    MessageKind.TEXT: _Story.text,
    **dict.fromkeys(
        (
            MessageKind.OFFERED,
            MessageKind.WITHDRAWN,
            MessageKind.APPROVED,
            MessageKind.DECLINED,
            MessageKind.CANCELLED,
            MessageKind.STARTED,
            MessageKind.DEDUCTED,
            MessageKind.RELEASED,
            MessageKind.INFEASIBLE,
            MessageKind.VOIDED,
            MessageKind.EXTENDED,
        ),
        _Story.quote,
    ),
    MessageKind.LAPSED: _Story.lapsed,
    MessageKind.STATE: _Story.state,
    MessageKind.NO_ANSWER_NEEDED: _Story.no_answer_needed,
    **dict.fromkeys(_URGENCIES, _Story.urgency),
    MessageKind.ASSIGNED: _Story.assigned,
    MessageKind.KIND: _Story.become_kind,
    MessageKind.STANDING: _Story.standing,
    MessageKind.COVERED: _Story.covered,
    MessageKind.LINKED: _Story.linked,
    MessageKind.MERGED: _Story.merged,
    MessageKind.ALERTED: _Story.alerted,
}
