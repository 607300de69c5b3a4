"""Why a ticket is due when it is, as staff read it: in English, with times of the store's zone (rule T9).

Every line fits a terminal of 80 columns but for that of the hours and a plan's long name: a stretch's end leaves out
what its beginning says. Of a moment that the zone's clock shows twice the offset is said too. Seconds are left out
where there are none; less than one is never shown.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.domain.clock_alerts import Step, StepKind
from bridge.domain.clocks import Clock, Promise
from bridge.domain.explaining import ExplainedClock, Explanation, Part, PartKind
from bridge.domain.policies import ClockKind
from bridge.domain.ticket_terms import LICENCE, NONE, PACKAGE
from bridge.domain.tickets import TicketState
from bridge.locale.service_words import service_text

STATES = {
    TicketState.OPEN: "open",
    TicketState.WAITING_CUSTOMER: "waiting for the customer",
    TicketState.WAITING_APPROVAL: "waiting for approval",
    TicketState.IN_WORK: "in work",
    TicketState.RESOLVED: "resolved",
    TicketState.CLOSED: "closed",
}
KINDS = {
    ClockKind.FIRST_ANSWER: "First answer",
    ClockKind.NEXT_ANSWER: "Next answer",
    ClockKind.RESOLUTION: "Resolution",
}
FROM = {
    ClockKind.FIRST_ANSWER: "when it was opened",
    ClockKind.NEXT_ANSWER: "unanswered since then",
    ClockKind.RESOLUTION: "open since then",
}
STANDINGS = {PACKAGE: "a package without a plan", LICENCE: "a licence alone", NONE: "neither plan nor licence"}
PARTS = {PartKind.COUNTED: "counted", PartKind.CLOSED: "no service", PartKind.WAITED: "paused"}
MINUTE, HOUR = 60, 3_600
DAYS_A_LINE = 4

PlanNames = Mapping[str, str]
"""What staff call each plan, by its key."""


def explanation_lines(explanation: Explanation, zone: ZoneInfo, plans: PlanNames) -> list[str]:
    """The whole explanation, a line an entry, an empty line before each clock."""
    policy = explanation.policy
    lines = [
        f"Ticket {explanation.ticket}, {STATES[explanation.state]}, as of {clock_time(explanation.at, zone)}",
        f"Times of {zone.key}. Policy {policy.version} is in force since {clock_time(policy.since, zone)}.",
    ]
    if not explanation.clocks:
        standing = standing_text(explanation.standing or NONE, plans)
        lines += ["", f"No clock: the ticket runs under {standing}, or nobody has written to be answered."]
    for one in explanation.clocks:
        lines += ["", *clock_lines(one, explanation.at, zone, plans)]
    return lines


def clock_lines(one: ExplainedClock, now: datetime, zone: ZoneInfo, plans: PlanNames) -> list[str]:
    """One clock: how it stands, what it goes by, every stretch, what happens next."""
    clock = one.clock
    ended = "" if clock.running else f"{_end(clock)} {clock_time(clock.until, zone)}"
    following = _next(one, now, zone) if clock.running and clock.guaranteed else ""
    return [
        f"{KINDS[clock.kind]}: {result_text(one, zone)}",
        *(f"  {name:<8} {text}" for name, text in _terms(one, zone, plans)),
        *(f"    {line}" for line in _part_lines(one.parts, zone)),
        f"  {'used':<8} {_used(clock)}",
        *(f"  {'other':<8} {_other(other, zone, plans)}" for other in clock.promises[1:]),
        *([f"  {'ended':<8} {ended}"] if ended else []),
        *([f"  {'next':<8} {following}"] if following else []),
    ]


def result_text(one: ExplainedClock, zone: ZoneInfo) -> str:
    """How the clock stands: `due Sat 28 Nov 2026 18:00`, `BREACHED, due …`, `in time, due …`."""
    clock = one.clock
    if clock.due is None:
        return f"stands still, {duration_text(clock.promise.left)} left" if clock.running else "ended standing still"
    due = f"due {clock_time(clock.due, zone)}"
    if clock.late:
        return f"BREACHED, {due}" if clock.breached else f"late, {due}"
    return due if clock.running else f"in time, {due}"


def standing_text(standing: str, plans: PlanNames) -> str:
    """What a ticket runs under: `plan Essential`."""
    return STANDINGS.get(standing) or f"plan {plans.get(standing, standing)}"


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """A moment as the zone's clock shows it: `Sat 28 Nov 2026 18:00`."""
    local = at.astimezone(zone)
    text = f"{_day(local.date())} {local:%H:%M}"
    if local.second:
        text += f":{local.second:02}"
    # The change is looked for among the clock's own times: it shows this one twice if the other fold is another hour.
    return text + f" ({local:%z})" if local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset() else text


