"""Letters about premium time: exact money in the reader's digits, to those whom it concerns and to nobody else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.domain import events
from bridge_mail.letters import letter_to_customer, letter_to_staff
from bridge_mail.plugin import MailPlugin
from bridge_mail.words import without_marks
from tests.plugins.mail.conftest import mail_table
from tests.plugins.mail.test_letters import LANGUAGES, context, customers, text
from tests.support.mail_server import MailServer
from tests.support.mailroom import NOON, Mailroom, a_mailroom
from tests.support.premium_events import agreement_facts, bill_facts, changed, timer_facts

OFFERED = events.AgreementOffered(**agreement_facts(), valid_until=NOON + timedelta(days=14))


def staff(event: events.Event) -> str:
    letter = letter_to_staff(event, context())
    assert letter is not None
    return text(letter)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["Work: Technical support", "Rate: 20.00\u00a0USD an hour", "At most: 1.5 h = 30.00\u00a0USD"]),
        ("ru", ["Работа: Техническая поддержка", "Ставка: 20,00\u00a0USD в час", "Не больше: 1,5 ч = 30,00\u00a0USD"]),
        ("fa", ["کار: پشتیبانی فنی", "نرخ: هر ساعت \u200e۲۰٫۰۰\u00a0USD", "حداکثر: ۱٫۵ ساعت = \u200e۳۰٫۰۰\u00a0USD"]),
    ],
)
def test_W5_an_offer_says_work_rate_and_limit_also_as_money(language: str, lines: list[str]) -> None:
    said = text(customers(OFFERED, language)).splitlines()
    assert [line for line in lines if line not in said] == []


def test_W5_an_offer_that_has_lapsed_meanwhile_is_not_written_about() -> None:
    assert letter_to_customer(OFFERED, replace(context(), now=NOON + timedelta(days=15))) is None


def test_W5_who_did_not_accept_himself_is_told_that_staff_recorded_it() -> None:
    recorded = customers(events.AgreementReached(**agreement_facts(), channel="staff"))
    pressed = customers(events.AgreementReached(**agreement_facts(), channel="chat"))
    assert "If you did not, write to us at once." in recorded.lines[0]
    assert len(pressed.lines) == len(recorded.lines) - 1


def test_W8_a_statement_comes_before_the_bill_and_says_how_to_answer() -> None:
    said = text(customers(events.BillSent(**bill_facts(month="2028-02-01"))))
    assert "Your statement of premium time: 20.00\u00a0USD" in said
    assert "The bill comes after that." in said
    assert "Days: 1 February 2028 – 29 February 2028" in said


@pytest.mark.parametrize(
    ("state", "was", "subject"),
    [
        ("billed", "accepted", "Your bill for premium time: 20.00\u00a0USD"),
        ("paid", "billed", "Your bill for premium time is paid: 20.00\u00a0USD"),
        ("billed", "paid", "The payment of your bill for premium time was taken back: 20.00\u00a0USD"),
    ],
)
def test_W8_the_customer_is_told_of_bill_payment_and_its_end(state: str, was: str, subject: str) -> None:
    assert without_marks(customers(changed(state, was)).subject) == subject


@pytest.mark.parametrize(("amount", "told"), [("20.00", False), ("0.00", True)])
def test_W8_a_bill_that_comes_to_nothing_says_so(amount: str, told: bool) -> None:
    said = text(customers(changed("billed", "accepted", amount=amount)))
    assert ("There is nothing to pay." in said) is told


@pytest.mark.parametrize(("state", "was"), [("accepted", "sent"), ("disputed", "sent"), ("gathered", "draft")])
def test_what_the_customer_did_himself_he_is_not_written_about(state: str, was: str) -> None:
    assert letter_to_customer(changed(state, was), context()) is None


def test_what_staff_did_themselves_they_are_not_written_about() -> None:
    for event in (changed("billed", "sent"), changed("sent", "sent", corrected=True)):
        assert letter_to_staff(event, context()) is None


def test_W8_a_correction_is_told_with_what_it_comes_to_now() -> None:
    letter = customers(changed("sent", "sent", corrected=True, amount="-5.00"))
    assert without_marks(letter.subject) == "Your statement of premium time was corrected: −5.00\u00a0USD"


def test_currencies_keep_their_digits() -> None:
    rials = customers(events.BillSent(**bill_facts(amount="12500000", currency="IRR")), "fa")
    assert "۱۲٬۵۰۰٬۰۰۰\u00a0IRR" in text(rials)


def test_W6_a_timer_that_ended_by_itself_is_for_its_agent_to_look_at() -> None:
    said = staff(events.TimerEnded(**timer_facts(ending="forgotten"), seconds=7_200, flagged=True))
    assert "Your timer has ended after 2:00:00" in said
    assert "bridge premium show 12 --store acme" in said
    chosen = events.TimerEnded(**timer_facts(ending="waited"), seconds=60, flagged=False)
    assert letter_to_staff(chosen, context()) is None


def test_W6_a_warning_says_when_the_timer_ends_and_is_not_sent_after_that() -> None:
    warning = events.TimerWarning(**timer_facts(), minutes=10)
    said = staff(warning)
    assert "Ends at: 22 November 2026, 15:40 (UTC+03:30)" in said
    assert letter_to_staff(warning, replace(context(), now=NOON + timedelta(minutes=11))) is None


def test_time_that_is_never_charged_says_so() -> None:
    said = staff(events.TimerEnded(**timer_facts(agreement_id=None), seconds=60, flagged=True))
    assert "Charged: no" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_do_nothing_in_a_letter(language: str) -> None:
    waiting = events.ChatWaiting(
        key="k", store="acme", at=NOON, conversation_id=4, number="a\r\nb\u202e", role="official", route="new", to=()
    )
    letter = letter_to_staff(waiting, context(language))
    assert letter is not None
    assert "\n" not in letter.subject
    assert "\u202e" not in letter.subject


async def test_W6_only_the_agent_whose_timer_it_is_gets_the_letter(tmp_path: Path, server: MailServer) -> None:
    boris = '[[staff]]\nname = "Boris"\nemail = "boris@example.com"\n'
    with a_mailroom(tmp_path, "mail", MailPlugin(), bridge=mail_table(server), store=boris) as room:
        await room.work(events.TimerWarning(**timer_facts(), minutes=10))
        await room.work(events.AgreementDeclined(**agreement_facts(), channel="page"))
    assert [to for _, to in server.envelopes] == [["boris@example.com"], ["anna@example.com"], ["boris@example.com"]]


async def test_W8_the_statement_reaches_the_customer(room: Mailroom, server: MailServer) -> None:
    await room.work(events.BillSent(**bill_facts()))
    assert [mail["Subject"] for mail in server.taken] == ["Your statement of premium time: 20.00 USD"]


async def test_W9_a_contact_who_is_no_customer_yet_gets_no_mail(room: Mailroom, server: MailServer) -> None:
    await room.work(events.BillSent(**bill_facts(owner=None)))
    assert server.taken == []
