"""Events about premium time, as somebody is written about each of them."""

from datetime import timedelta
from typing import Any

from bridge.domain import events
from tests.support.mailroom import ANNA, NOON

BASE: dict[str, Any] = {"store": "acme", "at": NOON, "contact_id": 3, "owner": ANNA}


def agreement_facts(**different: Any) -> dict[str, Any]:
    """What every event about agreement 12 says: technical support, 20 dollars an hour, at most an hour and a half."""
    terms = {"work": "technical", "rate": "20.00", "cap_minutes": 90, "cap": "30.00", "currency": "USD"}
    return {"key": "acme:agreement:12:v1", **BASE, "agreement_id": 12, "version": 1, **terms, **different}


def bill_facts(**different: Any) -> dict[str, Any]:
    """What every event about bill 31 of 20 dollars says."""
    return {"key": "acme:bill:31:1", **BASE, "bill_id": 31, "amount": "20.00", "currency": "USD", **different}


def timer_facts(**different: Any) -> dict[str, Any]:
    """What every event about a timer of Boris' says."""
    return {
        "key": "acme:segment:9",
        **BASE,
        "segment_id": 9,
        "agent": "Boris",
        "agreement_id": 12,
        "ending": "cap",
        **different,
    }


def changed(state: str, was: str, **different: Any) -> events.BillChanged:
    return events.BillChanged(**bill_facts(**different), state=state, was=was)


TO_CUSTOMERS: list[events.Event] = [
    events.AgreementOffered(**agreement_facts(), valid_until=NOON + timedelta(days=14)),
    events.AgreementOffered(**agreement_facts(ticket_id=5, work="gone"), valid_until=NOON + timedelta(days=14)),
    events.AgreementReached(**agreement_facts(), channel="page"),
    events.AgreementReached(**agreement_facts(), channel="staff"),
    events.BillSent(**bill_facts()),
    events.BillSent(**bill_facts(month="2026-11-01")),
    changed("billed", "sent"),
    changed("billed", "paid"),
    changed("paid", "billed"),
    changed("sent", "sent", corrected=True),
]
TO_STAFF: list[events.Event] = [
    events.AgreementReached(**agreement_facts(), channel="chat"),
    events.AgreementReached(**agreement_facts(owner=None), channel="chat"),
    events.AgreementDeclined(**agreement_facts(), channel="page"),
    changed("accepted", "sent"),
    changed("disputed", "billed"),
    changed("paid", "billed"),
    changed("billed", "paid"),
    *(events.TimerWarning(**timer_facts(ending=why), minutes=10) for why in ("cap", "waited", "forgotten")),
    *(events.TimerEnded(**timer_facts(ending=why), seconds=7_200, flagged=True) for why in ("cap", "forgotten")),
    events.ChatWaiting(
        key="k", store="acme", at=NOON, conversation_id=4, number="office", role="official", route="presales", to=()
    ),
]
