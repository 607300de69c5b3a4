"""Faults put into the rules on purpose, each by a small patch: the random histories, or a named story, must see it.

A fault that nobody would notice here could be made for real without anybody noticing.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from bridge.contracts.shop_documents import InboxRow
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.ledger import SqlLedger
from bridge.desk.quotes import SqlQuotes
from bridge.domain import holds, ledger, packages, quotes
from bridge.domain.ledger import Entry
from bridge.domain.packages import Package
from bridge.domain.purchases import decide
from bridge.domain.quotes import Cause, Quote
from bridge.errors import LedgerError
from bridge.services import inbox, inbox_rows, order_pages, purchases, working
from bridge.testing.coin_desk import posted_row
from tests.support.books import ACME
from tests.support.coin_machine import run_machine
from tests.support.quoting import ANNA, CUSTOMER, a_coin_desk

EXAMPLES = 400
"""At most: all but a few are seen within ten."""
Patch = pytest.MonkeyPatch


def the_key_of_an_entry_is_ignored(patch: Patch) -> None:
    """Each entry is taken for a new one, whatever its key."""
    numbers = count()

    def all_of_them(_: SqlLedger, entries: list[Entry]) -> list[Entry]:
        return [one._replace(key=f"{one.key}#{next(numbers)}") for one in entries]

    patch.setattr(SqlLedger, "_not_recorded", all_of_them)


def packages_pay_in_reverse(patch: Patch) -> None:
    """The latest end first."""
    for module in (holds, ledger):
        patch.setattr(module, "burn_down_order", lambda found: packages.burn_down_order(found)[::-1])


def a_hold_is_not_deducted_from_what_is_available(patch: Patch) -> None:
    """What one quote has reserved can be promised to the next."""

    def all_posted(found: Any, at: datetime) -> int:
        return sum(package.posted for package in found if package.usable(at))

    original = packages.available
    for name, module in list(sys.modules.items()):
        if name.startswith("bridge.") and getattr(module, "available", None) is original:
            patch.setattr(module, "available", all_posted)


def a_package_forgets_what_is_held_in_it(patch: Patch) -> None:
    """As before, where it is worked out."""
    patch.setattr(Package, "unheld", property(lambda package: package.posted))


def an_offer_never_lapses(patch: Patch) -> None:
    patch.setattr(Quote, "lapsed", lambda *_: False)


def a_frozen_account_is_like_any_other(patch: Patch) -> None:
    patch.setattr(quotes, "require_unfrozen", lambda _: None)


def any_approval_will_do(patch: Patch) -> None:
    """Of an older version, of other words, by another customer, too late."""
    patch.setattr(quotes, "require_approvable", lambda *_, **__: None)


def no_evidence_is_kept(patch: Patch) -> None:
    patch.setattr(SqlQuotes, "decide", lambda *_: None)


def what_is_not_spent_stays_held(patch: Patch) -> None:
    patch.setattr(holds, "_split", lambda hold, coins: (_of(hold, coins), ()))


def what_returns_to_an_ended_package_can_be_spent(patch: Patch) -> None:
    """Coins that outlived their package while they were held are given back whole (rule C5)."""
    usable = Package.usable

    def give_back(found: Any, hold: Any, cause: Any, **named: Any) -> holds.Movement:
        patch.setattr(Package, "usable", lambda *_: True)
        try:
            return whole(found, hold, cause, **named)
        finally:
            patch.setattr(Package, "usable", usable)

    whole = holds.give_back
    patch.setattr(holds, "give_back", give_back)


def held_coins_end_with_their_package(patch: Patch) -> None:
    """A package's end takes what is held as well, as far as it can."""

    def forfeit(package: Package, *, key: str, at: datetime, reason: str) -> Entry:
        moved = (ledger.Posting(package.id, -package.posted, -package.held),)
        return Entry(key, package.account_id, ledger.EntryKind.FORFEIT, at, moved, reason)

    patch.setattr(ledger, "forfeit", forfeit)


def an_infeasible_ticket_costs_all_that_is_held(patch: Patch) -> None:
    patch.setattr(quotes, "inspection_charge", lambda held, _: held)


