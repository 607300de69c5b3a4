"""What the desk notes in a shop: what is on sale, and how it is doing itself."""

import json
from datetime import timedelta

from bridge.contracts.shop_documents import Note
from bridge.contracts.shop_rows import SigningKey, verifies
from bridge.domain.plans import Plan, PlanBook
from bridge.services.account_pages import PageTerms
from bridge.services.notes import page_document, signed_note, status_document
from tests.support.books import ACME, MONDAY_9AM, TEHRAN
from tests.support.service_weeks import SATURDAY_TO_WEDNESDAY, a_calendar

KEY = SigningKey("k1", bytes(32))
NAMES = {"en": "Base", "ru": "Базовый", "fa": "پایه"}
BUY = "https://shop.example.com/base"
PLANS = PlanBook(
    [
        Plan("base", 2, 550, 12, ("B",), NAMES, buy_url=BUY),
        Plan(
            "essential",
            1,
            300,
            12,
            ("E",),
            {"en": "Essential"},
            service=a_calendar("Asia/Tehran", SATURDAY_TO_WEDNESDAY),
        ),
    ]
)
TERMS = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=3)


def test_P1_plans_are_named_with_their_coins_their_days_and_where_to_buy_them_best_last() -> None:
    assert page_document(TERMS) == {
        "v": 1,
        "store": ACME,
        "epoch": 3,
        "number": 0,
        "customer": 0,
        "plans": [
            {
                "code": "essential",
                "rank": 1,
                "name": {"en": "Essential", "ru": "Essential", "fa": "Essential"},
                "coins": 300,
                "service": {
                    "en": "Saturday to Wednesday, all day",
                    "ru": "Суббота – среда, круглосуточно",
                    "fa": "شنبه تا چهارشنبه، شبانه‌روزی",
                },
                "buy": "",
            },
            {
                "code": "base",
                "rank": 2,
                "name": NAMES,
                "coins": 550,
                "service": {
                    "en": "Every day, all day",
                    "ru": "Ежедневно, круглосуточно",
                    "fa": "همهٔ روزهای هفته، شبانه‌روزی",
                },
                "buy": BUY,
            },
        ],
    }


def test_the_desk_says_how_it_is_and_nothing_of_anybody() -> None:
    read = MONDAY_9AM - timedelta(seconds=4, milliseconds=500)
    assert status_document(TERMS, version="0.4.0", state="well", problems=2, last_order_read=read, at=MONDAY_9AM) == {
        "v": 1,
        "store": ACME,
        "epoch": 3,
        "number": 0,
        "customer": 0,
        "at": 1_795_424_400,
        "version": "0.4.0",
        "state": "well",
        "problems": 2,
        "last_order_read": 1_795_424_395,
    }


def test_a_note_is_signed_as_what_stands_in_its_table() -> None:
    note = signed_note(TERMS, page_document(TERMS))
    assert isinstance(note, Note)
    assert verifies([KEY], "meta", note.payload, note.key_id, note.mac)
    assert json.loads(note.payload) == page_document(TERMS)
