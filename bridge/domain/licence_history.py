"""How a licence stands, worked out from its history alone (rules L1, L5, L6).

Nothing here reads a clock or a table: the same history gives the same answer for ever, and what the desk keeps beside a
licence is only this answer. What happened counts in the order it was kept; renewals alone count in the order they were
paid, so that one taken back leaves the others as if it had never been.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.licences import (
    BY_CUSTOMER,
    MONEY_BACK,
    Licence,
    LicenceEvent,
    LicenceEventKind,
    LicenceTerms,
    Status,
    StatusCode,
    SuspendedBy,
    Term,
)
from bridge.domain.moments import from_ms, to_ms
from bridge.domain.packages import end_of_day, usable_until

_SECOND = timedelta(seconds=1)


class Activation(NamedTuple):
    """A domain that uses up a place: the hash of the token that releases it, and since when."""

    token_hash: str
    since: datetime


class Renewal(NamedTuple):
    """One renewal that stands: when it was paid, its key, and for how many months."""

    paid_at: datetime
    key: str
    months: int


@dataclass(frozen=True, slots=True)
class LicenceNow:
    """What follows from a licence's history.

    `units` is how many were bought; `domains` on how many domains it may be used, None on any number. `ends` has the
    last second of each term, None where it does not end. `suspended` is the reason, None while it is not. `renewals`
    stand in the order they were paid. `told` is what the vendor's own table said last, None where there is none.
    `own_releases` are the moments at which its owner released a domain himself. `passed_on` says that it was another's
    before, be it that it is its first owner's again.
    """

    account_id: int
    product: str
    terms: LicenceTerms
    units: int = 0
    domains: int | None = None
    ends: Mapping[Term, datetime | None] = field(default_factory=dict)
    suspended: str | None = None
    suspended_by: Mapping[SuspendedBy, str] = field(default_factory=dict)
    activations: Mapping[str, Activation] = field(default_factory=dict)
    renewals: tuple[Renewal, ...] = ()
    told: Mapping[str, Any] | None = None
    own_releases: tuple[datetime, ...] = ()
    passed_on: bool = False

    @property
    def end(self) -> datetime | None:
        """The end that decides whether it is active (rule L1), without the days of grace."""
        return self.ends.get(self.terms.active)

    @property
    def counts_until(self) -> datetime | None:
        """The last second in which it counts as active, the days of grace included; None for good."""
        return None if self.end is None else _days_later(self.end, self.terms.grace_days, self.terms.zone)

    @property
    def goes_on(self) -> bool:
        """Whether the extension may be used beyond `counts_until`: then it is help with it that ends."""
        use, until = self.ends.get(Term.LICENCE), self.counts_until
        return until is not None and (use is None or use > until)

    def may_run(self, at: datetime) -> bool:
        """Whether the extension may be used at a moment, be it that help with it has ended."""
        use = self.ends.get(Term.LICENCE)
        return self.suspended is None and (use is None or at.replace(microsecond=0) <= use)

    @property
    def can_be_prolonged(self) -> bool:
        """Whether a renewal makes it longer: some of it ends, and not as the vendor's own table says."""
        return self.told is None and any(end is not None for end in self.ends.values())

    @property
    def free_places(self) -> int | None:
        """How many more domains it may be used on, None any number; below 0 where units were taken back since."""
        return None if self.domains is None else self.domains - len(self.activations)


class KeptLicence(NamedTuple):
    """A licence with how it stands. `number` grows with every event, and is the version of what the shop is shown."""

    licence: Licence
    now: LicenceNow
    number: int

    @property
    def id(self) -> int:
        """The licence's number in the desk."""
        return self.licence.id


