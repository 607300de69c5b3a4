"""What a letter to a customer says, by event: short, the number first, and what he can do (rule C17).

Each function below gives the letter for one kind of event in one language, or None where a letter would come too late
or say nothing new. A letter holds plain text; how it looks is the template's matter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from bridge.contracts.office import StoreCard
from bridge.domain.accounts import OwnerKind
from bridge.domain.events import (
    BalanceLow,
    CoinsChanged,
    CoinsCorrected,
    CoinsDeducted,
    CoinsGranted,
    CoinsReinstated,
    CoinsRevoked,
    Event,
    GuestClaimed,
    PackageExpired,
    PackageExpiring,
    QuoteEvent,
    QuoteLapsing,
    QuoteOffered,
    QuoteReleased,
)
from bridge_mail.words import day, isolated, minute, number, one_line, say, say_n

INSPECTION = "inspection"
LONGEST_SUBJECT = 60
"""Of somebody else's words in a subject line, in characters."""


class Fact(NamedTuple):
    """One line of the small table in a letter."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: its subject is also its heading. `code` is shown large; `link` says what the button does."""

    subject: str
    lines: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    code: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a letter is written from, besides its event.

    `request` is the subject of the request it is about, `code` a guest's one-time code; both empty where there is none.
    """

    language: str
    store: StoreCard
    now: datetime
    request: str = ""
    code: str = ""

    def day(self, moment: datetime) -> str:
        return day(self.language, moment, self.store.zone)

    def minute(self, moment: datetime) -> str:
        return minute(self.language, moment, self.store.zone)

    def plan(self, key: str | None) -> str:
        """A plan's name in the language; empty for no plan."""
        names = self.store.plans.get(key or "", {})
        return names.get(self.language) or names.get("en") or (key or "")


def letter_for(event: Event, at: Context) -> Letter | None:
    """The letter to the customer about an event; None where there is none to be sent."""
    write = WRITERS.get(type(event))
    return write(event, at) if write is not None else None


# --- coins that come and go -----------------------------------------------------------------------------------


def _granted(event: CoinsGranted, at: Context) -> Letter:
    lang = at.language
    if event.order_id is None:
        line = say(lang, "Our staff have added them to your account.")
    elif event.owner.kind is OwnerKind.GUEST:
        line = say(
            lang,
            "Thank you for your purchase. You bought without an account: to use the coins, log in to the shop or "
            "register, and claim this order on your account page.",
        )
    else:
        line = say(lang, "Thank you for your purchase. The coins are ready to be used.")
    subject = say_n(
        lang, "{count} coin was added to your account", "{count} coins were added to your account", event.coins
    )
    return Letter(subject, (line,), _coin_facts(event, at), link=_open_account(lang))


def _revoked(event: CoinsRevoked, at: Context) -> Letter:
    lang = at.language
    if event.order_id is None:
        line = say(lang, "Our staff have taken them back.")
    else:
        line = say(
            lang,
            "The order was cancelled, refunded or reduced. What was left of its coins is no longer on your account; "
            "what you have used already stays used.",
        )
    subject = say_n(
        lang, "{count} coin was taken off your account", "{count} coins were taken off your account", event.coins
    )
    return Letter(subject, (line,), _coin_facts(event, at, until=False), link=_open_account(lang))


def _reinstated(event: CoinsReinstated, at: Context) -> Letter:
    lang = at.language
    line = say(lang, "They had been taken off before. The day on which they end is the same as it was.")
    subject = say_n(lang, "{count} coin is back on your account", "{count} coins are back on your account", event.coins)
    return Letter(subject, (line,), _coin_facts(event, at), link=_open_account(lang))


def _corrected(event: CoinsCorrected, at: Context) -> Letter:
    lang = at.language
    if event.coins < 0:
        subject = say_n(
            lang,
            "{count} coin was taken off by a correction",
            "{count} coins were taken off by a correction",
            -event.coins,
        )
    else:
        subject = say_n(
            lang, "{count} coin was added by a correction", "{count} coins were added by a correction", event.coins
        )
    line = say(lang, "Our staff have corrected your account. The reason stands on your account page.")
    return Letter(subject, (line,), _coin_facts(event, at, until=event.coins > 0), link=_open_account(lang))


