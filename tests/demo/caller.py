"""Premium time's part of the day: somebody writes on WhatsApp, is sent the right way, and pays for what he agreed on.

The provider's interface is a peer in this process that answers as its documents say; staff use the bridge's commands.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from tests.demo.stage import DEVELOPER, OFFICE, OPENCART, PREMIUM_NUMBER, DemoBroken, Stage
from tests.demo.telling import Telling
from tests.support.waiting import until
from tests.support.whatsapp_peer import Sent

TIM = "447700900123"
"""A number of those that belong to nobody."""
WORKS_S = 2.0
AT, BY = ("--store", OPENCART), ("--by", "Developer")
CHARGED = "5.00"
"""Dollars: a started quarter of an hour of technical support at 20.00 an hour (rule W6)."""


class Caller:
    """Somebody who writes to the numbers of the OpenCart shop's vendor; nobody knows who he is."""

    def __init__(self, stage: Stage, telling: Telling) -> None:
        self._stage, self._telling, self._peer = stage, telling, stage.whatsapp
        self._agreement = self._bill = ""
        self._faults: list[str] = []

    def steps(self) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
        """The story, in order: a sentence and an action each."""
        yield "Tim writes to the official WhatsApp number, and is answered automatically.", self._asks
        yield "He presses that he wants help with what he bought: he is sent to the ticket page, free.", self._presses
        yield "He would rather be helped at once, and writes to the premium number. Staff offer a limit.", self._offered
        yield "He accepts by the button below that very text. Only now can a timer run.", self._accepts
        yield "The developer works a moment, and stops. A started quarter of an hour is charged.", self._works
        yield "The statement is sent before the bill: hours times rate is the total.", self._stated

    def faults(self) -> list[str]:
        """What was not as it must be; best empty."""
        log = self._stage.daemon.log.read_text("utf-8")
        if PREMIUM_NUMBER.lstrip("+") in log.replace(" ", ""):
            self._faults.append("the premium number stands in the daemon's log")
        return [f"{OPENCART}: {fault}" for fault in self._faults]

    async def _asks(self) -> None:
        self._peer.webhook = f"{self._listening()}/whatsapp/webhook"
        await self._peer.write(TIM, "Hello, can you help me with your extension?", number=OFFICE)
        reply = await self._next(1)
        self._hear(reply)
        if PREMIUM_NUMBER not in reply.text.replace(" ", ""):
            self._faults.append("the automatic reply does not name the premium number")

    async def _presses(self) -> None:
        button = next(one for one in self._peer.sent[0].buttons if one.endswith("support"))
        await self._peer.press(TIM, self._peer.sent[0], button)
        self._hear(await self._next(2))

    async def _offered(self) -> None:
        await self._peer.write(TIM, "Please look at it now.", number=DEVELOPER)
        chat = await self._chat("developer")
        offered = await self._staff(
            "premium", "offer", "--contact", str(chat["contact"]), "--kind", "technical", "--limit", "60", *AT, *BY
        )
        self._agreement = str(offered["agreement"])
        self._hear(await self._next(3))

    async def _accepts(self) -> None:
        too_early = await self._refused("premium", "start", self._agreement, *BY)
        self._telling.say("staff", too_early)
        offer = self._peer.sent[2]
        await self._peer.press(TIM, offer, next(one for one in offer.buttons if ":accept:" in one))
        await self._stands("accepted")

    async def _works(self) -> None:
        await self._staff("premium", "start", self._agreement, *BY)
        await asyncio.sleep(WORKS_S)
        stopped = await self._staff("premium", "stop", *AT, *BY)
        closed = await self._staff("premium", "close", self._agreement, *BY)
        self._bill = str(closed["bill"])
        self._telling.say("staff", f"{stopped['seconds']} s worked, {closed['billed_steps'] * 15} min charged")

    async def _stated(self) -> None:
        bill = await self._staff("premium", "statement", self._bill, "--send", *BY)
        line = bill["lines"][0]
        self._telling.say(
            "staff",
            f"{line['minutes'] / 60:g} h × {line['rate']} {bill['currency']} = {bill['total']}, {bill['state']}",
        )
        if (bill["total"], bill["state"]) != (CHARGED, "sent"):
            self._faults.append(f"the statement says {bill['total']}, {bill['state']}: {CHARGED}, sent was meant")

    # --- inside ---

    def _listening(self) -> str:
        heard = self._stage.daemon.heard("public pages are open")
        assert heard is not None, "the daemon opens them before it is ready"
        return str(heard["listen"])

    async def _next(self, count: int) -> Sent:
        await until(lambda: len(self._peer.sent) >= count, f"message {count} of ours is sent")
        return self._peer.sent[count - 1]

    def _hear(self, sent: Sent) -> None:
        self._telling.say("phone", f"Tim reads: {sent.text}")
        if sent.buttons:
            self._telling.say("phone", " | ".join(f"[{title}]" for title in sent.buttons.values()))

    async def _chat(self, number: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = []

        async def look() -> None:
            chats = json.loads(await asyncio.to_thread(self._stage.command, "chat", "list", "--json"))["chats"]
            found[:] = [one for one in chats if one["number"] == number]

        while not found:
            await look()
        return found[0]

    async def _stands(self, state: str) -> None:
        await self._next(4)  # he is told what he has accepted
        shown = json.loads(await asyncio.to_thread(self._stage.command, "premium", "show", self._agreement, "--json"))
        if shown["state"] != state:
            self._faults.append(f"agreement {self._agreement} is {shown['state']}, not {state}")
        for said in shown["decisions"]:
            self._telling.say("staff", f"agreement {self._agreement}: {said['what']}, through the {said['channel']}")

    async def _staff(self, *words: str) -> dict[str, Any]:
        self._telling.say("staff", f"bridge {' '.join(words)}")
        answered: dict[str, Any] = json.loads(await asyncio.to_thread(self._stage.command, *words, "--json"))
        return answered

    async def _refused(self, *words: str) -> str:
        try:
            await asyncio.to_thread(self._stage.command, *words)
        except DemoBroken as broken:
            return str(broken).splitlines()[1]
        self._faults.append(f"{' '.join(words)} was not refused")
        return ""
