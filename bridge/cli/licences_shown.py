"""How licences are shown to staff. Of a key they see the end, unless they ask for all of it: it is the customer's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bridge.cli.customer import named, owner_document
from bridge.cli.licence_story import history_document, renewed_by
from bridge.cli.screen import grid, line, local, one_line, styled, table, utc
from bridge.domain.licence_answers import Verdict
from bridge.domain.licence_history import KeptLicence, Renewal
from bridge.domain.licence_keys import GROUPS, masked
from bridge.domain.licences import Licence, LicenceSource, Status, StatusCode, Term
from bridge.services.licence_search import Checked, LicenceView
from bridge.settings import Settings, StoreSettings

FOR_GOOD = "for good"
DAY = len("2026-11-22")
"""A list shows the day alone: a licence counts to its end."""
_STYLES = {StatusCode.ACTIVE: "ok", StatusCode.EXPIRING: "warning", StatusCode.UNVERIFIED: "warning"}
_HEADS = ("Licence", "Store", "Customer", "Product", "Key", "Status", "Counts until", "Order", "Used")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A licence after staff did something to it; not `changed` where it was so already."""

    store: StoreSettings
    staff: str
    view: LicenceView
    changed: bool

    @property
    def thing(self) -> str:
        """What it goes by."""
        return f"licence {self.view.kept.licence.id} ({self.view.kept.licence.product})"

    @property
    def name(self) -> str:
        """What it goes by, and whose it is."""
        return f"{self.thing} of {self.view.account.owner}"


def licence_document(view: LicenceView, *, with_key: bool = False) -> dict[str, Any]:
    """A licence for programs."""
    licence, now = view.kept.licence, view.kept.now
    return {
        "licence": licence.id,
        "store": licence.store,
        "owner": owner_document(view.account.owner),
        "product": licence.product,
        "key": licence.key if with_key else masked(licence.key),
        "status": view.status.code.value,
        "until": utc(view.status.until),
        "suspended": now.suspended,
        "source": licence.source.value,
        "order": licence.order_id,
        "starts_at": utc(licence.starts_at),
        "issued_at": utc(licence.issued_at),
        "active": now.terms.active.value,
        **{f"{term}_until": utc(now.ends[term]) for term in Term},
        "units": now.units,
        "places": now.domains,
        "domains": [
            {"domain": domain, "since": utc(activation.since)} for domain, activation in now.activations.items()
        ],
        "renewals": [_renewal_document(one) for one in now.renewals],
    }


def whole_document(view: LicenceView, *, with_key: bool = False) -> dict[str, Any]:
    """The same, with all that happened to it."""
    return licence_document(view, with_key=with_key) | {"history": history_document(view)}


def licences_table(views: Iterable[tuple[StoreSettings, LicenceView]]) -> Any:
    """Licences, a row each."""
    rows = [
        (
            view.kept.licence.id,
            store.name,
            named(view.account.owner),
            view.kept.licence.product,
            masked(view.kept.licence.key),
            _status(view),
            until_text(view.status, store.zone_info)[:DAY],
            view.kept.licence.order_id or "",
            f"on {_places(view.kept)}{' of' if view.kept.now.domains is None else ''} domains",
        )
        for store, view in views
    ]
    return table(*_HEADS, rows=rows, right=("Licence", "Order"), words=("Used",))


