"""Handing plugins what came from outside for them, in the order in which it came, until they are done with it.

Each plugin has a line of its own and is handed one receipt at a time. One that fails is set aside and handed over again
with growing pauses for a week, then staff get a problem; the ones behind it go on meanwhile, because what comes from
outside may come in any order anyhow. Which are done is noted a page at a time: a crash hands some over once more.
"""

from datetime import datetime
from typing import NamedTuple

import structlog

from bridge.desk.receipts import KeptReceipt, ReceiptState
from bridge.desk.transaction import DeskTx
from bridge.engine.plugin_lines import PAGE, TOLD_AFTER, PluginLine, due_again, seconds_until
from bridge.engine.telling import reason_of, told
from bridge.errors import DeskUnusable, ReceiptRefused
from bridge.hooks.manager import HANDLE

log = structlog.get_logger()


class ReceiptLine(PluginLine):
    """One plugin's receipts. The staff of all enabled stores are told of what can't be handled."""

    HOOK, PIECES = HANDLE, "receipts"
    _failing_since: datetime | None = None

    async def one_pass(self) -> int:
        now = self._clock.now()
        due = await self._desk.read(lambda tx: tx.receipts.due(self.plugin, now, PAGE))
        done: list[KeptReceipt] = []
        try:
            for kept in due:
                if self._stop.is_set():
                    break
                if await self._handled(kept):
                    done.append(kept)
        finally:
            if done:
                await self._desk.transact("receipts done", self._done, done, self._clock.now())
        return len(due)

    async def pause(self) -> float:
        due = await self._desk.read(lambda tx: tx.receipts.next_due(self.plugin))
        return seconds_until(due, self._clock.now())

    async def _handled(self, kept: KeptReceipt) -> bool:
        """Whether the plugin is done with it."""
        try:
            await self._hand(receipt=kept.receipt)
        except ReceiptRefused as error:
            log.warning("receipt refused", plugin=self.plugin, key=kept.receipt.key, reason=str(error))
            await self._desk.transact("receipt refused", self._refused, kept, str(error), self._clock.now())
            return False
        except DeskUnusable:  # told once for everybody who works at the desk; what came waits
            raise
        except Exception as error:  # a plugin may raise anything; it is handed over again
            await self._failed(kept, error)
            return False
        self._failing_since = None
        return True

    async def _failed(self, kept: KeptReceipt, error: Exception) -> None:
        now = self._clock.now()
        self._failing_since = self._failing_since or now
        words = {"plugin": self.plugin, "key": kept.receipt.key, "attempt": kept.receipt.attempts + 1}
        log.warning("receipt could not be handled", **words, **told(error))
        stuck_since = self._failing_since if now - self._failing_since >= TOLD_AFTER else None
        await self._desk.transact("receipt later", self._postponed, kept, reason_of(error), stuck_since, now)

    def _done(self, tx: DeskTx, done: list[KeptReceipt], at: datetime) -> None:
        tx.receipts.end(done)
        for store in self._stores():
            if tx.problems.open_under(store, self._stuck_key):
                tx.problems.solve(store, [self._stuck_key], at)

    def _refused(self, tx: DeskTx, kept: KeptReceipt, why: str, at: datetime) -> None:
        tx.receipts.end([kept], state=ReceiptState.REFUSED)
        self._staff(tx).report(
            key=f"receipt:{self.plugin}",
            kind="receipt_refused",
            summary=f"plugin {self.plugin}: what came on {kept.receipt.arrived_at:%Y-%m-%d at %H:%M:%S} UTC can't be "
            f"handled: {why}",
            at=at,
        )

    def _postponed(
        self, tx: DeskTx, kept: KeptReceipt, reason: str, stuck_since: datetime | None, at: datetime
    ) -> None:
        one = kept.receipt
        due = due_again(one.attempts, since=one.arrived_at, at=at)
        if due is not None:
            tx.receipts.later(kept, due)
        else:
            tx.receipts.end([kept], state=ReceiptState.REFUSED)
            self._staff(tx).report(
                key=f"receipt-given-up:{self.plugin}",
                kind="receipt_given_up",
                summary=f"plugin {self.plugin}: what came on {one.arrived_at:%Y-%m-%d at %H:%M:%S} UTC could not be "
                f"handled for a week and is given up: {reason}",
                at=at,
            )
        if stuck_since is not None:
            self._staff(tx).report(
                key=self._stuck_key,
                kind="receipts_stuck",
                summary=f"plugin {self.plugin} has handled nothing of what came since {stuck_since:%Y-%m-%d %H:%M} "
                f"UTC: {reason}; what waits is handled once that is mended",
                at=at,
            )

    @property
    def _stuck_key(self) -> str:
        return f"receipts:{self.plugin}"

    def _staff(self, tx: DeskTx) -> "_EveryStaff":
        return _EveryStaff(tx, list(self._stores()))


class _EveryStaff(NamedTuple):
    """The staff of every store: what came may be for any."""

    tx: DeskTx
    stores: list[str]

    def report(self, *, key: str, kind: str, summary: str, at: datetime) -> None:
        for store in self.stores:
            self.tx.problems.report(store, key=key, kind=kind, summary=summary, at=at)
