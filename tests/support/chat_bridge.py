"""A bridge whose stores have WhatsApp numbers: settings and secrets for the daemon, and how to look into its desk.

Its shop is not there: conversations don't need it.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bridge.app import App
from bridge.contracts.clock import SystemClock
from bridge.desk.desk import FILE_NAME
from bridge.engine.setup import StoreSetup
from bridge.settings import Settings, load
from bridge.testing.desks import a_desk
from bridge.testing.ports import free_port
from bridge_whatsapp.webhook import PATH
from tests.support.settings_files import changed, write_config
from tests.support.waiting import until
from tests.support.whatsapp_deliveries import OFFICIAL, OUR_PHONE, PREMIUM
from tests.support.whatsapp_peer import APP_SECRET, TOKEN, VERIFY_TOKEN, Peer

PREMIUM_NUMBER = f"+{OUR_PHONE[PREMIUM]}"
PREMIUM_TIME = f"""
[premium.kinds.consultation]
name = {{ en = "Consultation", ru = "Консультация", fa = "مشاوره" }}
rate = "15.00"

[premium.kinds.technical]
name = {{ en = "Technical support", ru = "Техническая поддержка", fa = "پشتیبانی فنی" }}
rate = "20.00"

[premium.kinds.urgent]
name = {{ en = "Urgent work", ru = "Срочная работа", fa = "کار فوری" }}
rate = "30.00"

[[premium.numbers]]
name = "office"
role = "official"
number = "+{OUR_PHONE[OFFICIAL]}"
channel_id = "{OFFICIAL}"

[[premium.numbers]]
name = "expert"
role = "premium"
number = "{PREMIUM_NUMBER}"
channel_id = "{PREMIUM}"
agents = ["Anna"]
"""
"""The published rates, an official number and a premium one."""


class ChatBridge:
    """Settings, secrets and a desk in `folder`; deliveries go to `webhook`."""

    def __init__(self, folder: Path, peer: Peer) -> None:
        self.config, self.state = folder / "config", folder / "state"
        self.state.mkdir()
        port = free_port()
        secrets = folder / "secrets"
        secrets.mkdir()
        for name, secret in {"app": APP_SECRET, "verify": VERIFY_TOKEN, "token": TOKEN}.items():
            (secrets / name).write_text(secret)
            (secrets / name).chmod(0o600)
        bridge = f"""
[desk]
state_dir = "{self.state}"
[private_web]
listen = "127.0.0.1:0"
[public_web]
listen = "127.0.0.1:{port}"
licence_api = false
[plugins]
enabled = ["opencart", "whatsapp"]
[plugin.whatsapp]
app_secret = {{ file = "{secrets}/app" }}
verify_token = {{ file = "{secrets}/verify" }}
api = "{peer.base}"
"""
        shop = changed('socket = "/run/mysqld/mysqld.sock"', f'socket = "{folder}/no-shop.sock"')
        store = changed('zone = "Asia/Tehran"', 'zone = "Asia/Tehran"\nlanguages = ["en", "ru", "fa"]', shop)
        account = f'[plugin.whatsapp]\ntoken = {{ file = "{secrets}/token" }}\n'
        write_config(self.config, bridge=bridge, stores={"acme.toml": f"{store}\n{PREMIUM_TIME}\n{account}"})
        a_desk(self.state, created=datetime.now(UTC)).close()
        self.webhook = peer.webhook = f"http://127.0.0.1:{port}{PATH}"

    def settings(self) -> Settings:
        return load(self.config, environ={}, credentials_dir=None)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["RunningChats"]:
        """The daemon's own App in this process, until the block ends."""
        async with App(self.settings(), self.settings, SystemClock()) as app:
            app.start_stores()
            yield RunningChats(self, app)

    def rows(self, sql: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """Rows of the desk as a stranger reads them, beside whoever has it open."""
        with closing(sqlite3.connect(f"file:{self.state / FILE_NAME}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def under_way(self) -> bool:
        """Whether something that came in, or is to go out, is still to be worked on."""
        tables = ("receipt WHERE state = 'waiting'", "delivery WHERE state = 'waiting'", "outbox WHERE done = 0")
        return any(self.rows(f"SELECT 1 FROM {table} LIMIT 1") for table in tables)

    def messages(self, direction: str) -> Sequence[tuple[str, str, str]]:
        """Kind, text and state of all messages that came in, or went out, in their order."""
        sql = "SELECT kind, text, COALESCE(state, '') FROM chat_message WHERE direction = ? ORDER BY id"
        return [(str(kind), str(text), str(state)) for kind, text, state in self.rows(sql, direction)]

    def problems(self) -> dict[str, str]:
        """Open problems: summary by kind."""
        sql = "SELECT kind, summary FROM problem WHERE state = 'open'"
        return {str(kind): str(summary) for kind, summary in self.rows(sql)}


class RunningChats:
    """What staff do while the daemon runs."""

    def __init__(self, bridge: ChatBridge, app: App) -> None:
        self.bridge, self.app = bridge, app

    async def act(self, service: Callable[..., Any], *facts: Any, **more: Any) -> Any:
        """Any action in conversations, by Anna, now."""
        terms = StoreSetup.of(self.app.settings.stores["acme"]).desk_terms
        now = self.app.clock.now()
        done = await self.app.desk.transact("act", service, terms, *facts, by="Anna", at=now, **more)
        self.app.outbox.wake.set()  # what a command does the daemon sees by itself
        return done

    async def conversation(self, phone: str) -> int:
        """Wait until a contact has one; its number."""
        sql = "SELECT c.id FROM conversation c JOIN contact_address a ON a.contact_id = c.contact_id WHERE a.phone = ?"
        return int((await until(lambda: self.bridge.rows(sql, phone), f"{phone} has a conversation"))[0][0])

    async def quiet(self) -> None:
        """Wait until nothing is under way: what came in is handled, what is to go out went or waits."""
        await until(lambda: not self.bridge.under_way(), "nothing is under way")
