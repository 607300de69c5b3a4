"""Account pages follow the settings they show."""

from dataclasses import replace

from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.domain.licences import LicenceBook, Product
from bridge.domain.plans import PlanBook
from bridge.domain.tickets import Ticket
from bridge.services.account_pages import PageTerms, show_new_terms, waiting_batch
from bridge.services.purchases import book_orders
from tests.support.books import ACME, BASE_PLAN, MONDAY_9AM, PLANS, TEHRAN, a_quick_desk, a_store, an_order
from tests.support.licences import SEO, SEO_TERMS, SOLD, a_licence_desk
from tests.support.quoting import CUSTOMER, CoinDesk
from tests.support.tickets import opens

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


def test_L4_a_ticket_shows_the_new_name_of_a_product_and_the_new_ways_on() -> None:
    with a_licence_desk(MONDAY_9AM) as coins:
        terms = PageTerms(ACME, TEHRAN, coins.terms.plans, KEY, epoch=1, licences=SOLD)
        about, other = opens(coins, product="seo"), coins.ticket(CUSTOMER).id
        coins.desk.run(show_new_terms, terms)
        shown = {number: ticket(coins, number).number for number in (about, other)}
        coins.desk.run(lambda tx: tx.tickets.pushed(shown))
        renamed = LicenceBook([Product(SEO_TERMS, (SEO,), names={"en": "SEO suite"})], contact=SOLD.contact)
        assert coins.desk.run(show_new_terms, replace(terms, licences=renamed))
        waiting = coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 10))
        assert [one.id for one in waiting] == [about]


def ticket(coins: CoinDesk, number: int) -> Ticket:
    found = coins.desk.look(lambda tx: tx.tickets.get(ACME, number))
    assert found is not None
    return found


def test_unchanged_settings_push_nothing_again() -> None:
    with a_quick_desk() as desk:
        desk.run(book_orders, a_store(), [an_order()], at=MONDAY_9AM)
        desk.run(show_new_terms, TERMS)
        push_all(desk)
        assert not desk.run(show_new_terms, TERMS)
        assert desk.look(lambda tx: tx.push.count(ACME)) == 0