@dataclass(slots=True)
class _Fold:
    account_id: int
    units: int = 0
    suspended_by: dict[SuspendedBy, str] = field(default_factory=dict)
    activations: dict[str, Activation] = field(default_factory=dict)
    renewals: dict[str, Renewal] = field(default_factory=dict)
    told: Mapping[str, Any] | None = None
    own_releases: list[datetime] = field(default_factory=list)
    passed_on: bool = False

    @classmethod
    def of(cls, now: LicenceNow) -> "_Fold":
        renewals = {one.key: one for one in now.renewals}
        suspended_by, activations = dict(now.suspended_by), dict(now.activations)
        releases = list(now.own_releases)
        return cls(now.account_id, now.units, suspended_by, activations, renewals, now.told, releases, now.passed_on)

    def take(self, event: LicenceEvent) -> None:
        detail = event.detail
        match event.kind:
            case LicenceEventKind.ISSUED | LicenceEventKind.QUANTITY:
                self.units = int(detail["units"])
            case LicenceEventKind.ASSIGNED:
                self.account_id = int(detail["account"])
                self.passed_on = True
            case LicenceEventKind.ACTIVATED:
                self.activations[str(detail["domain"])] = Activation(str(detail["token_hash"]), event.at)
            case LicenceEventKind.RELEASED:
                self.activations.pop(str(detail["domain"]), None)
                if detail.get("by") == BY_CUSTOMER:
                    self.own_releases.append(event.at)
            case LicenceEventKind.DATES:
                self.told = detail
                self._suspend(SuspendedBy.TABLE, detail.get("suspended"))
            case LicenceEventKind.SUSPENDED | LicenceEventKind.REINSTATED:
                self._suspend(SuspendedBy(detail["by"]), detail.get("reason"))
            case _:
                self._renew(event)

    def _suspend(self, who: SuspendedBy, reason: str | None) -> None:
        """Keep why somebody suspends it; without a reason he does not any more."""
        self.suspended_by.pop(who, None)
        if reason:
            self.suspended_by[who] = str(reason)

    def _renew(self, event: LicenceEvent) -> None:
        key = str(event.detail["renewal"])
        self.renewals.pop(key, None)
        if event.kind is LicenceEventKind.RENEWED:
            self.renewals[key] = Renewal(from_ms(event.detail["from_ms"]), key, int(event.detail["months"]))


def licence_now(licence: Licence, events: Iterable[LicenceEvent]) -> LicenceNow:
    """How a licence stands after all that happened to it, in the order it was kept."""
    return continued(licence, LicenceNow(licence.account_id, licence.product, licence.terms), events)


def continued(licence: Licence, now: LicenceNow, events: Iterable[LicenceEvent]) -> LicenceNow:
    """How a licence that stands so will stand when these things have happened as well."""
    fold = _Fold.of(now)
    for event in events:
        fold.take(event)
    terms, told = licence.terms, fold.told
    renewals = tuple(sorted(fold.renewals.values()))
    domains = terms.domains * fold.units if told is None else told.get("domains")
    return LicenceNow(
        account_id=fold.account_id,
        product=terms.product,
        terms=terms,
        units=fold.units,
        domains=domains if told is not None or terms.domains else None,
        ends=_ends(licence, renewals) if told is None else {term: _told_end(told.get(term)) for term in Term},
        suspended=_first_reason(fold.suspended_by),
        suspended_by=fold.suspended_by,
        activations=fold.activations,
        renewals=renewals,
        told=told,
        own_releases=tuple(fold.own_releases),
        passed_on=fold.passed_on,
    )


def status_at(
    now: LicenceNow,
    at: datetime,
    *,
    expiring_days: Collection[int],
    products: Collection[str] = (),
    domain: str | None = None,
    fresh: bool = True,
) -> Status:
    """How a licence stands at a moment (rule L6); what speaks against it first decides.

    `products` are those it may be of, none meaning any. `domain` is where it is asked from, None where that uses up no
    place. Without `fresh`, what the shop last said is too old to hold an end against anybody (rule L7); that money was
    given back, and what staff have said, hold.
    """
    if products and now.product not in products:
        return Status(StatusCode.WRONG_PRODUCT)
    if now.suspended is not None:
        return Status(StatusCode.REFUNDED if now.suspended in MONEY_BACK else StatusCode.SUSPENDED)
    status = _by_its_end(now, at, max(expiring_days, default=0))
    if not fresh:
        status = Status(StatusCode.UNVERIFIED, now.counts_until)
    in_use = status.accepted or now.may_run(at)
    if in_use and domain is not None and domain not in now.activations:
        return Status(StatusCode.WRONG_DOMAIN)
    return status


