"""A guest's order comes to a customer's account by a mailed code or by staff, and nothing is lost on the way (C19)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bridge.contracts.answers import Answer
from bridge.contracts.desk import Tx
from bridge.contracts.guests import Claim
from bridge.contracts.shop_documents import InboxRow
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.accounts import Account, Owner
from bridge.domain.events import GuestClaimed
from bridge.domain.orders import Order
from bridge.domain.packages import Package
from bridge.domain.quotes import QuoteState
from bridge.errors import QuoteRefused, UnknownAccount
from bridge.services import guests, inbox, purchases
from bridge.services.guests import Entered
from bridge.services.told_before import Told
from bridge.testing.coin_desk import posted_row
from tests.support.books import ACME, BASE, CHARGED_BACK, PENDING, REFUNDED, a_store, an_order, customer, guest
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

ORDER = 1050
GUEST = guest(ORDER)
KEY = SigningKey("k1", bytes(32))


@dataclass
class Counter:
    """A coin desk where orders are booked too, and where codes are asked for and entered."""

    desk: CoinDesk

    def book(self, *orders: Order) -> None:
        self.desk.later(minutes=1)
        self.desk.desk.run(purchases.book_orders, a_store(), orders, at=self.desk.now)

    def guest_order(self, units: int = 1, order_id: int = ORDER, **different: object) -> None:
        self.book(an_order(order_id, (BASE, units), buyer=guest(order_id), customer_id=0, **different))

    def account(self, owner: Owner = CUSTOMER) -> Account:
        return self.desk.desk.run(lambda tx: tx.accounts.open(ACME, [owner])[owner])

    def claim(self, order_id: int = ORDER, owner: Owner = CUSTOMER) -> Claim:
        return self.desk.desk.run(guests.claim, self.desk.terms, self.account(owner), order_id, "fa", self.desk.now)

    def enter(self, code: str, order_id: int = ORDER, owner: Owner = CUSTOMER) -> Entered:
        return self.desk.desk.run(
            guests.enter_code, self.desk.terms, self.account(owner), order_id, code, self.desk.now
        )

    def link(self, order_id: int = ORDER, owner: Owner = CUSTOMER) -> Account:
        return self.desk.desk.run(guests.link, ACME, order_id, owner, by=ANNA, at=self.desk.now)

    def posts(self, kind: str, *, told: Told | None = None, **data: Any) -> Answer:
        """The customer's page posts this; what he is answered."""
        row = posted_row(KEY, store=ACME, customer=CUSTOMER.ref, kind=kind, data=data, language="ru")
        found = InboxRow(1, row.customer_id, row.uuid, row.payload, row.key_id, row.mac)
        self.desk.later(seconds=30)
        self.desk.desk.run(inbox.handle, self.desk.terms, found, [KEY], at=self.desk.now, told=told)
        answer = self.desk.desk.look(lambda tx: tx.answers.get(ACME, row.uuid))
        assert answer is not None
        return answer

    def mailed(self) -> str:
        """The code that was mailed last."""
        last = self.desk.told(GuestClaimed)[-1]
        assert isinstance(last, GuestClaimed)
        claim = self.desk.desk.look(lambda tx: tx.guests.get(last.claim_id))
        assert claim is not None
        return claim.code

    def freeze(self, owner: Owner) -> None:
        account = self.account(owner)
        self.desk.desk.run(lambda tx: tx.accounts.freeze(account.id, self.desk.now))

    def units(self, order_id: int = ORDER) -> list[Package]:
        return self.desk.desk.look(lambda tx: tx.ledger.units_of(ACME, [order_id]).get(order_id, []))


@pytest.fixture
def counter() -> Iterator[Counter]:
    with a_coin_desk() as desk:
        yield Counter(desk)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


