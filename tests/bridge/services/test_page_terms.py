"""Account pages follow the settings they show."""

from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.domain.plans import PlanBook
from bridge.services.account_pages import PageTerms, show_new_terms, waiting_batch
from bridge.services.purchases import book_orders
from tests.support.books import ACME, BASE_PLAN, MONDAY_9AM, PLANS, TEHRAN, a_quick_desk, a_store, an_order

KEY = SigningKey("k1", b"k" * 32)
TERMS = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=1)


def push_all(desk: Desk) -> None:
    batch = desk.look(waiting_batch, TERMS, at=MONDAY_9AM, limit=100)
    desk.run(lambda tx: tx.push.done(batch.states))


def test_a_plans_new_name_reaches_pages_that_were_up_to_date() -> None:
    renamed = BASE_PLAN.__class__("base", 2, 550, 12, BASE_PLAN.product_codes, {"en": "Basic"})
    new_terms = PageTerms(ACME, TEHRAN, PlanBook([renamed]), KEY, epoch=1)
    with a_quick_desk() as desk:
        desk.run(book_orders, a_store(), [an_order()], at=MONDAY_9AM)
        assert not desk.run(show_new_terms, TERMS)
        push_all(desk)

        assert desk.run(show_new_terms, new_terms)

        (rows,) = desk.look(waiting_batch, new_terms, at=MONDAY_9AM, limit=100).rows
        assert '"name":{"en":"Basic"}' in rows.account.payload
        assert rows.entries == ()


def test_unchanged_settings_push_nothing_again() -> None:
    with a_quick_desk() as desk:
        desk.run(book_orders, a_store(), [an_order()], at=MONDAY_9AM)
        desk.run(show_new_terms, TERMS)
        push_all(desk)
        assert not desk.run(show_new_terms, TERMS)
        assert desk.look(lambda tx: tx.push.count(ACME)) == 0
