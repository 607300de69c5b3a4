"""From a letter to a message: HTML and plain text, headers that nobody's words can break out of.

Believes: names and subjects were written by anybody, so they are put on one line before they reach a header, and
escaped before they reach HTML. The same letter gets the same Message-ID each time (rule C17).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from bridge.locale.plain import one_line
from bridge_mail.folding import ON_THE_WIRE
from bridge_mail.letter import Letter
from bridge_mail.words import FIRST, LAST, say, without_marks

RIGHT_TO_LEFT = frozenset({"fa"})
LONGEST_NAME = 40
LONGEST_SUBJECT = 200
ENCODED = "=?"
"""Where a word begins that stands in a header for other characters, a line break among them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a letter is written on: `title` is the store's, `link` where its button leads, empty without one."""

    language: str
    title: str
    link: str
    greeting: str
    footer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom. `key` is the delivery's: the Message-ID follows from it."""

    from_name: str
    from_address: str
    to_name: str
    to_address: str
    key: str
    at: datetime

    @property
    def message_id(self) -> str:
        """The same for the same delivery, whenever and however often it is sent."""
        digest = hashlib.sha256(self.key.encode()).hexdigest()[:40]
        return f"<{digest}@{self.from_address.rpartition('@')[2]}>"


def customer_sheet(language: str, title: str, link: str, name: str) -> Sheet:
    """The sheet for a letter to a customer, or to nobody named."""
    greeting = say(language, "Hello {name},", name=name) if name else say(language, "Hello,")
    ways = (say(language, "To write to us, open your account page."),) if link else ()
    return Sheet(language, title, link, greeting, (_not_read(language), *ways))


def staff_sheet(language: str, title: str, name: str) -> Sheet:
    """The sheet for a letter to a member of staff."""
    return Sheet(language, title, "", say(language, "Hello {name},", name=name), (_not_read(language),))


def greeting_name(name: str) -> str:
    """A name to greet somebody by; empty for what is no name: a long text, a web address, somebody's advertisement."""
    plain = one_line(name, 200)
    suspicious = any(mark in plain for mark in ("/", "@", "www.", "http", ":", ENCODED))
    return "" if suspicious or len(plain) > LONGEST_NAME else plain


def message(letter: Letter, sheet: Sheet, envelope: Envelope) -> EmailMessage:
    """The message, ready to be sent. Raises `ValueError` for an address that is none."""
    mail = EmailMessage(policy=ON_THE_WIRE)
    mail["From"] = Address(_in_header(envelope.from_name, 100), addr_spec=envelope.from_address)
    mail["To"] = Address(_in_header(envelope.to_name, LONGEST_NAME), addr_spec=envelope.to_address)
    mail["Subject"] = _in_header(without_marks(letter.subject), LONGEST_SUBJECT)
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = envelope.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(as_text(letter, sheet), cte="quoted-printable" if sheet.language == "en" else "base64")
    mail.add_alternative(as_html(letter, sheet), subtype="html", cte="base64")
    mail["Content-Language"] = sheet.language
    return mail


def as_html(letter: Letter, sheet: Sheet) -> str:
    """The HTML part: no picture, no script, nothing loaded."""
    return _rendered("letter.html.j2", letter, sheet)


def as_text(letter: Letter, sheet: Sheet) -> str:
    """The plain part: the same words."""
    return _rendered("letter.txt.j2", letter, sheet)


def _in_header(text: str, longest: int) -> str:
    """Text on one line in which nothing is an encoded word: Python decodes those of others when it writes a header."""
    return one_line(text, longest).replace(ENCODED, "= ?")


def _rendered(template: str, letter: Letter, sheet: Sheet) -> str:
    rtl = sheet.language in RIGHT_TO_LEFT
    link = _address(sheet.link, letter.view) if letter.link else ""
    return (
        _environment()
        .get_template(template)
        .render(
            letter=letter,
            language=sheet.language,
            rtl=rtl,
            title=sheet.title,
            greeting=sheet.greeting,
            footer=sheet.footer,
            link=link,
        )
    )


def _address(page: str, view: str) -> str:
    """Where a view of the customer's page is: the login comes back to it. Empty where the store names no page."""
    parts = urlsplit(page)
    query = "&".join(filter(None, (parts.query, view)))
    return urlunsplit(parts._replace(query=query)) if page else ""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["marked"] = _marked
    environment.filters["plain"] = _plain
    return environment


def _marked(text: str) -> Markup:
    """Escaped, with the marks round values as elements that mail programs know."""
    return Markup(str(escape(text)).replace(FIRST, "<bdi>").replace(LAST, "</bdi>"))  # noqa: S704  # escaped just here


def _plain(text: str, rtl: bool) -> str:
    """The marks matter where the text runs from right to left; elsewhere an old program might show them."""
    return text if rtl else without_marks(text)


def _not_read(language: str) -> str:
    return say(language, "This letter was written by a program. Replies to it are not read.")
