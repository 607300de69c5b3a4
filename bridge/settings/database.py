"""How a shop's database is reached.

Believes: a password or a customer's name must not cross a network in the clear unless the operator says so
in words; a Unix socket and the loopback address never leave the machine. The prefix is put into SQL text,
so it may hold nothing but letters, digits and the underscore.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, model_validator

from bridge.settings.base import (
    AbsolutePath,
    Broken,
    Section,
    StoreContext,
    all_broken,
    broken,
    has_control_characters,
)
from bridge.settings.secret_reference import SecretReference

_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?")
_PREFIX = re.compile(r"[A-Za-z0-9_]{0,32}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether the name or address never leaves this machine."""
    if _is_address(host):
        return ipaddress.ip_address(host).is_loopback
    return host.rstrip(".").lower() == "localhost"


def _host(text: str) -> str:
    if _is_address(text) or (len(text) <= 253 and _HOST.fullmatch(text)):
        return text
    # An address with user and password in it must not reach a message or a log.
    raise broken(
        "must be a host's name or address alone (the port has its own line)",
        value="" if "@" in text else None,
    )


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        raise broken("must be letters, digits and _ only, at most 32")
    return text


def _database_name(text: str) -> str:
    if not 1 <= len(text) <= 64 or has_control_characters(text) or set(text) & set("`/\\"):
        raise broken("must be a database's name: 1 to 64 characters, without ` / \\ and control characters")
    return text


def _user(text: str) -> str:
    if not 1 <= len(text) <= 80 or has_control_characters(text):
        raise broken("must be a database user's name: 1 to 80 characters, no control characters")
    return text


def _no_plain_secret(value: object) -> object:
    if isinstance(value, str):
        raise broken(
            "a secret must not stand in this file: write it to a file of its own and name that file, "
            'password = { file = "/etc/supportbridge/secrets/NAME.password" }',
            value="",
        )
    return value


class DatabaseSettings(Section):
    """One shop database: where it is, who we are there, and how its tables are called."""

    host: Annotated[str, AfterValidator(_host)] | None = Field(
        default=None,
        description="The database server's name or address. Either this or socket.",
        examples=['"127.0.0.1"'],
    )
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(
        default=3306, description="The port of the database server; only with host."
    )
    socket: AbsolutePath | None = Field(
        default=None, description="The Unix socket of a database server on this machine. Either this or host."
    )
    name: Annotated[str, AfterValidator(_database_name)] = Field(
        description="The name of the shop's database.", examples=['"opencart"']
    )
    user: Annotated[str, AfterValidator(_user)] = Field(
        description=("The database user made for the bridge; `bridge store prepare NAME --print` lists its rights."),
        examples=['"supportbridge"'],
    )
    password: Annotated[SecretReference | None, BeforeValidator(_no_plain_secret)] = Field(
        default=None,
        description=(
            "Where the password is kept: { file = ... }, { credential = ... } or { env = ... }. Left out, "
            "the bridge logs in without one."
        ),
    )
    prefix: Annotated[str, AfterValidator(_prefix)] = Field(
        description='What the shop\'s table names begin with; "" where they begin with nothing.',
        examples=['"oc_"'],
    )
    tls: Literal["required", "off"] = Field(
        default="required",
        description="Whether the connection to host must be encrypted; a socket never needs it.",
    )
    tls_ca: AbsolutePath | None = Field(
        default=None,
        description=(
            "The certificate authority (PEM) that signed the server's certificate; left out, those of the "
            "system are trusted."
        ),
    )
    allow_plaintext: bool = Field(
        default=False,
        description='Must be true before tls = "off" is accepted for a host that is not this machine.',
    )
    connect_timeout_seconds: Annotated[float, Field(ge=0.1, le=300.0)] = Field(
        default=5.0, description="How long to wait for a connection, in seconds."
    )
    statement_timeout_seconds: Annotated[float, Field(ge=0.1, le=300.0)] = Field(
        default=10.0, description="How long one statement may take, in seconds."
    )

    _context: StoreContext | None = PrivateAttr(default=None)

    def model_post_init(self, context: object, /) -> None:
        """Keep what is needed to fetch the password later."""
        self._context = context if isinstance(context, StoreContext) else None

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is to be encrypted; never over a socket."""
        return self.tls == "required" and self.socket is None

    def password_value(self) -> SecretStr | None:
        """Fetch the password now; None where none is set. Raises SettingsError if it cannot be had safely."""
        if self.password is None:
            return None
        if self._context is None:
            raise TypeError("these settings were not loaded from a store's file")
        return self.password.resolve(self._context, path="database.password")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if found := [*self._check_way_in(), *self._check_encryption()]:
            raise all_broken(found)
        return self

    def _check_way_in(self) -> Iterator[Broken]:
        if (self.host is None) == (self.socket is None):
            both = "not both" if self.host is not None else "one of them must be set"
            yield Broken(f"must name either host or socket, {both}", value="")
        elif self.socket is not None and "port" in self.model_fields_set:
            yield Broken("has no meaning with socket; leave the line out", ("port",), "")

    def _check_encryption(self) -> Iterator[Broken]:
        if self.tls_ca is not None and (self.socket is not None or self.tls == "off"):
            why = "with socket" if self.socket is not None else 'with tls = "off"'
            yield Broken(f"has no meaning {why}; leave the line out", ("tls_ca",), "")
        if self.socket is not None and self.tls == "required" and "tls" in self.model_fields_set:
            yield Broken("a socket is never encrypted; leave the line out", ("tls",), "")
        if self.host is None or self.tls == "required" or self.allow_plaintext or is_loopback(self.host):
            return
        yield Broken(
            'must be "required": the password and the customers\' data would cross the network in the clear '
            "(allow_plaintext = true accepts that)",
            ("tls",),
        )