def ends_by(before: LicenceNow, after: LicenceNow, at: datetime) -> bool:
    """Whether a licence that ran is suspended or has ended by what makes it stand otherwise at a moment.

    An end at this very second counts, and one that days of grace follow: these only put off what becomes of it.
    """
    soon = at + _SECOND
    return (_runs(before, at) and not _runs(after, soon)) or (_accepted(before, at) and not _accepted(after, soon))


def releases_left(now: LicenceNow, at: datetime, *, releases: int, days: int) -> int:
    """How often its owner may still release a domain himself, who may `releases` times in so many days (rule L6)."""
    used = sum(one > at - timedelta(days=days) for one in now.own_releases)
    return max(releases - used, 0)


def next_moment(now: LicenceNow, at: datetime, *, expiring_days: Iterable[int]) -> datetime | None:
    """When a licence is to be looked at next: at its next reminder, after the last when it ended; None for never."""
    end = now.counts_until
    if now.end is None or end is None:
        return None
    moments = [now.end - timedelta(days=days) for days in expiring_days] + [end + timedelta(seconds=1)]
    return min((moment for moment in moments if moment > at), default=None)


def reminders_by(now: LicenceNow, since: datetime, at: datetime, *, expiring_days: Iterable[int]) -> list[int]:
    """Which reminders, in days of 24 hours before the end, have come after `since` and up to a moment; ascending."""
    if now.end is None:
        return []
    moments = {days: now.end - timedelta(days=days) for days in expiring_days}
    return sorted(days for days, moment in moments.items() if since < moment <= at)


def renewal_event(at: datetime, renewal: Renewal, staff: str | None = None) -> LicenceEvent:
    """What is kept of a renewal, also where it is given again: then it has its old place."""
    detail = {"renewal": renewal.key, "months": renewal.months, "from_ms": to_ms(renewal.paid_at)}
    return LicenceEvent(at, LicenceEventKind.RENEWED, detail, staff)


def _runs(now: LicenceNow, at: datetime) -> bool:
    return now.suspended is None and (now.end is None or at.replace(microsecond=0) <= now.end)


def _accepted(now: LicenceNow, at: datetime) -> bool:
    return status_at(now, at, expiring_days=()).accepted


def _by_its_end(now: LicenceNow, at: datetime, first_reminder: int) -> Status:
    end, until = now.end, now.counts_until
    if end is None or until is None:
        return Status(StatusCode.ACTIVE)
    second = at.replace(microsecond=0)  # the last second counts whole, as a package's does (rule C3)
    if second > until:
        return Status(StatusCode.EXPIRED, until)
    warned = end - timedelta(days=first_reminder)
    return Status(StatusCode.EXPIRING, until) if at >= warned else Status(StatusCode.ACTIVE, until)


def _ends(licence: Licence, renewals: Iterable[Renewal]) -> dict[Term, datetime | None]:
    """Each term's end: its months from the payment, then every renewal from the end or from when it was paid (L5)."""
    ends: dict[Term, datetime | None] = {}
    terms = licence.terms
    for term in Term:
        months = terms.months(term)
        end = usable_until(licence.starts_at, months=months, zone=terms.zone) if months else None
        for renewal in renewals:
            end = _renewed(end, renewal, terms.zone)
        ends[term] = end
    return ends


def _renewed(end: datetime | None, renewal: Renewal, zone: ZoneInfo) -> datetime | None:
    """What does not end can't be made longer."""
    return None if end is None else usable_until(max(end, renewal.paid_at), months=renewal.months, zone=zone)


def _days_later(end: datetime, days: int, zone: ZoneInfo) -> datetime:
    return end_of_day(end.astimezone(zone).date() + timedelta(days=days), zone) if days else end


def _first_reason(suspended_by: Mapping[SuspendedBy, str]) -> str | None:
    """What is said of a licence that is suspended for several reasons: that the money went back comes first."""
    return next((suspended_by[who] for who in SuspendedBy if who in suspended_by), None)


def _told_end(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