def test_C19_the_mailed_code_moves_the_orders_coins_to_the_customer(counter: Counter) -> None:
    counter.guest_order(2)
    claim = counter.claim()
    assert counter.enter(claim.code) == Entered(ORDER)
    assert counter.desk.coins(CUSTOMER) == (1100, 0, 1100)
    assert counter.desk.coins(GUEST) == (0, 0, 0)
    assert counter.desk.entries(CUSTOMER) == [("transfer", 550, 0), ("transfer", 550, 0)]
    assert counter.desk.entries(GUEST)[2:] == [("transfer", -550, 0), ("transfer", -550, 0)]
    assert counter.desk.right()


def test_C19_the_code_goes_to_the_orders_address_and_is_no_part_of_the_event(counter: Counter) -> None:
    counter.guest_order()
    claim = counter.claim()
    [event] = counter.desk.told(GuestClaimed)
    assert isinstance(event, GuestClaimed)
    assert (event.owner, event.order_id, event.claim_id, event.language) == (GUEST, ORDER, claim.id, "fa")
    assert claim.code not in repr(event)
    assert len(claim.code) == 8


def test_C19_claiming_an_order_that_there_is_not_looks_the_same(counter: Counter) -> None:
    counter.guest_order()
    there, not_there = counter.claim(ORDER), counter.claim(999)
    assert (there.state, there.tries) == (not_there.state, not_there.tries)
    assert counter.enter(wrong(there.code)).refusal == counter.enter(wrong(not_there.code), 999).refusal
    assert len(counter.desk.told(GuestClaimed)) == 2


@pytest.mark.parametrize("typed", ["persian", "dashed"])
def test_C19_blanks_and_other_digits_in_a_code_do_not_matter(counter: Counter, typed: str) -> None:
    counter.guest_order()
    code = counter.claim().code
    persian = "".join(chr(ord("۰") + int(digit)) for digit in code)
    shown = f"{persian[:4]} {persian[4:]}" if typed == "persian" else f"{code[:4]}-{code[4:]}"
    assert counter.enter(shown) == Entered(ORDER)


def test_C19_a_wrong_code_is_refused_and_the_fifth_ends_the_claim(counter: Counter) -> None:
    counter.guest_order()
    code = counter.claim().code
    refusals = [counter.enter(wrong(code)).refusal for _ in range(5)]
    assert refusals == ["claim_wrong"] * 4 + ["claim_closed"]
    assert counter.enter(code).refusal == "claim_closed"
    assert counter.desk.coins(GUEST) == (550, 0, 550)


def test_C19_a_code_is_good_for_half_an_hour_and_once(counter: Counter) -> None:
    counter.guest_order()
    code = counter.claim().code
    counter.desk.later(minutes=30, seconds=1)
    assert counter.enter(code).refusal == "claim_closed"
    code = counter.claim().code
    counter.desk.later(minutes=30)
    assert counter.enter(code) == Entered(ORDER)
    assert counter.enter(code).refusal == "claim_closed"


def test_C19_a_new_code_ends_the_older_one(counter: Counter) -> None:
    counter.guest_order()
    older, newer = counter.claim().code, counter.claim().code
    assert counter.enter(older).refusal == ("" if older == newer else "claim_wrong")
    assert counter.enter(newer).refusal in {"", "claim_closed"}


def test_C19_a_code_is_for_the_customer_who_asked(counter: Counter) -> None:
    counter.guest_order()
    code = counter.claim().code
    assert counter.enter(code, owner=customer(78)).refusal == "claim_closed"
    assert counter.desk.coins(GUEST) == (550, 0, 550)


def test_C19_three_codes_a_day_for_an_order_and_ten_for_a_customer(counter: Counter) -> None:
    for _ in range(3):
        counter.claim()
    with pytest.raises(QuoteRefused) as refusal:
        counter.claim(owner=customer(78))
    assert refusal.value.reason == "claim_too_many"
    for order in range(1, 8):
        counter.claim(order)
    with pytest.raises(QuoteRefused):
        counter.claim(8)
    counter.desk.later(days=1)
    counter.claim(8)


