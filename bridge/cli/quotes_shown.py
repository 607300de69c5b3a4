"""How a quote is shown to staff: what it asks for, what is held and deducted for it, and what the customer has left."""

from collections.abc import Sequence
from typing import Any

from bridge.cli.customer import named, owner_document
from bridge.cli.desk_work import Outcome, QuoteView, moved_document
from bridge.cli.screen import ERASED, count, grid, line, local, one_line, styled, table, utc, words_parts
from bridge.contracts.quotes import Decision
from bridge.domain.quotes import HOLDING, Offer, QuoteState
from bridge.domain.tickets import Ticket

HASH_SHOWN = 12


def quote_document(view: QuoteView) -> dict[str, Any]:
    """A quote for programs; amounts are coins."""
    quote, offer = view.quote, view.quote.offer
    return {
        "quote": quote.id,
        "store": quote.store,
        "owner": owner_document(view.account.owner),
        "ticket": quote.ticket_id,
        "subject": view.ticket.subject,
        "kind": quote.kind.value,
        "state": quote.state.value,
        "lapsed": quote.lapsed(view.at),
        "version": offer.version,
        "coins": offer.coins,
        "held": quote.held,
        "spent": quote.spent,
        "hold": [{"package": part.package_id, "coins": part.coins} for part in quote.hold],
        "words": offer.words,
        "offered_by": offer.staff,
        "offered_at": None if quote.state is QuoteState.DRAFT else utc(offer.offered_at),
        "valid_until": None if quote.state is QuoteState.DRAFT else utc(offer.valid_until),
        "approved_at": utc(quote.approved_at),
        "balance": {
            "available": view.available,
            "posted": view.account.posted,
            "held": view.account.held,
            "frozen": view.account.frozen,
        },
    }


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """A quote after an action, with what the action moved."""
    document = quote_document(outcome.view)
    return {**document, "by": outcome.work.staff, "moved": moved_document(outcome.moved)}


def quote_parts(view: QuoteView) -> list[Any]:
    """A quote's facts, for people."""
    quote, offer, zone = view.quote, view.quote.offer, view.store.zone_info
    facts: list[Sequence[object]] = [
        ("Quote", f"{quote.id}, version {offer.version}: {quote.kind}"),
        ("Customer", f"{view.account.owner} of store {quote.store}"),
        ("Ticket", f"{view.ticket.id}: {subject_of(view.ticket)}"),
        ("State", state_words(view)),
        ("Asks for", count(offer.coins, "coin")),
        ("Held", count(quote.held, "coin")),
    ]
    if quote.spent is not None:
        facts.append(("Deducted", count(quote.spent, "coin")))
    if quote.state is QuoteState.OFFERED:
        facts.append(("Valid until", local(offer.valid_until, zone)))
    if quote.state in HOLDING:
        facts.append(("Approved", local(quote.approved_at, zone)))
    facts.append(("Left to spend", count(view.available, "coin")))
    if view.account.frozen:
        facts.append(("Frozen", styled(f"since {local(view.account.frozen_at, zone)}", "wrong")))
    return [grid(facts)]


def state_words(view: QuoteView) -> str:
    """The state; an offer that can't be approved any more is not just offered (rule C8)."""
    if view.quote.lapsed(view.at):
        return "lapsed"
    return "draft, not shown to the customer" if view.quote.state is QuoteState.DRAFT else view.quote.state.value


def outcome_parts(outcome: Outcome, words: str) -> list[Any]:
    """What was done in a sentence, the numbers behind it, and the quote as it stands now."""
    return [line(" ".join([words, *moved_sentences(outcome)])), line(), *quote_parts(outcome.view)]


def moved_sentences(outcome: Outcome) -> list[str]:
    """Exactly what was moved; nothing where nothing was."""
    moved, told = outcome.moved, []
    if moved.deducted:
        told.append(f"{_were(moved.deducted)} deducted.")
    if moved.released:
        told.append(f"{_were(moved.released)} released.")
    if moved.forfeited:
        told.append(f"{_were(moved.forfeited)} forfeited at once: the package had ended meanwhile (rule C5).")
    if moved.revoked:
        told.append(f"{_were(moved.revoked)} revoked at once: the package was revoked meanwhile (rule C5).")
    if moved.granted:
        days = outcome.work.terms.regrant_days
        told.append(f"{_were(moved.granted)} granted anew for {count(days, 'day')} (rule C5).")
    return told


def _were(coins: int) -> str:
    return f"{count(coins, 'coin')} {'was' if coins == 1 else 'were'}"


def quotes_table(views: Sequence[QuoteView], *, ended: bool = False) -> Any:
    """Quotes, a row each; `ended` where some of them have cost something. The exact deadline is in `quote show`."""
    columns = ["Quote", "Store", "Customer", "Ticket", "Kind", "State", "Asks", "Held", "Until", "Subject"]
    rows = [_row(view) for view in views]
    if ended:
        columns.insert(-2, "Deducted")
        for row, view in zip(rows, views, strict=True):
            row.insert(-2, "" if view.quote.spent is None else f"{view.quote.spent:,}")
    return table(*columns, rows=rows, right=("Quote", "Ticket", "Asks", "Held", "Deducted"), words=("Subject",))


def _row(view: QuoteView) -> list[object]:
    quote = view.quote
    until = f"{quote.offer.valid_until.astimezone(view.store.zone_info):%Y-%m-%d}"
    return [
        quote.id,
        quote.store,
        named(view.account.owner),
        quote.ticket_id,
        quote.kind.value,
        state_words(view).partition(",")[0],
        quote.offer.coins,
        quote.held,
        until if quote.state is QuoteState.OFFERED else "",
        subject_of(view.ticket),
    ]


def offers_document(offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Every version that was offered, for programs, with the exact texts and their hashes."""
    return [
        {
            "version": one.version,
            "coins": one.coins,
            "words": one.words,
            "text": dict(one.texts),
            "text_hash": dict(one.hashes),
            "offered_at": utc(one.offered_at),
            "valid_until": utc(one.valid_until),
            "by": one.staff,
        }
        for one in offers
    ]


def decisions_document(decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    """The evidence that is kept (rule C9), for programs."""
    return [
        {
            "what": one.what,
            "version": one.version,
            "coins": one.coins,
            "at": utc(one.at),
            "channel": one.channel.value,
            "language": one.language,
            "text_hash": one.text_hash,
            "evidence": one.evidence,
        }
        for one in decisions
    ]


def subject_of(ticket: Ticket) -> str:
    """A ticket's subject in one line of a stranger's text; it can have been erased (rule D2)."""
    return one_line(ticket.subject) or ERASED


def offers_parts(offers: Sequence[Offer]) -> list[Any]:
    """The words of every version, for people; what counts now comes first."""
    parts: list[Any] = []
    for one in reversed(offers):
        of_which = f" of version {one.version}, for {count(one.coins, 'coin')}" if len(offers) > 1 else ""
        parts += [line(), line(f"Words{of_which}"), *words_parts(one.words)]
    return parts


def decisions_parts(view: QuoteView, decisions: Sequence[Decision]) -> list[Any]:
    """The evidence, for people."""
    rows = [
        (
            local(one.at, view.store.zone_info),
            one.what,
            one.version,
            one.coins,
            one.channel.value,
            one.language,
            one.text_hash[:HASH_SHOWN],
            one.evidence,
        )
        for one in decisions
    ]
    columns = ("When", "What", "Version", "Coins", "Channel", "Language", "Text's hash", "Signed row")
    return [line(), line("The customer's decisions"), table(*columns, rows=rows, right=("Version", "Coins"))]
