"""The licensed products of a store: what a bought unit of each is worth, and what renews it (rules L1, L5).

Believes: as with plans, a product is recognised by the code of the line that was bought and by nothing else, so one
code stands for one thing only: a plan, a product or a renewal. A vendor who keeps licences in a table of his own has
them read from there instead (`licence_table.py`).
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from bridge.domain.licences import EXPIRING_DAYS
from bridge.settings.base import Broken, Section, all_broken, check_label, check_web_address
from bridge.settings.licence_table import LicenceTableSettings
from bridge.settings.plans import PlanSettings, twice
from bridge.settings.quotes import ReminderDays
from bridge.settings.rights import LongNames

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,31}")
MOST_MONTHS = 600
Path = tuple[str | int, ...]


def _code(text: str) -> str:
    return check_label(text, longest=64)


def _contact(text: str) -> str:
    return check_label(text, longest=200) if text else text


def _each_once(codes: tuple[str, ...]) -> tuple[str, ...]:
    repeated = [Broken("must not be named twice", (at,)) for at, code in enumerate(codes) if code in codes[:at]]
    if repeated:
        raise all_broken(repeated)
    return codes


def _frozen(months: Mapping[str, int]) -> Mapping[str, int]:
    return MappingProxyType(dict(months))


Code = Annotated[str, AfterValidator(_code)]
Codes = Annotated[tuple[Code, ...], AfterValidator(_each_once)]
Months = Annotated[int, Field(ge=0, le=MOST_MONTHS)]
Renewals = Annotated[
    Mapping[Code, Annotated[int, Field(ge=1, le=MOST_MONTHS)]], AfterValidator(_frozen), PlainSerializer(dict)
]


class ProductSettings(Section):
    """One licensed product. A licence that was sold keeps its terms; a change here touches none of them."""

    name: LongNames = Field(
        description="What customers read, by language: en is required, ru and fa fall back to it.",
        examples=['{ en = "SEO extension" }'],
    )
    product_codes: Codes = Field(
        default=(),
        description=(
            "The product codes that give a licence of it: the field Model in OpenCart, Reference in PrestaShop, "
            "written exactly as there (rule L1)."
        ),
    )
    licence_months: Months = Field(
        default=0, description="For how many months after the payment it may be used; 0 is for good."
    )
    updates_months: Months = Field(
        default=12, description="For how many months after the payment there are updates; 0 is for good."
    )
    support_months: Months = Field(
        default=12, description="For how many months after the payment there is help by ticket; 0 is for good."
    )
    domains: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=1, description="On how many domains one bought unit may be used; 0 is any number."
    )
    grace_days: Annotated[int, Field(ge=0, le=365)] | None = Field(
        default=None,
        description="For how many days after its end a licence of it still counts; left out, licences.grace_days.",
    )
    renewals: Renewals = Field(
        default={},
        description=(
            "The product codes that renew it, each with its months: { SEO-RENEW = 12 }. What ends is made longer by "
            "as much: licence, updates and support (rule L5)."
        ),
    )
    renew_url: Annotated[str, AfterValidator(check_web_address)] = Field(
        default="",
        description="The web address where a renewal is sold; left out, pages and messages have no link to it.",
    )
    covers: Codes = Field(
        default=(),
        description="Further products, by key or by name, for which help is free under a licence of this one.",
    )


def _products(products: Mapping[str, ProductSettings]) -> Mapping[str, ProductSettings]:
    rule = "a product's key must be lower-case letters, digits, - and _, beginning with a letter, at most 32"
    found = [Broken(rule, (key,), "") for key in products if not _KEY.fullmatch(key)]
    if found:
        raise all_broken(found)
    return MappingProxyType(dict(products))


Products = Annotated[Mapping[str, ProductSettings], AfterValidator(_products), PlainSerializer(dict)]
"""The licensed products by key."""


class LicenceSettings(Section):
    """What holds for all licences of a store, and its licensed products."""

    active: Literal["licence", "updates", "support"] = Field(
        default="support", description="Which of a licence's three dates decides whether it is active (rule L1)."
    )
    expiring_days: ReminderDays = Field(
        default=EXPIRING_DAYS,
        description=(
            "How many days before a licence ends its owner is reminded, each once; from the first of them on it is "
            "called expiring. [] never."
        ),
    )
    grace_days: Annotated[int, Field(ge=0, le=365)] = Field(
        default=0, description="For how many days after its end a licence still counts as active."
    )
    offline_days: Annotated[int, Field(ge=1, le=90)] = Field(
        default=14, description="For how many days a signed statement holds that an extension keeps."
    )
    releases: Annotated[int, Field(ge=0, le=1_000)] = Field(
        default=2, description="How often a customer may release a domain himself within licences.release_days."
    )
    release_days: Annotated[int, Field(ge=1, le=3_650)] = Field(
        default=365, description="The days in which licences.releases are counted."
    )
    official_contact: Annotated[str, AfterValidator(_contact)] = Field(
        default="",
        description=(
            "Where those turn whom neither a licence nor coins help, a telephone number or a web address, as customers "
            "are shown it; left out, they are told of none (rule L4)."
        ),
    )
    products: Products = Field(
        default_factory=lambda: MappingProxyType({}),
        description="The licensed products, [licences.products.KEY] each; file order is the order shown.",
    )
    table: LicenceTableSettings | None = Field(
        default=None, description="Your own table of licences in the shop's database, instead of orders (rule L8)."
    )

    @model_validator(mode="after")
    def _orders_or_a_table(self) -> Self:
        found = []
        for key, product in self.products.items():
            if self.table is None and not product.product_codes:
                rule = "must name at least one product code, or no purchase can ever give a licence of it"
                found.append(Broken(rule, ("products", key, "product_codes"), ""))
            if self.table is not None:
                rule = "must be left out: with [licences.table] licences come from that table and not from orders"
                named = ("product_codes", "renewals")
                found += [Broken(rule, ("products", key, one), "") for one in named if getattr(product, one)]
        if self.table is not None:
            found += self.table.unfit_products(self.products)
        if found:
            raise all_broken(found)
        return self


def unfit_codes(plans: Mapping[str, PlanSettings], products: Mapping[str, ProductSettings]) -> list[Broken]:
    """Codes that stand for two things: of plans, products and renewals together, each code stands for one."""
    owner = {code.casefold(): f"grants the plan {key}" for key, plan in plans.items() for code in plan.product_codes}
    found = []
    for key, product in products.items():
        for path, code, meaning in _codes(key, product):
            first = owner.setdefault(code.casefold(), meaning)
            if first is not meaning:
                found.append(Broken(twice(code, first), ("licences", "products", key, *path), ""))
    return found


def _codes(key: str, product: ProductSettings) -> Iterator[tuple[Path, str, str]]:
    """Each code of a product with its place and what it does."""
    for index, code in enumerate(product.product_codes):
        yield ("product_codes", index), code, f"gives a licence of {key}"
    for code in product.renewals:
        yield ("renewals", code), code, f"renews {key}"