def _coin_facts(event: CoinsChanged, at: Context, *, until: bool = True) -> tuple[Fact, ...]:
    lang = at.language
    facts = [Fact(say(lang, "Coins"), number(lang, abs(event.coins)))]
    if event.plan:
        facts.append(Fact(say(lang, "Package"), at.plan(event.plan)))
    if event.order_id is not None:
        facts.append(Fact(say(lang, "Order"), number(lang, event.order_id)))
    if until and event.usable_until is not None:
        facts.append(Fact(say(lang, "Can be used until"), at.day(event.usable_until)))
    return tuple(facts)


# --- quotes ---------------------------------------------------------------------------------------------------


def _offered(event: QuoteOffered, at: Context) -> Letter | None:
    if event.valid_until < at.now:
        return None
    lang, missing = at.language, event.coins - event.available
    if event.kind == INSPECTION:
        subject = say_n(
            lang, "We offer an inspection for {count} coin", "We offer an inspection for {count} coins", event.coins
        )
        lines = [
            say(
                lang,
                "We have to look more closely before we can say whether your request can be done. You get these "
                "coins back if it can, or if the fault is ours; otherwise they pay for the inspection.",
            )
        ]
    else:
        subject = say_n(
            lang, "An offer for your request: {count} coin", "An offer for your request: {count} coins", event.coins
        )
        lines = [
            say(lang, "This is the most it can cost. Nothing is taken off your account unless you approve the offer.")
        ]
    if event.version > 1:
        lines.append(
            say(lang, "This offer replaces the earlier one; coins that were held for that one have been released.")
        )
    if missing > 0:
        lines.append(
            say_n(
                lang,
                "To approve it you need {count} more coin.",
                "To approve it you need {count} more coins.",
                missing,
            )
        )
    facts = [
        *_request_fact(event, at),
        *_quote_facts(event, at),
        Fact(say(lang, "Valid until"), at.minute(event.valid_until)),
    ]
    return Letter(_about(subject, at), tuple(lines), tuple(facts), link=say(lang, "Read the offer and decide"))


def _lapsing(event: QuoteLapsing, at: Context) -> Letter | None:
    if event.valid_until < at.now:
        return None
    lang = at.language
    subject = say(lang, "An offer waits for your decision until {day}", day=at.day(event.valid_until))
    line = say(lang, "You have not decided yet. If you need more time, do nothing: we can offer it again later.")
    facts = [
        *_request_fact(event, at),
        *_quote_facts(event, at),
        Fact(say(lang, "Valid until"), at.minute(event.valid_until)),
    ]
    return Letter(_about(subject, at), (line,), tuple(facts), link=say(lang, "Read the offer and decide"))


def _released(event: QuoteReleased, at: Context) -> Letter | None:
    lang = at.language
    if event.reason == "revised":
        return None  # the letter with the new offer says it
    lines = []
    match event.reason:
        case "cancelled":
            lines.append(say(lang, "You have cancelled the offer that they were held for."))
        case "feasible":
            lines.append(say(lang, "We have looked: your request can be done. You get an offer for the work itself."))
        case "infeasible":
            lines.append(say(lang, "We are sorry: your request can't be done. It costs you nothing."))
        case "chargeback":
            lines.append(say(lang, "The payment for them was reversed, so the work that they were held for is off."))
    if event.reason != "infeasible":
        lines.append(say(lang, "Nothing was deducted."))
    if event.reason != "chargeback":
        lines.append(say(lang, "You can use them for something else, unless their package has ended meanwhile."))
    subject = say_n(lang, "{count} coin is no longer held", "{count} coins are no longer held", event.coins)
    facts = (*_request_fact(event, at), Fact(say(lang, "Available now"), number(lang, event.available)))
    return Letter(_about(subject, at), tuple(lines), facts, link=_open_account(lang))


def _deducted(event: CoinsDeducted, at: Context) -> Letter:
    lang, rest = at.language, event.coins - event.spent
    subject = say_n(lang, "{count} coin was deducted", "{count} coins were deducted", event.spent)
    lines = []
    if event.kind == INSPECTION:
        lines.append(
            say(
                lang,
                "We are sorry: the inspection has shown that your request can't be done. "
                "The coins pay for the inspection.",
            )
        )
    else:
        lines.append(say(lang, "The work on your request is done."))
    if rest > 0:
        lines.append(
            say_n(
                lang,
                "You had approved up to {approved}; the other {count} coin was released.",
                "You had approved up to {approved}; the other {count} coins were released.",
                rest,
                approved=event.coins,
            )
        )
    facts = (
        *_request_fact(event, at),
        Fact(say(lang, "Deducted"), number(lang, event.spent)),
        Fact(say(lang, "Available now"), number(lang, event.available)),
    )
    return Letter(_about(subject, at), tuple(lines), facts, link=_open_account(lang))


