"""Contacts in the desk: with whom there are conversations and agreements; how they are reached is the channels'."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text, update

from bridge.desk import agreements, bills, work_time
from bridge.desk.accounts import SqlStores
from bridge.desk.numbers import next_number
from bridge.desk.premium_tables import contact
from bridge.desk.statements import LookUp, Statement, any_of, insert_row
from bridge.desk.tables import store
from bridge.desk.values import id_list, to_ms
from bridge.domain.chats import ChatContact

_COLUMNS = [
    contact.c.id,
    store.c.name,
    contact.c.account_id,
    contact.c.language,
    contact.c.name.label("calls_himself"),
    contact.c.blocked,
]
_FOUND = select(*_COLUMNS).join(store, store.c.id == contact.c.store_id)
_NEW = insert_row(contact)
_BY_ID = LookUp(_FOUND, contact.c.id)
_OF_ACCOUNT = Statement(_FOUND.where(contact.c.account_id == bindparam("account")).order_by(contact.c.id))
_PAGE = Statement(
    _FOUND.where(contact.c.store_id == bindparam("store"), contact.c.id > bindparam("after"))
    .order_by(contact.c.id)
    .limit(bindparam("most"))
)
_SAVE = Statement(
    update(contact)
    .where(contact.c.id == bindparam("wanted"))
    .values({name: bindparam(name) for name in ("account_id", "language", "name", "blocked")})
)
_ERASE = Statement(update(contact).where(any_of(contact.c.id, "contacts")).values(name=text("''")))


class SqlContacts:
    """Implements `bridge.contracts.premium.Contacts`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def add(
        self, store: str, *, at: datetime, account_id: int | None = None, language: str = "", name: str = ""
    ) -> ChatContact:
        number = next_number(self._connection, contact)
        _NEW.run(
            self._connection,
            id=number,
            store_id=self._stores.number(store),
            account_id=account_id,
            language=language,
            name=name,
            blocked=0,
            created_ms=to_ms(at),
        )
        return ChatContact(number, store, account_id, language, name)

    def get(self, store: str, contact_id: int) -> ChatContact | None:
        found = self.by_ids([contact_id]).get(contact_id)
        return found if found is not None and found.store == store else None

    def by_ids(self, contact_ids: Iterable[int]) -> dict[int, ChatContact]:
        return {row[0]: _contact_from(row) for row in _BY_ID.rows(self._connection, contact_ids)}

    def of_account(self, account_id: int) -> list[ChatContact]:
        return [_contact_from(row) for row in _OF_ACCOUNT.rows(self._connection, account=account_id)]

    def page(self, store: str, *, after: int, limit: int) -> list[ChatContact]:
        rows = _PAGE.rows(self._connection, store=self._stores.number(store), after=after, most=limit)
        return [_contact_from(row) for row in rows]

    def save(self, contact: ChatContact) -> None:
        before = self.by_ids([contact.id])[contact.id]
        _SAVE.run(
            self._connection,
            wanted=contact.id,
            account_id=contact.account_id,
            language=contact.language,
            name=contact.name,
            blocked=int(contact.blocked),
        )
        if contact.account_id != before.account_id:
            self._show_anew([contact.id])

    def erase(self, contact_ids: Iterable[int]) -> None:
        contacts = list(contact_ids)
        for statement in (*agreements.ERASE, *bills.ERASE, work_time.ERASE, _ERASE):
            statement.run(self._connection, contacts=id_list(contacts))
        self._show_anew(contacts)

    def show_anew(self, account_id: int) -> None:
        self._show_anew(one.id for one in self.of_account(account_id))

    def _show_anew(self, contact_ids: Iterable[int]) -> None:
        ids = id_list(contact_ids)
        for shows in (agreements.SHOWS, bills.SHOWS):
            shows.of_contacts_anew.run(self._connection, contacts=ids)


def _contact_from(row: Sequence[Any]) -> ChatContact:
    number, store_name, account_id, language, name, blocked = row
    return ChatContact(number, store_name, account_id, language, name, bool(blocked))
