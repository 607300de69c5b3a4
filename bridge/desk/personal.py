"""What the desk knows of persons, and forgetting it: texts, messages, answers, claims (rules D1 to D4).

Entries, amounts, hashes, evidence and the audit trail name accounts by numbers of the desk's own; they stay.
"""

import sqlite3
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnClause,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)

from bridge.contracts.answers import Answer
from bridge.contracts.personal import Sent
from bridge.desk.accounts import ACCOUNT_COLUMNS, SqlStores, account_from
from bridge.desk.answers import ANSWER_COLUMNS, answer_from
from bridge.desk.coin_tables import dispute, freeze, guest_claim, purchase, quote, quote_version
from bridge.desk.files import ERASE_FILES
from bridge.desk.messages import erase_messages
from bridge.desk.outbox_tables import delivery
from bridge.desk.statements import Statement, any_of
from bridge.desk.sync_tables import handled
from bridge.desk.tables import account
from bridge.desk.ticket_tables import HIDDEN, message, thread, ticket
from bridge.desk.values import as_json, from_ms, id_list, to_ms
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.quotes import ENDED, QuoteState
from bridge.domain.tickets import BY_ITSELF, QUEUED, Author

NO_ANSWER = as_json({"text": {}, "data": {}})
_OF_CUSTOMER = and_(handled.c.store_id == bindparam("store"), handled.c.customer_id == bindparam("customer"))
_ANSWERS = Statement(select(*ANSWER_COLUMNS).where(_OF_CUSTOMER).order_by(handled.c.received_ms, handled.c.uuid))
_ERASE_ANSWERS = Statement(
    update(handled)
    .where(_OF_CUSTOMER)
    .values(customer_id=literal_column("0"), answer=bindparam("nothing"), number=handled.c.number + literal_column("1"))
)
_TO_OWNER = and_(
    delivery.c.store_id == bindparam("store"),
    delivery.c.owner_kind == bindparam("owner"),
    delivery.c.owner_ref == bindparam("ref"),
)
_SENT = Statement(
    select(delivery.c.plugin, delivery.c.key, delivery.c.kind, delivery.c.state, delivery.c.created_ms)
    .where(_TO_OWNER)
    .order_by(delivery.c.id)
)
_FORGET_TO_OWNER = Statement(delete(delivery).where(_TO_OWNER))
_FORGET_SENT = Statement(
    delete(delivery).where(
        delivery.c.store_id == bindparam("store"),
        delivery.c.state.in_([literal_column("'done'"), literal_column("'refused'")]),
        delivery.c.created_ms < bindparam("before_ms"),
    )
)
# They are emptied and not deleted: their numbers stand in events' keys, and each counts against the order's limit.
_FORGET_CLAIMS = Statement(
    update(guest_claim)
    .where(guest_claim.c.store_id == bindparam("store"), guest_claim.c.customer_id == bindparam("customer"))
    .values(customer_id=text("0"), code=text("''"), state=text("'forgotten'"))
)
_FORGET_WHO = Statement(update(account).where(account.c.id == bindparam("account")).values(born=null()))
_FORGET_THREADS = Statement(
    update(thread).where(thread.c.account_id == bindparam("account")).values(email=text("''"), ticket_id=null())
)
_ERASE_ADDRESSES = Statement(update(thread).where(any_of(thread.c.ticket_id, "ids")).values(email=text("''")))
_TICKETS = Statement(select(ticket.c.id).where(ticket.c.account_id == bindparam("account")))
_ERASE_SUBJECTS = Statement(
    update(ticket)
    .where(any_of(ticket.c.id, "ids"))
    .values(
        subject=text("''"),
        product=text("''"),  # his own words as well
        order_id=null(),
        number=ticket.c.number + literal_column("1"),
        pushed_number=case(
            (ticket.c.pushed_number == literal_column(str(HIDDEN)), ticket.c.pushed_number),
            else_=func.max(ticket.c.pushed_number, literal_column("0")),  # also one that was kept back
        ),
    )
)
_PURCHASES_OF = and_(purchase.c.store_id == bindparam("store"), purchase.c.account_id == bindparam("account"))
_ERASE_WHY_FROZEN = Statement(
    update(freeze).where(freeze.c.account_id == bindparam("account")).values(reason=text("''"))
)
_ERASE_REASONS = Statement(
    update(dispute)
    .where(
        dispute.c.store_id == bindparam("store"),
        dispute.c.order_id.in_(select(purchase.c.order_id).where(_PURCHASES_OF).scalar_subquery()),
    )
    .values(reason=text("''"))
)
_QUOTES_OF = select(quote.c.id).where(any_of(quote.c.ticket_id, "ids")).scalar_subquery()
_ERASE_WORDS = Statement(
    update(quote_version).where(quote_version.c.quote_id.in_(_QUOTES_OF)).values(words=text("''"), texts=text("'{}'"))
)
_SHOW_QUOTES = Statement(
    update(quote)
    .where(any_of(quote.c.ticket_id, "ids"))
    .values(
        number=quote.c.number + literal_column("1"),
        pushed_number=func.max(quote.c.pushed_number, literal_column("0")),
    )
)
_ENDED: list[ColumnClause[Any]] = [literal_column(f"'{state}'") for state in sorted(ENDED)]
_BY_ITSELF: list[ColumnClause[Any]] = [literal_column(f"'{kind}'") for kind in sorted(BY_ITSELF)]
_QUEUED: list[ColumnClause[Any]] = [literal_column(f"'{state}'") for state in sorted(QUEUED)]
_IS_NEW = and_(
    message.c.ticket_id == ticket.c.id,
    message.c.at_ms >= bindparam("before_ms"),
    or_(message.c.author != literal_column(f"'{Author.BRIDGE}'"), message.c.kind.not_in(_BY_ITSELF)),
)
_HAS_LAPSED = and_(
    quote.c.state == literal_column(f"'{QuoteState.OFFERED}'"),
    exists().where(
        quote_version.c.quote_id == quote.c.id,
        quote_version.c.version == quote.c.version,
        quote_version.c.valid_until_ms < bindparam("before_ms"),
    ),
)
_OLD = Statement(
    select(ticket.c.id).where(
        ticket.c.store_id == bindparam("store"),
        ticket.c.opened_ms < bindparam("before_ms"),
        ticket.c.state.not_in(_QUEUED),  # where it is staff's turn his words are still needed
        ~exists().where(_IS_NEW),
        ~exists().where(quote.c.ticket_id == ticket.c.id, quote.c.state.not_in(_ENDED), ~_HAS_LAPSED),
        or_(
            ticket.c.subject != text("''"),
            exists().where(message.c.ticket_id == ticket.c.id, message.c.text != text("''")),
        ),
    )
)
_GONE = Statement(
    select(*ACCOUNT_COLUMNS)
    .where(
        account.c.store_id == bindparam("store"),
        or_(
            and_(account.c.owner_kind == text("'customer'"), account.c.missed_ms <= bindparam("before_ms")),
            and_(account.c.owner_kind == text("'former'"), account.c.frozen_ms <= bindparam("before_ms")),
        ),
    )
    .order_by(account.c.id)
)


