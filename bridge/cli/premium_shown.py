"""How agreements and worked time are shown to staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bridge.cli.acting import listed
from bridge.cli.customer import owner_document
from bridge.cli.screen import grid, line, local, styled, table, utc, words_parts
from bridge.contracts.premium import Said
from bridge.domain.accounts import Owner
from bridge.domain.agreements import Agreement, AgreementOffer, AgreementState
from bridge.domain.bills import Bill
from bridge.domain.money import Money
from bridge.domain.premium import STEP
from bridge.domain.work_time import Ending, Reading, Segment, between, worked_in
from bridge.locale.money_words import worked_text
from bridge.locale.statement_words import MINUS
from bridge.settings import StoreSettings

SECOND = timedelta(seconds=1)
HASH_SHOWN = 12
ENDINGS: Mapping[Ending, str] = {
    Ending.STOPPED: "stopped",
    Ending.WAITED: "after waiting",
    Ending.CAP: "at the limit, by itself",
    Ending.FORGOTTEN: "forgotten, by itself",
    Ending.MOVED: "moved to a ticket",
    Ending.RESTORED: "at a backup that was restored",
}
LIVE = frozenset({AgreementState.OFFERED, AgreementState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement, what was worked for it, who its contact is linked to, and whether he can read what is offered."""

    store: StoreSettings
    agreement: Agreement
    owner: Owner | None
    segments: Sequence[Segment]
    now: Reading
    bill: Bill | None = None
    was_shown: bool = True

    @property
    def worked(self) -> timedelta:
        """What was worked, and by the timer that runs up to now."""
        return worked_in(self.segments) + sum((so_far(one, self.now) for one in self.segments if one.runs), timedelta())


class TimerView(NamedTuple):
    """A timer that runs, and who its contact is linked to."""

    store: StoreSettings
    segment: Segment
    owner: Owner | None


def so_far(segment: Segment, now: Reading) -> timedelta:
    """How long a timer has run."""
    return between(segment.started, now)


