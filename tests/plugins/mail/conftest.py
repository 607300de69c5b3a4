"""A mail server in this process, and the mail plugin at work with it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.domain import events
from bridge.engine import deliveries
from bridge_mail.plugin import MailPlugin
from tests.support.mail_server import MailServer, a_mail_server, make_certificate
from tests.support.mailroom import ANNA, NOON, Mailroom, a_mailroom

UNTIL = NOON + timedelta(days=364)


def mail_table(server: MailServer, *lines: str) -> str:
    """`[plugin.mail]` for an unencrypted server on this machine, with further lines."""
    return "\n".join(
        [
            "[plugin.mail]",
            'host = "127.0.0.1"',
            f"port = {server.port}",
            'tls = "off"',
            'from_address = "no-reply@house.example"',
            *lines,
            "",
        ]
    )


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure a store's letters rest in real time; here only the clock that stands still decides."""
    monkeypatch.setattr(deliveries, "LONGEST_REST_S", 0.0)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with a_mail_server() as running:
        yield running


@pytest.fixture
async def room(tmp_path: Path, server: MailServer) -> AsyncIterator[Mailroom]:
    with a_mailroom(tmp_path, "mail", MailPlugin(), bridge=mail_table(server)) as opened:
        yield opened


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def granted(key: str = "acme:order:1042:base:unit:1", **different: Any) -> events.CoinsGranted:
    facts = {"key": key, "store": "acme", "at": NOON, "owner": ANNA, "order_id": 1042, "plan": "base", "coins": 550}
    return events.CoinsGranted(**{**facts, "usable_until": UNTIL, **different})


def quote_facts(**different: Any) -> dict[str, Any]:
    """What every event about quote 12, of 50 coins for ticket 5, says."""
    return {
        "key": "acme:quote:12:1",
        "store": "acme",
        "at": NOON,
        "owner": ANNA,
        "ticket_id": 5,
        "quote_id": 12,
        "version": 1,
        "kind": "work",
        "coins": 50,
        "available": 250,
        **different,
    }
