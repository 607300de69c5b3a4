"""Agreements and statements as the shop's pages show them: signed, with a version, and with no number of ours (W2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from bridge.contracts.shop_rows import verifies
from bridge.domain.agreements import AgreementChannel
from bridge.domain.bills import BillState
from bridge.domain.money import HourlyRate
from bridge.domain.premium import PremiumKind
from bridge.services import billing, comparing_accounts, privacy
from bridge.services.accepting import Decider
from bridge.services.account_pages import show_new_terms
from bridge.services.bill_moves import mark_paid
from bridge.services.document_comparison import compare_document_rows, expected_documents
from bridge.services.notes import page_document
from tests.support.books import ACME
from tests.support.premium_pages import AGREEMENT, BILL, KEY, page_terms, posted, push, said, waiting
from tests.support.premium_time import KINDS, NUMBERS, PremiumDesk, a_premium_desk, dollars
from tests.support.quoting import ANNA, CUSTOMER

DOLLARS = "\N{NO-BREAK SPACE}USD"
WORDS = "I agree less"


@pytest.fixture
def desk() -> Iterator[PremiumDesk]:
    with a_premium_desk() as one:
        yield one


def test_W5_an_agreements_row_says_kind_rate_cap_and_the_exact_words(desk: PremiumDesk) -> None:
    one = desk.offered()
    (row,) = waiting(desk, AGREEMENT)
    assert verifies([KEY], AGREEMENT, row.row.payload, row.row.key_id, row.row.mac)
    assert (row.key, row.row.customer_id, row.row.number) == (one.id, 77, one.number)
    at = int(desk.now.timestamp())
    assert said(row) == {
        "v": 1,
        "store": ACME,
        "customer": 77,
        "epoch": 1,
        "number": one.number,
        "agreement": one.id,
        "name": {"en": "Technical support"},
        "state": "offered",
        "version": 1,
        "rate": {
            "en": f"20.00{DOLLARS} an hour",
            "ru": f"20,00{DOLLARS} в час",
            "fa": f"هر ساعت \u200e۲۰٫۰۰{DOLLARS}",
        },
        "cap_hours": {"en": "2 h", "ru": "2 ч", "fa": "۲ ساعت"},
        "cap": {"en": f"40.00{DOLLARS}", "ru": f"40,00{DOLLARS}", "fa": f"\u200e۴۰٫۰۰{DOLLARS}"},
        "text": dict(one.offer.texts),
        "text_hash": dict(one.offer.hashes),
        "offered_at": at,
        "valid_until": at + 14 * 86_400,
        "valid_until_text": {"en": "7 December 2026", "ru": "7 декабря 2026 г.", "fa": "۱۶ آذر ۱۴۰۵"},
        "ticket": None,
        "accepted": None,
        "worked_seconds": 0,
        "worked": {},
        "running_since": None,
        "waits": False,
        "closed_at": None,
        "charged": None,
    }


def test_W6_the_row_follows_the_timer_the_waiting_and_the_closing(desk: PremiumDesk) -> None:
    one = desk.agreed()
    push(desk, AGREEMENT)
    desk.start(one)
    (row,) = push(desk, AGREEMENT)
    assert (said(row)["running_since"], said(row)["waits"]) == (int(desk.now.timestamp()), False)
    assert said(row)["accepted"] == {"at": int(desk.now.timestamp()), "channel": "chat"}
    desk.later(minutes=40)
    desk.wait()
    (row,) = push(desk, AGREEMENT)
    assert said(row)["waits"]
    desk.later(minutes=7)
    desk.stop()
    (row,) = push(desk, AGREEMENT)
    assert (said(row)["running_since"], said(row)["worked_seconds"]) == (None, 47 * 60)
    assert said(row)["worked"] == {"en": "0:47:00", "ru": "0:47:00", "fa": "۰:۴۷:۰۰"}
    desk.close(one)
    (row,) = push(desk, AGREEMENT)
    assert said(row)["state"] == "closed"
    assert (said(row)["charged"]["hours"]["en"], said(row)["charged"]["amount"]["en"]) == ("1 h", f"20.00{DOLLARS}")
    assert waiting(desk, AGREEMENT) == [], "nothing more to tell"


def test_W8_a_statement_has_a_row_from_its_sending_on(desk: PremiumDesk) -> None:
    draft = desk.billed_time(minutes=47)
    assert waiting(desk, BILL) == []
    bill = desk.sent(draft)
    (row,) = push(desk, BILL)
    assert verifies([KEY], BILL, row.row.payload, row.row.key_id, row.row.mac)
    shown = said(row)
    (line,) = shown["lines"]
    assert (shown["state"], shown["period"], shown["total"]["en"]) == ("sent", None, f"20.00{DOLLARS}")
    assert (line["name"], line["hours"]["en"], line["rate"]["en"], line["amount"]["en"], line["worked"]["en"]) == (
        {"en": "Technical support"},
        "1 h",
        f"20.00{DOLLARS} an hour",
        f"20.00{DOLLARS}",
        "0:47:00",
    )
    assert (shown["text_hash"], shown["sent_at"]) == (bill.hash, int(desk.now.timestamp()))
    assert "Anna" not in row.row.payload, "who of staff it was is theirs"


def test_W8_a_correction_is_a_line_of_its_own_with_its_reason(desk: PremiumDesk) -> None:
    bill = desk.sent(desk.billed_time(minutes=47))
    facts = {"agreement_id": bill.lines[0].agreement_id, "steps": -1, "reason": "We talked", "by": ANNA, "at": desk.now}
    corrected = desk.do(billing.correct, bill.id, **facts)
    (row,) = push(desk, BILL)
    second = said(row)["lines"][1]
    assert (second["kind"], second["reason"], second["worked"]) == ("correction", "We talked", {})
    assert (second["hours"]["en"], second["amount"]["en"]) == ("−0.25 h", f"−5.00{DOLLARS}")
    assert (said(row)["hours"]["en"], said(row)["total"]["en"]) == ("0.75 h", f"15.00{DOLLARS}")
    assert said(row)["text_hash"] == corrected.hash != bill.hash


def test_W8_a_bill_that_is_due_says_which_product_of_the_shop_pays_it_and_how_many(desk: PremiumDesk) -> None:
    pays = {"PREMIUM-1": dollars("1.25"), "PREMIUM-4": dollars("5.00"), "PREMIUM-7": dollars("7.50")}
    terms = page_terms(pays=pays, pay_url="https://shop.example/premium")
    bill = desk.sent(desk.billed_time(minutes=47))
    assert said(push(desk, BILL, terms)[0])["pay"] is None, "nothing is due before it is billed"
    desk.due(bill)
    assert said(push(desk, BILL, terms)[0])["pay"] == {
        "code": "PREMIUM-4",
        "units": 4,
        "url": "https://shop.example/premium",
    }
    line = {"agreement_id": bill.lines[0].agreement_id, "reason": "We talked", "by": ANNA, "at": desk.now}
    desk.do(billing.correct, bill.id, steps=-1, **line)
    assert said(push(desk, BILL, terms)[0])["pay"]["units"] == 2, "7.50 goes into 15.00 twice"
    other = page_terms(pays={"PREMIUM-7": dollars("7.00")})
    desk.do(billing.correct, bill.id, steps=-1, **line)
    assert said(waiting(desk, BILL, other)[0])["pay"] is None
    desk.do(billing.correct, bill.id, steps=-2, **line)
    nothing = said(push(desk, BILL, terms)[0])
    assert (nothing["costs_nothing"], nothing["pay"]) == (True, None)


def test_W6_a_months_statement_says_its_days_also_by_the_persian_calendar(desk: PremiumDesk) -> None:
    desk.billed_time(minutes=47)
    desk.billed_time("urgent", minutes=16)
    (month,) = desk.gathered(date(2026, 11, 1))
    desk.sent(month)
    (row,) = push(desk, BILL)
    assert said(row)["period"]["from"]["en"] == "1 November 2026"
    assert said(row)["period"]["until"]["fa"] == "۹ آذر ۱۴۰۵"
    assert said(row)["total"]["en"] == f"35.00{DOLLARS}"
    assert waiting(desk, BILL) == [], "what was gathered is in it"


def test_W8_how_it_was_paid_is_said_where_an_order_did_it(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    desk.coins.desk.run(mark_paid, bill, paid_by="order:1042", at=desk.now)
    (row,) = push(desk, BILL)
    assert (said(row)["state"], said(row)["order"]) == ("paid", 1042)
    other = desk.due(desk.sent(desk.billed_time(minutes=16)))
    desk.do(billing.paid, other.id, how="bank transfer", by=ANNA, at=desk.now)
    (row,) = push(desk, BILL)
    assert (said(row)["order"], "bank" in row.row.payload) == (None, False)


def test_W5_W9_what_a_stranger_agreed_on_has_no_row_until_he_is_linked(desk: PremiumDesk) -> None:
    stranger = desk.stranger()
    one = desk.agreed(contact=stranger)
    assert waiting(desk, AGREEMENT) == []
    mine = desk.contact()
    desk.coins.desk.run(lambda tx: tx.contacts.save(replace(stranger, account_id=mine.account_id)))
    (row,) = push(desk, AGREEMENT)
    assert (row.key, row.row.customer_id) == (one.id, 77)
    desk.coins.desk.run(lambda tx: tx.contacts.save(stranger))
    (row,) = push(desk, AGREEMENT)
    assert (row.row.customer_id, "text" in said(row)) == (0, False), "unlinked, it is on nobody's page"
    assert waiting(desk, AGREEMENT) == []


def test_D2_of_an_erased_customer_nothing_is_left_in_the_shop_but_numbers(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=16)))
    desk.do(billing.paid, bill.id, how="bank transfer", by=ANNA, at=desk.now)
    offer = desk.offered(words="For Ada")
    push(desk, AGREEMENT)
    desk.coins.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=desk.now)
    rows = [*waiting(desk, AGREEMENT), *waiting(desk, BILL)]
    assert {row.key for row in rows} == {bill.lines[0].agreement_id, offer.id, bill.id}
    for row in rows:
        assert said(row).keys() <= {"v", "store", "customer", "epoch", "number", "agreement", "bill"}
        assert row.row.customer_id == 0


def test_D3_it_goes_off_the_page_of_who_has_its_customers_number_next(desk: PremiumDesk) -> None:
    one = desk.agreed()
    bill = desk.sent(desk.billed_time(minutes=16))
    push(desk, AGREEMENT)
    desk.coins.desk.run(comparing_accounts.set_lost_apart, ACME, 70, at=desk.now)
    rows = [*waiting(desk, AGREEMENT), *waiting(desk, BILL)]
    assert {row.key for row in rows} >= {one.id, bill.id}
    assert [(row.row.customer_id, "text" in said(row), "lines" in said(row)) for row in rows] == [(0, False, False)] * 3


def test_C16_what_is_not_as_pushed_is_told_to_the_field(desk: PremiumDesk) -> None:
    desk.agreed()
    assert desk.coins.desk.look(expected_documents, page_terms(), AGREEMENT, after=0, limit=9) == ([], None), "it waits"
    bill = desk.sent(desk.billed_time(minutes=16))
    (first, _), (third,) = waiting(desk, AGREEMENT), waiting(desk, BILL)
    push(desk, AGREEMENT)
    expected, last = desk.coins.desk.look(expected_documents, page_terms(), AGREEMENT, after=0, limit=1)
    assert (expected, last) == ([first], first.key)
    assert desk.coins.desk.look(expected_documents, page_terms(), BILL, after=0, limit=9) == ([third], None)
    assert compare_document_rows([KEY], BILL, [third], [third]) == []
    (missing,) = compare_document_rows([KEY], BILL, [third], [])
    assert (missing.where, missing.found) == (f"bill {bill.id}: row", "no row")


def test_a_kind_of_work_that_is_called_otherwise_is_shown_so(desk: PremiumDesk) -> None:
    desk.agreed()
    desk.sent(desk.billed_time(minutes=16))
    push(desk, AGREEMENT)
    run = desk.coins.desk.run
    assert not run(show_new_terms, page_terms()), "a desk's first look is no change"
    assert not run(show_new_terms, page_terms())
    renamed = KINDS | {"technical": PremiumKind("technical", {"en": "Help", "fa": "کمک"}, HourlyRate(dollars("99.00")))}
    assert run(show_new_terms, page_terms(kinds=renamed))
    rows = push(desk, AGREEMENT, page_terms(kinds=renamed))
    assert [said(row)["name"] for row in rows] == [{"en": "Help", "fa": "کمک"}] * 2
    assert all("20.00" in said(row)["rate"]["en"] for row in rows), "a rate that was offered stays"
    assert run(show_new_terms, page_terms(kinds={}))
    assert {said(row)["name"]["en"] for row in push(desk, AGREEMENT, page_terms(kinds={}))} == {"technical"}


def test_W8_another_way_to_pay_is_shown_on_bills_that_are_due_already(desk: PremiumDesk) -> None:
    desk.due(desk.sent(desk.billed_time(minutes=16)))
    push(desk, BILL)
    assert not desk.coins.desk.run(show_new_terms, page_terms())
    for terms, way in (
        (page_terms(pays={"OTHER": dollars("2.50")}), ("OTHER", "")),
        (page_terms(pay_url="https://shop.example/pay"), ("PREMIUM-1USD", "https://shop.example/pay")),
    ):
        assert desk.coins.desk.run(show_new_terms, terms)
        (row,) = push(desk, BILL, terms)
        assert (said(row)["pay"]["code"], said(row)["pay"]["url"]) == way


def test_W9_what_is_to_go_off_a_page_goes_also_where_everything_is_shown_anew_meanwhile(desk: PremiumDesk) -> None:
    agreement, contact, run = desk.agreed(), desk.contact(), desk.coins.desk.run
    run(show_new_terms, page_terms())
    push(desk, AGREEMENT)
    run(lambda tx: tx.contacts.save(replace(contact, account_id=None)))  # while the shop can't be reached
    assert run(show_new_terms, page_terms(kinds={}))
    (row,) = push(desk, AGREEMENT)
    assert (row.key, row.row.customer_id) == (agreement.id, 0)


def test_W2_everybodys_page_has_the_rates_and_no_number_but_the_official_one() -> None:
    document = page_document(page_terms())["premium"]
    assert [kind["rate"]["en"] for kind in document["kinds"]] == [
        f"{rate}.00{DOLLARS} an hour" for rate in ("15", "20", "30")
    ]
    official, premium = NUMBERS
    assert (document["chat"], document["numbers"]) == (True, [official.number])
    assert premium.number not in str(page_document(page_terms()))
    by_hand = [one._replace(channel_id="") for one in NUMBERS]
    document = page_document(page_terms(numbers=tuple(by_hand)))["premium"]
    assert (document["chat"], document["numbers"]) == (False, [])
    assert "premium" not in page_document(page_terms(kinds={}))


def test_W5_C9_an_acceptance_on_the_page_keeps_which_words_in_which_language(desk: PremiumDesk) -> None:
    one = desk.offered()
    data = {"agreement": one.id, "version": 1, "text_hash": one.offer.hashes["fa"]}
    assert posted(desk, "agreement_accept", data | {"text_hash": "0" * 64}) == ("refused", "text_differs")
    assert posted(desk, "agreement_accept", data | {"version": 2}, turn=2) == ("refused", "agreement_changed")
    assert posted(desk, "agreement_accept", data, turn=3) == ("accepted", "agreement_accepted")
    acceptance = desk.agreement(one).acceptance
    assert acceptance is not None
    assert (acceptance.channel, acceptance.language, acceptance.evidence[-1]) == ("page", "fa", "3")
    assert posted(desk, "agreement_accept", data, turn=4) == ("accepted", "agreement_accepted"), "twice binds once"
    assert len(desk.coins.desk.look(lambda tx: tx.agreements.said(one.id))) == 1


def test_W5_an_offer_is_declined_and_a_lapsed_one_not_accepted(desk: PremiumDesk) -> None:
    one, other = desk.offered(), desk.offered()
    assert posted(desk, "agreement_decline", {"agreement": one.id, "version": 1}) == ("accepted", "agreement_declined")
    data = {"agreement": one.id, "version": 1, "text_hash": one.offer.hashes["en"]}
    assert posted(desk, "agreement_accept", data, turn=2) == ("refused", "agreement_state")
    desk.later(days=14, seconds=1)
    data |= {"agreement": other.id, "text_hash": other.offer.hashes["en"]}
    assert posted(desk, "agreement_accept", data, turn=3) == ("refused", "agreement_lapsed")


@pytest.mark.parametrize("customer", [78, 79])
def test_T11_what_is_somebody_elses_is_as_if_it_were_not_there(desk: PremiumDesk, customer: int) -> None:
    one = desk.offered()
    bill = desk.sent(desk.billed_time(minutes=16))
    desk.contact(78)
    data = {"agreement": one.id, "version": 1, "text_hash": one.offer.hashes["en"]}
    assert posted(desk, "agreement_accept", data, customer=customer) == ("refused", "unknown_agreement")
    data = {"bill": bill.id, "text_hash": bill.hash}
    assert posted(desk, "bill_accept", data, customer=customer, turn=2) == ("refused", "unknown_bill")


def test_W8_a_statement_is_accepted_as_it_was_shown_or_disputed_in_words(desk: PremiumDesk) -> None:
    bill = desk.sent(desk.billed_time(minutes=16))
    data = {"bill": bill.id, "text_hash": bill.hash}
    assert posted(desk, "bill_accept", data | {"text_hash": "0" * 64}) == ("refused", "text_differs")
    assert posted(desk, "bill_accept", data, turn=2) == ("accepted", "bill_accepted")
    assert posted(desk, "bill_dispute", data | {"text": " "}, turn=3) == ("refused", "invalid")
    assert posted(desk, "bill_dispute", data | {"text": WORDS}, turn=4) == ("accepted", "bill_disputed")
    (row,) = push(desk, BILL)
    assert (said(row)["state"], said(row)["disputed"]) == ("disputed", WORDS)
    evidence = desk.coins.desk.look(lambda tx: tx.bills.decisions(bill.id))
    assert [(one.what, one.text_hash) for one in evidence] == [
        (BillState.ACCEPTED, bill.hash),
        (BillState.DISPUTED, bill.hash),
    ]
    assert posted(desk, "bill_accept", data, turn=5) == ("accepted", "bill_accepted")
    (row,) = push(desk, BILL)
    assert (said(row)["state"], said(row)["disputed"]) == ("accepted", "")
    staff = Decider(AgreementChannel.STAFF, staff=ANNA, words="He rang")
    desk.do(billing.dispute, bill.id, staff, words="He rang", at=desk.now)
    (row,) = push(desk, BILL)
    assert (said(row)["state"], said(row)["disputed"]) == ("disputed", "")  # what he wrote then is not about this


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("agreement_accept", {"agreement": 1, "version": 1, "text_hash": "A" * 64}),
        ("agreement_accept", {"agreement": True, "version": 1, "text_hash": "a" * 64}),
        ("agreement_decline", {"agreement": 1}),
        ("bill_accept", {"bill": 1, "text_hash": "a" * 64, "more": 1}),
        ("bill_dispute", {"bill": 1, "text_hash": "a" * 64, "text": "x" * 2_001}),
    ],
)
def test_T11_data_of_another_shape_is_refused_whole(desk: PremiumDesk, kind: str, data: dict[str, object]) -> None:
    assert posted(desk, kind, data) == ("refused", "invalid")