def hours(duration: timedelta) -> str:
    """`1 h 15 min`, `47 min`, `2 h`; below a minute in seconds."""
    sign, seconds = (MINUS, -(duration // SECOND)) if duration < timedelta() else ("", duration // SECOND)
    minutes = seconds // 60
    if not minutes:
        return f"{sign}{seconds} s"
    whole, rest = divmod(minutes, 60)
    return sign + " ".join([f"{whole} h"] * bool(whole) + [f"{rest} min"] * bool(rest or not whole))


def money(amount: Money) -> str:
    """`20.00 USD`, of a correction `−5.00 USD`, with the sign that its time has."""
    return str(amount).replace("-", MINUS)


def exact(duration: timedelta) -> str:
    """Raw seconds as hours, minutes and seconds: `0:47:12`."""
    return worked_text("en", duration)


def who(owner: Owner | None, contact_id: int) -> str:
    """`customer 77 (contact 3)`, or the contact alone."""
    return f"contact {contact_id}" if owner is None else f"{owner} (contact {contact_id})"


def state_of(agreement: Agreement, at: datetime) -> str:
    """The state; an offer that can't be accepted any more is not just offered."""
    return "lapsed" if agreement.lapsed(at) else agreement.state.value


# --- agreements ---


def agreement_document(view: AgreementView) -> dict[str, Any]:
    """An agreement for programs; durations are whole seconds."""
    agreement, offer = view.agreement, view.agreement.offer
    return {
        "agreement": agreement.id,
        "store": agreement.store,
        "contact": agreement.contact_id,
        "customer": None if view.owner is None else owner_document(view.owner),
        "ticket": agreement.ticket_id,
        "state": agreement.state.value,
        "lapsed": agreement.lapsed(view.now.at),
        **_offer_document(offer),
        "worked_seconds": view.worked // SECOND,
        "runs": next((one.agent for one in view.segments if one.runs), None),
        "billed_steps": agreement.billed_steps,
        "closed_at": utc(agreement.closed_at),
        "bill": None if view.bill is None else view.bill.id,
    }


def agreements_table(views: Sequence[AgreementView]) -> Any:
    """Agreements, a row each."""
    rows = [
        (
            view.agreement.id,
            view.store.name,
            who(view.owner, view.agreement.contact_id),
            view.agreement.offer.kind,
            state_of(view.agreement, view.now.at),
            hours(view.agreement.offer.cap),
            hours(view.worked),
            ", ".join(_running(one) for one in view.segments if one.runs),
        )
        for view in views
    ]
    columns = ("No.", "Store", "With", "Kind", "State", "Limit", "Worked", "Timer")
    return table(*columns, rows=rows, right=("No.", "Limit", "Worked"), words=("With",))


def agreement_parts(view: AgreementView) -> list[Any]:
    """An agreement's facts, for people."""
    agreement, offer, zone = view.agreement, view.agreement.offer, view.store.zone_info
    facts: list[Sequence[object]] = [
        ("Agreement", f"{agreement.id}, version {offer.version}"),
        ("With", f"{who(view.owner, agreement.contact_id)} of store {agreement.store}"),
        ("State", state_of(agreement, view.now.at)),
        ("Kind", f"{offer.kind}, {offer.rate}"),
        ("Limit", f"{hours(offer.cap)}, {offer.cap_money}"),
        ("Worked", f"{exact(view.worked)} of {exact(offer.cap)}"),
    ]
    if agreement.ticket_id is not None:
        facts.append(("Ticket", agreement.ticket_id))
    if agreement.state is AgreementState.OFFERED:
        facts.append(("Valid until", local(offer.valid_until, zone)))
    if not view.was_shown:
        todo = f"tell him, then record what he says: bridge premium accept {agreement.id}"
        facts.append(("Shown to him", f"no: he has no page, and it went out in no chat; {todo}"))
    if agreement.billed_steps is not None:
        charged = agreement.billed_steps * STEP
        facts.append(("Closed", local(agreement.closed_at, zone)))
        facts.append(("Charged", f"{hours(charged)}, {offer.rate.for_duration(charged)}"))
    if view.bill is not None:
        facts.append(("Bill", f"{view.bill.id}: {view.bill.state}"))
    return [grid(facts)]


def evidence_document(offers: Sequence[AgreementOffer], said: Sequence[Said]) -> dict[str, Any]:
    """Every version with its exact words, and what was decided about it, for programs."""
    return {
        "versions": [{**_offer_document(one), "texts": dict(one.texts), "hashes": dict(one.hashes)} for one in offers],
        "decisions": [
            {
                "what": one.what,
                "version": one.evidence.version,
                "at": utc(one.evidence.at),
                "channel": one.evidence.channel.value,
                "text_hash": one.evidence.text_hash,
                "language": one.evidence.language,
                "evidence": one.evidence.evidence,
                "by": one.evidence.staff,
                "words": one.evidence.words,
            }
            for one in said
        ],
    }


def evidence_parts(view: AgreementView, offers: Sequence[AgreementOffer], said: Sequence[Said]) -> list[Any]:
    """The same for people."""
    zone = view.store.zone_info
    parts: list[Any] = []
    for one in offers:
        parts += [line(), line(f"Version {one.version}, offered by {one.staff} at {local(one.offered_at, zone)}")]
        parts += words_parts(one.texts.get("en", ""))
    if said:
        rows = [
            (
                local(one.evidence.at, zone),
                one.what,
                one.evidence.version,
                one.evidence.channel.value,
                one.evidence.staff or "",
                one.evidence.text_hash[:HASH_SHOWN],
                one.evidence.words or one.evidence.evidence,
            )
            for one in said
        ]
        columns = ("At", "What", "Version", "Through", "Recorded by", "Text", "Evidence")
        parts += [line(), table(*columns, rows=rows, words=("Evidence",))]
    return parts


# --- time ---


def segment_document(segment: Segment, now: Reading) -> dict[str, Any]:
    """Worked time for programs."""
    return {
        "segment": segment.id,
        "agreement": segment.agreement_id,
        "contact": segment.contact_id,
        "agent": segment.agent,
        "source": segment.source.value,
        "started": utc(segment.started.at),
        "ended": utc(segment.ended_at),
        "seconds": (so_far(segment, now) if segment.worked is None else segment.worked) // SECOND,
        "runs": segment.runs,
        "waiting": segment.runs and segment.waiting_since is not None,
        "ending": segment.ending.value if segment.ending else None,
        "flagged": segment.flagged,
        "charged": segment.agreement_id is not None,
        "reason": segment.reason,
    }


def segments_table(segments: Sequence[Segment], store: StoreSettings, now: Reading) -> Any:
    """Worked time, a row a segment."""
    zone = store.zone_info
    rows = [
        (
            one.id,
            one.agent,
            local(one.started.at, zone),
            local(one.ended_at, zone),
            exact(so_far(one, now) if one.worked is None else one.worked),
            styled(_how_it_ended(one), "warning") if one.flagged else _how_it_ended(one),
            one.reason,
        )
        for one in segments
    ]
    columns = ("No.", "Agent", "From", "To", "Worked", "How it ended", "Reason")
    return table(*columns, rows=rows, right=("No.", "Worked"), words=("Reason",))


def listed_timers(views: Sequence[TimerView], now: Reading) -> list[Any]:
    """The timers that run, a row each."""
    if not views:
        return [line("No timer runs.")]
    rows = [
        (
            "not charged" if view.segment.agreement_id is None else str(view.segment.agreement_id),
            view.store.name,
            _running(view.segment),
            local(view.segment.started.at, view.store.zone_info),
            exact(so_far(view.segment, now)),
            who(view.owner, view.segment.contact_id),
        )
        for view in views
    ]
    columns = ("Agreement", "Store", "Timer", "Since", "Worked", "For")
    return [table(*columns, rows=rows, right=("Worked",), words=("For",))]


def _how_it_ended(segment: Segment) -> str:
    if segment.runs:
        return _running(segment)
    return ENDINGS[segment.ending] if segment.ending else "by hand"


def _running(segment: Segment) -> str:
    return f"{segment.agent} {'waits' if segment.waiting_since is not None else 'works'}"


def listed_agreements(views: Sequence[AgreementView]) -> list[Any]:
    """The list with its last line."""
    if not views:
        return [line("No agreements.")]
    return [
        agreements_table(views),
        line(),
        line(f"{listed(len(views), 'agreement')} More about one: bridge premium show AGREEMENT"),
    ]


def _offer_document(offer: AgreementOffer) -> dict[str, Any]:
    return {
        "version": offer.version,
        "kind": offer.kind,
        "rate": str(offer.rate.money.amount),
        "currency": offer.rate.money.currency.code,
        "limit_minutes": offer.cap // timedelta(minutes=1),
        "limit_money": str(offer.cap_money.amount),
        "offered_by": offer.staff,
        "offered_at": utc(offer.offered_at),
        "valid_until": utc(offer.valid_until),
    }