def _request_fact(event: QuoteEvent, at: Context) -> list[Fact]:
    return [request_fact(event.request_id, at)]


def request_fact(request_id: int, at: Context) -> Fact:
    """Which request it is about: its number, and its subject where that is known."""
    value, name = number(at.language, request_id), one_line(at.request)
    return Fact(say(at.language, "Request"), f"{value}: {isolated(name)}" if name else value)


def _quote_facts(event: QuoteEvent, at: Context) -> list[Fact]:
    lang = at.language
    return [
        Fact(say(lang, "Coins"), number(lang, event.coins)),
        Fact(say(lang, "Available now"), number(lang, event.available)),
    ]


def _about(subject: str, at: Context) -> str:
    """The subject line with the request's own subject, where it is known."""
    name = one_line(at.request, LONGEST_SUBJECT)
    return f"{subject} – {isolated(name)}" if name else subject


# --- ends of packages -----------------------------------------------------------------------------------------


def _expiring(event: PackageExpiring, at: Context) -> Letter | None:
    if event.usable_until < at.now:
        return None
    lang, until = at.language, at.day(event.usable_until)
    subject = say_n(
        lang, "{count} coin can be used until {day}", "{count} coins can be used until {day}", event.coins, day=until
    )
    lines = (
        say_n(lang, "That is {count} day from now.", "That is {count} days from now.", event.days),
        say(lang, "What is left of the package then expires. Coins that are held for approved work are kept."),
    )
    facts = (Fact(say(lang, "Coins"), number(lang, event.coins)), Fact(say(lang, "Can be used until"), until))
    return Letter(subject, lines, facts, link=_open_account(lang))


def _expired(event: PackageExpired, at: Context) -> Letter:
    lang = at.language
    subject = say_n(lang, "{count} coin has expired", "{count} coins have expired", event.coins)
    facts = (
        Fact(say(lang, "Coins"), number(lang, event.coins)),
        Fact(say(lang, "Could be used until"), at.day(event.usable_until)),
        Fact(say(lang, "Available now"), number(lang, event.available)),
    )
    line = say(lang, "They were left over of a package that has ended.")
    return Letter(subject, (line,), facts, link=_open_account(lang))


def _low(event: BalanceLow, at: Context) -> Letter:
    lang = at.language
    subject = say_n(lang, "You have {count} coin left", "You have {count} coins left", event.available)
    line = say_n(
        lang,
        "Your newest package had {count} coin. If you plan more work, this is a good moment to buy another package.",
        "Your newest package had {count} coins. If you plan more work, this is a good moment to buy another package.",
        event.of,
    )
    facts = (Fact(say(lang, "Available now"), number(lang, event.available)),)
    return Letter(subject, (line,), facts, link=_open_account(lang))


# --- guests ---------------------------------------------------------------------------------------------------


def _claimed(event: GuestClaimed, at: Context) -> Letter | None:
    if not at.code:
        return None
    lang = at.language
    subject = say(lang, "Your code for order {order}", order=event.order_id)
    lines = (
        say(
            lang,
            "Somebody who is logged in to the shop wants to take over the coins of this order. If that is you, enter "
            "this code on your account page.",
        ),
        say(lang, "If it is not you, do nothing and give the code to nobody."),
    )
    return Letter(subject, lines, code=at.code, link=_open_account(lang))


def _open_account(language: str) -> str:
    return say(language, "Open your account page")


Writer = Callable[[Any, Context], Letter | None]
WRITERS: dict[type[Event], Writer] = {
    CoinsGranted: _granted,
    CoinsRevoked: _revoked,
    CoinsReinstated: _reinstated,
    CoinsCorrected: _corrected,
    QuoteOffered: _offered,
    QuoteLapsing: _lapsing,
    QuoteReleased: _released,
    CoinsDeducted: _deducted,
    PackageExpiring: _expiring,
    PackageExpired: _expired,
    BalanceLow: _low,
    GuestClaimed: _claimed,
}
"""The events that a customer is written about."""