def duration_text(duration: timedelta) -> str:
    """A duration in hours, minutes and seconds: `6 h 30 min`."""
    seconds = int(duration.total_seconds())
    parts = [(seconds // HOUR, "h"), (seconds % HOUR // MINUTE, "min"), (seconds % MINUTE, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"


def step_text(step: Step) -> str:
    """What a step tells: `warning at 50 %`."""
    who = f" to {', '.join(step.to)}" if step.to else ""
    match step.kind:
        case StepKind.WARNING:
            return f"warning at {step.number} %"
        case StepKind.BREACH:
            return "breach"
        case StepKind.ESCALATION:
            return f"escalation {step.number}{who}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _day(day: date) -> str:
    return f"{_DAYS[day.weekday()]} {day.day:2} {_MONTHS[day.month - 1]} {day.year}"


def _terms(one: ExplainedClock, zone: ZoneInfo, plans: PlanNames) -> Iterator[tuple[str, str]]:
    clock, promise = one.clock, one.clock.promise
    yield "policy", f"{promise.policy.version}, in force since {clock_time(promise.policy.since, zone)}"
    standing, since = standing_text(promise.standing, plans), clock_time(promise.standing_since, zone)
    yield "under", f"{standing}, since {since}"
    yield "promise", "guaranteed" if promise.guaranteed else "best effort: reported, never breached"
    yield "hours", service_text(promise.calendar, zone)["en"]
    for at in range(0, len(one.days_off), DAYS_A_LINE):
        yield "off", ", ".join(map(_day, one.days_off[at : at + DAYS_A_LINE]))
    yield "target", f"{duration_text(promise.target)} from {clock_time(promise.begins, zone)}, {_why_from(clock)}"


def _why_from(clock: Clock) -> str:
    """Why the promise counts from where it does."""
    promise = clock.promise
    if promise.begins == promise.urgent_since != clock.started:
        return "confirmed as urgent"
    if promise.begins > clock.started:
        return "when that began"
    if promise.urgent_since is not None:
        return "urgent"
    return FROM[clock.kind]


def _part_lines(parts: tuple[Part, ...], zone: ZoneInfo) -> Iterator[str]:
    stretches = [f"{clock_time(part.begin, zone)} – {_until(part, zone)}" for part in parts]
    width = max(map(len, stretches), default=0)
    for part, stretch in zip(parts, stretches, strict=True):
        yield f"{stretch:<{width}}  {_part(part)}"


def _until(part: Part, zone: ZoneInfo) -> str:
    """The end of a stretch without what its beginning says already: the day, or the year."""
    first, last = (at.astimezone(zone).date() for at in (part.begin, part.end))
    text = clock_time(part.end, zone)
    if first == last:
        return text.removeprefix(f"{_day(last)} ")
    return text.replace(f" {last.year} ", " ", 1) if first.year == last.year else text


def _part(part: Part) -> str:
    if part.kind is PartKind.CLOSED:
        return PARTS[part.kind]
    return f"{PARTS[part.kind]}, {duration_text(part.service)}"


def _end(clock: Clock) -> str:
    if clock.withdrawn_at is not None:
        return "withdrawn"
    return "resolved" if clock.kind is ClockKind.RESOLUTION else "answered"


def _used(clock: Clock) -> str:
    """What has been used of the target, and what is left of it."""
    used, target = clock.used, clock.promise.target
    left = f"{duration_text(target - used)} left" if used < target else f"{duration_text(used - target)} over"
    if used == target:
        left = "nothing left"
    return f"{duration_text(used)} of {duration_text(target)}, {left}"


def _other(promise: Promise, zone: ZoneInfo, plans: PlanNames) -> str:
    """A promise that was weighed, and is no better than the one that counts."""
    due = f"due {clock_time(promise.due, zone)}" if promise.due is not None else "stands still"
    urgent = "urgent, " if promise.urgent_since is not None else ""
    kind = "" if promise.guaranteed else ", best effort"
    return f"{urgent}{standing_text(promise.standing, plans)}, policy {promise.policy.version}: {due}{kind}"


def _next(one: ExplainedClock, now: datetime, zone: ZoneInfo) -> str:
    if one.next is None:
        return "nothing while it stands still" if one.clock.still else "nothing: all steps have been told"
    when = "now" if one.next.at <= now else clock_time(one.next.at, zone)
    return f"{step_text(one.next)}, {when}"
