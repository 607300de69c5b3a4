"""Letters about quotes: what is offered, and what became of the coins (rules C7, C8, C11 and C17)."""

from bridge.domain.events import CoinsDeducted, Event, QuoteEvent, QuoteLapsing, QuoteOffered, QuoteReleased
from bridge.locale.numbers import Amount
from bridge_mail.letter import Context, Fact, Letter, Writer, about_ticket, open_account, thread_of, ticket_fact
from bridge_mail.words import amount, say, say_n

INSPECTION = "inspection"


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
            lang, "An offer for your ticket: {count} coin", "An offer for your ticket: {count} coins", event.coins
        )
        lines = [
            say(lang, "This is the most it can cost. Nothing is taken off your account unless you approve the offer.")
        ]
    if event.replaces:
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
        ticket_fact(event.ticket_id, at),
        *_quote_facts(event, at),
        Fact(say(lang, "Valid until"), at.minute(event.valid_until)),
    ]
    return Letter(
        about_ticket(subject, at),
        tuple(lines),
        tuple(facts),
        link=say(lang, "Read the offer and decide"),
        view=thread_of(event.ticket_id),
    )


def _lapsing(event: QuoteLapsing, at: Context) -> Letter | None:
    if event.valid_until < at.now:
        return None
    lang = at.language
    subject = say(lang, "An offer waits for your decision until {day}", day=at.day(event.valid_until))
    line = say(lang, "You have not decided yet. If you need more time, do nothing: we can offer it again later.")
    facts = [
        ticket_fact(event.ticket_id, at),
        *_quote_facts(event, at),
        Fact(say(lang, "Valid until"), at.minute(event.valid_until)),
    ]
    return Letter(
        about_ticket(subject, at),
        (line,),
        tuple(facts),
        link=say(lang, "Read the offer and decide"),
        view=thread_of(event.ticket_id),
    )


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
            lines.append(say(lang, "The payment for them was reversed, so they can't be used for this work."))
    if event.reason != "infeasible":
        lines.append(say(lang, "Nothing was deducted."))
    if event.lost:
        lines.append(_gone(lang, event.lost))
    elif event.reason != "chargeback":
        lines.append(say(lang, "You can use them for something else."))
    subject = say_n(lang, "{count} coin is no longer held", "{count} coins are no longer held", event.coins)
    facts = (ticket_fact(event.ticket_id, at), Fact(say(lang, "Available now"), amount(lang, event.available)))
    return Letter(about_ticket(subject, at), tuple(lines), facts, link=open_account(lang))


def _deducted(event: CoinsDeducted, at: Context) -> Letter:
    lang = at.language
    subject = say_n(lang, "{count} coin was deducted", "{count} coins were deducted", event.spent)
    lines = []
    if event.infeasible:
        lines.append(
            say(
                lang,
                "We are sorry: your request can't be done. The coins pay for the inspection that you had approved.",
            )
        )
    elif event.kind == INSPECTION:
        lines.append(say(lang, "The inspection of your ticket is done."))
    else:
        lines.append(say(lang, "The work on your ticket is done."))
    if event.released:
        lines.append(
            say_n(
                lang,
                "You had approved up to {approved}; {count} coin that was not needed was released.",
                "You had approved up to {approved}; {count} coins that were not needed were released.",
                event.released,
                approved=Amount(event.coins),
            )
        )
    if event.lost:
        lines.append(_gone(lang, event.lost))
    facts = (
        ticket_fact(event.ticket_id, at),
        Fact(say(lang, "Deducted"), amount(lang, event.spent)),
        Fact(say(lang, "Available now"), amount(lang, event.available)),
    )
    return Letter(about_ticket(subject, at), tuple(lines), facts, link=open_account(lang))


def _gone(language: str, coins: int) -> str:
    """Of coins that came free, those that nobody can spend any more (rule C5)."""
    return say_n(
        language,
        "Of these {count} coin is gone: its package has ended or was revoked meanwhile.",
        "Of these {count} coins are gone: their package has ended or was revoked meanwhile.",
        coins,
    )


def _quote_facts(event: QuoteEvent, at: Context) -> list[Fact]:
    lang = at.language
    return [
        Fact(say(lang, "Coins"), amount(lang, event.coins)),
        Fact(say(lang, "Available now"), amount(lang, event.available)),
    ]


QUOTE_WRITERS: dict[type[Event], Writer] = {
    QuoteOffered: _offered,
    QuoteLapsing: _lapsing,
    QuoteReleased: _released,
    CoinsDeducted: _deducted,
}
