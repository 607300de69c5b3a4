"""The premium number over a whole story: settings and the official conversation know it, and nothing else (rule W2).

A real shop, the whole program, and a peer in place of the API. Everybody who could give the number away tries: customer
and staff write it into messages, subjects, reasons, disputes and a file's name.
"""

import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bridge.app import App
from bridge.desk.statement_keys import new_statement_key
from bridge.services import closing_agreements, timing
from bridge.testing.mariadb import PrivateMariaDB
from bridge.testing.ports import free_port
from tests.scenarios.conftest import MakeCommands
from tests.scenarios.test_licences import SEO
from tests.scenarios.test_premium_way import MINUTE, at
from tests.scenarios.test_shop_pages import browser
from tests.support.bridges import Bridge, StoreFile, now, shop_now, stock
from tests.support.chat_bridge import PREMIUM_NUMBER, PREMIUM_TIME
from tests.support.coin_page import CoinPage, eventually
from tests.support.commands import Answer
from tests.support.mail_server import MailServer, a_mail_server
from tests.support.shops import OpenCartShop
from tests.support.waiting import until
from tests.support.whatsapp_deliveries import OFFICIAL, PREMIUM, REZA, message
from tests.support.whatsapp_peer import APP_SECRET, TOKEN, VERIFY_TOKEN, Peer, Sent, a_whatsapp_peer

DIGITS = PREMIUM_NUMBER.lstrip("+")
SPELLINGS = (
    PREMIUM_NUMBER,
    f"00 {DIGITS[0]} ({DIGITS[1:4]}) {DIGITS[4:7]}-{DIGITS[7:]}",
    "".join(chr(ord("۰") + int(digit)) for digit in DIGITS),
    "\n".join((DIGITS[:4], DIGITS[4:])),
    "\u200f".join(f"{digit}\ufe0f\u20e3" for digit in DIGITS),
)
"""How people write it: as it is, by hand, in Persian, over two lines, in the digits of the emoji keyboard."""
NUMBER = " or ".join(SPELLINGS)
VIEWS = ("", "statement", "tickets", "licences", "premium")
"""Of the customer's page in the shop."""
CONVERSATIONS = {"receipt", "chat_message"}
"""Where the desk keeps what a contact wrote as he wrote it, and what the provider delivered."""
LICENCES = f"""
[licences.products.seo]
name = {{ en = "SEO" }}
product_codes = ["{SEO}"]
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50


class Story:
    """The running program, its shop, and everybody who is told anything."""

    def __init__(self, bridge: Bridge, shop: OpenCartShop, peer: Peer, mail: MailServer, posted: list[str]) -> None:
        self.bridge, self.shop, self.peer, self.mail, self.posted = bridge, shop, peer, mail, posted
        self.printed: list[str] = []
        self.web = ""

    async def sent(self, count: int) -> list[Sent]:
        """Wait until so many messages went to the contact."""
        await until(lambda: len(self.peer.sent) >= count, f"{count} messages went out")
        assert len(self.peer.sent) == count
        return self.peer.sent

    async def everywhere(self, app: App) -> dict[str, str]:
        """All that anybody but the contact can read, by place."""
        found = {"commands": "\n".join(self.printed), "webhook": "\n".join(self.posted)}
        found["mail"] = "\n".join(_words(one) for one in self.mail.taken)
        for (table,) in await self.shop.fetch("SHOW TABLES"):
            rows = await self.shop.fetch(f"SELECT * FROM `{table}`")
            if "supportbridge_inbox" not in str(table):  # what he wrote himself, on his own page
                found[f"shop's {table}"] = "\n".join(_plain(value) for row in rows for value in row)
        async with aiohttp.ClientSession() as client:
            for path in ("/metrics", "/health", "/ready"):
                async with client.get(f"{app.pages.address}{path}") as page:
                    found[path] = await page.text()
            [(key,)] = self.bridge.desk.ask("SELECT key FROM licence")
            asked = {"store": "acme", "product": "seo", "key": key, "domain": "a.example"}
            async with client.post(f"{self.web}/api/v1/licences/check", json=asked) as answer:
                assert answer.status == 200
                found["licence API"] = await answer.text()
        for (table,) in self.bridge.desk.ask("SELECT name FROM sqlite_master WHERE type = 'table'"):
            if table not in CONVERSATIONS:
                rows = self.bridge.desk.ask(f"SELECT * FROM {table}")
                found[f"desk's {table}"] = "\n".join(_plain(value) for row in rows for value in row)
        return found


def _plain(value: object) -> str:
    """A value as people read it: what JSON escapes is written out."""
    try:
        return json.dumps(json.loads(str(value)), ensure_ascii=False)
    except ValueError:
        return str(value)


def _words(mail: Any) -> str:
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join((str(mail["Subject"]), *parts))


def _names_it(text: str) -> bool:
    """Whether the number stands there, whatever stands between its digits."""
    plain = (str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text.replace("\\n", " "))
    return DIGITS in "".join(one for one in plain if one.isalnum())


@asynccontextmanager
async def _receiver() -> AsyncIterator[tuple[int, list[str]]]:
    taken: list[str] = []

    async def take(request: web.Request) -> web.Response:
        taken.append(json.dumps(await request.json(), ensure_ascii=False))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1], taken
    finally:
        await runner.cleanup()


@pytest.fixture
async def story(opencart: OpenCartShop, tmp_path: Path) -> AsyncIterator[Story]:
    """A shop that sells licences and premium time, and a bridge with every plugin that tells anybody anything."""
    async with a_whatsapp_peer() as peer, a_mail_server() as mail, _receiver() as (port, posted):
        secrets = {"app": APP_SECRET, "verify": VERIFY_TOKEN, "token": TOKEN, "hook": "a secret of the receiver's"}
        for name, secret in secrets.items():
            (tmp_path / name).write_text(secret)
            (tmp_path / name).chmod(0o600)
        sections = f"""{LICENCES}{PREMIUM_TIME}
