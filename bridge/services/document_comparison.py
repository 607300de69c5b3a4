"""Does the shop show the tickets, quotes, prices, licences, premium time and answers that the desk says? (rule C16)

As with accounts: a row that no key of the store has signed says nothing, one of another version is named as such.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.contracts.tickets import MessageKey
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import shown_part
from bridge.services.documents import answer_rows, numbered_rows, price_rows
from bridge.services.findings import Difference
from bridge.services.shop_comparison import compare_documents, unsigned, version
from bridge.services.ticket_documents import message_rows

ALL_PRICES = 100_000
"""More than any list has."""


def expected_documents(
    tx: Tx, terms: PageTerms, table: DocumentTable, *, after: int, limit: int
) -> tuple[list[DocumentRow], int | None]:
    """The rows that the shop should have next in a numbered table, and where the next page starts; None at the end."""
    found = shown_part(tx, table).shown(terms.store, after=after, limit=limit)
    return numbered_rows(tx, terms, table, found), found[-1].id if len(found) == limit else None


def expected_answers(
    tx: Tx, terms: PageTerms, *, kept_days: int, at: datetime, after: str, limit: int
) -> tuple[list[DocumentRow], str | None]:
    """The rows that the shop should have of the next answers, and where the next page starts; None at the end.

    The shop forgets an answer with the customer's row, so many days after that was written there. When that was the
    desk does not know, only that it answered later: so the younger half is looked at, which is surely there still
    unless the desk was off for the other half.
    """
    answers = tx.answers.shown(terms.store, at - timedelta(days=kept_days) / 2, after=after, limit=limit)
    return answer_rows(terms, answers), answers[-1].uuid if len(answers) == limit else None


def expected_messages(
    tx: Tx, terms: PageTerms, *, after: MessageKey, limit: int
) -> tuple[list[DocumentRow], MessageKey | None]:
    """The rows that the shop should have of the next messages, and where the next page starts; None at the end."""
    messages = tx.tickets.messages_shown(terms.store, after=after, limit=limit)
    found = (tx.tickets.get(terms.store, number) for number in {one.ticket for one in messages})
    rows = message_rows(tx, terms, [ticket for ticket in found if ticket], messages)
    return rows, messages[-1].key if len(messages) == limit else None


def expected_prices(tx: Tx, terms: PageTerms) -> list[DocumentRow]:
    """The rows that the shop should have of the price list."""
    on_the_way = {one.code for one in tx.prices.waiting(terms.store, ALL_PRICES)}
    return price_rows(
        terms, [one for code, one in sorted(tx.prices.all(terms.store).items()) if code not in on_the_way]
    )


def compare_document_rows(
    keys: Sequence[SigningKey], table: DocumentTable, expected: Iterable[DocumentRow], found: Iterable[DocumentRow]
) -> list[Difference]:
    """Where the rows found in the shop differ from what should be there."""
    rows = {one.key: one.row for one in found}
    differences: list[Difference] = []
    for key, wanted in expected:
        where, row = f"{table} {key}: row", rows.get(key)
        if row is None:
            differences.append(Difference(where, version(wanted), "no row"))
            continue
        doubted = unsigned(keys, table, where, row)
        if doubted:
            differences += doubted
        elif (row.epoch, row.number) != (wanted.epoch, wanted.number):
            differences.append(Difference(f"{where}: version", version(wanted), version(row)))
        else:
            differences += compare_documents(where, json.loads(wanted.payload), json.loads(row.payload))
    return differences
