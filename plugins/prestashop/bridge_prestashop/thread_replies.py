"""Writing into PrestaShop's customer service: replies of the staff, and where a thread stands.

A reply is a row of the shop's and a row of ours, the link, by which we know it again. On InnoDB both are one
transaction. MyISAM keeps none: there the link comes first and says what is meant, then the message, then the link says
which it is; who tries again looks before he writes, and a message that came between is known by what its link meant.
No mail is sent by such a row: the desk sends its own.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.contracts.clock import Clock
from bridge.contracts.shop import StoreConnection
from bridge.contracts.shop_threads import NativeStatus
from bridge.errors import EmployeeGone, ThreadGone
from bridge.shopkit.database import ShopDatabase, Statements
from bridge.shopkit.errors import refused
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.reading import in_parts, shop_filter
from bridge.shopkit.schema import INNODB
from bridge_prestashop.texts import storable

_TABLE = Statement(
    "message table",
    "SELECT t.engine, c.character_set_name FROM information_schema.tables t JOIN information_schema.columns c"
    " ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.column_name = 'message'"
    " WHERE t.table_schema = DATABASE() AND t.table_name = %(table)s LIMIT 1",
)


class _Reply(NamedTuple):
    uuid: str
    thread_id: int
    employee_id: int
    text: str
    after_id: int
    at: datetime


class ThreadReplies:
    """The writing half of one store's customer service."""

    def __init__(
        self,
        store: StoreConnection,
        database: ShopDatabase,
        sql: Mapping[str, Statement],
        *,
        zone: Callable[[], Awaitable[ZoneInfo]],
        clock: Clock,
    ) -> None:
        self._store, self._database, self._sql, self._zone, self._clock = store.store, database, sql, zone, clock
        self._shops = shop_filter(store)

    async def write(self, uuid: str, *, thread_id: int, employee_id: int, text: str) -> int:
        """Write a reply once; the id of its row. Raises `ThreadGone` or `EmployeeGone` before anything is written."""
        done = await self._database.rows(self._sql["link"], store=self._store, uuid=uuid)
        if done and done[0][1] is not None:
            return int(done[0][1])
        await self._can_be_written(thread_id, employee_id)
        engine, charset = await self._message_table()
        [(after,)] = await self._database.rows(self._sql["last_message_id"])
        stored = storable(text, basic_plane=charset != "utf8mb4")
        reply = _Reply(uuid, thread_id, employee_id, stored, int(after), await self._now())
        if engine == INNODB:
            return await self._database.together("write reply", lambda statements: self._write(statements, reply))
        return await self._write(self._database, reply)

    async def written(self, message_ids: Collection[int]) -> dict[int, str]:
        """Which of these messages the desk wrote, each with the UUID of its reply."""
        found: dict[int, str] = {}
        if not await self._database.rows(self._sql["any_link"], store=self._store):
            return found
        for part in in_parts(list(message_ids)):
            for statement in ("written", "written_unconfirmed"):
                rows = await self._database.rows(
                    self._sql[statement], store=self._store, messages=part, limit=len(part)
                )
                found |= dict(rows)
        return found

    async def set_status(self, thread_id: int, status: NativeStatus, *, expected: NativeStatus) -> bool:
        """Change a status that is as expected; whether it is the wanted one now."""
        touched = await self._database.write(
            self._sql["set_status"],
            thread=thread_id,
            status=status.value,
            expected=expected.value,
            at=await self._now(),
            **self._shops,
        )
        if touched:
            return True
        rows = await self._database.rows(self._sql["thread"], thread=thread_id, **self._shops)
        return bool(rows) and rows[0][0] == status.value

    async def employees(self, employee_ids: Collection[int]) -> dict[int, bool]:
        """Those of these employees that are there, each with whether he is active."""
        found: dict[int, bool] = {}
        for part in in_parts(list(employee_ids)):
            rows = await self._database.rows(self._sql["employees"], employees=part, limit=len(part))
            found |= {number: bool(active) for number, active in rows}
        return found

    async def _write(self, statements: Statements, reply: _Reply) -> int:
        ours = {"store": self._store, "uuid": reply.uuid}
        await statements.write(
            self._sql["intend"],
            **ours,
            thread=reply.thread_id,
            employee=reply.employee_id,
            after=reply.after_id,
            digest=sha256(reply.text.encode()).hexdigest(),
        )
        [(thread_id, native_id)] = await statements.rows(self._sql["link"], **ours)
        if native_id is not None:  # another one was faster
            return int(native_id)
        if thread_id != reply.thread_id:
            raise refused(
                f"{self._store}: the reply {reply.uuid} was meant for thread {thread_id}, not {reply.thread_id}",
                "run: bridge check",
            )
        found = await statements.rows(self._sql["found"], **ours)
        if found:
            number = int(found[0][0])
        else:
            number = await statements.insert(
                self._sql["add_message"],
                thread=reply.thread_id,
                employee=reply.employee_id,
                text=reply.text,
                at=reply.at,
            )
        await statements.write(self._sql["confirm"], **ours, message=number)
        return number

    async def _can_be_written(self, thread_id: int, employee_id: int) -> None:
        if not await self._database.rows(self._sql["thread"], thread=thread_id, **self._shops):
            error: ThreadGone | EmployeeGone = ThreadGone(f"{self._store}: the shop has no thread {thread_id} any more")
            error.hint = "answer on a ticket of the customer's own page, or by mail"
            raise error
        active = (await self.employees([employee_id])).get(employee_id)
        if not active:
            words = "is not active" if active is False else "is not there"
            error = EmployeeGone(f"{self._store}: the shop's employee {employee_id} {words}")
            error.hint = "correct shop_employees of the staff in the store's file"
            raise error

    async def _message_table(self) -> tuple[str, str]:
        table = self._database.access.prefix + "customer_message"
        rows = await self._database.rows(_TABLE, table=table)
        if not rows:
            raise refused(
                f"{self._store}: the table {table} can't be seen",
                f"bridge store prepare {self._store} --print shows the rights that are needed",
            )
        return str(rows[0][0]), str(rows[0][1])

    async def _now(self) -> datetime:
        """The shop's wall clock, without a zone and whole seconds, as its own code writes it."""
        return self._clock.now().astimezone(await self._zone()).replace(microsecond=0, tzinfo=None)
