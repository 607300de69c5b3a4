"""What the mail plugin reads: `[plugin.mail]` of bridge.toml, and of a store's file what differs there.

Believes: a password, and what is said to a customer, must not cross a network in the clear; only a mail server on this
machine may go without encryption.
"""

import ipaddress
import re
from email.errors import MessageError
from email.headerregistry import Address
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bridge.settings.base import (
    AbsolutePath,
    Broken,
    Section,
    all_broken,
    broken,
    check_label,
    has_control_characters,
)
from bridge.settings.secret_reference import Secret

PORTS = {"required": 465, "starttls": 587, "off": 25}
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_mail_address(text: str) -> bool:
    """Whether mail can be sent there: one mailbox in plain characters, nothing round it."""
    if len(text) > 254 or not _MAILBOX.fullmatch(text):
        return False
    try:
        Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        return False
    return True


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise broken("must be a host's name or address alone (the port has its own line)", value="")
    return text


def _user(text: str) -> str:
    if not 1 <= len(text) <= 254 or has_control_characters(text):
        raise broken("must be a user's name: 1 to 254 characters, no control characters")
    return text


def _mailbox(text: str) -> str:
    if not is_mail_address(text):
        raise broken("must be an e-mail address")
    return text


def _label(text: str) -> str:
    return check_label(text, longest=100) if text else text


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


Mailbox = Annotated[str, AfterValidator(_mailbox)]
Label = Annotated[str, AfterValidator(_label)]


class MailSettings(Section):
    """The mail server, and whom mail comes from."""

    host: Annotated[str, AfterValidator(_host)] = Field(
        description="The mail server that takes the bridge's mail.", examples=['"smtp.example.com"']
    )
    port: Annotated[int, Field(ge=1, le=65_535)] | None = Field(
        default=None, description='Its port; left out, 465, with tls = "starttls" 587, with "off" 25.'
    )
    tls: Literal["required", "starttls", "off"] = Field(
        default="required",
        description="required encrypts from the first byte, starttls after a greeting; off only for this machine.",
    )
    tls_ca: AbsolutePath | None = Field(
        default=None,
        description="The certificate authority (PEM) that signed the server's certificate; left out, those of the "
        "system are trusted.",
    )
    user: Annotated[str, AfterValidator(_user)] | None = Field(
        default=None, description="The user to log in as; left out, the bridge does not log in."
    )
    password: Secret | None = Field(
        default=None,
        description="Where that user's password is kept: { file = ... }, { credential = ... } or { env = ... }.",
    )
    from_address: Mailbox = Field(
        description="The address that mail comes from. Replies to it are not read, and mail says so.",
        examples=['"no-reply@example.com"'],
    )
    from_name: Label = Field(
        default="", description="The name beside that address; left out, the title of the store the mail is about."
    )
    timeout_seconds: Annotated[float, Field(ge=1.0, le=50.0)] = Field(
        default=20.0, description="How long the server may take over each step, in seconds."
    )
    most_a_day: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=20, description="The most messages one customer gets a day; further ones wait for the next day."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        found = []
        if (self.user is None) != (self.password is None):
            found.append(Broken("must be set together with password", ("user",), ""))
        if self.tls == "off" and not _is_loopback(self.host):
            found.append(Broken('must be "required" or "starttls" for a server that is not this machine', ("tls",)))
        if self.tls == "off" and self.tls_ca is not None:
            found.append(Broken('has no meaning with tls = "off"; leave the line out', ("tls_ca",), ""))
        if found:
            raise all_broken(found)
        return self

    @property
    def port_number(self) -> int:
        """The port, as set or as usual."""
        return self.port or PORTS[self.tls]


class StoreMailSettings(Section):
    """What differs for one store."""

    customers: bool = Field(default=True, description="false: this store's customers get no mail from the bridge.")
    staff: bool = Field(default=True, description="false: this store's staff get no mail from the bridge.")
    from_address: Mailbox | None = Field(
        default=None, description="The address that this store's mail comes from; left out, that of bridge.toml."
    )
    from_name: Label = Field(default="", description="The name beside it; left out, that of bridge.toml, or the title.")
