"""What a customer can do on the shop's pages, kind by kind, once a row has been proven to be his (rule T11).

Each reads the data of its kind strictly, calls the service that decides, and says what was done in a stable word and
numbers. A further kind is a model, a function and a line in `KINDS`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.tickets import TicketKind
from bridge.errors import LicenceRefused, QuoteRefused, RightRefused
from bridge.services import covering, deciding, files, guests, licence_releases, replying, rights
from bridge.services.inbox_rows import (
    FileNote,
    GuestClaim,
    GuestCode,
    LicenceRelease,
    Posted,
    QuoteApprove,
    QuoteCancel,
    QuoteDecline,
    RequestReply,
    RightRedeem,
    Strict,
    TicketCover,
    TicketOpen,
    TicketReply,
)
from bridge.services.opening import CONTINUED, Wish, open_ticket, require_no_flood


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a customer does, in his `language`. `evidence` is the UUID of the signed row.

    `again` says that it is done once more after a restore, so that limits of his pace, which he kept then, don't count.
    `ticket_id` is the number of the ticket that it led to then: he was told it, and it stays that. `posted_at` is
    when he did it by the page's clock. `arrivals` is what came of the files that he sent along.
    """

    tx: Tx
    terms: DeskTerms
    customer_id: int
    at: datetime
    evidence: str
    language: str = "en"
    again: bool = False
    ticket_id: int | None = None
    posted_at: datetime | None = None
    arrivals: Mapping[str, files.Arrival] = field(default_factory=dict)

    def account(self) -> Account | None:
        """His account, None while he has none."""
        owner = Owner(OwnerKind.CUSTOMER, self.customer_id)
        return self.tx.accounts.of_owners(self.terms.store, [owner]).get(owner)

    def own_account(self) -> Account:
        """His account, opened where he has none: everybody with a shop account can write (rule T1)."""
        owner = Owner(OwnerKind.CUSTOMER, self.customer_id)
        return self.tx.accounts.open(self.terms.store, [owner])[owner]

    def receive(self, account: Account, ticket_id: int, notes: Sequence[FileNote]) -> None:
        """Keep the files of what he has just written. Raises `QuoteRefused`."""
        named = files.named_files(notes)
        files.receive(
            self.tx,
            self.terms,
            account,
            ticket_id,
            named,
            self.arrivals,
            at=self.at,
            posted_at=self.posted_at,
            again=self.again,
        )

    def require_no_flood(self) -> None:
        """Raises `QuoteRefused` where he has opened as many tickets within the hour as he may (rule T12)."""
        if not self.again:
            posted_at = self.posted_at or self.at
            require_no_flood(self.tx, self.terms, self.customer_id, at=self.at, posted_at=posted_at)

    def require_few_messages(self) -> None:
        """Raises `QuoteRefused` where he has written as much within the hour as he may (rule T12)."""
        if not self.again:
            posted_at = self.posted_at or self.at
            replying.require_few_messages(self.tx, self.terms, self.customer_id, at=self.at, posted_at=posted_at)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: its stable word, and the numbers that its sentence and a program need.

    `refused` says that it was not, and that what came of it is to be kept all the same, as a wrong code is counted.
    """

    code: str
    data: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False


Handler = Callable[[Act, Mapping[str, Any]], Done]
"""Does one kind of thing with the data of its row. Raises the refusals of its service, and `ValidationError`."""
Data = TypeVar("Data", bound=Strict)


def do(act: Act, posted: Posted) -> Done:
    """Do what was posted. Raises `NotEnoughCoins`, `QuoteRefused`, `RightRefused`, `LicenceRefused`, and
    `ValidationError` for data that is not as agreed on.
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
    )
    act.receive(account, ticket.id, data.files)
    return Done("ticket_opened" if data.price is None else "price_requested", {"ticket": ticket.id})


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
    )
    ticket = written.ticket
    act.receive(account, ticket.id, data.files)
    if written.opened:
        return Done(CONTINUED, {"ticket": ticket.id, "continues": ticket.continues})
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


def _reading(model: type[Data], do: Callable[[Act, Data], Done]) -> Handler:
    return lambda act, data: do(act, model.model_validate(data))


KINDS: Mapping[str, Handler] = {
    "quote_approve": _reading(QuoteApprove, _approve),
    "quote_decline": _reading(QuoteDecline, _decline),
    "quote_cancel": _reading(QuoteCancel, _cancel),
    "ticket_open": _reading(TicketOpen, _open),
    "ticket_cover": _reading(TicketCover, _choose),
    "ticket_reply": _reading(TicketReply, _reply),
    "request_open": _reading(TicketOpen, _open),
    "request_reply": _reading(RequestReply, _reply_as_before),
    "right_redeem": _reading(RightRedeem, _redeem),
    "licence_release": _reading(LicenceRelease, _release),
    "guest_claim": _reading(GuestClaim, _claim),
    "guest_code": _reading(GuestCode, _enter),
}
"""What can be done on the pages. Of older extensions a ticket is called a request."""
