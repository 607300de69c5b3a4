"""Where contacts are reached, and the codes by which chats are linked to customers (rules D1, W9)."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, func, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.desk.accounts import SqlStores
from bridge.desk.chat_tables import chat_code, code_try, contact_address, conversation
from bridge.desk.premium_tables import agreement, contact
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.values import id_list, to_ms
from bridge.domain.chats import Address

_THERE = (contact_address.c.store_id == bindparam("store"), contact_address.c.channel == bindparam("on"))
_BY_USER = Statement(select(contact_address.c.contact_id).where(*_THERE, contact_address.c.user_id == bindparam("who")))
_BY_PHONE = Statement(select(contact_address.c.contact_id).where(*_THERE, contact_address.c.phone == bindparam("who")))
_HALVES = (contact_address.c.channel, contact_address.c.phone, contact_address.c.user_id)
_OF_CONTACT = Statement(
    select(*_HALVES).where(contact_address.c.contact_id == bindparam("contact")).order_by(contact_address.c.channel)
)
_OF_CONTACTS = Statement(select(*_HALVES).where(any_of(contact_address.c.contact_id, "contacts")))
_PLACE = upsert(contact_address).values({column.name: bindparam(column.name) for column in contact_address.c})
_SAVE = Statement(
    _PLACE.on_conflict_do_update(
        index_elements=[contact_address.c.contact_id, contact_address.c.channel],
        set_={"phone": _PLACE.excluded.phone, "user_id": _PLACE.excluded.user_id},
    )
)
_STRANGERS = Statement(
    select(contact.c.id)
    .where(
        contact.c.store_id == bindparam("store"),
        contact.c.account_id.is_(None),
        contact.c.blocked == text("0"),
        exists().where(contact_address.c.contact_id == contact.c.id),
        ~exists().where(agreement.c.contact_id == contact.c.id),
        ~exists().where(conversation.c.contact_id == contact.c.id, conversation.c.touched_ms >= bindparam("before_ms")),
    )
    .limit(bindparam("most"))
)
_FORGET = Statement(delete(contact_address).where(any_of(contact_address.c.contact_id, "contacts")))
_CODE = upsert(chat_code).values({column.name: bindparam(column.name) for column in chat_code.c})
_GIVE = Statement(
    _CODE.on_conflict_do_update(
        index_elements=[chat_code.c.account_id], set_={"code": _CODE.excluded.code, "until_ms": _CODE.excluded.until_ms}
    )
)
_HOLDS = (chat_code.c.store_id == bindparam("store"), chat_code.c.until_ms >= bindparam("at_ms"))
_ANY_CODE = Statement(select(func.count()).select_from(chat_code).where(*_HOLDS))
_CODE_OF = Statement(select(chat_code.c.account_id).where(*_HOLDS, chat_code.c.code == bindparam("wanted")))
_USE_UP = Statement(delete(chat_code).where(chat_code.c.account_id == bindparam("account")))
_TRY = insert_row(code_try, without=frozenset({"id"}))
_TRIES = Statement(
    select(func.count())
    .select_from(code_try)
    .where(code_try.c.contact_id == bindparam("contact"), code_try.c.at_ms > bindparam("since_ms"))
)
_PRUNE_CODES = Statement(delete(chat_code).where(chat_code.c.until_ms < bindparam("before_ms")))
_PRUNE_TRIES = Statement(delete(code_try).where(code_try.c.at_ms < bindparam("before_ms")))
_FORGET_TRIES = Statement(delete(code_try).where(any_of(code_try.c.contact_id, "contacts")))


class SqlChatContacts:
    """Implements `bridge.contracts.conversations.ChatContacts`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def by_user(self, store: str, channel: str, user_id: str) -> int | None:
        return self._one(_BY_USER, store=self._stores.number(store), on=channel, who=user_id)

    def by_phone(self, store: str, channel: str, phone: str) -> int | None:
        return self._one(_BY_PHONE, store=self._stores.number(store), on=channel, who=phone)

    def address_of(self, contact_id: int, channel: str) -> Address | None:
        return next((one for one in self.addresses_of(contact_id) if one.channel == channel), None)

    def addresses_of(self, contact_id: int) -> list[Address]:
        return [Address(*row) for row in _OF_CONTACT.rows(self._connection, contact=contact_id)]

    def save(self, store: str, contact_id: int, address: Address) -> None:
        _SAVE.run(self._connection, contact_id=contact_id, store_id=self._stores.number(store), **address._asdict())

    def give_code(self, store: str, account_id: int, code: str, *, until: datetime) -> None:
        number = self._stores.number(store)
        _GIVE.run(self._connection, account_id=account_id, store_id=number, code=code, until_ms=to_ms(until))

    def codes_wait(self, store: str, at: datetime) -> bool:
        return bool(self._one(_ANY_CODE, store=self._stores.number(store), at_ms=to_ms(at)))

    def code_of(self, store: str, code: str, at: datetime) -> int | None:
        return self._one(_CODE_OF, store=self._stores.number(store), at_ms=to_ms(at), wanted=code)

    def take_code(self, store: str, code: str, at: datetime) -> int | None:
        found = self.code_of(store, code, at)
        if found is not None:
            _USE_UP.run(self._connection, account=found)
        return found

    def note_try(self, contact_id: int, at: datetime) -> None:
        _TRY.run(self._connection, contact_id=contact_id, at_ms=to_ms(at))

    def tries(self, contact_id: int, since: datetime) -> int:
        return self._one(_TRIES, contact=contact_id, since_ms=to_ms(since)) or 0

    def prune(self, before: datetime) -> None:
        _PRUNE_CODES.run(self._connection, before_ms=to_ms(before))
        _PRUNE_TRIES.run(self._connection, before_ms=to_ms(before))

    def strangers(self, store: str, before: datetime, limit: int) -> list[int]:
        number = self._stores.number(store)
        rows = _STRANGERS.rows(self._connection, store=number, before_ms=to_ms(before), most=limit)
        return [int(row[0]) for row in rows]

    def forget(self, contact_ids: Iterable[int]) -> list[Address]:
        contacts = id_list(contact_ids)
        found = [Address(*row) for row in _OF_CONTACTS.rows(self._connection, contacts=contacts)]
        _FORGET.run(self._connection, contacts=contacts)
        _FORGET_TRIES.run(self._connection, contacts=contacts)
        return found

    def _one(self, statement: Statement, **values: int | str) -> int | None:
        row = statement.one(self._connection, **values)
        return int(row[0]) if row is not None else None