[plugin.whatsapp]
token = {{ file = "{tmp_path}/token" }}
[plugin.webhook]
url = "http://127.0.0.1:{port}/"
secret = {{ file = "{tmp_path}/hook" }}
"""
        bridge = Bridge(tmp_path, {"acme": StoreFile(opencart, sections=sections)})
        file, public = bridge.config / "bridge.toml", free_port()
        file.write_text(f"""{file.read_text()}
[public_web]
listen = "127.0.0.1:{public}"
[plugins]
enabled = ["opencart", "prestashop", "mail", "webhook", "whatsapp"]
[plugin.mail]
host = "127.0.0.1"
port = {mail.port}
tls = "off"
from_address = "no-reply@house.example"
[plugin.whatsapp]
app_secret = {{ file = "{tmp_path}/app" }}
verify_token = {{ file = "{tmp_path}/verify" }}
api = "{peer.base}"
""")
        await bridge.prepare()
        new_statement_key(bridge.state)
        one = Story(bridge, opencart, peer, mail, posted)
        one.web = f"http://127.0.0.1:{public}"
        peer.webhook = f"{one.web}/whatsapp/webhook"
        yield one


async def test_W2_over_a_whole_story_the_premium_number_stands_in_the_automatic_reply_alone(
    story: Story,
    make_commands: MakeCommands,
    log_lines: list[Any],
    mariadb: PrivateMariaDB,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    peer, shop = story.peer, story.shop
    monkeypatch.setenv("BRIDGE_STAFF", "Anna")
    await stock(shop, codes=[SEO])
    ada = await shop.add_customer("ada@shop.example")
    await shop.place_paid_order(ada, [(SEO, 1)], at=shop_now(shop))
    call = make_commands(story.bridge)

    async def staff(*words: str) -> Answer:
        answer = await call(*words)
        story.printed += [answer.out, answer.err]
        return answer

    async with story.bridge.running() as app:
        page = CoinPage(story.bridge, shop, ada)
        await until(lambda: story.bridge.desk.ask("SELECT key FROM licence"), "the licence is issued")
        await _is_answered(story)
        await _is_linked(story, page)
        bill = await _agrees_and_disputes(story, page, staff)
        await _becomes_a_ticket(story, page, staff, app)
        await _looks(story, staff, ada, bill)
        places = await story.everywhere(app)
        reader = browser(story.bridge, shop, ada, mariadb, database, tmp_path / "pages")
        for view in VIEWS:
            places[f"page {view}"] = (await reader.opens(view)).text
        [(ticket,)] = story.bridge.desk.ask("SELECT max(id) FROM ticket")
        places["page thread"] = (await reader.opens("thread", ticket=ticket)).text
    assert "Technical support: 20.00 USD an hour." in places["page premium"]
    assert "•••" in places["page thread"], "where the number was written"
    for place in ("commands", "webhook", "mail", "/metrics", "licence API"):
        assert places[place], f"nothing was told by {place}"
    for table in ("agreement", "bill", "ticket", "message", "answer", "entry"):
        assert places[f"shop's {shop.prefix}supportbridge_{table}"], f"nothing of the story is in {table}"
    places["log"] = "\n".join(json.dumps(line, ensure_ascii=False, default=str) for line in log_lines)
    for spelled in SPELLINGS:
        assert _names_it(spelled)
    assert [place for place, told in places.items() if _names_it(told)] == []
    named = [one for one in peer.sent if _names_it(one.text)]
    assert [one.number for one in named] == [OFFICIAL], "the automatic reply, once"
    assert story.posted, "the webhook was told"
    to = {one.addr_spec for mail in story.mail.taken for one in mail["To"].addresses}
    assert to == {"ada@shop.example", "anna@shop.example"}


async def _is_answered(story: Story) -> None:
    peer = story.peer
    await peer.write(REZA, "Hello, the checkout is broken")
    (reply,) = await story.sent(1)
    await peer.press(REZA, reply, next(one for one in reply.buttons if "support" in one))
    await story.sent(2)


async def _is_linked(story: Story, page: CoinPage) -> None:
    answer = await page.answer(await page.does("chat_code", {}))
    code = next(value for value in _values(answer) if isinstance(value, str) and len(value) == 9 and value[4] == "-")
    await story.peer.write(REZA, f"Is this {NUMBER}?", number=PREMIUM)
    await story.peer.write(REZA, code, number=PREMIUM)
    await story.sent(3)


def _values(document: Any) -> Iterable[Any]:
    if isinstance(document, dict):
        for value in document.values():
            yield from _values(value)
    else:
        yield document


async def _agrees_and_disputes(story: Story, page: CoinPage, staff: Any) -> int:
    contact = str(story.bridge.desk.ask("SELECT contact_id FROM conversation")[0][0])
    terms = ("--kind", "technical", "--limit", "60", "--words", f"Call {NUMBER}")
    offered = (await staff("premium", "offer", "--contact", contact, *terms, "--json")).document
    offer = (await story.sent(4))[-1]
    await story.peer.press(REZA, offer, next(one for one in offer.buttons if ":accept:" in one))
    await story.sent(5)
    number, begun, terms_now = str(offered["agreement"]), now(), page.setup.desk_terms
    page.staff(timing.start, terms_now, int(number), agent="Anna", now=at(begun))
    page.staff(timing.stop, terms_now, agent="Anna", now=at(begun + 16 * MINUTE))
    _, made = page.staff(closing_agreements.close, terms_now, int(number), by="Anna", now=at(begun + 16 * MINUTE))
    bill = int(made.id)
    await staff("premium", "statement", str(bill), "--send")
    await story.sent(6)

    async def shown() -> dict[str, Any] | None:
        return next((one for one in await page.documents("bill") if one["state"] == "sent"), None)

    sent = await eventually(shown, "the statement is on the page")
    dispute = {"bill": bill, "text_hash": sent["text_hash"], "text": f"I rang {NUMBER}"}
    disputed = await page.does("bill_dispute", dispute)
    assert await page.code(disputed) == "bill_disputed"
    facts = ("--agreement", number, "--minutes", "-15", "--reason", f"Rang {NUMBER}")
    await staff("premium", "correct", str(bill), *facts)
    await story.sent(7)
    return bill


async def _becomes_a_ticket(story: Story, page: CoinPage, staff: Any, app: App) -> None:
    peer = story.peer
    peer.media["99"] = ("image/png", PNG)
    file = {"id": "99", "mime_type": "image/png", "filename": f"{SPELLINGS[1]}.png", "caption": NUMBER}
    await peer.say(message("document", file, at=peer.now()), number=PREMIUM)
    await until(lambda: story.bridge.desk.ask("SELECT 1 FROM chat_message WHERE media_id = '99'"), "the file is due")
    await app.jobs._jobs["whatsapp files"][1]()
    chat = str(story.bridge.desk.ask("SELECT id FROM conversation WHERE number = 'expert'")[0][0])
    await staff("chat", "move", chat, "--subject", f"Call {NUMBER}")
    await story.sent(8)
    [(ticket,)] = story.bridge.desk.ask("SELECT id FROM ticket")
    await peer.write(REZA, f"So I ring {NUMBER}", number=PREMIUM)
    await staff("ticket", "reply", str(ticket), "--text", f"Yes, {NUMBER}")
    await story.sent(9)
    peer.codes = [131026]
    await staff("ticket", "reply", str(ticket), "--text", f"Or {NUMBER}")
    await until(lambda: story.bridge.desk.problems("acme"), "staff hear that a message was refused")

    async def shown() -> bool | None:
        found = [one for one in await page.threads() if one["ticket"] == ticket]
        return True if found and len(found[0]["messages"]) >= 5 else None

    await eventually(shown, "the ticket is on the page")
    waiting = "SELECT 1 FROM delivery WHERE state = 'waiting' AND kind <> 'ticket_answered'"
    await until(lambda: not story.bridge.desk.ask(waiting), "all is told but what waits for the shop's extension")


async def _looks(story: Story, staff: Any, ada: int, bill: int) -> None:
    await staff("coins", "grant", str(ada), "5", "--reason", f"Sorry that {NUMBER} was busy")
    await story.bridge.coins("acme", ada, 5)
    entries = f"SELECT 1 FROM `{story.shop.prefix}supportbridge_entry`"

    async def pushed() -> bool | None:
        return bool(await story.shop.fetch(entries)) or None

    await eventually(pushed, "the grant is on the page")
    export = str(story.bridge.config.parent / "export.json")
    await staff("privacy", "export", str(ada), export)
    story.printed.append(await asyncio.to_thread(Path(export).read_text, "utf-8"))
    for words in (
        *(("chat", "list"), ("whatsapp", "status"), ("whatsapp", "numbers"), ("settings", "show")),
        *(("premium", "list", "--all"), ("premium", "bills", "--all"), ("premium", "statement", str(bill))),
        *(("premium", "show", "1"), ("problems", "list"), ("ticket", "list"), ("ticket", "show", "1")),
        *(("chat", "show", str(number)) for (number,) in story.bridge.desk.ask("SELECT id FROM conversation")),
    ):
        await staff(*words)
        await staff(*words, "--json")