def a_chargeback_leaves_holds_standing(patch: Patch) -> None:
    patch.setattr(purchases, "drop_charged_back", lambda *_, **__: 0)


def the_shops_status_undoes_what_staff_recorded(patch: Patch) -> None:
    """An order that the bank took the money of grants again with the next look at the shop."""

    def forgetful(order: Any, purchase: Any, *known: Any, **named: Any) -> Any:
        return decide(order, purchase and replace(purchase, disputed=False), *known, **named)

    patch.setattr(order_pages, "decide", forgetful)


def started_work_can_be_settled_twice(patch: Patch) -> None:
    patch.setattr(working, "require_state", lambda *_, **__: None)


def _of(hold: Any, coins: int) -> Any:
    taken = []
    for part in hold:
        now = min(part.coins, coins)
        coins -= now
        if now:
            taken.append(part._replace(coins=now))
    return tuple(taken)


MUTANTS: tuple[Callable[[Patch], None], ...] = (
    the_key_of_an_entry_is_ignored,
    packages_pay_in_reverse,
    a_hold_is_not_deducted_from_what_is_available,
    a_package_forgets_what_is_held_in_it,
    an_offer_never_lapses,
    a_frozen_account_is_like_any_other,
    any_approval_will_do,
    no_evidence_is_kept,
    what_is_not_spent_stays_held,
    what_returns_to_an_ended_package_can_be_spent,
    held_coins_end_with_their_package,
    a_chargeback_leaves_holds_standing,
    the_shops_status_undoes_what_staff_recorded,
    started_work_can_be_settled_twice,
)


def no_signature_is_checked(patch: Patch) -> None:
    patch.setattr(inbox_rows, "verifies", lambda *_, **__: True)


def a_forged_approval_holds_nothing() -> None:
    """Whoever can write into the shop's database can't approve a quote (rule T11)."""
    with a_coin_desk() as coins:
        coins.granted(CUSTOMER, 300)
        quote = coins.offered(CUSTOMER, 50)
        data = {"quote": quote.id, "version": 1, "text_hash": quote.offer.hashes["en"]}
        posted = posted_row(SigningKey("k1", b"?" * 32), store=ACME, customer=77, kind="quote_approve", data=data)
        row = InboxRow(1, posted.customer_id, posted.uuid, posted.payload, posted.key_id, posted.mac)
        coins.desk.run(inbox.handle, coins.terms, row, [SigningKey("k1", bytes(32))], at=coins.now)
        assert coins.coins(CUSTOMER) == (300, 0, 300)


def inspected_work_that_is_infeasible_costs_the_inspection() -> None:
    """Of random histories few come to work that was approved after its inspection and then can't be done."""
    with a_coin_desk() as coins:
        coins.granted(CUSTOMER, 300)
        ticket = coins.ticket(CUSTOMER)
        coins.released(coins.approved(coins.inspection(ticket)))
        work = coins.started(coins.approved(coins.offered(CUSTOMER, 100, ticket=ticket)))
        coins.desk.run(working.infeasible, coins.terms, work.id, cause=Cause.HOST, by=ANNA, at=coins.now, words="")
        assert coins.coins(CUSTOMER) == (285, 0, 285)


def test_C11_inspected_work_shows_that_an_infeasible_ticket_costs_all_that_is_held(monkeypatch: Patch) -> None:
    inspected_work_that_is_infeasible_costs_the_inspection()
    an_infeasible_ticket_costs_all_that_is_held(monkeypatch)
    with pytest.raises(AssertionError):
        inspected_work_that_is_infeasible_costs_the_inspection()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_C16_random_histories_see_that(mutant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    mutant(monkeypatch)
    with pytest.raises((AssertionError, LedgerError, KeyError, pytest.fail.Exception)):
        run_machine(examples=EXAMPLES, seeking=True)


def test_T11_a_forged_approval_shows_that_no_signature_is_checked(monkeypatch: Patch) -> None:
    a_forged_approval_holds_nothing()
    no_signature_is_checked(monkeypatch)
    with pytest.raises(AssertionError):
        a_forged_approval_holds_nothing()
