"""What a bill's statement says, gathered from the desk (rules W6, W8)."""

from bridge.contracts.desk import Tx
from bridge.domain.accounts import OwnerKind
from bridge.domain.bill_statements import BillStatement, Session
from bridge.domain.bills import Bill
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.work_time import Segment, SegmentSource
from bridge.services.premium_parts import owner_of


def statement_of(tx: Tx, terms: DeskTerms, bill: Bill) -> BillStatement:
    """The statement of a bill with the recorded time of its agreements. What was erased stands nowhere in it."""
    contact = tx.contacts.by_ids([bill.contact_id])[bill.contact_id]
    owner = owner_of(tx, contact.id)
    agreements = tx.agreements.by_ids({line.agreement_id for line in bill.lines})
    return BillStatement(
        bill=bill,
        vendor=terms.title or terms.store,
        zone=terms.zone,
        customer=contact.name,
        customer_number=owner.ref if owner is not None and owner.kind is OwnerKind.CUSTOMER else None,
        work={key: dict(kind.names) for key, kind in terms.premium.kinds.items()},
        sessions={
            agreement: tuple(_session(one) for one in segments if not one.runs)
            for agreement, segments in tx.work_time.of_agreements(agreements).items()
        },
        tickets={number: one.ticket_id for number, one in agreements.items() if one.ticket_id is not None},
    )


def _session(segment: Segment) -> Session:
    assert segment.ended_at is not None, "only what has ended is on a statement"
    assert segment.worked is not None
    return Session(segment.started.at, segment.ended_at, segment.worked, segment.source is SegmentSource.MANUAL)
