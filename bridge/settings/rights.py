"""The rights that plans carry, and the price list (rules P1, C13).

Believes: a right is data, a name and the plans that carry it; the bridge knows four kinds and asks for none by name.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer

from bridge.settings.base import Broken, Section, all_broken, broken, check_label, has_control_characters
from bridge.settings.plans import MOST_COINS, check_languages
from bridge.settings.values import shown_value

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{2,38}[0-9]")
LONGEST_ABOUT = 500


def check_telephone(text: str) -> str:
    """A telephone number as people dial it, or nothing."""
    if text and not _TELEPHONE.fullmatch(text):
        raise broken("must be a telephone number such as +98 21 5555 0100")
    return text


def _each_once(plans: tuple[str, ...]) -> tuple[str, ...]:
    if not plans:
        raise broken("must name at least one plan, or nobody ever has this right", value="")
    found = [Broken("must not be named twice", (at,)) for at, key in enumerate(plans) if key in plans[:at]]
    if found:
        raise all_broken(found)
    return plans


def _label(text: str) -> str:
    return check_label(text, longest=100)


def _names(names: Mapping[str, str]) -> Mapping[str, str]:
    if found := check_languages(names):
        raise all_broken(found)
    return MappingProxyType(dict(names))


LongNames = Annotated[
    Mapping[str, Annotated[str, AfterValidator(_label)]], AfterValidator(_names), PlainSerializer(dict)
]
"""A name by language (en, ru, fa) that may be a sentence; English is always there."""


class RightSettings(Section):
    """One right that plans carry."""

    name: LongNames = Field(
        description="What customers read, by language: en is required, ru and fa fall back to it.",
        examples=['{ en = "Telephone support" }'],
    )
    kind: Literal["standing", "once", "work", "telephone"] = Field(
        description=(
            "standing is only shown; once is redeemed on the page, once per shop domain; work names work that can be "
            "quoted under the plan; telephone shows the number."
        ),
        examples=['"standing"'],
    )
    plans: Annotated[tuple[str, ...], AfterValidator(_each_once)] = Field(
        description="The plans that carry it, by their keys.", examples=['["base"]']
    )


def _about(texts: Mapping[str, str]) -> Mapping[str, str]:
    found = check_languages(texts)
    for language, text in texts.items():
        if len(text) > LONGEST_ABOUT:
            found.append(Broken(f"must have at most {LONGEST_ABOUT} characters", (language,)))
        if has_control_characters(text):
            found.append(Broken("must not contain control characters", (language,)))
    if found:
        raise all_broken(found)
    return MappingProxyType(dict(texts))


class PriceSettings(Section):
    """One line of the price list. What a customer asks for from it becomes a draft quote, which staff send."""

    coins: Annotated[int, Field(ge=1, le=MOST_COINS)] = Field(
        description="What the work costs in the usual case, in coins.", examples=["50"]
    )
    name: LongNames = Field(
        description="What the work is called, by language: en is required, ru and fa fall back to it.",
        examples=['{ en = "Set up Google Analytics" }'],
    )
    about: Annotated[Mapping[str, str], AfterValidator(_about), PlainSerializer(dict)] = Field(
        default={},
        description="A sentence about it, by language, en among them; may be left out.",
    )


def _keys(what: str, keys: Mapping[str, object]) -> list[Broken]:
    rule = f"a {what} must be lower-case letters, digits, - and _, beginning with a letter, at most 64"
    return [Broken(rule, (key,), "") for key in keys if not _KEY.fullmatch(key)]


def _rights(rights: Mapping[str, RightSettings]) -> Mapping[str, RightSettings]:
    if found := _keys("right's key", rights):
        raise all_broken(found)
    return MappingProxyType(dict(rights))


def _prices(prices: Mapping[str, PriceSettings]) -> Mapping[str, PriceSettings]:
    if found := _keys("price's code", prices):
        raise all_broken(found)
    return MappingProxyType(dict(prices))


Rights = Annotated[Mapping[str, RightSettings], AfterValidator(_rights), PlainSerializer(dict)]
"""The rights by key, in file order."""
Prices = Annotated[Mapping[str, PriceSettings], AfterValidator(_prices), PlainSerializer(dict)]
"""The price list by code, in file order."""


def unfit_rights(rights: Mapping[str, RightSettings], plans: Mapping[str, object], telephone: str) -> list[Broken]:
    """What of the rights does not fit the rest of the store's file."""
    found = [
        Broken(
            f"must be the key of a plan of this file ({', '.join(plans)})",
            ("rights", key, "plans", at),
            shown_value(plan),
        )
        for key, right in rights.items()
        for at, plan in enumerate(right.plans)
        if plan not in plans
    ]
    shows = next((key for key, right in rights.items() if right.kind == "telephone"), None)
    if shows is not None and not telephone:
        found.append(Broken(f"must be set: the right {shows} shows it", ("telephone",), ""))
    return found


def unfit_prices(prices: Mapping[str, PriceSettings], most_coins: int) -> list[Broken]:
    """What of the price list could never be quoted."""
    return [
        Broken(
            f"must not be more than quotes.most_coins ({most_coins}), or it can't be quoted", ("prices", code, "coins")
        )
        for code, price in prices.items()
        if price.coins > most_coins
    ]
