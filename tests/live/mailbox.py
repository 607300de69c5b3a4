"""Where the bridge's letters go while a running shop is tried: a mail server beside the browsers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from bridge.testing.ports import free_port
from tests.support.mail_server import MailServer
from tests.support.waiting import wait_until


@contextmanager
def a_mailbox() -> Iterator[MailServer]:
    """A server in a thread of its own, because a browser that is driven step by step leaves no loop to run it."""
    server = MailServer(port=free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def code_for(mailbox: MailServer, address: str) -> str:
    """The one-time code that was mailed to this address alone."""

    def found() -> str:
        for (_, to), letter in _delivered(mailbox):
            code = re.search(r"^\D*(\d{6,})\s*$", str(letter.get_body(("plain",))), re.MULTILINE)
            if to == [address] and code:
                return code[1]
        return ""

    return wait_until(found, f"a code for {address}", within=30)


def letters_to(mailbox: MailServer, address: str) -> list[EmailMessage]:
    """What was mailed to this address alone, in order; a letter that was sent again comes once (rule C17)."""
    sent = {str(one["Message-ID"]): one for (_, to), one in _delivered(mailbox) if to == [address]}
    return list(sent.values())


def _delivered(mailbox: MailServer) -> Iterator[tuple[tuple[str, list[str]], EmailMessage]]:
    return zip(mailbox.envelopes, mailbox.taken, strict=False)


def told(letter: EmailMessage) -> str:
    """Subject and words of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return f"{letter['Subject']}\n{body.get_content()}"
