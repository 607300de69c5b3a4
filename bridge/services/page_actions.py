"""What a customer can do on the shop's pages, kind by kind, once a row has been proven to be his (rule T11).

Each reads the data of its kind strictly, calls the service that decides, and says what was done in a stable word and
numbers. A further kind is a model, a function and a line in `KINDS`.
"""

from collections.abc import Mapping
from typing import Any

from bridge.domain.tickets import TicketKind
from bridge.errors import LicenceRefused, QuoteRefused, RightRefused
from bridge.services import covering, deciding, guests, licence_releases, replying, rights
from bridge.services.inbox_rows import (
    GuestClaim,
    GuestCode,
    LicenceRelease,
    Posted,
    QuoteApprove,
    QuoteCancel,
    QuoteDecline,
    RequestReply,
    RightRedeem,
    TicketCover,
    TicketOpen,
    TicketReply,
)
from bridge.services.opening import CONTINUED, Wish, open_ticket
from bridge.services.page_act import Act, Done, Handler, reading
from bridge.services.premium_page_actions import PREMIUM_KINDS


def do(act: Act, posted: Posted) -> Done:
    """Do what was posted. Raises `NotEnoughCoins`, `QuoteRefused`, `RightRefused`, `LicenceRefused`,
    `PremiumError`, and `ValidationError` for data that is not as agreed on.
    """
    if posted.data is None:
        raise QuoteRefused("invalid", "the row is not as agreed on")
    kind = KINDS.get(posted.kind)
    if kind is None:
        raise QuoteRefused("unknown_kind", f"there is no kind {posted.kind}")
    return kind(act, posted.data)


def _approve(act: Act, data: QuoteApprove) -> Done:
    quote = deciding.approve(
        act.tx,
        act.terms,
        _account_id(act),
        data.quote,
        version=data.version,
        text_hash=data.text_hash,
        at=act.at,
        evidence=act.evidence,
    )
    return Done("approved", {"quote": quote.id, "coins": quote.offer.coins})


def _decline(act: Act, data: QuoteDecline) -> Done:
    quote = deciding.decline(
        act.tx, act.terms, _account_id(act), data.quote, version=data.version, at=act.at, evidence=act.evidence
    )
    return Done("declined", {"quote": quote.id})


def _cancel(act: Act, data: QuoteCancel) -> Done:
    quote = deciding.cancel(act.tx, act.terms, _account_id(act), data.quote, at=act.at, evidence=act.evidence)
    return Done("cancelled", {"quote": quote.id})


def _open(act: Act, data: TicketOpen) -> Done:
    account = act.own_account()
    act.require_no_flood()
    ticket = open_ticket(
        act.tx,
        act.terms,
        account,
        subject=data.subject.strip(),
        text=data.text.strip(),
        at=act.at,
        price=data.price,
        language=act.language,
        number=act.ticket_id,
        wish=Wish(TicketKind(data.kind), data.order, data.product or "", data.urgent, data.licence),
        cover=act.cover,
    )
    act.receive(account, ticket.id, data.files)
    code = "ticket_opened" if data.price is None else "price_requested"
    return Done(code, {"ticket": ticket.id, **_cover_told(act, ticket.id)})


def _cover_told(act: Act, ticket_id: int) -> dict[str, Any]:
    """How help in a ticket is covered that he has just opened, for whoever has to do it again after a restore."""
    cover = covering.cover_of(act.tx, ticket_id)
    return {"cover": cover.detail} if cover is not None else {}


def _reply(act: Act, data: TicketReply) -> Done:
    account = act.account()
    if account is None:
        raise QuoteRefused("unknown_ticket", "a customer without an account has no tickets")
    act.require_few_messages()
    written = replying.reply(
        act.tx,
        act.terms,
        account,
        data.ticket,
        text=data.text.strip(),
        evidence=act.evidence,
        at=act.at,
        require_no_flood=act.require_no_flood,
        language=act.language,
        number=act.ticket_id,
        cover=act.cover,
    )
    ticket = written.ticket
    act.receive(account, ticket.id, data.files)
    if written.opened:
        about = {"ticket": ticket.id, "continues": ticket.continues}
        return Done(CONTINUED, {**about, **_cover_told(act, ticket.id)})
    return Done("replied", {"ticket": ticket.id})


def _reply_as_before(act: Act, data: RequestReply) -> Done:
    return _reply(act, TicketReply(ticket=data.request, text=data.text))


def _choose(act: Act, data: TicketCover) -> Done:
    account = act.account()
    if account is None:
        raise QuoteRefused("unknown_ticket", "a customer without an account has no tickets")
    ticket, found = covering.choose(act.tx, act.terms, account.id, data.ticket, data.licence, at=act.at)
    return Done("covered" if found.is_free else "not_covered", {"ticket": ticket.id})


def _redeem(act: Act, data: RightRedeem) -> Done:
    account = act.account()
    if account is None:
        raise RightRefused("right_not_in_plan", "a customer without coins has no plan")
    act.require_no_flood()
    _, ticket = rights.redeem(
        act.tx, act.terms, account, right=data.right, domain=data.domain, at=act.at, number=act.ticket_id
    )
    return Done("redeemed", {"ticket": ticket.id})


def _release(act: Act, data: LicenceRelease) -> Done:
    account = act.account()
    if account is None:
        raise LicenceRefused("unknown_licence", "a customer without an account has no licences")
    licence_releases.release(
        act.tx,
        act.terms,
        account.id,
        data.licence,
        data.domain,
        at=act.at,
        evidence=act.evidence,
        again=act.again,
    )
    return Done("domain_released", {"licence": data.licence})


def _claim(act: Act, data: GuestClaim) -> Done:
    if not act.again:  # that code was mailed, and is over
        guests.claim(act.tx, act.terms, act.own_account(), data.order, act.language, act.at)
    return Done("claim_sent", {"order": data.order})


def _enter(act: Act, data: GuestCode) -> Done:
    if act.again:
        guests.link_again(act.tx, act.terms, act.own_account(), data.order, act.at)
        return Done("claimed", {"order": data.order})
    entered = guests.enter_code(act.tx, act.terms, act.own_account(), data.order, data.code, act.at)
    if entered.refusal:
        return Done(entered.refusal, refused=True)
    return Done("claimed", {"order": data.order})


def _account_id(act: Act) -> int:
    account = act.account()
    if account is None:
        raise QuoteRefused("unknown_quote", "a customer without an account has no quotes")
    return account.id


KINDS: Mapping[str, Handler] = {
    "quote_approve": reading(QuoteApprove, _approve),
    "quote_decline": reading(QuoteDecline, _decline),
    "quote_cancel": reading(QuoteCancel, _cancel),
    "ticket_open": reading(TicketOpen, _open),
    "ticket_cover": reading(TicketCover, _choose),
    "ticket_reply": reading(TicketReply, _reply),
    "request_open": reading(TicketOpen, _open),
    "request_reply": reading(RequestReply, _reply_as_before),
    "right_redeem": reading(RightRedeem, _redeem),
    "licence_release": reading(LicenceRelease, _release),
    "guest_claim": reading(GuestClaim, _claim),
    "guest_code": reading(GuestCode, _enter),
    **PREMIUM_KINDS,
}
"""What can be done on the pages. Of older extensions a ticket is called a request."""
