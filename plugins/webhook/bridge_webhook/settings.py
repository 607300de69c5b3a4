"""What the webhook plugin reads from a store's file: `[plugin.webhook]`."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, Field

from bridge.domain.events import EVENTS
from bridge.settings.base import Broken, Section, all_broken, broken, suggestion
from bridge.settings.secret_reference import Secret

HIGHEST_PORT = 65_535
_URL = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(/[^\s#]*)?")


def _url(text: str) -> str:
    parts = _URL.fullmatch(text)
    if parts is None or len(text) > 2_000 or not _is_port(parts[3]):
        # User and password in it must not reach a message.
        raise broken("must be a web address such as https://example.com/hook", value="" if "@" in text else None)
    if parts[1] == "http" and not _is_loopback(parts[2]):
        raise broken("must begin with https:// unless the receiver is on this machine")
    return text


def _is_port(part: str | None) -> bool:
    return part is None or 1 <= int(part[1:]) <= HIGHEST_PORT


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    found = [
        Broken("must be the name of an event", (at,), f'"{name}"{suggestion(name, EVENTS)}')
        for at, name in enumerate(names)
        if name not in EVENTS
    ]
    if found:
        raise all_broken(found)
    return names


class WebhookSettings(Section):
    """Where a store's events go."""

    url: Annotated[str, AfterValidator(_url)] = Field(
        description="The address that each event is posted to: https, or http on this machine.",
        examples=['"https://example.com/supportbridge"'],
    )
    secret: Secret = Field(
        description="Where the secret is kept that signs each post, { file = ... }, { credential = ... } or { env = "
        "... }; the receiver has the same.",
        examples=['{ file = "/etc/supportbridge/secrets/acme.webhook" }'],
    )
    events: Annotated[tuple[str, ...], AfterValidator(_known)] = Field(
        default=(), description="Only these events are posted, by name; an empty list posts all."
    )
