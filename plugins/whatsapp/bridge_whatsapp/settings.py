"""What the plugin reads: `[plugin.whatsapp]` of bridge.toml about the app, and of a store's file about its account.

Believes: an address that is not on this machine is spoken to encrypted, because the access token goes with every
question. Which numbers a store has, its own table `[[premium.numbers]]` says.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer

from bridge.settings.base import Broken, Section, all_broken, broken
from bridge.settings.secret_reference import Secret

API = "https://graph.facebook.com/v25.0"
MEBIBYTE = 1_048_576
_ADDRESS = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?((?:/[A-Za-z0-9._-]+)*)/?")
_TEMPLATE = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")


def _address(text: str) -> str:
    parts = _ADDRESS.fullmatch(text)
    if parts is None or len(text) > 500:
        raise broken(f"must be a web address such as {API}", value="" if "@" in text else None)
    if parts[1] == "http" and not is_this_machine(parts[2]):
        raise broken("must begin with https:// unless it is on this machine")
    return text.rstrip("/")


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine, by its name or address alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _names(names: Mapping[str, str]) -> Mapping[str, str]:
    """A template's name by what it is for."""
    found = list(_strangers(names, PURPOSES))
    rule = "must be a template's name as the provider knows it: lower-case letters, digits and _"
    found += [Broken(rule, (key,)) for key, name in names.items() if not _TEMPLATE.fullmatch(name)]
    return _frozen(names, found)


def _codes(codes: Mapping[str, str]) -> Mapping[str, str]:
    """The provider's code by ours."""
    found = list(_strangers(codes, LANGUAGES))
    rule = "must be a language's code as the provider writes it, such as en_US"
    found += [Broken(rule, (key,)) for key, code in codes.items() if not _LANGUAGE_CODE.fullmatch(code)]
    return _frozen(codes, found)


def _strangers(table: Mapping[str, str], known: tuple[str, ...]) -> Iterator[Broken]:
    for key in table:
        if key not in known:
            yield Broken(
                f"is not known here; there {'is' if len(known) == 1 else 'are'} {', '.join(known)}", (key,), ""
            )


def _frozen(table: Mapping[str, str], found: list[Broken]) -> Mapping[str, str]:
    if found:
        raise all_broken(found)
    return MappingProxyType(dict(table))


PURPOSES = ("reopen",)
LANGUAGES = ("en", "ru", "fa")
Templates = Annotated[Mapping[str, str], AfterValidator(_names), PlainSerializer(dict)]
LanguageCodes = Annotated[Mapping[str, str], AfterValidator(_codes), PlainSerializer(dict)]


class WhatsAppSettings(Section):
    """The app at the provider, through which all stores' numbers are reached."""

    app_secret: Secret = Field(
        description="Where the app's secret is kept, which signs every delivery: { file = ... }, { credential = ... } "
        "or { env = ... }.",
        examples=['{ file = "/etc/supportbridge/secrets/whatsapp.app" }'],
    )
    verify_token: Secret = Field(
        description="Where the word is kept that the provider must say when the webhook is set up: any long random "
        "text, the same there.",
        examples=['{ file = "/etc/supportbridge/secrets/whatsapp.verify" }'],
    )
    api: Annotated[str, AfterValidator(_address)] = Field(
        default=API, description="Where the API is, with its version; the provider serves each for two years."
    )
    timeout_seconds: Annotated[float, Field(ge=1.0, le=50.0)] = Field(
        default=20.0, description="How long the API may take to answer, in seconds."
    )
    media_megabytes: Annotated[int, Field(ge=1, le=100)] = Field(
        default=5, description="Files of contacts that are larger are not fetched; files.file_megabytes counts too."
    )

    @property
    def media_bytes(self) -> int:
        """The same in bytes."""
        return self.media_megabytes * MEBIBYTE


class StoreWhatsAppSettings(Section):
    """A store's account at the provider."""

    token: Secret = Field(
        description="Where the access token is kept: that of a system user, with the right whatsapp_business_messaging "
        "(and whatsapp_business_management for bridge check).",
        examples=['{ file = "/etc/supportbridge/secrets/acme.whatsapp" }'],
    )
    templates: Templates = Field(
        default_factory=lambda: MappingProxyType({}),
        description='Approved templates by what they are for: reopen = "NAME" writes to a contact whose last message '
        "is older than 24 hours; left out, what is written to him waits until he writes.",
    )
    template_languages: LanguageCodes = Field(
        default_factory=lambda: MappingProxyType({}),
        description='How the provider calls a template\'s language where it differs, such as en = "en_US".',
    )