def licence_parts(store: StoreSettings, view: LicenceView, *, with_key: bool = False) -> list[Any]:
    """A licence's facts, for people."""
    licence, now, zone = view.kept.licence, view.kept.now, store.zone_info
    facts: list[Sequence[object]] = [
        ("Licence", f"{licence.id} of {licence.product}"),
        ("Customer", f"{view.account.owner} of store {store.name}"),
        ("Key", one_line(licence.key if with_key else masked(licence.key))),
        ("Comes from", _origin(licence, zone)),
        ("Status", _status(view)),
    ]
    if now.suspended is not None:
        by = ", ".join(f"by {who}: {one_line(why)}" for who, why in now.suspended_by.items())
        facts.append(("Suspended", by))
    for term in Term:
        counts = " (decides)" if term is now.terms.active else ""
        facts.append((f"{term.capitalize()} until", f"{_end(now.ends[term], store)}{counts}"))
    if now.counts_until != now.end:
        facts.append(("With its grace", _end(now.counts_until, store)))
    facts.append(("Domains", _places(view.kept)))
    parts: list[Any] = [grid(facts)]
    if now.activations:
        used = [(domain, local(one.since, zone)) for domain, one in now.activations.items()]
        parts += [line(), table("Used on", "Since", rows=used)]
    if now.renewals:
        rows = [(renewed_by(one.key), one.months, local(one.paid_at, zone)) for one in now.renewals]
        parts += [line(), table("Renewed by", "Months", "Paid", rows=rows, right=("Months",))]
    return parts


def _origin(licence: Licence, zone: ZoneInfo) -> str:
    order = f"order {licence.order_id}" if licence.order_id is not None else ""
    if licence.source is LicenceSource.TABLE:
        return ", ".join(filter(None, ("your own table", order, f"first read {local(licence.issued_at, zone)}")))
    return f"{order or licence.source.value}, paid {local(licence.starts_at, zone)}"


def outcome_document(done: Outcome) -> dict[str, Any]:
    """What an action left behind, for programs."""
    return licence_document(done.view) | {"changed": done.changed, "by": done.staff}


def outcome_parts(done: Outcome, words: str) -> list[Any]:
    """What an action left behind, for people."""
    said = f"{done.staff} {words}" if done.changed else f"It is so already; nothing of {done.name} was changed."
    return [line(said), line(), *licence_parts(done.store, done.view)]


def _status(view: LicenceView) -> Any:
    return styled(view.status.code.value, _STYLES.get(view.status.code, "wrong"))


def until_text(status: Status, zone: ZoneInfo) -> str:
    """Up to when a licence counts; of one that is suspended no time is told."""
    if status.until is not None:
        return local(status.until, zone)
    return FOR_GOOD if status.accepted else ""


def _end(end: datetime | None, store: StoreSettings) -> str:
    return FOR_GOOD if end is None else local(end, store.zone_info)


def _places(one: KeptLicence) -> str:
    """How many of its places are used."""
    used, most = len(one.now.activations), one.now.domains
    return f"{used} of any number" if most is None else f"{used} of {most}"


def _renewal_document(one: Renewal) -> dict[str, Any]:
    return {"renewal": one.key, "months": one.months, "paid_at": utc(one.paid_at)}


def checked_document(found: Checked) -> dict[str, Any]:
    """What a key comes to, for programs."""
    answer = found.answer
    return {
        "status": answer.verdict.value if answer else Verdict.UNKNOWN.value,
        "reason": answer.status.code.value if answer else StatusCode.UNKNOWN.value,
        "mistyped_groups": list(found.wrong) if found.view is None else [],
        "licence": licence_document(found.view) if found.view is not None else None,
    }


def checked_parts(settings: Settings, found: Checked) -> list[Any]:
    """What a key comes to, for people."""
    if found.view is None or found.answer is None or found.store is None:
        if not found.wrong:
            return [line("No licence has this key.")]
        groups = "group" if len(found.wrong) == 1 else "groups"
        wrong = f"{groups} {', '.join(map(str, found.wrong))}" if len(found.wrong) < GROUPS else "all of it"
        said = f"No licence has this key. As a key of ours it is mistyped: {wrong}."
        if any(store.licences.table is not None for store in settings.stores.values()):
            said += " One of your own table is looked for as it stands there, small and large letters too."
        return [line(said)]
    verdict, reason = found.answer.verdict.value, found.answer.status.code.value
    told = f"An extension is told: {verdict}" + (f", because {reason}." if reason != verdict else ".")
    return [line(told), line(), *licence_parts(settings.stores[found.store], found.view)]
