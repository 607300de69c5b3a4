"""Premium time: kinds of paid work, their rates, and the numbers that people write to (rules W1, W4).

Believes: a rate is written as people read it, "20.00", and a quarter of it is a whole number of the currency's smallest
part, so that shown hours × rate is the shown total (rule W6). What the premium number is, nobody reads in an error, a
log or the list of settings: it stands in the automatic reply alone (rule W2).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer, SecretStr

from bridge.domain.money import Currency, HourlyRate, Money
from bridge.domain.premium import DOLLAR, STEP, NumberRole, OurNumber, PremiumKind, PremiumTerms
from bridge.errors import ImpossibleAmount
from bridge.settings.base import Broken, Section, all_broken, broken, check_label, check_web_address
from bridge.settings.rights import LongNames

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,3})?")
_SEPARATORS = re.compile(r"[ ().-]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_CHANNEL_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


def _amount(text: str) -> str:
    if not _AMOUNT.fullmatch(text) or not Decimal(text):
        raise broken('must be an amount above 0 in quotes, such as "20.00"')
    return text


def _number(secret: SecretStr) -> SecretStr:
    if not _E164.fullmatch(_dialled(secret)):
        rule = "must be a telephone number with its country's code, such as +98 21 5555 0100"
        raise broken(rule, value="")
    return secret


def _dialled(secret: SecretStr) -> str:
    return _SEPARATORS.sub("", secret.get_secret_value())


def _name(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise broken("must be lower-case letters, digits, - and _, beginning with a letter, at most 32", value="")
    return text


def _channel_id(text: str) -> str:
    if text and not _CHANNEL_ID.fullmatch(text):
        raise broken("must be the number's id at the channel: letters, digits, - and _, at most 64", value="")
    return text


def _code(text: str) -> str:
    return check_label(text, longest=64)


def _currency(code: str) -> str:
    from babel.numbers import list_currencies  # only who sells premium time waits for what it needs

    if code not in list_currencies():
        raise broken("must be a currency by its code of ISO 4217, such as USD")
    return code


def _frozen(table: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(table))


class PremiumKindSettings(Section):
    """One kind of paid work. An agreement keeps its rate; a change here touches none that was offered."""

    name: LongNames = Field(
        description="What customers read, by language: en is required, ru and fa fall back to it.",
        examples=['{ en = "Technical support" }'],
    )
    rate: Annotated[str, AfterValidator(_amount)] = Field(
        description="What an hour of it costs, in premium.currency; a quarter of it must be a whole amount.",
        examples=['"20.00"'],
    )


class PremiumNumberSettings(Section):
    """One number that people write to."""

    name: Annotated[str, AfterValidator(_name)] = Field(
        description="What commands, logs and the books call it; keep it.", examples=['"office"']
    )
    role: Literal["official", "premium"] = Field(
        description=(
            "official: questions before buying, free, with an automatic reply; premium: paid help, where only its "
            "agents answer (rule W1)."
        ),
        examples=['"official"'],
    )
    number: Annotated[SecretStr, AfterValidator(_number)] = Field(
        description=(
            "The number with its country's code. A premium one is shown nowhere but in the automatic reply (rule W2)."
        ),
        examples=['"+98 21 5555 0100"'],
    )
    channel_id: Annotated[str, AfterValidator(_channel_id)] = Field(
        default="",
        description="The number's id at the chat channel (WhatsApp: phone number ID); left out, it is worked by hand.",
    )
    agents: tuple[str, ...] = Field(
        default=(),
        description="Who of the staff may answer on it; required for a premium one, left out for another: everybody.",
    )

    @property
    def value(self) -> OurNumber:
        """The number as the rules need it."""
        role, number = NumberRole(self.role), _dialled(self.number)
        return OurNumber(self.name, role, number, self.channel_id, frozenset(self.agents))


def _kinds(kinds: Mapping[str, PremiumKindSettings]) -> Mapping[str, PremiumKindSettings]:
    rule = "a kind's key must be lower-case letters, digits, - and _, beginning with a letter, at most 32"
    if found := [Broken(rule, (key,), "") for key in kinds if not _KEY.fullmatch(key)]:
        raise all_broken(found)
    return MappingProxyType(dict(kinds))


def _each_once(numbers: tuple[PremiumNumberSettings, ...]) -> tuple[PremiumNumberSettings, ...]:
    found: list[Broken] = []
    for what in ("name", "number", "channel_id"):
        seen: dict[str, int] = {}
        for at, one in enumerate(numbers):
            value = _dialled(one.number) if what == "number" else getattr(one, what)
            first = seen.setdefault(value, at) if value else at
            if first != at:
                found.append(Broken(f"must differ from the {what} of premium.numbers[{first + 1}]", (at, what), ""))
    if found:
        raise all_broken(found)
    return numbers


class PremiumSettings(Section):
    """Paid help from the developer himself, by the hour and after an agreement. Without kinds none is sold."""

    currency: Annotated[str, AfterValidator(_currency)] = Field(
        default="USD", description="The currency of the rates by its code of ISO 4217."
    )
    kinds: Annotated[Mapping[str, PremiumKindSettings], AfterValidator(_kinds)] = Field(
        default_factory=lambda: MappingProxyType({}),
        description="The kinds of work, [premium.kinds.KEY] each; file order is the order shown.",
    )
    numbers: Annotated[tuple[PremiumNumberSettings, ...], AfterValidator(_each_once)] = Field(
        default=(), description="The numbers people write to, [[premium.numbers]] each."
    )
    payments: Annotated[
        Mapping[Annotated[str, AfterValidator(_code)], Annotated[str, AfterValidator(_amount)]],
        AfterValidator(_frozen),
        PlainSerializer(dict),
    ] = Field(
        default_factory=lambda: MappingProxyType({}),
        description="Products that pay bills: the shop's product code, and what a bought unit pays.",
    )
    pay_url: Annotated[str, AfterValidator(check_web_address)] = Field(
        default="", description="Where those products are sold: a bill on the customer's page leads there."
    )
    valid_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=14, description="For how many days an offered agreement can be accepted."
    )
    most_hours: Annotated[int, Field(ge=1, le=100)] = Field(
        default=8, description="The most hours that one agreement may be capped at."
    )
    longest_timer_minutes: Annotated[int, Field(ge=15, le=720)] = Field(
        default=120, description="After so long a timer that nobody stopped ends by itself."
    )
    warn_minutes: Annotated[int, Field(ge=1, le=60)] = Field(
        default=10, description="So long before a timer ends by itself its agent is told."
    )
    waiting_minutes: Annotated[int, Field(ge=0, le=60)] = Field(
        default=10, description="So long after waiting was marked the time still counts; then it ends."
    )
    reply_again_hours: Annotated[int, Field(ge=1, le=720)] = Field(
        default=24, description="For so long a contact gets the automatic reply once (rule W2)."
    )
    code_minutes: Annotated[int, Field(ge=1, le=1_440)] = Field(
        default=15, description="How long the one-time code holds that links a chat to a customer (rule W9)."
    )
    ticket_page: Annotated[str, AfterValidator(check_web_address)] = Field(
        default="",
        description="Where help after the purchase is to be had; left out, account_url, and without that no address.",
    )

    def terms(self, account_url: str) -> PremiumTerms:
        """What decides about premium time."""
        currency = self._currency
        return PremiumTerms(
            currency=currency,
            kinds={
                key: PremiumKind(key, dict(kind.name), HourlyRate(Money(Decimal(kind.rate), currency)))
                for key, kind in self.kinds.items()
            },
            numbers=tuple(one.value for one in self.numbers),
            valid_days=self.valid_days,
            most_steps=timedelta(hours=self.most_hours) // STEP,
            longest_timer=timedelta(minutes=self.longest_timer_minutes),
            warn_before=timedelta(minutes=self.warn_minutes),
            waiting_counts=timedelta(minutes=self.waiting_minutes),
            reply_again=timedelta(hours=self.reply_again_hours),
            code_valid=timedelta(minutes=self.code_minutes),
            ticket_page=self.ticket_page or account_url,
            pays={code: Money(Decimal(amount), currency) for code, amount in self.payments.items()},
            pay_url=self.pay_url,
        )

    def unfit(self, staff: Iterable[str], codes: Iterable[str]) -> list[Broken]:
        """What doesn't fit the currency, the `staff` by name, or the `codes` of the store's plans and licences."""
        found = [*self._unfit_amounts(), *self._unfit_agents(frozenset(staff))]
        taken = {code.casefold() for code in codes}
        for code in self.payments:
            if code.casefold() in taken:
                rule = "already a plan's, a licence's or a renewal's: a code stands for one thing"
                found.append(Broken(rule, ("payments", code), f'"{code}"'))
            taken.add(code.casefold())
        return found

    def _unfit_amounts(self) -> Iterable[Broken]:
        currency = self._currency
        for key, kind in self.kinds.items():
            try:
                HourlyRate(Money(Decimal(kind.rate), currency)).for_duration(STEP)
            except ImpossibleAmount:
                rule = f"a quarter of an hour must be a whole amount of {currency.code}"
                yield Broken(rule, ("kinds", key, "rate"), f'"{kind.rate}"')
        for code, amount in self.payments.items():
            try:
                Money(Decimal(amount), currency)
            except ImpossibleAmount:
                yield Broken(f"must be an amount of {currency.code}", ("payments", code), f'"{amount}"')

    def _unfit_agents(self, staff: frozenset[str]) -> Iterable[Broken]:
        for at, one in enumerate(self.numbers):
            if one.value.role is NumberRole.PREMIUM and not one.agents:
                rule = "must name at least one agent: only who is listed answers on a premium number (rule W1)"
                yield Broken(rule, ("numbers", at, "agents"), "")
            for place, name in enumerate(one.agents):
                if name not in staff:
                    yield Broken("must be the name of one of [[staff]]", ("numbers", at, "agents", place), f'"{name}"')

    @property
    def _currency(self) -> Currency:
        if self.currency == DOLLAR.code:
            return DOLLAR
        from babel.numbers import get_currency_precision  # as above

        return Currency(self.currency, get_currency_precision(self.currency))
