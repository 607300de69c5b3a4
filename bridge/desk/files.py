"""What the desk's books say of files: whose, what they were called, and whether their contents are there.

A file is of a message, and follows it wherever that goes. Its contents lie beside the desk (`bridge.desk.file_store`)
under their hash; contents that no row here has are nobody's and are swept away.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select, text, update

from bridge.contracts.files import WaitingFile
from bridge.desk.accounts import SqlStores
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.tables import account
from bridge.desk.ticket_tables import FILE_GOES, FILE_IS_THERE, FILE_WAITS, file, message, ticket
from bridge.desk.values import as_json, from_ms, id_list, to_ms
from bridge.domain.accounts import OwnerKind
from bridge.domain.files import FileState, NamedFile, TicketFile
from bridge.domain.tickets import Author, MessageKind

_THIS_STORE = file.c.store_id == bindparam("store")
_COLUMNS = (
    file.c.uuid,
    message.c.ticket_id,
    file.c.message_id,
    file.c.author,
    file.c.name,
    file.c.size,
    file.c.sha256,
    file.c.type,
    file.c.parts,
    file.c.state,
    file.c.at_ms,
)
_FOUND = select(*_COLUMNS).join(message, message.c.id == file.c.message_id)
_NEW = insert_row(file, without=frozenset({"id"}))
_NEWEST_TEXT = Statement(
    select(func.max(message.c.id)).where(
        message.c.ticket_id == bindparam("ticket"),
        message.c.author == bindparam("author"),
        message.c.kind == text(f"'{MessageKind.TEXT}'"),
    )
)
_KNOWN = Statement(select(file.c.uuid).where(_THIS_STORE, any_of(file.c.uuid, "files")))
_OF_TICKET = Statement(
    _FOUND.where(message.c.ticket_id == bindparam("ticket"), FILE_IS_THERE).order_by(file.c.message_id, file.c.id)
)
_GET = Statement(_FOUND.where(_THIS_STORE, file.c.uuid == bindparam("wanted"), FILE_IS_THERE))
_OF_OWNER = (_THIS_STORE, file.c.account_id == bindparam("account"), file.c.author == text(f"'{Author.CUSTOMER}'"))
_SENT_WITHIN = Statement(
    select(func.count())
    .select_from(file)
    .where(*_OF_OWNER, file.c.at_ms > bindparam("since_ms"), file.c.posted_ms > bindparam("posted_ms"))
)
_BYTES_OF = Statement(
    select(func.coalesce(func.sum(file.c.size), literal_column("0"))).where(*_OF_OWNER, FILE_IS_THERE)
)
_BYTES_IN = Statement(
    select(func.coalesce(func.sum(file.c.size), literal_column("0"))).where(_THIS_STORE, FILE_IS_THERE)
)
_USED = Statement(select(file.c.sha256).where(_THIS_STORE, any_of(file.c.sha256, "digests"), FILE_IS_THERE))
_WAITING = Statement(
    _FOUND.add_columns(account.c.owner_ref)
    .join(account, account.c.id == file.c.account_id)
    .where(_THIS_STORE, FILE_WAITS, account.c.owner_kind == text(f"'{OwnerKind.CUSTOMER}'"))
    .order_by(file.c.id)
    .limit(bindparam("most"))
)
_SET = Statement(
    update(file)
    .where(_THIS_STORE, file.c.uuid == bindparam("wanted"), FILE_IS_THERE)
    .values(state=bindparam("becomes"))
)
_GOING = Statement(select(file.c.uuid).where(_THIS_STORE, FILE_GOES).order_by(file.c.id).limit(bindparam("most")))
_GONE = Statement(
    update(file).where(_THIS_STORE, any_of(file.c.uuid, "files"), FILE_GOES).values(state=text(f"'{FileState.ERASED}'"))
)
_NOTHING_LEFT = {"name": text("''"), "sha256": text("''"), "state": text(f"'{FileState.ERASING}'")}
_MOVE = Statement(update(file).where(file.c.message_id == bindparam("was")).values(message_id=bindparam("becomes")))
_WITH_FILES = Statement(select(file.c.message_id).distinct().where(any_of(file.c.message_id, "ids")))
_FORGET_OLD = Statement(
    update(file).where(_THIS_STORE, file.c.at_ms < bindparam("before_ms"), FILE_IS_THERE).values(**_NOTHING_LEFT)
)
_OLD = Statement(
    select(file.c.message_id).distinct().where(_THIS_STORE, file.c.at_ms < bindparam("before_ms"), FILE_IS_THERE)
)
_NEXT_VERSION = message.c.version + literal_column("1")
_SHOW_MESSAGES = Statement(update(message).where(any_of(message.c.id, "ids")).values(version=_NEXT_VERSION))
_SHOW_TICKETS = Statement(
    update(ticket)
    .where(ticket.c.id.in_(select(message.c.ticket_id).where(any_of(message.c.id, "ids")).scalar_subquery()))
    .values(number=ticket.c.number + literal_column("1"))
)
_AGAIN = Statement(
    update(file)
    .where(_THIS_STORE, file.c.author == text(f"'{Author.STAFF}'"), file.c.state == text(f"'{FileState.KEPT}'"))
    .values(state=text(f"'{FileState.WAITING}'"))
)
_OF_TICKETS = select(message.c.id).where(any_of(message.c.ticket_id, "ids")).scalar_subquery()
ERASE_FILES = Statement(update(file).where(file.c.message_id.in_(_OF_TICKETS), FILE_IS_THERE).values(**_NOTHING_LEFT))
"""Takes from the files of these tickets what they were called and which contents they have."""


_REDACT = Statement(
    update(file).where(_THIS_STORE, any_of(file.c.message_id, "ids"), FILE_IS_THERE).values(**_NOTHING_LEFT)
)


class SqlFiles:
    """Implements `bridge.contracts.files.Files`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def add(
        self,
        store: str,
        account_id: int,
        ticket_id: int,
        file: NamedFile,
        *,
        author: Author,
        kind: str,
        lost: bool,
        at: datetime,
        posted_at: datetime | None = None,
    ) -> None:
        newest = _NEWEST_TEXT.one(self._connection, ticket=ticket_id, author=author.value)
        state = FileState.WAITING if author is Author.STAFF else FileState.KEPT
        _NEW.run(
            self._connection,
            store_id=self._stores.number(store),
            uuid=file.file,
            account_id=account_id,
            message_id=newest[0] if newest else None,
            author=author.value,
            name=file.name,
            size=file.size,
            sha256="" if lost else file.sha256,
            type=kind,
            parts=file.parts,
            state=(FileState.LOST if lost else state).value,
            at_ms=to_ms(at),
            posted_ms=to_ms(posted_at or at),
        )

    def known(self, store: str, files: Iterable[str]) -> frozenset[str]:
        rows = _KNOWN.rows(self._connection, store=self._stores.number(store), files=as_json(list(files)))
        return frozenset(row[0] for row in rows)

    def of_ticket(self, ticket_id: int) -> list[TicketFile]:
        return [_file_from(row) for row in _OF_TICKET.rows(self._connection, ticket=ticket_id)]

    def get(self, store: str, file: str) -> TicketFile | None:
        row = _GET.one(self._connection, store=self._stores.number(store), wanted=file)
        return None if row is None else _file_from(row)

    def sent_within(
        self, store: str, account_id: int, window: timedelta, *, received_at: datetime, posted_at: datetime
    ) -> int:
        since_ms, posted_ms = to_ms(received_at - window), to_ms(posted_at - window)
        return self._number(_SENT_WITHIN, store, account=account_id, since_ms=since_ms, posted_ms=posted_ms)

    def bytes_of(self, store: str, account_id: int) -> int:
        return self._number(_BYTES_OF, store, account=account_id)

    def bytes_in(self, store: str) -> int:
        return self._number(_BYTES_IN, store)

    def used(self, store: str, digests: Iterable[str]) -> frozenset[str]:
        rows = _USED.rows(self._connection, store=self._stores.number(store), digests=as_json(list(digests)))
        return frozenset(row[0] for row in rows)

    def waiting(self, store: str, limit: int) -> list[WaitingFile]:
        rows = _WAITING.rows(self._connection, store=self._stores.number(store), most=limit)
        return [WaitingFile(_file_from(row[:-1]), row[-1]) for row in rows]

    def pushed(self, store: str, file: str) -> None:
        self._set(store, file, FileState.KEPT)

    def lose(self, store: str, file: str) -> None:
        self._set(store, file, FileState.LOST)

    def erasing(self, store: str, limit: int) -> list[str]:
        rows = _GOING.rows(self._connection, store=self._stores.number(store), most=limit)
        return [row[0] for row in rows]

    def erased(self, store: str, files: Iterable[str]) -> None:
        _GONE.run(self._connection, store=self._stores.number(store), files=as_json(list(files)))

    def move(self, messages: Mapping[int, int]) -> None:
        moving = [row[0] for row in _WITH_FILES.rows(self._connection, ids=id_list(messages))]
        _MOVE.run_many(self._connection, ({"was": one, "becomes": messages[one]} for one in moving))
        self._show(moving)

    def forget_old(self, store: str, before: datetime) -> int:
        number = self._stores.number(store)
        self._show([row[0] for row in _OLD.rows(self._connection, store=number, before_ms=to_ms(before))])
        return _FORGET_OLD.run(self._connection, store=number, before_ms=to_ms(before)).rowcount

    def redact(self, store: str, message_ids: Iterable[int]) -> int:
        number = self._stores.number(store)
        return _REDACT.run(self._connection, store=number, ids=id_list(message_ids)).rowcount

    def again(self, store: str) -> None:
        _AGAIN.run(self._connection, store=self._stores.number(store))

    def _show(self, messages: list[int]) -> None:
        """Have these messages shown anew."""
        for statement in (_SHOW_MESSAGES, _SHOW_TICKETS):
            statement.run(self._connection, ids=id_list(messages))

    def _set(self, store: str, file: str, state: FileState) -> None:
        _SET.run(self._connection, store=self._stores.number(store), wanted=file, becomes=state.value)

    def _number(self, statement: Statement, store: str, **values: int) -> int:
        row = statement.one(self._connection, store=self._stores.number(store), **values)
        return int(row[0]) if row else 0


def _file_from(row: Sequence[Any]) -> TicketFile:
    uuid, ticket, message_id, author, name, size, digest, kind, parts, state, at_ms = row
    return TicketFile(
        uuid, ticket, message_id, Author(author), name, size, digest, kind, parts, FileState(state), from_ms(at_ms)
    )
