"""Guests' orders: claimed by whoever can read the order's mail, or linked by staff (rule C19).

A guest's order keeps its coins in an account of its own. Equal e-mail addresses prove nothing: a claim is proven by a
one-time code that is mailed to the order's address, and no answer says whether there is such an order or what it has.
What is linked moves whole: packages with what is spent and held, the order itself, licences, tickets and quotes. Each
package leaves one account by an entry and comes into the other by one, so that the books add up at every step (C16).
"""

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.contracts.guests import Claim
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import GuestClaimed
from bridge.domain.ledger import Entry, EntryKind, Posting
from bridge.domain.quotes import require_unfrozen
from bridge.errors import QuoteRefused
from bridge.services.coin_moves import account_by_id, note, packages_of
from bridge.services.licence_booking import hand_over
from bridge.services.staff_words import require_staff
from bridge.services.syncing import touch
from bridge.services.ticket_standing import stir

DIGITS = 8
VALID = timedelta(minutes=30)
MOST_TRIES = 5
A_DAY = timedelta(days=1)
CODES_PER_ORDER, CODES_PER_CUSTOMER = 3, 10
"""The most codes that are mailed within a day: to one order's address, and because of one customer."""
WRONG, CLOSED = "claim_wrong", "claim_closed"


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of a code: the account has the order now, or `refusal` is a stable word for why not.

    A refusal is kept, because it counts as a try.
    """

    order_id: int
    refusal: str = ""


def claim(tx: Tx, terms: DeskTerms, account: Account, order_id: int, language: str, at: datetime) -> Claim:
    """Let a code be mailed to the address of an order, if there is such an order; the caller never learns that.

    An earlier code of the same customer for it ends. Raises `QuoteRefused` for a frozen account, and where as many
    codes have been asked for as may be within a day.
    """
    require_unfrozen(account)
    since, customer = at - A_DAY, account.owner.ref
    if (
        tx.guests.asked_for(terms.store, order_id, since, at) >= CODES_PER_ORDER
        or tx.guests.asked_by(terms.store, customer, since, at) >= CODES_PER_CUSTOMER
    ):
        raise QuoteRefused("claim_too_many", f"as many codes as a day has were asked for order {order_id}")
    earlier = tx.guests.open_claim(terms.store, order_id, customer)
    if earlier is not None:
        tx.guests.close(earlier.id, "replaced")
    made = tx.guests.claim(terms.store, order_id, customer, code=new_code(), at=at)
    event = GuestClaimed(
        key=f"{terms.store}:guest:{order_id}:claim:{made.id}",
        store=terms.store,
        at=at,
        owner=Owner(OwnerKind.GUEST, order_id),
        claim_id=made.id,
        order_id=order_id,
        language=language,
    )
    tx.outbox.add([event])
    return made


def enter_code(tx: Tx, terms: DeskTerms, account: Account, order_id: int, code: str, at: datetime) -> Entered:
    """Link the order to the account if this is the code that was mailed for it, within 30 minutes and 5 tries.

    Raises `QuoteRefused` as `link` does.
    """
    require_unfrozen(account)
    found = tx.guests.open_claim(terms.store, order_id, account.owner.ref)
    if found is None:
        return Entered(order_id, CLOSED)
    if not timedelta(0) <= at - found.asked_at <= VALID:
        tx.guests.close(found.id, "expired")
        return Entered(order_id, CLOSED)
    if not hmac.compare_digest(_typed(code).encode(), found.code.encode()):
        tx.guests.tried(found.id)
        if found.tries + 1 >= MOST_TRIES:
            tx.guests.close(found.id, "failed")
            return Entered(order_id, CLOSED)
        return Entered(order_id, WRONG)
    _link(tx, terms.store, order_id, account, staff=None, at=at)
    tx.guests.close(found.id, "used")
    return Entered(order_id)


def link_again(tx: Tx, terms: DeskTerms, account: Account, order_id: int, at: datetime) -> None:
    """Link what a desk that was lost had linked for the right code, as its signed answer proves. Raises as `link`."""
    _link(tx, terms.store, order_id, account, staff=None, at=at)


def link(tx: Tx, store: str, order_id: int, customer: Owner, *, by: str, at: datetime) -> Account:
    """Staff link a guest's order to a customer's account: what it has moves, and what it will get goes there.

    An order that has not been paid yet can be linked too. The same link again changes nothing. Returns the account.
    Raises `QuoteRefused` for a frozen account on either side, an order linked to somebody else, and one whose coins
    are not a guest's.
    """
    require_staff(by)
    account = tx.accounts.open(store, [customer])[customer]
    if _link(tx, store, order_id, account, staff=by, at=at):
        note(tx, store, by, "guest_link", f"order:{order_id}", at, account=account.id)
    return account_by_id(tx, account.id)


class Unclaimed(NamedTuple):
    """A guest's order, and what it has that a customer would get by claiming it."""

    order_id: int
    coins: int
    licences: int


