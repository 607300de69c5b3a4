"""A store's file, `stores/NAME.toml`: one shop, or the chosen shops of one database.

Believes: the file's name is the store's name, everywhere and for good: it stands in the keys of the ledger,
in the shop's tables and in the key file beside the shop's settings.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from bridge.settings.base import (
    Broken,
    Section,
    StoreContext,
    all_broken,
    broken,
    check_label,
    check_web_address,
)
from bridge.settings.coins import CoinSettings
from bridge.settings.database import DatabaseSettings
from bridge.settings.files import FileSettings
from bridge.settings.licences import LicenceSettings, unfit_codes
from bridge.settings.limits import LimitSettings
from bridge.settings.plans import Plans
from bridge.settings.premium import PremiumSettings
from bridge.settings.privacy import PrivacySettings
from bridge.settings.quotes import QuoteSettings, ReminderSettings
from bridge.settings.rights import Prices, Rights, check_telephone, unfit_prices, unfit_rights
from bridge.settings.service import ServiceSettings
from bridge.settings.staff import Staff
from bridge.settings.sync import SyncSettings
from bridge.settings.tickets import Macros, TicketSettings, unfit_escalation
from bridge.settings.zone import check_zone

Language = Literal["en", "ru", "fa"]

_STORE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PLATFORM = re.compile(r"[a-z][a-z0-9_-]{0,63}")


def is_store_name(name: str) -> bool:
    """Whether it can be a store's name: lower-case letters, digits and -, not first a -, at most 64."""
    return _STORE_NAME.fullmatch(name) is not None


def _platform(name: str) -> str:
    if not _PLATFORM.fullmatch(name):
        raise broken("must be the name of a platform plugin, such as opencart or prestashop")
    return name


def _each_once(what: str) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    def check(values: tuple[Any, ...]) -> tuple[Any, ...]:
        found = [Broken(f"{what} must not be named twice", (at,)) for at, v in enumerate(values) if v in values[:at]]
        if found:
            raise all_broken(found)
        return values

    return check


def _not_empty(values: tuple[Language, ...]) -> tuple[Language, ...]:
    if not values:
        raise broken("must name at least one language", value="")
    return values


def _title(text: str) -> str:
    return check_label(text, longest=100) if text else text


