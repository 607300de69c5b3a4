"""Letters about coins that come, go and end, and about guests' orders (rules C17 and C19): the number comes first."""

from bridge.domain.accounts import OwnerKind
from bridge.domain.events import (
    CHARGEBACK,
    BalanceLow,
    CoinsChanged,
    CoinsCorrected,
    CoinsGranted,
    CoinsReinstated,
    CoinsRevoked,
    Event,
    GuestClaimed,
    PackageExpired,
    PackageExpiring,
)
from bridge_mail.letter import Context, Fact, Letter, Writer, open_account
from bridge_mail.words import amount, number, say, say_n


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
    return Letter(subject, (line,), _coin_facts(event, at), link=open_account(lang))


def _revoked(event: CoinsRevoked, at: Context) -> Letter:
    lang = at.language
    if event.reason == CHARGEBACK:
        lines = _charged_back(lang)
    elif event.order_id is None:
        lines = (say(lang, "Our staff have taken them back."),)
    else:
        lines = (
            say(
                lang,
                "The order was cancelled, refunded or reduced. What was left of its coins is no longer on your "
                "account; what you have used already stays used.",
            ),
        )
    subject = say_n(
        lang, "{count} coin was taken off your account", "{count} coins were taken off your account", event.coins
    )
    return Letter(subject, lines, _coin_facts(event, at, until=False), link=open_account(lang))


def _charged_back(lang: str) -> tuple[str, ...]:
    """That the bank has the money again, and what it means that the account is frozen (rules C14 and C15)."""
    return (
        say(
            lang,
            "The bank took the payment for this order back. What was left of its coins is no longer on your account; "
            "what you have used already stays used.",
        ),
        say(
            lang,
            "Your account is paused until we have lifted that: there are no new offers, nothing can be approved, and "
            "no right of your plan can be redeemed. Your tickets go on, and you can still write to us.",
        ),
    )


def _reinstated(event: CoinsReinstated, at: Context) -> Letter:
    lang = at.language
    line = say(lang, "They had been taken off before. The day on which they end is the same as it was.")
    subject = say_n(lang, "{count} coin is back on your account", "{count} coins are back on your account", event.coins)
    return Letter(subject, (line,), _coin_facts(event, at), link=open_account(lang))


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
    return Letter(subject, (line,), _coin_facts(event, at, until=event.coins > 0), link=open_account(lang))


def _coin_facts(event: CoinsChanged, at: Context, *, until: bool = True) -> tuple[Fact, ...]:
    lang = at.language
    facts = [Fact(say(lang, "Coins"), amount(lang, abs(event.coins)))]
    if event.plan:
        facts.append(Fact(say(lang, "Package"), at.plan(event.plan)))
    if event.order_id is not None:
        facts.append(Fact(say(lang, "Order"), number(lang, event.order_id)))
    if until and event.usable_until is not None:
        facts.append(Fact(say(lang, "Can be used until"), at.day(event.usable_until)))
    return tuple(facts)


def _expiring(event: PackageExpiring, at: Context) -> Letter | None:
    if event.usable_until < at.now:
        return None
    lang, until = at.language, at.day(event.usable_until)
    subject = say_n(
        lang, "{count} coin can be used until {day}", "{count} coins can be used until {day}", event.coins, day=until
    )
    # The day and never how far off it is: a letter may wait, and a repetition says the same (rule C17).
    line = say(lang, "What is left of the package then expires. Coins that are held for approved work are kept.")
    facts = (Fact(say(lang, "Coins"), amount(lang, event.coins)), Fact(say(lang, "Can be used until"), until))
    return Letter(subject, (line,), facts, link=open_account(lang))


def _expired(event: PackageExpired, at: Context) -> Letter:
    lang = at.language
    subject = say_n(lang, "{count} coin has expired", "{count} coins have expired", event.coins)
    facts = (
        Fact(say(lang, "Coins"), amount(lang, event.coins)),
        Fact(say(lang, "Could be used until"), at.day(event.usable_until)),
        Fact(say(lang, "Available now"), amount(lang, event.available)),
    )
    line = say(lang, "They were left over of a package that has ended.")
    return Letter(subject, (line,), facts, link=open_account(lang))


def _low(event: BalanceLow, at: Context) -> Letter:
    lang = at.language
    subject = say_n(lang, "You have {count} coin left", "You have {count} coins left", event.available)
    line = say_n(
        lang,
        "Your newest package had {count} coin. If you plan more work, this is a good moment to buy another package.",
        "Your newest package had {count} coins. If you plan more work, this is a good moment to buy another package.",
        event.of,
    )
    facts = (Fact(say(lang, "Available now"), amount(lang, event.available)),)
    return Letter(subject, (line,), facts, link=open_account(lang))


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
    return Letter(subject, lines, code=at.code, link=open_account(lang))


COIN_WRITERS: dict[type[Event], Writer] = {
    CoinsGranted: _granted,
    CoinsRevoked: _revoked,
    CoinsReinstated: _reinstated,
    CoinsCorrected: _corrected,
    PackageExpiring: _expiring,
    PackageExpired: _expired,
    BalanceLow: _low,
    GuestClaimed: _claimed,
}
