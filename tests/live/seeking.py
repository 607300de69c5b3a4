"""Looking for a telephone number wherever a running shop and the bridge beside it show or keep something (rule W2).

It believes: a number may be written in any way, with spaces, marks or Persian digits. So digits alone are compared,
without the country's code.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tests.live.beside import Beside
from tests.live.conftest import AnyLive
from tests.support.daemons import Daemon, bridge_command, fetched
from tests.support.mail_server import MailServer

VIEWS = ("", "premium", "tickets", "ticket", "statement", "claim")
NATIONAL = 10
"""How many digits a number has without its country's code, here."""


@dataclass(frozen=True, slots=True)
class Everywhere:
    """All that can be looked through."""

    live: AnyLive
    bridge: Beside
    daemon: Daemon
    pages_of_the_daemon: str
    mailbox: MailServer

    def has(self, *numbers: str) -> dict[str, set[str]]:
        """The places of each number."""
        digits = {number: digits_of(number)[-NATIONAL:] for number in numbers}
        assert {len(one) for one in digits.values()} == {NATIONAL}
        found: dict[str, set[str]] = {number: set() for number in numbers}
        for place, text in self._texts():
            shown = digits_of(text)
            for number, wanted in digits.items():
                if wanted in shown:
                    found[number].add(place)
        return found

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield from self._pages()
        database = self.live.shop.database
        ours = database.prefix.replace("_", r"\_") + r"supportbridge\_%"
        tables = [str(name) for (name,) in database.ask("SHOW TABLES LIKE %s", ours)]
        assert tables != []
        for table in tables:
            for row in database.ask(f"SELECT * FROM `{table}`"):
                for value in row:
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    yield f"row of {table}", text
        for letter in self.mailbox.taken:
            yield "letter", "\n".join(f"{name}: {value}" for name, value in letter.items())
            for part in letter.walk():
                if not part.is_multipart():
                    yield "letter", str(part.get_content())
        yield "log", self.daemon.log.read_text("utf-8")
        for path in ("/metrics", "/health"):
            yield path, fetched(self.pages_of_the_daemon, path)[1]
        for words in (
            ("settings", "show"),
            ("check",),
            ("status",),
            ("audit",),
            ("premium", "list", "--all"),
            ("chat", "list"),
        ):
            for form in ((), ("--json",)):
                done = bridge_command(self.bridge.config, *words, *form)
                yield f"bridge {' '.join(words)}", done.stdout + done.stderr

    def _pages(self) -> Iterator[tuple[str, str]]:
        live = self.live
        for language in live.shop.languages:
            for view in VIEWS:
                live.opens(language, **({"view": view} if view else {}))
                yield f"page {view or 'overview'}", live.customer.content()
            live.opens_account(language)
            yield "page account", live.customer.content()
        live.opens_customer(live.customer_id())
        live.admin.locator(".supportbridge-panel").wait_for(state="visible")
        yield "panel", live.admin.content()
        live.opens_status()
        yield "status page", live.admin.content()


def digits_of(text: str) -> str:
    """Its digits of whatever script, without what stands between them."""
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())
