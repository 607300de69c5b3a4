"""How a command reads what it shows of premium time, in the transaction that it acts in."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bridge.cli.premium_bills_shown import BillView
from bridge.cli.premium_shown import AgreementView, TimerView
from bridge.domain.agreements import AgreementState
from bridge.domain.bills import UNSENT, BillState
from bridge.engine.setup import StoreSetup
from bridge.services.chat_offering import bill_reaches_him, is_before_him
from bridge.services.premium_parts import owner_of, segments_of
from bridge.services.timers import standing

if TYPE_CHECKING:
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx
    from bridge.domain.agreements import Agreement
    from bridge.domain.bills import Bill
    from bridge.domain.work_time import Reading, Segment
    from bridge.settings import StoreSettings


def view_of(tx: "Tx", store: "StoreSettings", agreement: "Agreement", now: "Reading") -> AgreementView:
    """An agreement and what is said beside it."""
    return AgreementView(
        store,
        agreement,
        owner_of(tx, agreement.contact_id),
        _standing(tx, store, segments_of(tx, agreement), now),
        now,
        tx.bills.of_agreement(agreement.id),
        agreement.state is not AgreementState.OFFERED or is_before_him(tx, agreement),
    )


def running_of(tx: "Tx", store: "StoreSettings", now: "Reading") -> list[TimerView]:
    """The timers that run for a store, and who they are for."""
    segments = _standing(tx, store, tx.work_time.all_running([store.name]), now)
    return [TimerView(store, one, owner_of(tx, one.contact_id)) for one in segments if one.runs]


def _standing(tx: "Tx", store: "StoreSettings", segments: "Sequence[Segment]", now: "Reading") -> "list[Segment]":
    """What has passed its limit is shown as it ends, also where no daemon runs that would book it."""
    return [standing(tx, StoreSetup.of(store).desk_terms, one, now) if one.runs else one for one in segments]


def bill_view(tx: "Tx", store: "StoreSettings", bill: "Bill", *, shown: "Work | None" = None) -> BillView:
    """A bill and who it goes to; `shown` is the work that has just shown it to him."""
    reached = (
        bill.state in UNSENT | {BillState.PAID}
        or shown is None
        or bill_reaches_him(tx, shown.terms, bill, by=shown.staff)
    )
    return BillView(store, bill, owner_of(tx, bill.contact_id), reached)


def contacts_of(tx: "Tx", store: str, customer: int | None, contact: int | None) -> Sequence[int]:
    """The contacts that are meant by a customer or by a contact's number. Raises `AgreementRefused`."""
    from bridge.domain.accounts import Owner, OwnerKind
    from bridge.services.premium_parts import contact_of

    if contact is not None:
        return [contact_of(tx, store, contact).id]
    assert customer is not None, "one of the two was said"
    owner = Owner(OwnerKind.CUSTOMER, customer)
    account = tx.accounts.of_owners(store, [owner]).get(owner)
    return [one.id for one in tx.contacts.of_account(account.id)] if account else []
