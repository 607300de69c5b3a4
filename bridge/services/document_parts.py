"""What every document in the shop is made of: its head, its signature, and what is left of one that is taken away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import signed_row
from bridge.contracts.shown_rows import Numbered, ShownRows
from bridge.contracts.tickets import MessageKey
from bridge.services.account_pages import PageTerms

NOBODY = 0
"""No customer of a shop has this number: a row under it is on nobody's page."""
OLDER_NAME = "request"
"""What a ticket was called before 0.5.0: rows name it so too as long as a shop may have an extension from then."""


def head(terms: PageTerms, customer_id: int, number: int) -> dict[str, Any]:
    """What each document begins with."""
    return {"v": 1, "store": terms.store, "customer": customer_id, "epoch": terms.epoch, "number": number}


def document_row(
    terms: PageTerms, table: DocumentTable, key: int | str, document: Mapping[str, Any], customer: int, number: int
) -> DocumentRow:
    """A document as the row that goes into the shop, signed."""
    row = signed_row(terms.key, table, document, customer_id=customer, epoch=terms.epoch, number=number)
    return DocumentRow(key, row)


def taken_away(terms: PageTerms, table: DocumentTable, key: int, number: int = 0) -> DocumentRow:
    """The row of a quote or ticket that is on nobody's page any more: nothing is left in it but its number."""
    document = {**head(terms, NOBODY, number), table.value: key}
    return document_row(terms, table, key, document, NOBODY, number)


def shown_part(tx: Tx, table: DocumentTable) -> ShownRows[Numbered]:
    """What of the desk stands in that table of the shop. Raises `ValueError` for one without numbers."""
    match table:
        case DocumentTable.TICKET:
            return tx.tickets
        case DocumentTable.LICENCE:
            return tx.licences
        case DocumentTable.AGREEMENT:
            return tx.agreements
        case DocumentTable.BILL:
            return tx.bills
        case DocumentTable.QUOTE:
            return tx.quotes
        case _:
            raise ValueError(f"what stands in {table} has no numbers")


def message_head(terms: PageTerms, key: MessageKey, customer_id: int, version: int) -> dict[str, Any]:
    """What each message begins with; `version` counts what has changed of it."""
    return {
        "v": 1,
        "store": terms.store,
        "customer": customer_id,
        "epoch": terms.epoch,
        "version": version,
        "ticket": key.ticket,
        "number": key.number,
    }


def message_row(terms: PageTerms, key: MessageKey, document: Mapping[str, Any]) -> DocumentRow:
    """A message as the row that goes into the shop, signed."""
    customer, version = document["customer"], document["version"]
    row = signed_row(
        terms.key, DocumentTable.MESSAGE, document, customer_id=customer, epoch=terms.epoch, number=version
    )
    return DocumentRow(key, row)


def message_taken_away(terms: PageTerms, key: MessageKey, version: int = 0) -> DocumentRow:
    """The row of a message that is on nobody's page any more."""
    return message_row(terms, key, message_head(terms, key, NOBODY, version))


def unix(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return int(moment.timestamp())