def test_C19_codes_of_before_the_clock_was_put_back_count_for_nothing(counter: Counter) -> None:
    for order in (ORDER, ORDER, ORDER, 1, 2, 3, 4, 5, 6, 7):
        counter.claim(order)
    counter.desk.later(days=-30)
    for _ in range(3):
        counter.claim()
    with pytest.raises(QuoteRefused):
        counter.claim()


def test_C19_a_refund_after_the_link_is_booked_on_the_customers_account(counter: Counter) -> None:
    counter.guest_order(2)
    counter.link()
    counter.guest_order(1)
    assert counter.desk.coins(CUSTOMER) == (550, 0, 550)
    counter.guest_order(2)
    counter.guest_order(3)
    assert counter.desk.coins(CUSTOMER) == (1650, 0, 1650)
    counter.guest_order(3, status=REFUNDED)
    assert counter.desk.coins(CUSTOMER) == (0, 0, 0)
    assert counter.desk.coins(GUEST) == (0, 0, 0)
    assert not counter.desk.desk.look(lambda tx: tx.problems.open(ACME))
    assert counter.desk.right()


def test_C19_a_chargeback_after_the_link_freezes_the_customers_account(counter: Counter) -> None:
    counter.guest_order()
    counter.link()
    counter.guest_order(status=CHARGED_BACK)
    assert counter.account().frozen
    assert not counter.account(GUEST).frozen


def test_C19_an_order_that_is_not_paid_yet_can_be_linked(counter: Counter) -> None:
    counter.guest_order(status=PENDING)
    assert counter.enter(counter.claim().code) == Entered(ORDER)
    counter.guest_order()
    assert counter.desk.coins(CUSTOMER) == (550, 0, 550)
    assert counter.desk.right()


def test_C19_spent_held_and_revoked_coins_move_as_they_are(counter: Counter) -> None:
    counter.guest_order(3)
    quote = counter.desk.approved(counter.desk.offered(GUEST, 40))
    settled = counter.desk.approved(counter.desk.offered(GUEST, 30))
    counter.desk.settled(settled, 20)
    counter.guest_order(2)
    held = counter.desk.coins(GUEST)
    counter.link()
    assert counter.desk.coins(CUSTOMER) == held == (1080, 40, 1040)
    assert counter.desk.right()
    moved = counter.desk.quote(quote.id)
    assert (moved.account_id, moved.state, moved.held) == (counter.account().id, QuoteState.APPROVED, 40)
    assert moved.number > quote.number
    counter.desk.settled(moved, 35)
    counter.guest_order(3)
    assert counter.desk.coins(CUSTOMER) == (1595, 0, 1595)
    assert counter.desk.right()


def test_C19_the_same_link_again_changes_nothing_and_another_is_refused(counter: Counter) -> None:
    counter.guest_order()
    counter.link()
    before = counter.account()
    counter.link()
    assert counter.account() == before
    with pytest.raises(QuoteRefused, match="was linked to the account of customer 77 already"):
        counter.link(owner=customer(78))


def test_C19_an_order_of_a_customer_is_nobody_elses(counter: Counter) -> None:
    counter.book(an_order(1042))
    with pytest.raises(QuoteRefused, match="order 1042 are on the account of customer 77"):
        counter.link(1042, customer(78))


@pytest.mark.parametrize("frozen", [CUSTOMER, GUEST])
def test_C15_nothing_is_linked_to_or_from_a_frozen_account(counter: Counter, frozen: Owner) -> None:
    counter.guest_order()
    code = counter.claim().code
    counter.freeze(frozen)
    with pytest.raises(QuoteRefused) as refusal:
        counter.link()
    assert refusal.value.reason == "account_frozen"
    with pytest.raises(QuoteRefused):
        counter.enter(code)
    assert counter.desk.coins(GUEST) == (550, 0, 550)


def test_C19_what_staff_link_is_in_the_audit_trail(counter: Counter) -> None:
    counter.guest_order()
    account = counter.link()
    [line] = counter.desk.desk.look(lambda tx: tx.audit.lines(subject=f"order:{ORDER}"))
    assert (line.staff, line.action, dict(line.detail)) == (ANNA, "guest_link", {"account": account.id})


