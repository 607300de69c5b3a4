"""Letters about licences: there is one, it is suspended or back, renewed, about to end, ended (rules L1, L5, L6).

No letter has the key: whoever reads the mail could use it. It stands on the customer's page.
"""

from bridge.domain.accounts import OwnerKind
from bridge.domain.events import AboutLicence, Event, LicenceChanged, LicenceExpired, LicenceExpiring
from bridge.domain.licences import CHARGEBACK, REFUNDED, StaffReason
from bridge_mail.letter import Context, Fact, Letter, Writer, open_account
from bridge_mail.words import isolated, say


def _changed(event: LicenceChanged, at: Context) -> Letter | None:
    """What has happened to it; a released domain is no reason to write: whoever released it knows."""
    lang, product = at.language, _product(event, at)
    lines: tuple[str, ...]
    match event.change:
        case "issued":
            subject = say(lang, "You have a licence of {product}", product=product)
            lines = (_issued(event, lang),)
        case "suspended":
            subject = say(lang, "Your licence of {product} is suspended", product=product)
            lines = (
                _why(event.reason, lang),
                say(lang, "It does not count until that is lifted. Tickets that are free by it already stay so."),
            )
        case "reinstated":
            subject = say(lang, "Your licence of {product} is no longer suspended", product=product)
            lines = (say(lang, "Its key and its end are the same as before."),)
        case "renewed":
            subject = say(lang, "Your licence of {product} was renewed", product=product)
            lines = (say(lang, "Its key stays the same, and there is nothing to be done."),)
        case "assigned":
            subject = say(lang, "A licence of {product} is yours now", product=product)
            lines = (say(lang, "You find its key, and where it is used, on your account page."),)
        case _:
            return None
    facts = _facts(event, at) if event.change != "suspended" else _facts(event, at)[:1]
    return Letter(subject, lines, facts, link=open_account(lang), view="view=licences")


def _issued(event: LicenceChanged, lang: str) -> str:
    if event.owner.kind is OwnerKind.GUEST:
        return say(
            lang,
            "You bought without an account: to see its key, log in to the shop or register, and claim this order on "
            "your account page.",
        )
    return say(lang, "You find its key on your account page. Enter it where the extension asks for it.")


def _why(reason: str, lang: str) -> str:
    """Why it is suspended, as far as there is a word for it."""
    if reason == REFUNDED:
        return say(lang, "The payment for it was given back.")
    if reason == CHARGEBACK:
        return say(lang, "The bank took the payment for it back.")
    if reason == StaffReason.UNPAID:
        return say(lang, "We have not received the payment for it.")
    if reason == StaffReason.MISUSE:
        return say(lang, "It was used in a way that its terms do not allow.")
    if reason == StaffReason.LEAKED:
        return say(lang, "Its key has become known to others. Write to us, and we will find a way.")
    return say(lang, "If you do not know why, write to us.")


def _expiring(event: LicenceExpiring, at: Context) -> Letter | None:
    if event.until is None or event.until < at.now:
        return None
    lang, until = at.language, at.day(event.until)
    # The day and never how far off it is: a letter may wait, and a repetition says the same (rule C17).
    subject = (
        say(lang, "Help by your licence of {product} ends on {day}", product=_product(event, at), day=until)
        if event.goes_on
        else say(lang, "Your licence of {product} ends on {day}", product=_product(event, at), day=until)
    )
    lines = [say(lang, "Until then help by ticket is free by it.")]
    if _can_be_renewed(event, at):
        lines.append(say(lang, "If you renew it before, the new time is added to the old."))
    return Letter(
        subject, tuple(lines), (*_facts(event, at), *_renewal(event, at)), link=open_account(lang), view="view=licences"
    )


def _expired(event: LicenceExpired, at: Context) -> Letter:
    lang = at.language
    subject = (
        say(lang, "Help by your licence of {product} has ended", product=_product(event, at))
        if event.goes_on
        else say(lang, "Your licence of {product} has ended", product=_product(event, at))
    )
    lines = [say(lang, "Help in new tickets is not free by it any more. Tickets that are free by it already stay so.")]
    if _can_be_renewed(event, at):
        lines.append(
            say(lang, "It can still be renewed, with the same key: the new time then begins with the payment.")
        )
    facts = [Fact(say(lang, "Licence of"), _product(event, at))]
    if event.until is not None:
        label = say(lang, "Help by ticket was free until") if event.goes_on else say(lang, "Counted until")
        facts.append(Fact(label, at.day(event.until)))
    return Letter(subject, tuple(lines), (*facts, *_renewal(event, at)), link=open_account(lang), view="view=licences")


def _facts(event: AboutLicence, at: Context) -> tuple[Fact, ...]:
    facts = [Fact(say(at.language, "Licence of"), _product(event, at))]
    if event.until is not None:
        label = say(at.language, "Help by ticket until") if event.goes_on else say(at.language, "Counts until")
        facts.append(Fact(label, at.day(event.until)))
    return tuple(facts)


def _can_be_renewed(event: AboutLicence, at: Context) -> bool:
    """Whether the store sells renewals of it, as far as its settings say."""
    product = at.store.licences.products.get(event.product)
    return product is not None and bool(product.renewals or product.renew_url)


def _renewal(event: AboutLicence, at: Context) -> tuple[Fact, ...]:
    """Where a renewal is sold, if the store says so."""
    product = at.store.licences.products.get(event.product)
    if product is None or not product.renew_url:
        return ()
    return (Fact(say(at.language, "Renew it here"), isolated(product.renew_url)),)


def _product(event: AboutLicence, at: Context) -> str:
    """What the customer calls it; one that has left the settings goes by its key."""
    names = at.store.licences.names(event.product)
    return names.get(at.language) or names.get("en") or event.product


LICENCE_WRITERS: dict[type[Event], Writer] = {
    LicenceChanged: _changed,
    LicenceExpiring: _expiring,
    LicenceExpired: _expired,
}
