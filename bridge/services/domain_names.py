"""Domain names as people and extensions write them, and the one form they are compared in (rule L6).

It believes: a shop is one domain whether it is written in capitals, with `www.`, a port, a path, a scheme, or in
letters of its own language. What is no domain is refused with the reason, never guessed at.
"""

import ipaddress
import re
from enum import StrEnum
from typing import NamedTuple

import idna

from bridge.domain.staging_hosts import PRIVATE_ENDINGS, is_private, is_staging
from bridge.errors import BadDomain

MOST_WRITTEN = 2_000
"""Characters that anybody may write for a domain, as a whole web address."""
MOST_NAME = 253
"""Characters of a domain name in ASCII, as the name system counts them."""

_WRITTEN = re.compile(
    r"(?:(?:https?:)?//)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\[\]/?#\\:@\s]+)"
    r"(?::[0-9]{1,5})?"
    r"(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_LABEL = r"(?!xn--)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
"""Between two full stops. Names with `_` are looked up and shown by every browser, though nobody registers one."""
_PLAIN_LABEL = re.compile(_LABEL)
_PLAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
"""A name that is its own normal form but for `www.`: nothing to encode."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last part that makes a name an address, in any of the ways in which browsers read addresses."""


class HostKind(StrEnum):
    """What kind of a host a name means."""

    PUBLIC = "public"
    STAGING = "staging"
    PRIVATE = "private"


class DomainName(NamedTuple):
    """A normalised domain name: lower case, ASCII, without `www.`. Of a private host it may be an address."""

    name: str
    kind: HostKind

    @property
    def takes_a_place(self) -> bool:
        """Whether a licence that is used there has one place less."""
        return self.kind is HostKind.PUBLIC


def domain_name(written: str) -> DomainName:
    """The domain that was meant: of a name, a name with a port, or a web address.

    Raises `BadDomain` with code `bad_domain` for what is no domain name, `address` for an address of the internet
    (private ones are private hosts).
    """
    if len(written) > MOST_WRITTEN:
        raise _too_long()
    name = written
    if not _PLAIN.fullmatch(written):
        parts = _WRITTEN.fullmatch(written.strip())
        if parts is None:
            raise BadDomain("bad_domain", "that is no domain name")
        host = parts["host"].lower()
        if host.startswith("["):
            return _of_address(host[1:-1])
        name = host if _PLAIN.fullmatch(host) else _in_ascii(host)
    if len(name) > MOST_NAME:
        raise _too_long()
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _of_address(name)
    name = _without_www(name)
    if is_private(name):
        return DomainName(name, HostKind.PRIVATE)
    return DomainName(name, HostKind.STAGING if is_staging(name) else HostKind.PUBLIC)


def in_letters(name: str) -> str:
    """A normalised name in the letters of its language, as people read it; the name itself where it has none."""
    if "xn--" not in name:
        return name
    try:
        return idna.decode(name)
    except UnicodeError:
        return name


def _in_ascii(host: str) -> str:
    """A name in the letters of the name system, however its own full stops are written."""
    if len(host) > MOST_NAME + 1:  # before anything is worked out letter by letter
        raise _too_long()
    try:
        labels = idna.uts46_remap(host, std3_rules=False).rstrip(".").split(".")
        return ".".join(label if _PLAIN_LABEL.fullmatch(label) else idna.alabel(label).decode() for label in labels)
    except UnicodeError:  # idna's own errors are of this kind
        raise BadDomain("bad_domain", "that is no domain name") from None


def _too_long() -> BadDomain:
    return BadDomain("bad_domain", f"a domain name has at most {MOST_NAME} characters")


def _of_address(text: str) -> DomainName:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise BadDomain("address", "that is neither a domain name nor a whole address") from None
    if address.is_global or address.is_multicast or address.is_unspecified:
        raise BadDomain("address", "an address is no domain name")
    return DomainName(str(address), HostKind.PRIVATE)


def _without_www(name: str) -> str:
    while name.startswith("www.") and ("." in name[4:] or name[4:] in PRIVATE_ENDINGS):
        name = name[4:]
    return name
