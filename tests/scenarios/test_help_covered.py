"""Free help by ticket for holders of an active licence, as the vendor has published it (rules L2, L3, L4, L7).

The licences here are paid on 20 November 2026: help is included up to 20 November 2027.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bridge.contracts.desk import Tx
from bridge.domain.entitlement import Entitlement, Reason, Way
from bridge.domain.licences import StaffReason
from bridge.domain.plans import PlanBook
from bridge.domain.ticket_history import history_of
from bridge.domain.tickets import MessageKind, TicketKind, TicketState
from bridge.errors import QuoteRefused, TicketRefused
from bridge.services import (
    covering,
    licence_freshness,
    licences_by_staff,
    offering,
    threads,
    ticket_decisions,
    ticket_links,
)
from bridge.services.account_pages import PageTerms
from bridge.services.ticket_documents import ticket_document
from tests.support.books import ACME, REFUNDED, TEHRAN, customer
from tests.support.licences import MENU, OFFICIAL, RENEW, RENEWALS, SEO, SOLD, a_licence_desk, buys, licences_of
from tests.support.native import a_message, a_thread
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk
from tests.support.tickets import (
    DAY,
    KEY,
    WEDNESDAY_6PM,
    answers,
    now_of,
    opens,
    posts,
    stored_is_what_follows,
    time_passes,
)

LAST_DAY = datetime(2027, 11, 20, 12, tzinfo=TEHRAN).astimezone(UTC)
AFTER = datetime(2027, 11, 21, 12, tzinfo=TEHRAN).astimezone(UTC)


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    """The store of the published policy: it sells extensions and no coins."""
    with a_licence_desk(WEDNESDAY_6PM, plans=PlanBook([])) as desk:
        yield desk


def cover(coins: CoinDesk, number: int) -> Entitlement:
    ticket = coins.desk.look(lambda tx: tx.tickets.get(ACME, number))
    assert ticket is not None
    found = history_of(ticket, coins.desk.look(lambda tx: tx.tickets.history(number))).cover
    assert found is not None
    return found


def shown(coins: CoinDesk, number: int) -> dict[str, Any]:
    """How the customer reads on his page that a ticket is covered."""
    terms = PageTerms(ACME, TEHRAN, coins.terms.plans, KEY, 1, licences=SOLD)

    def document(tx: Tx) -> dict[str, Any]:
        ticket = tx.tickets.get(ACME, number)
        assert ticket is not None
        return ticket_document(tx, terms, ticket, 77, 1)

    found: dict[str, Any] = coins.desk.look(document)["cover"]
    return found


# --- L2 ---------------------------------------------------------------------------------------------------------


def test_L2_help_with_an_active_licence_is_free_installation_included(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    ticket = opens(coins, subject="Installation", text="Please install it.", licence=licence.licence.id)
    assert cover(coins, ticket) == Entitlement(Way.LICENCE, Reason.ACTIVE, licence.licence.id, "seo")
    found = shown(coins, ticket)
    assert (found["code"], found["ways"]) == ("licence", [])
    assert found["text"]["en"].startswith("Your licence of SEO pack is active.")
    stored_is_what_follows(coins)


def test_T2_T3_a_ticket_of_a_licence_alone_has_a_clock_of_best_effort(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    ticket = opens(coins, licence=licence.licence.id)
    now = now_of(coins, ticket)
    assert (now.standing, now.due, now.guaranteed) == ("licence", coins.now + DAY, False)
    stored_is_what_follows(coins)


@pytest.mark.parametrize(
    "said",
    [{"product": "seo"}, {"product": " SEO  Pack"}, {"product": SEO}, {"order": 1042}],
    ids=["key", "name", "code", "order"],
)
def test_L2_a_product_is_known_by_its_name_or_by_the_order_that_gave_it(coins: CoinDesk, said: dict[str, Any]) -> None:
    buys(coins, SEO)
    buys(coins, MENU, order=1043)
    assert cover(coins, opens(coins, **said)).product == "seo"


@pytest.mark.parametrize("said", [{}, {"product": "Slider"}, {"order": 9999}, {"licence": 9999}, {"order": 1042}])
def test_L2_without_a_known_product_he_is_to_choose_and_nothing_is_free(coins: CoinDesk, said: dict[str, Any]) -> None:
    buys(coins, SEO, MENU)
    ticket = opens(coins, **said)
    assert cover(coins, ticket) == Entitlement(Way.CHOOSE, Reason.UNKNOWN_PRODUCT)
    assert now_of(coins, ticket).due is None


def test_L2_what_he_chooses_later_counts_as_if_he_had_said_so_at_once(coins: CoinDesk) -> None:
    seo, menu = buys(coins, SEO, MENU)
    ticket = opens(coins)
    time_passes(coins, AFTER)
    assert posts(coins, "ticket_cover", ticket=ticket, licence=seo.licence.id).code == "covered"
    assert cover(coins, ticket) == Entitlement(Way.LICENCE, Reason.ACTIVE, seo.licence.id, "seo")
    assert now_of(coins, ticket).standing == "licence"
    assert posts(coins, "ticket_cover", ticket=ticket, licence=menu.licence.id).code == "covered", "it is free already"
    assert cover(coins, ticket).licence_id == seo.licence.id
    stored_is_what_follows(coins)


def test_L2_a_licence_of_another_product_than_he_named_covers_nothing_until_staff_say_which_it_is(
    coins: CoinDesk,
) -> None:
    seo, _ = buys(coins, SEO, MENU)
    ticket = opens(coins, product="menu", licence=seo.licence.id)
    assert cover(coins, ticket) == Entitlement(Way.CHOOSE, Reason.WRONG_PRODUCT, product="menu")
    assert posts(coins, "ticket_cover", ticket=ticket, licence=seo.licence.id).code == "not_covered"
    found = coins.desk.run(
        covering.decide_anew, coins.terms, ticket, by=ANNA, at=coins.later(minutes=1), licence=seo.licence.id
    )
    assert found.way is Way.LICENCE


def test_L2_a_licence_bought_or_renewed_after_the_opening_covers_only_what_is_opened_then(coins: CoinDesk) -> None:
    (old,) = buys(coins, SEO)
    coins.now = AFTER
    ticket = opens(coins, product="seo")
    assert cover(coins, ticket).reason is Reason.EXPIRED
    paid = datetime(2027, 11, 22, 12)  # noqa: DTZ001  # a shop's wall clock
    coins.later(days=1)
    (renewed,) = buys(coins, RENEW, order=2000, ordered_at=paid, granting_at=paid)
    assert renewed.now.renewals, "it was prolonged"
    assert posts(coins, "ticket_cover", ticket=ticket, licence=old.licence.id).code == "not_covered"
    assert cover(coins, opens(coins, product="seo")).way is Way.LICENCE
    then: dict[str, Any] = {"by": ANNA, "at": coins.now, "licence": old.licence.id}
    assert coins.desk.run(covering.decide_anew, coins.terms, ticket, **then).reason is Reason.EXPIRED, "as it was then"
    found = coins.desk.run(covering.decide_anew, coins.terms, ticket, by=ANNA, at=coins.now)
    assert found.way is Way.LICENCE, "staff may have it decided by what there is now"


def test_L2_a_renewal_that_was_paid_before_the_opening_counts_though_it_was_read_after_it(coins: CoinDesk) -> None:
    (old,) = buys(coins, SEO)
    coins.now = AFTER
    ticket = opens(coins, product="seo")
    assert cover(coins, ticket).reason is Reason.EXPIRED
    paid = datetime(2027, 11, 21, 11, 59)  # noqa: DTZ001  # a shop's wall clock
    coins.later(hours=1)
    buys(coins, RENEW, order=2000, ordered_at=paid, granting_at=paid)
    then: dict[str, Any] = {"by": ANNA, "at": coins.now, "licence": old.licence.id}
    assert coins.desk.run(covering.decide_anew, coins.terms, ticket, **then).way is Way.LICENCE


def test_L2_nobody_chooses_what_he_has_bought_since_or_what_was_refunded_since(coins: CoinDesk) -> None:
    (menu,) = buys(coins, MENU)
    ticket = opens(coins)
    coins.later(days=1)
    paid = datetime(2026, 11, 26, 18, 30)  # noqa: DTZ001  # a shop's wall clock
    *_, seo = buys(coins, SEO, order=2000, ordered_at=paid, granting_at=paid)
    assert posts(coins, "ticket_cover", ticket=ticket, licence=seo.licence.id).code == "not_covered"
    buys(coins, MENU, status=REFUNDED)
    assert posts(coins, "ticket_cover", ticket=ticket, licence=menu.licence.id).code == "not_covered"
    assert cover(coins, ticket).reason is Reason.REFUNDED


def test_L2_what_is_decided_anew_is_shown_anew(coins: CoinDesk) -> None:
    buys(coins, SEO)
    number = opens(coins, kind="pre_sales")
    coins.desk.run(ticket_decisions.set_kind, coins.terms, number, TicketKind.SUPPORT, by=ANNA, at=coins.now)
    ticket = coins.desk.look(lambda tx: tx.tickets.get(ACME, number))
    assert ticket is not None
    coins.desk.run(lambda tx: tx.tickets.pushed({number: ticket.number}))
    coins.desk.run(covering.decide_anew, coins.terms, number, by=ANNA, at=coins.now, product="menu")
    assert cover(coins, number).reason is Reason.NO_LICENCE
    assert [one.id for one in coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 5))] == [number]
    said = len(coins.thread(number))
    coins.desk.run(covering.decide_anew, coins.terms, number, by=ANNA, at=coins.now, product="menu")
    assert len(coins.thread(number)) == said, "what is decided as it was is no news"


def test_P2_what_a_right_of_the_plan_pays_for_is_no_matter_of_licences() -> None:
    with a_licence_desk(WEDNESDAY_6PM) as coins:
        buys(coins, SEO)
        coins.granted(CUSTOMER, 550, plan="base")
        answer = posts(coins, "right_redeem", right="font", domain="shop.example.com")
        thread = coins.thread(int(answer.document["data"]["ticket"]))
        assert [one.kind for one in thread] == [MessageKind.REDEEMED]


@pytest.mark.parametrize(("what", "code"), [("licence", "unknown_licence"), ("ticket", "unknown_ticket")])
def test_L2_nobody_chooses_with_what_is_somebody_elses(coins: CoinDesk, what: str, code: str) -> None:
    (mine,) = buys(coins, SEO)
    (other,) = buys(coins, SEO, order=1043, buyer=customer(900), customer_id=900)
    tickets = {"ticket": opens(coins, 900), "licence": opens(coins)}
    licence = {"ticket": mine, "licence": other}[what].licence.id
    assert posts(coins, "ticket_cover", ticket=tickets[what], licence=licence).code == code
    assert cover(coins, tickets[what]).way is Way.CHOOSE


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("ticket_cover", {"ticket": 1}),
        ("ticket_cover", {"ticket": 1, "licence": 0}),
        ("ticket_cover", {"ticket": 1, "licence": "1"}),
        ("ticket_cover", {"ticket": 1, "licence": 1, "free": True}),
        ("ticket_open", {"subject": "X", "text": "Y", "price": None, "licence": -1}),
        ("ticket_open", {"subject": "X", "text": "Y", "price": None, "licence": [1]}),
    ],
)
def test_L2_what_is_no_choice_of_a_licence_is_refused_and_nothing_is_decided(
    coins: CoinDesk, action: str, data: dict[str, Any]
) -> None:
    buys(coins, SEO)
    ticket = opens(coins)
    assert posts(coins, action, **data).code == "invalid"
    assert cover(coins, ticket).way is Way.CHOOSE
    assert len(coins.desk.look(lambda tx: tx.tickets.latest(ACME, 5))) == 1


def test_L2_T1_a_question_before_a_purchase_is_free_without_any_licence(coins: CoinDesk) -> None:
    ticket = opens(coins, kind="pre_sales")
    assert cover(coins, ticket).way is Way.BEFORE_SALE


def test_L2_T11_what_comes_by_the_shops_own_form_is_to_be_verified_and_is_by_choosing_on_the_page(
    coins: CoinDesk,
) -> None:
    (licence,) = buys(coins, SEO)
    message, thread = a_message(1), a_thread()
    coins.desk.run(threads.take, coins.terms, [message], {thread.id: thread}, {}, cursor=None, at=coins.now)
    (ticket,) = coins.desk.look(lambda tx: tx.tickets.latest(ACME, 5))
    assert cover(coins, ticket.id) == Entitlement(Way.VERIFY, Reason.UNPROVEN)
    assert now_of(coins, ticket.id).due is None
    posts(coins, "ticket_cover", ticket=ticket.id, licence=licence.licence.id)
    assert cover(coins, ticket.id).way is Way.LICENCE
    assert now_of(coins, ticket.id).due is not None


def test_L7_a_licence_that_seems_to_have_ended_counts_while_the_shop_can_not_be_read_for_long(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    coins.now = AFTER
    coins.desk.run(licence_freshness.shop_lost, ACME, at=coins.now)
    coins.later(hours=71)
    assert cover(coins, opens(coins, product="seo")).way is Way.NO_CLOCK
    coins.later(hours=2)
    assert cover(coins, opens(coins, product="seo")).reason is Reason.UNVERIFIED
    buys(coins, MENU, order=1043)
    ticket = opens(coins)
    assert cover(coins, ticket).way is Way.CHOOSE
    posts(coins, "ticket_cover", ticket=ticket, licence=licence.licence.id)
    assert cover(coins, ticket).reason is Reason.UNVERIFIED, "chosen later, it counts as it did then"


# --- L3 ---------------------------------------------------------------------------------------------------------


def test_L3_a_licence_that_ends_meanwhile_keeps_the_ticket_free_until_it_is_closed(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    coins.now = LAST_DAY
    ticket = opens(coins, licence=licence.licence.id)
    answers(coins, ticket)
    coins.now = AFTER
    posts(coins, "ticket_reply", ticket=ticket, text="Not yet.")
    assert (cover(coins, ticket).way, now_of(coins, ticket).standing) == (Way.LICENCE, "licence")
    assert now_of(coins, ticket).due == coins.now + DAY
    coins.desk.run(
        ticket_decisions.set_state, coins.terms, ticket, TicketState.CLOSED, by=ANNA, at=coins.later(minutes=1)
    )
    answer = posts(coins, "ticket_reply", ticket=ticket, text="Once more.")
    following = int(answer.document["data"]["ticket"])
    assert (cover(coins, following).way, cover(coins, following).reason) == (Way.NO_CLOCK, Reason.EXPIRED)
    stored_is_what_follows(coins)


def test_L3_a_ticket_that_goes_on_with_a_closed_one_is_about_the_same_licence(coins: CoinDesk) -> None:
    (licence, _) = buys(coins, SEO, MENU)
    ticket = opens(coins, licence=licence.licence.id)
    coins.desk.run(
        ticket_decisions.set_state, coins.terms, ticket, TicketState.CLOSED, by=ANNA, at=coins.later(minutes=1)
    )
    answer = posts(coins, "ticket_reply", ticket=ticket, text="Once more.")
    assert cover(coins, int(answer.document["data"]["ticket"])).licence_id == licence.licence.id


def test_L3_a_part_of_a_ticket_is_covered_as_the_whole_was(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    coins.now = LAST_DAY
    ticket = opens(coins, licence=licence.licence.id)
    coins.now = AFTER
    posts(coins, "ticket_reply", ticket=ticket, text="And the menu?")
    second = coins.thread(ticket)[-1].id
    part = coins.desk.run(
        ticket_links.split, coins.terms, ticket, from_message=second, subject="Menu", by=ANNA, at=coins.later(minutes=1)
    )
    assert cover(coins, part.id) == cover(coins, ticket)
    assert [one.at for one in coins.thread(part.id) if one.kind is MessageKind.COVERED] == [part.opened_at]
    assert now_of(coins, part.id).standing == "licence"
    stored_is_what_follows(coins)


def test_L3_what_is_joined_to_another_ticket_makes_that_one_free_as_it_was_itself(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    first, ticket = opens(coins), opens(coins, licence=licence.licence.id)
    due = now_of(coins, ticket).due
    coins.desk.run(ticket_links.merge, coins.terms, ticket, into=first, by=ANNA, at=coins.later(minutes=1))
    assert cover(coins, first) == cover(coins, ticket)
    assert (now_of(coins, first).standing, now_of(coins, first).due) == ("licence", due)
    stored_is_what_follows(coins)


def test_L3_what_is_free_already_is_not_covered_once_more_by_what_is_joined_to_it(coins: CoinDesk) -> None:
    (seo, menu) = buys(coins, SEO, MENU)
    first, ticket = (opens(coins, licence=one.licence.id) for one in (seo, menu))
    coins.desk.run(ticket_links.merge, coins.terms, ticket, into=first, by=ANNA, at=coins.later(minutes=1))
    assert cover(coins, first).licence_id == seo.licence.id


def test_L3_money_that_staff_gave_back_themselves_is_brought_to_staff_too_and_is_over_with_its_suspension(
    coins: CoinDesk,
) -> None:
    (licence,) = buys(coins, SEO)
    ticket = opens(coins, licence=licence.licence.id)
    then: dict[str, Any] = {"by": ANNA, "at": coins.later(minutes=1)}
    coins.desk.run(licences_by_staff.suspend, coins.terms, licence.licence.id, reason=StaffReason.REFUNDED, **then)
    (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert f"ticket {ticket} is free by licence" in problem.summary
    coins.desk.run(licences_by_staff.reinstate, coins.terms, licence.licence.id, **then)
    assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []


def test_L3_a_refund_during_the_ticket_is_brought_to_staff_and_takes_nothing_until_they_decide(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    ticket, other = opens(coins, licence=licence.licence.id), opens(coins, kind="pre_sales")
    buys(coins, SEO, status=REFUNDED)
    (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert (problem.kind, str(ticket) in problem.summary) == ("licence_refunded_mid_ticket", True)
    assert cover(coins, ticket).way is Way.LICENCE
    assert coins.thread(ticket)[-1].kind is MessageKind.NOTE
    assert all(one.kind is not MessageKind.NOTE for one in coins.thread(other))
    found = coins.desk.run(covering.decide_anew, coins.terms, ticket, by=ANNA, at=coins.later(minutes=1))
    assert (found.way, found.reason) == (Way.NO_CLOCK, Reason.REFUNDED)
    assert now_of(coins, ticket).standing == "none"
    stored_is_what_follows(coins)


def test_L3_L5_paid_again_what_staff_were_told_is_over(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    opens(coins, licence=licence.licence.id)
    buys(coins, SEO, status=REFUNDED)
    buys(coins, SEO)
    assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []


def test_L3_a_refund_is_told_once_though_another_goes_on_keeping_the_licence_suspended(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    ticket = opens(coins, licence=licence.licence.id)
    buys(coins, SEO, status=REFUNDED)
    coins.desk.run(
        licences_by_staff.suspend,
        coins.terms,
        licence.licence.id,
        reason=StaffReason.MISUSE,
        by=ANNA,
        at=coins.later(minutes=1),
    )
    buys(coins, SEO)
    assert licences_of(coins, CUSTOMER)[0].now.suspended == "misuse"
    assert [one.kind for one in coins.thread(ticket)].count(MessageKind.NOTE) == 1


def test_L3_a_refund_is_told_of_a_ticket_whose_customer_has_passed_the_licence_on(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    ticket = opens(coins, licence=licence.licence.id)
    coins.desk.run(
        licences_by_staff.assign,
        coins.terms,
        licence.licence.id,
        customer(78),
        by=ANNA,
        at=coins.later(minutes=1),
        in_shop=True,
    )
    buys(coins, SEO, status=REFUNDED)
    (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert f"ticket {ticket} is free by licence" in problem.summary


def test_L3_L5_the_refund_of_a_renewal_without_which_a_licence_has_ended_is_brought_to_staff(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    renewal: dict[str, Any] = {"order": 1043, "granting_at": None}
    time_passes(coins, AFTER)
    buys(coins, RENEW, **renewal)
    ticket = opens(coins, licence=licence.licence.id)
    assert cover(coins, ticket).way is Way.LICENCE
    buys(coins, RENEW, **renewal, status=REFUNDED)
    (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert f"licence {licence.licence.id}, which was ended by the refund of a renewal" in problem.summary
    assert cover(coins, ticket).way is Way.LICENCE
    buys(coins, RENEW, **renewal)
    assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []


# --- L4 ---------------------------------------------------------------------------------------------------------


def test_L4_without_an_active_licence_and_without_coins_the_ways_on_are_told_and_no_clock_runs(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    coins.now = AFTER
    ticket = opens(coins, licence=licence.licence.id)
    assert cover(coins, ticket) == Entitlement(Way.NO_CLOCK, Reason.EXPIRED, licence.licence.id, "seo")
    assert (now_of(coins, ticket).standing, now_of(coins, ticket).due) == ("none", None)
    found = shown(coins, ticket)
    assert [(way["code"], way["url"]) for way in found["ways"]] == [("renew", RENEWALS), ("contact", OFFICIAL)]
    assert "ended" in found["text"]["en"]


def test_L4_coins_can_pay_where_the_store_sells_them_and_a_package_has_its_clock() -> None:
    with a_licence_desk(AFTER) as coins:
        ticket = opens(coins, product="seo")
        assert cover(coins, ticket) == Entitlement(Way.COINS, Reason.NO_LICENCE, product="seo")
        assert now_of(coins, ticket).due is None
        coins.granted(CUSTOMER, 550, plan="base")
        assert now_of(coins, opens(coins, product="seo")).standing == "base"
        stored_is_what_follows(coins)


def test_L4_coins_that_are_left_can_pay_where_none_are_sold_any_more() -> None:
    with a_licence_desk(WEDNESDAY_6PM) as coins:
        coins.granted(CUSTOMER, 550, plan="base")
        coins.terms = replace(coins.terms, plans=PlanBook([]))
        assert cover(coins, opens(coins, product="seo")).way is Way.COINS


def test_L2_with_a_licence_and_a_package_help_is_free_and_the_better_clock_runs() -> None:
    with a_licence_desk(WEDNESDAY_6PM) as coins:
        (licence,) = buys(coins, SEO)
        coins.granted(CUSTOMER, 550, plan="base", last_day=WEDNESDAY_6PM.date() + DAY)
        ticket = opens(coins, licence=licence.licence.id)
        assert (cover(coins, ticket).way, now_of(coins, ticket).standing) == (Way.LICENCE, "base")
        time_passes(coins, WEDNESDAY_6PM + timedelta(days=3))
        assert now_of(coins, ticket).standing == "licence"
        stored_is_what_follows(coins)


def test_C13_what_the_price_list_sells_is_paid_for_though_there_is_a_licence() -> None:
    with a_licence_desk(WEDNESDAY_6PM) as coins:
        (licence,) = buys(coins, SEO)
        ticket = opens(coins, price="analytics", licence=licence.licence.id)
        assert cover(coins, ticket) == Entitlement(Way.COINS, Reason.PRICE_LIST)
        assert shown(coins, ticket)["ways"] == []


def offers(desk: CoinDesk, ticket: int, *, although_licensed: bool = False) -> str:
    """What staff are told who offer work for coins in a ticket."""
    about: dict[str, Any] = {"coins": 50, "words": "Another slider.", "by": ANNA, "at": desk.later(minutes=1)}
    try:
        made = desk.desk.run(
            offering.offer, desk.terms, ticket, **about, possible=True, although_licensed=although_licensed
        )
    except QuoteRefused as refused:
        return refused.reason
    return made.state.value


@pytest.mark.parametrize(
    ("said", "answer"), [({"product": "SEO pack"}, "licensed"), ({}, "not_chosen"), ({"kind": "pre_sales"}, "offered")]
)
def test_L2_an_offer_goes_by_the_decision_of_its_ticket(said: dict[str, Any], answer: str) -> None:
    with a_licence_desk(WEDNESDAY_6PM) as desk:
        buys(desk, SEO)
        ticket = opens(desk, **said)
        assert offers(desk, ticket) == answer
        time_passes(desk, AFTER)
        assert offers(desk, ticket) == answer, "a licence that has ended takes nothing back (rule L3)"
        assert offers(desk, ticket, although_licensed=True) == "offered"


def test_L2_T11_what_his_licence_covers_once_he_has_proven_who_he_is_is_not_offered_for_coins() -> None:
    with a_licence_desk(WEDNESDAY_6PM) as desk:
        desk.now = WEDNESDAY_6PM
        for thread, code, answer in ((1, None, "offered"), (2, SEO, "not_chosen")):
            if code is not None:
                buys(desk, code)
            desk.desk.run(
                threads.take,
                desk.terms,
                [a_message(thread, thread=thread)],
                {thread: a_thread(thread)},
                {},
                cursor=None,
                at=desk.later(minutes=1),
            )
            (ticket, *_) = desk.desk.look(lambda tx: tx.tickets.latest(ACME, 5))
            assert cover(desk, ticket.id).way is Way.VERIFY
            assert offers(desk, ticket.id) == answer


def test_a_store_without_licences_decides_nothing() -> None:
    with a_licence_desk(WEDNESDAY_6PM, licences=type(SOLD)()) as coins:
        ticket = opens(coins, product="seo")
        assert all(one.kind is not MessageKind.COVERED for one in coins.thread(ticket))


# --- staff ------------------------------------------------------------------------------------------------------


def test_L2_staff_say_what_it_is_about_and_it_is_in_the_audit_trail(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    ticket = opens(coins)
    found = coins.desk.run(
        covering.decide_anew, coins.terms, ticket, by=ANNA, at=coins.later(minutes=1), licence=licence.licence.id
    )
    assert found.way is Way.LICENCE
    again = coins.desk.run(covering.decide_anew, coins.terms, ticket, by=ANNA, at=coins.now, product="menu")
    assert posts(coins, "ticket_cover", ticket=ticket, licence=licence.licence.id).code == "not_covered", (
        "staff decided"
    )
    assert (again.way, again.reason) == (Way.NO_CLOCK, Reason.NO_LICENCE)
    lines = coins.desk.look(lambda tx: tx.audit.lines(store=ACME, subject=f"ticket:{ticket}"))
    assert [(one.staff, one.detail["way"]) for one in lines if one.action == "cover"] == [
        (ANNA, "no_clock"),
        (ANNA, "licence"),
    ]


@pytest.mark.parametrize(
    ("said", "reason"),
    [({"licence": 9999}, "other_licence"), ({"product": "slider"}, "unknown_product")],
)
def test_L2_staff_are_refused_what_can_not_be(coins: CoinDesk, said: dict[str, Any], reason: str) -> None:
    ticket = opens(coins)
    with pytest.raises(TicketRefused) as refusal:
        coins.desk.run(covering.decide_anew, coins.terms, ticket, by=ANNA, at=coins.now, **said)
    assert refusal.value.reason == reason
