"""A desk with premium time, and what the shop has of it, for tests."""

import json
from collections.abc import Mapping
from typing import Any

from bridge.contracts.shop_documents import DocumentRow, DocumentTable, InboxRow
from bridge.contracts.shop_rows import SHOP_TO_DESK, SigningKey, canonical_json, mac_of, signed_row
from bridge.domain.agreements import Agreement
from bridge.domain.bills import Bill
from bridge.services import inbox
from bridge.services.account_pages import PageTerms
from bridge.services.documents import documents_pushed, waiting_documents
from bridge.services.inbox import Outcome
from bridge.services.premium_documents import agreement_rows, bill_rows
from bridge.services.told_before import Told
from tests.support.books import ACME, PLANS, TEHRAN
from tests.support.premium_time import PremiumDesk, premium_terms

KEY = SigningKey("k1", bytes(32))
AGREEMENT, BILL = DocumentTable.AGREEMENT, DocumentTable.BILL


def page_terms(*, epoch: int = 1, key: SigningKey = KEY, **different: Any) -> PageTerms:
    """What the rows of a store that sells premium time are made with; what is `different` are its terms."""
    return PageTerms(ACME, TEHRAN, PLANS, key, epoch, premium=premium_terms(**different))


def said(row: DocumentRow) -> dict[str, Any]:
    """What a row says."""
    document: dict[str, Any] = json.loads(row.row.payload)
    return document


def waiting(desk: PremiumDesk, table: DocumentTable, terms: PageTerms | None = None) -> list[DocumentRow]:
    """The rows that wait to be pushed."""
    batches = desk.coins.desk.look(waiting_documents, terms or page_terms(), limit=99)
    return [row for batch in batches if batch.table is table for row in batch.rows]


def push(desk: PremiumDesk, table: DocumentTable, terms: PageTerms | None = None) -> list[DocumentRow]:
    """Let the shop have what waits; the rows that it got."""
    found = waiting(desk, table, terms)
    for batch in desk.coins.desk.look(waiting_documents, terms or page_terms(), limit=99):
        desk.coins.desk.run(documents_pushed, ACME, batch)
    return found


def left(desk: PremiumDesk, one: Agreement | Bill, *, key: SigningKey = KEY, **different: Any) -> DocumentRow:
    """The row as a lost desk has left it: as it stands now, but for what is `different`."""
    terms = page_terms()
    rows = desk.coins.desk.look(
        lambda tx: agreement_rows(tx, terms, [one]) if isinstance(one, Agreement) else bill_rows(tx, terms, [one])
    )
    table = AGREEMENT if isinstance(one, Agreement) else BILL
    document = said(rows[0]) | {"number": 9} | different
    number: int = document[table.value]
    row = signed_row(key, table, document, customer_id=document["customer"], epoch=1, number=document["number"])
    return DocumentRow(number, row)


def posted(
    desk: PremiumDesk,
    kind: str,
    data: Mapping[str, Any],
    *,
    customer: int = 77,
    turn: int = 1,
    told: Told | None = None,
) -> tuple[Outcome, str]:
    """A customer does something on his page, in Persian; what became of it, and its word."""
    uuid = f"0b3e7c1a-4f2d-4c55-9a1e-{turn:012d}"
    document = {"v": 1, "store": ACME, "customer": customer, "uuid": uuid, "kind": kind}
    payload = canonical_json(document | {"at": int(desk.now.timestamp()), "language": "fa", "data": dict(data)})
    mac = mac_of(KEY, "inbox", payload, direction=SHOP_TO_DESK)
    row = InboxRow(turn, customer, uuid, payload, KEY.id, mac)
    outcome = desk.coins.desk.run(inbox.handle, desk.terms, row, [KEY], at=desk.now, told=told)
    answer = desk.coins.desk.look(lambda tx: [one for one in tx.answers.waiting(ACME, 99) if one.uuid == uuid])[0]
    return outcome, answer.code