class StoreSettings(Section):
    """All that is set for one store."""

    enabled: bool = Field(
        default=True, description="false: the daemon leaves this store alone; its books stay as they are."
    )
    platform: Annotated[str, AfterValidator(_platform)] = Field(
        description="The plugin that knows this shop: opencart or prestashop.", examples=['"opencart"']
    )
    zone: Annotated[str, AfterValidator(check_zone)] = Field(
        description="The store's time zone by its IANA name: it decides where a day ends.",
        examples=['"Asia/Tehran"'],
    )
    languages: Annotated[tuple[Language, ...], AfterValidator(_each_once("a language")), AfterValidator(_not_empty)] = (
        Field(
            default=("en",),
            description=(
                "The languages customers are addressed in (en, ru, fa); the first one where theirs is not among them."
            ),
        )
    )
    title: Annotated[str, AfterValidator(_title)] = Field(
        default="", description="What customers know the shop by, in messages to them; left out, the store's own name."
    )
    account_url: Annotated[str, AfterValidator(check_web_address)] = Field(
        default="",
        description="The web address of the customer's page with coins and quotes, to which messages link; left out, "
        "they have no link.",
    )
    telephone: Annotated[str, AfterValidator(check_telephone)] = Field(
        default="",
        description="The number that customers see whose plan has a right of the kind telephone; left out, none.",
    )
    shop_ids: Annotated[
        tuple[Annotated[int, Field(ge=0, le=2_147_483_647)], ...], AfterValidator(_each_once("a shop"))
    ] = Field(
        default=(),
        description=("The shops of a multi-store database by number (store_id, id_shop); empty means every shop."),
    )
    database: DatabaseSettings = Field(description="How the shop's database is reached.")
    coins: CoinSettings = Field(description="When orders earn coins and when they lose them.")
    plans: Plans = Field(description="The coin packages on sale, [plans.KEY] each; file order is rank, best last.")
    licences: LicenceSettings = Field(
        default_factory=LicenceSettings, description="Licences of what the store sells besides packages (rule L1)."
    )
    premium: PremiumSettings = Field(
        default_factory=PremiumSettings, description="Paid help by the hour, and the numbers for it (rules W1 to W11)."
    )
    service: ServiceSettings = Field(
        default_factory=ServiceSettings,
        description="When the store serves those who have no plan; a plan has hours of its own.",
    )
    rights: Rights = Field(
        default_factory=lambda: MappingProxyType({}),
        description="What the plans carry besides coins, [rights.KEY] each; file order is the order shown (rule P1).",
    )
    prices: Prices = Field(
        default_factory=lambda: MappingProxyType({}),
        description="The price list, [prices.CODE] each; file order is the order shown (rule C13).",
    )
    quotes: QuoteSettings = Field(
        default_factory=QuoteSettings, description="What a quote may ask for, and for how long."
    )
    reminders: ReminderSettings = Field(
        default_factory=ReminderSettings, description="When customers are reminded of coins that end or run low."
    )
    tickets: TicketSettings = Field(
        default_factory=TicketSettings, description="What is promised about tickets, and what is too much."
    )
    macros: Macros = Field(
        default_factory=lambda: MappingProxyType({}), description="Canned answers, [macros.KEY] each."
    )
    privacy: PrivacySettings = Field(
        default_factory=PrivacySettings, description="For how many days personal data is kept."
    )
    files: FileSettings = Field(default_factory=FileSettings, description="Files of messages: how much is taken.")
    sync: SyncSettings = Field(default_factory=SyncSettings, description="The pace of reading and writing.")
    limits: LimitSettings = Field(default_factory=LimitSettings, description="Ceilings.")
    staff: Staff = Field(description="Who may act for the store, [[staff]] each.")
    plugin: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict,
        description="What a plugin reads for this store, [plugin.NAME] each; its own page explains it.",
    )

    _context: StoreContext | None = PrivateAttr(default=None)
    _siblings: frozenset[str] = PrivateAttr(default=frozenset())

    def model_post_init(self, context: object, /) -> None:
        """Keep the store's name, which stands in no line of its file."""
        self._context = context if isinstance(context, StoreContext) else None

    @property
    def context(self) -> StoreContext:
        """Where these settings came from."""
        if self._context is None:
            raise TypeError("these settings were not loaded from a store's file")
        return self._context

    @property
    def name(self) -> str:
        """The store's name, which is its file's."""
        return self.context.name

    @property
    def source(self) -> Path:
        """The file the settings came from."""
        return self.context.source

    @property
    def siblings(self) -> frozenset[str]:
        """Names of the other stores, enabled or not, that read the same tables: other shops of one installation."""
        return self._siblings

    def know_siblings(self, names: Iterable[str]) -> None:
        """Keep the names of the stores that read the same tables, which only all files together tell."""
        self._siblings = frozenset(names) - {self.name}

    @property
    def zone_info(self) -> ZoneInfo:
        """The store's time zone."""
        return ZoneInfo(self.zone)

    @property
    def plan_names(self) -> Mapping[str, str]:
        """What staff call each plan, by its key: its English name."""
        return {key: plan.name.get("en", key) for key, plan in self.plans.items()}

    @property
    def _codes(self) -> Iterator[str]:
        """Every product code that stands for a plan, a licence or a renewal."""
        for plan in self.plans.values():
            yield from plan.product_codes
        for product in self.licences.products.values():
            yield from (*product.product_codes, *product.renewals)

    @model_validator(mode="after")
    def _stale_later_than_polled(self) -> Self:
        if self.limits.stale_after_seconds <= self.sync.poll_seconds:
            rule = f"must be longer than sync.poll_seconds ({self.sync.poll_seconds:g}), or the store is never healthy"
            value = f"{self.limits.stale_after_seconds:g}"
            raise all_broken([Broken(rule, ("limits", "stale_after_seconds"), value)])
        return self

    @model_validator(mode="after")
    def _codes_rights_prices_and_people_fit(self) -> Self:
        found = unfit_rights(self.rights, self.plans, self.telephone)
        found += unfit_prices(self.prices, self.quotes.most_coins) + unfit_codes(self.plans, self.licences.products)
        people = tuple(member.name for member in self.staff)
        found += unfit_escalation(self.tickets, people)
        found += [replace(one, path=("premium", *one.path)) for one in self.premium.unfit(people, self._codes)]
        if found:
            raise all_broken(found)
        return self
