"""The statement as a page: its figures add up as they are shown, and nobody's words do anything in it."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from persiantools import digits

from bridge.domain.bills import BillLine, BillState, LineKind
from bridge.locale.dates import LANGUAGES
from bridge.paper.page import statement_page
from bridge.paper.shown import shown
from tests.support.bill_papers import BEGUN, a_rate, a_statement

HOSTILE = '<script>alert(1)</script>"\u202e =1+1\n{{ 7*7 }} 😀 سارا'


def figure(text: str) -> Decimal:
    """A shown figure read back, in whichever language it stands."""
    plain = re.sub(r"[^0-9.,\u2212٫]", "", digits.fa_to_en(text)).replace("\u2212", "-")
    return Decimal(re.sub(r"[,٫](?=[0-9]{1,2}$)", ".", plain).replace(",", ""))


def test_W6_the_published_sessions_are_shown_as_20_and_15_dollars() -> None:
    technical, urgent, _ = shown(a_statement(), "en").lines
    assert [figure(one) for one in (technical.hours, technical.rate, technical.amount)] == [1, 20, Decimal("20.00")]
    assert [figure(one) for one in (urgent.hours, urgent.rate, urgent.amount)] == [Decimal("0.5"), 30, Decimal("15.00")]
    assert "0:47:00" in technical.worked
    assert "0:16:00" in urgent.worked


@pytest.mark.parametrize("language", LANGUAGES)
def test_W6_shown_hours_times_shown_rate_is_the_shown_amount_and_their_sum_the_shown_total(language: str) -> None:
    lines = tuple(
        BillLine(at, LineKind.TIME, at, "technical", a_rate(rate), steps, BEGUN, timedelta(minutes=steps))
        for at, (rate, steps) in enumerate([(15, 1), (20, 2), (30, 3), (15, 7), (999, 31)], 1)
    )
    paper = shown(a_statement(*lines), language)
    for line in paper.lines:
        assert figure(line.hours) * figure(line.rate) == figure(line.amount)
    assert sum(figure(line.amount) for line in paper.lines) == figure(paper.total)


def test_W8_a_correction_is_a_line_of_its_own_with_its_reason_and_below_zero() -> None:
    line = shown(a_statement(), "en").lines[-1]
    assert "Correction" in line.work
    assert figure(line.amount) == Decimal("-5.00")
    assert any("a pause" in detail for detail in line.details)
    assert line.worked == ""


def test_W8_it_is_called_a_bill_only_once_it_is_billed() -> None:
    names = {state: shown(a_statement(state=state), "en").title for state in BillState}
    bills = {state for state, name in names.items() if name.startswith("Bill")}
    assert bills == {BillState.BILLED, BillState.PAID}


@pytest.mark.parametrize(
    ("paid_by", "said"),
    [("order:1042", "23 November 2026, 10:30 · order 1042"), ("staff:Anna", "23 November 2026, 10:30")],
)
def test_W8_a_paid_bill_says_when_and_by_which_order_but_no_name_of_staff(paid_by: str, said: str) -> None:
    statement = a_statement(state=BillState.PAID)
    paid = replace(statement.bill, paid_at=BEGUN + timedelta(days=2), paid_by=paid_by)
    facts = {fact.label: fact.value for fact in shown(replace(statement, bill=paid), "en").facts}
    assert facts["Paid"] == said


def test_a_draft_says_that_it_is_one() -> None:
    assert shown(a_statement(state=BillState.DRAFT), "en").draft
    assert not shown(a_statement(), "en").draft


def test_W6_recorded_time_stands_below_its_line_and_says_what_was_entered_by_hand() -> None:
    about, timed, by_hand = shown(a_statement(), "en").lines[0].details
    assert "agreement 7" in about
    assert "21 November 2026, 10:30 – 11:00" in timed
    assert by_hand.endswith("entered by hand")


def test_time_across_midnight_names_both_days() -> None:
    statement = a_statement()
    late = statement.sessions[8][0]._replace(begun=BEGUN + timedelta(hours=13), ended=BEGUN + timedelta(hours=14))
    shown_late = shown(replace(statement, sessions={8: (late,)}), "en").lines[1].details[-1]
    assert "21 November 2026, 23:30 – 22 November 2026, 00:30" in shown_late


@pytest.mark.parametrize(
    ("language", "days"),
    [
        ("en", "1 February 2028 – 29 February 2028"),
        ("ru", "1 февраля 2028 г. — 29 февраля 2028 г."),
        ("fa", "۱۲ بهمن ۱۴۰۶ تا ۱۰ اسفند ۱۴۰۶"),
    ],
)
def test_a_months_statement_says_its_first_and_last_day(language: str, days: str) -> None:
    assert days in [fact.value for fact in shown(a_statement(month="2028-02-01"), language).facts]


def test_D2_a_customer_whose_name_was_erased_goes_by_his_number() -> None:
    facts = [fact.value for fact in shown(a_statement(customer=""), "en").facts]
    assert any("1042" in value for value in facts)
    nobody = replace(a_statement(customer=""), customer_number=None)
    assert "Customer" not in [fact.label for fact in shown(nobody, "en").facts]


def test_work_that_has_left_the_settings_goes_by_its_key() -> None:
    gone = BillLine(1, LineKind.TIME, 7, "advice", a_rate(15), 1, BEGUN, timedelta(minutes=3))
    assert "advice" in shown(a_statement(gone), "ru").lines[0].work


class Seen(HTMLParser):
    """What elements and addresses a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.leads: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.leads += [value for name, value in attrs if name in {"src", "href", "action"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobodys_words_do_anything_on_the_page_and_nothing_is_loaded(language: str) -> None:
    line = BillLine(1, LineKind.CORRECTION, 7, HOSTILE, a_rate(20), -1, BEGUN, reason=HOSTILE)
    page = statement_page(a_statement(line, customer=HOSTILE, vendor=HOSTILE), language)
    seen = Seen()
    seen.feed(page)
    assert "script" not in seen.tags
    assert seen.leads == []
    assert "\u202e" not in page
    assert "url(" not in page
    assert "@import" not in page
    assert "49" not in page.split("<body>")[1]
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 5
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_a_persian_page_runs_from_right_to_left_with_persian_digits_alone() -> None:
    page = statement_page(a_statement(), "fa")
    assert '<html lang="fa" dir="rtl">' in page
    text = re.sub(r"<[^>]*>", "", page.split("<body>")[1])
    assert not re.search(r"[0-9]", text)
    assert "۲۰٫۰۰\u00a0USD" in text
    assert "۳۰ آبان ۱۴۰۵" in text