class SqlPersonalData:
    """Implements `bridge.contracts.coin_desk.PersonalData`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def answers_of(self, store: str, customer_id: int) -> list[Answer]:
        rows = _ANSWERS.rows(self._connection, store=self._stores.number(store), customer=customer_id)
        return [answer_from(row) for row in rows]

    def sent_to(self, store: str, owner: Owner) -> list[Sent]:
        rows = _SENT.rows(self._connection, store=self._stores.number(store), owner=owner.kind.value, ref=owner.ref)
        return [Sent(plugin, key, kind, state, from_ms(created)) for plugin, key, kind, state, created in rows]

    def forget(self, store: str, account_id: int, owner: Owner) -> None:
        number = self._stores.number(store)
        self._erase([row[0] for row in _TICKETS.rows(self._connection, account=account_id)])
        _ERASE_WHY_FROZEN.run(self._connection, account=account_id)
        _ERASE_REASONS.run(self._connection, store=number, account=account_id)
        _FORGET_WHO.run(self._connection, account=account_id)
        _FORGET_THREADS.run(self._connection, account=account_id)
        self._forget_letters(number, owner)
        if owner.kind is OwnerKind.CUSTOMER:
            self.forget_number(store, owner.ref)

    def forget_number(self, store: str, customer_id: int) -> None:
        number = self._stores.number(store)
        _ERASE_ANSWERS.run(self._connection, store=number, customer=customer_id, nothing=NO_ANSWER)
        _FORGET_CLAIMS.run(self._connection, store=number, customer=customer_id)
        self._forget_letters(number, Owner(OwnerKind.CUSTOMER, customer_id))

    def forget_old_texts(self, store: str, before: datetime) -> int:
        rows = _OLD.rows(self._connection, store=self._stores.number(store), before_ms=to_ms(before))
        self._erase([row[0] for row in rows])
        return len(rows)

    def forget_sent(self, store: str, before: datetime) -> int:
        number = self._stores.number(store)
        return _FORGET_SENT.run(self._connection, store=number, before_ms=to_ms(before)).rowcount

    def gone(self, store: str, before: datetime) -> list[Account]:
        rows = _GONE.rows(self._connection, store=self._stores.number(store), before_ms=to_ms(before))
        return [account_from(row) for row in rows]

    def _forget_letters(self, store: int, owner: Owner) -> None:
        _FORGET_TO_OWNER.run(self._connection, store=store, owner=owner.kind.value, ref=owner.ref)

    def _erase(self, tickets: list[int]) -> None:
        """Subjects, texts and files of these tickets, and the words of their quotes; the shop shows all anew."""
        ids = id_list(tickets)
        erase_messages(self._connection, ids)
        for statement in (_ERASE_SUBJECTS, _ERASE_WORDS, _SHOW_QUOTES, _ERASE_ADDRESSES, ERASE_FILES):
            statement.run(self._connection, ids=ids)
