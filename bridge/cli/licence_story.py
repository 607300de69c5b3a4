"""What happened to a licence, in staff's words: orders and customers by their numbers in the shop, nothing internal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bridge.cli.customer import owner_document
from bridge.cli.keys import chosen_key
from bridge.cli.screen import count, line, local, one_line, table, utc
from bridge.domain.licence_orders import bought_renewal
from bridge.domain.licences import LicenceEvent, LicenceEventKind, Term
from bridge.domain.moments import from_ms
from bridge.services.licence_search import LicenceView
from bridge.settings import StoreSettings


def history_parts(store: StoreSettings, view: LicenceView) -> list[Any]:
    """All that happened to it, for people."""
    rows = [
        (
            local(one.at, store.zone_info),
            one.kind.value.replace("_", " "),
            one.staff or "",
            one_line(", ".join(_words(one, store, view))),
        )
        for one in view.history
    ]
    return [line(), table("When", "What", "By", "More", rows=rows, words=("More",))]


def history_document(view: LicenceView) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {"at": utc(one.at), "kind": one.kind.value, "by": one.staff, "detail": _detail(one, view)}
        for one in view.history
    ]


def renewed_by(key: str) -> str:
    """What prolonged it: an order, or staff by hand."""
    bought = bought_renewal(key)
    if bought is None:
        own = chosen_key(key.partition(":")[2])
        return f"by hand (key {own})" if own else "by hand"
    order, code, unit = bought
    return f"order {order} ({code}, unit {unit})" if unit > 1 else f"order {order} ({code})"


def _detail(event: LicenceEvent, view: LicenceView) -> dict[str, Any]:
    """What an event says; of a token nothing."""
    detail = {name: value for name, value in event.detail.items() if name != "token_hash"}
    match event.kind:
        case LicenceEventKind.RENEWED:
            detail["paid_at"] = utc(from_ms(detail.pop("from_ms")))
        case LicenceEventKind.ASSIGNED:
            detail["owner"] = owner_document(view.owners[detail.pop("account")])
        case LicenceEventKind.DATES:
            detail |= {f"{term}_until": utc(_moment(detail.pop(term.value))) for term in Term}
    return detail


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def _words(event: LicenceEvent, store: StoreSettings, view: LicenceView) -> list[str]:
    detail, kinds = event.detail, LicenceEventKind
    match event.kind:
        case kinds.ISSUED | kinds.QUANTITY:
            return [count(detail["units"], "unit")]
        case kinds.SUSPENDED | kinds.REINSTATED:
            return [f"by {detail['by']}" + (f": {detail['reason']}" if detail.get("reason") else "")]
        case kinds.RENEWED:
            paid = local(from_ms(detail["from_ms"]), store.zone_info)
            return [count(detail["months"], "month"), renewed_by(detail["renewal"]), f"from {paid}"]
        case kinds.RENEWAL_TAKEN_BACK:
            return [f"that of {renewed_by(detail['renewal'])}"]
        case kinds.RENEWAL_MOVED:
            return [f"that of {renewed_by(detail['renewal'])}", f"to licence {detail['to']}"]
        case kinds.ASSIGNED:
            return [f"to {view.owners[detail['account']]}"]
        case kinds.ACTIVATED | kinds.RELEASED:
            words = {"domain": detail["domain"], "version": detail.get("version"), "by": detail.get("by")}
            return [f"{name} {value}" for name, value in words.items() if value]
        case kinds.DATES:
            return _dates(detail, store)


def _dates(detail: Mapping[str, Any], store: StoreSettings) -> list[str]:
    """What the vendor's own table says: the dates that end, on how many domains, and whether it suspends."""
    ends = [(term.value, _moment(detail.get(term.value))) for term in Term]
    words = [f"{name} until {local(end, store.zone_info)}" for name, end in ends if end is not None]
    words.append("any number of domains" if detail["domains"] is None else count(detail["domains"], "domain"))
    return words + ([f"suspended: {detail['suspended']}"] if detail.get("suspended") else [])