def unclaimed(tx: Tx, store: str, *, after: int, limit: int) -> tuple[list[Unclaimed], int | None]:
    """Guests' orders with coins or licences above an account id, and where the next page starts; None at the end."""
    page = tx.accounts.page(store, after=after, limit=limit)
    guests = [one for one in page if one.owner.kind is OwnerKind.GUEST]
    licences = tx.licences.of_accounts(one.id for one in guests) if guests else {}
    orders = [Unclaimed(one.owner.ref, one.posted, len(licences.get(one.id, ()))) for one in guests]
    found = [one for one in orders if one.coins or one.licences]
    return found, page[-1].id if len(page) == limit else None


def new_code() -> str:
    """A one-time code that nobody can guess."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def is_way_out(key: str) -> bool:
    """Whether this is the key of an entry by which a package left a guest's account."""
    return ":guest:" in key and ":out:" in key


def way_in(key: str) -> str:
    """The key of the entry by which a package came, of the one by which it left."""
    return key.replace(":out:", ":in:")


def way_out(key: str) -> str:
    """The key of the entry by which a package left, of the one by which it came."""
    return key.replace(":in:", ":out:")


def _link(tx: Tx, store: str, order_id: int, account: Account, *, staff: str | None, at: datetime) -> bool:
    """Whether something was linked; False where it was so already."""
    require_unfrozen(account)
    before = tx.guests.linked(store, [order_id]).get(order_id)
    if before == account.id:
        return False
    if before is not None:
        raise QuoteRefused(
            "claim_taken", f"order {order_id} was linked to the account of {account_by_id(tx, before).owner} already"
        )
    guest = Owner(OwnerKind.GUEST, order_id)
    bought = tx.purchases.of_orders(store, [order_id]).get(order_id)
    if bought is not None and bought.owner != guest:
        raise QuoteRefused("claim_taken", f"the coins of order {order_id} are on the account of {bought.owner}")
    theirs = tx.accounts.of_owners(store, [guest]).get(guest)
    if theirs is not None:
        require_unfrozen(theirs)
        _move(tx, store, order_id, theirs, account, staff=staff, at=at)
    tx.guests.link(store, order_id, account.id, at=at, staff=staff)
    touch(tx, store, [order_id], at=at, settle=timedelta(0))  # a renewal in it may find his licence now
    return True


def _move(
    tx: Tx, store: str, order_id: int, guest: Account, account: Account, *, staff: str | None, at: datetime
) -> None:
    packages = packages_of(tx, guest.id)
    left = [
        _entry(f"{store}:guest:{order_id}:out:{one.id}", guest.id, one.id, -one.posted, -one.held, order_id, staff, at)
        for one in packages.values()
    ]
    came = [
        _entry(way_in(gone.key), account.id, gone.postings[0].package_id, -gone.posted, -gone.held, order_id, staff, at)
        for gone in left
    ]
    tx.ledger.append(store, left, packages)
    tx.guests.hand_over(store, order_id, guest.id, account.id)
    hand_over(tx, store, guest.id, account.id, at=at, by=staff)
    tx.ledger.append(store, came, packages_of(tx, account.id))
    tx.accounts.touch([account.id])
    stir(tx, store, [account.id], at=at)


def _entry(
    key: str, account_id: int, package_id: int, posted: int, held: int, order_id: int, staff: str | None, at: datetime
) -> Entry:
    postings = (Posting(package_id, posted, held),)
    return Entry(key, account_id, EntryKind.TRANSFER, at, postings, order_id=order_id, staff=staff)


def _typed(code: str) -> str:
    """What was typed, with anybody's digits as ASCII and without what people put between them."""
    signs = (sign for sign in code if sign not in " -")
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in signs)