def test_C15_coins_for_a_linked_guest_are_refused_naming_the_customer(counter: Counter) -> None:
    counter.guest_order()
    counter.link()
    with pytest.raises(UnknownAccount, match="was linked to the account of customer 77: name that one"):
        counter.desk.granted(GUEST, 10)


def test_C19_guests_with_coins_are_listed_until_they_are_linked(counter: Counter) -> None:
    counter.guest_order()
    counter.guest_order(order_id=1051, status=PENDING)

    def listed(tx: Tx) -> list[guests.Unclaimed]:
        found, after = guests.unclaimed(tx, ACME, after=0, limit=10)
        assert after is None
        return found

    assert counter.desk.desk.look(listed) == [(GUEST.ref, 550, 0)]
    counter.link()
    assert counter.desk.desk.look(listed) == []


def test_D3_a_new_order_of_a_linked_guest_is_no_former_customers(counter: Counter) -> None:
    counter.guest_order(status=PENDING)
    account = counter.link()
    counter.desk.desk.run(lambda tx: tx.accounts.detach(ACME, account.id))
    counter.guest_order()
    assert [one.kind for one in counter.desk.desk.look(lambda tx: tx.problems.open(ACME))] == ["customer_gone"]


def test_C19_on_the_page_a_guests_order_is_claimed_and_moved(counter: Counter) -> None:
    counter.guest_order()
    asked = counter.posts("guest_claim", order=ORDER)
    assert (asked.outcome, asked.code, asked.document["data"]) == ("accepted", "claim_sent", {"order": ORDER})
    [event] = counter.desk.told(GuestClaimed)
    assert isinstance(event, GuestClaimed)
    assert event.language == "ru"
    done = counter.posts("guest_code", order=ORDER, code=counter.mailed())
    assert (done.outcome, done.code) == ("accepted", "claimed")
    assert counter.desk.coins(CUSTOMER) == (550, 0, 550)


def test_C19_the_page_answers_the_same_whether_there_is_such_an_order_or_not(counter: Counter) -> None:
    counter.guest_order()
    answers = [counter.posts("guest_claim", order=number) for number in (ORDER, 7)]
    assert answers[0].document["text"] == {
        language: text.replace("7", str(ORDER)).replace("۷", "".join(chr(ord("۰") + int(one)) for one in str(ORDER)))
        for language, text in answers[1].document["text"].items()
    }


def test_C19_wrong_codes_on_the_page_are_counted_although_they_are_refused(counter: Counter) -> None:
    counter.guest_order()
    counter.posts("guest_claim", order=ORDER)
    code = counter.mailed()
    found = [counter.posts("guest_code", order=ORDER, code=wrong(code)) for _ in range(5)]
    assert [(one.outcome, one.code) for one in found] == [("refused", "claim_wrong")] * 4 + [
        ("refused", "claim_closed")
    ]
    assert counter.posts("guest_code", order=ORDER, code=code).code == "claim_closed"


def test_C19_what_was_claimed_after_a_backup_is_claimed_again_without_another_code(counter: Counter) -> None:
    counter.guest_order()
    sent = Told("accepted", "claim_sent", {}, {}, counter.desk.now)
    assert counter.posts("guest_claim", told=sent, order=ORDER).outcome == "accepted"
    assert not counter.desk.told(GuestClaimed)
    claimed = Told("accepted", "claimed", {}, {}, counter.desk.now)
    assert counter.posts("guest_code", told=claimed, order=ORDER, code="00000000").code == "claimed"
    assert counter.desk.coins(CUSTOMER) == (550, 0, 550)


@pytest.mark.parametrize("data", [{}, {"order": "1"}, {"order": 0}, {"order": ORDER, "more": 1}, {"order": True}])
def test_C19_a_claim_of_another_shape_is_refused(counter: Counter, data: dict[str, Any]) -> None:
    assert counter.posts("guest_claim", **data).code == "invalid"
    assert not counter.desk.told(GuestClaimed)
