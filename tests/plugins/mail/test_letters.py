"""What each letter says, in every language: the exact numbers, and nothing that is not so."""

import ast
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.office import StaffContact, StoreCard
from bridge.domain import events
from bridge.domain.accounts import Owner, OwnerKind
from bridge.locale.plain import one_line
from bridge_mail import words
from bridge_mail.letter import Context, Letter
from bridge_mail.letters import CUSTOMER_WRITERS, STAFF_WRITERS, letter_to_customer, letter_to_staff
from bridge_mail.rendering import Envelope, as_html, as_text, customer_sheet, greeting_name, message
from script.make_docs import command_tree
from tests.plugins.mail.conftest import UNTIL, granted, quote_facts
from tests.support import premium_events as premium
from tests.support.licences import OFFICIAL, RENEWALS, SOLD
from tests.support.mailroom import ANNA, NOON

LANGUAGES = ("en", "ru", "fa")
CARD = StoreCard(
    name="acme",
    title="Support House",
    zone=ZoneInfo("Asia/Tehran"),
    languages=LANGUAGES,
    account_url="https://shop.example/account",
    staff=(StaffContact("Anna", "anna@example.com"),),
    source=Path("acme.toml"),
    plans={"base": {"en": "Base", "ru": "Базовый", "fa": "پایه"}},
    buy_url="https://shop.example/packages",
    licences=SOLD,
    work={"technical": {"en": "Technical support", "ru": "Техническая поддержка", "fa": "پشتیبانی فنی"}},
)
LAPSES = NOON + timedelta(days=14)
CUSTOMER: dict[str, Any] = {"store": "acme", "at": NOON, "owner": ANNA}
GUEST: dict[str, Any] = {**CUSTOMER, "owner": Owner(OwnerKind.GUEST, 1042)}
COINS: dict[str, Any] = {**CUSTOMER, "order_id": 1042, "plan": "base", "coins": 521, "usable_until": UNTIL}
SEO_TICKET: dict[str, Any] = {"key": "k", **CUSTOMER, "ticket_id": 5, "licence_id": 3, "product": "seo"}
BY_STAFF: dict[str, Any] = {**CUSTOMER, "order_id": None, "plan": None}
LICENCE: dict[str, Any] = {"key": "k", **CUSTOMER, "licence_id": 3, "product": "seo", "until": LAPSES}
CLOCK: dict[str, Any] = {"key": "k", **CUSTOMER, "ticket_id": 5, "due": LAPSES, "to": ("Anna",)}
IN_NO_LETTER = {events.TicketStateChanged, events.ChatMessageReady}
"""What is plain from the ticket's page, or goes another way: no reason to write."""
TO_CUSTOMERS: list[events.Event] = [
    granted(),
    granted(order_id=None, plan=None),
    granted(owner=GUEST["owner"]),
    events.CoinsRevoked(key="k", **COINS),
    events.CoinsRevoked(key="k", **COINS, reason="chargeback"),
    events.CoinsRevoked(key="k", **BY_STAFF, coins=10),
    events.CoinsReinstated(key="k", **COINS),
    events.CoinsCorrected(key="k", **BY_STAFF, coins=10),
    events.CoinsCorrected(key="k", **BY_STAFF, coins=-10),
    events.QuoteOffered(**quote_facts(), valid_until=LAPSES),
    events.QuoteOffered(**quote_facts(version=2, available=9), valid_until=LAPSES, replaces=True),
    events.QuoteOffered(**quote_facts(kind="inspection", coins=15), valid_until=LAPSES),
    events.QuoteLapsing(**quote_facts(), valid_until=LAPSES),
    *(events.QuoteReleased(**quote_facts(), reason=reason) for reason in ("cancelled", "released", "chargeback")),
    *(events.QuoteReleased(**quote_facts(), reason=reason) for reason in ("feasible", "infeasible", "of tomorrow")),
    events.CoinsDeducted(**quote_facts(), spent=45, released=5),
    events.CoinsDeducted(**quote_facts(), spent=20, released=30, lost=21),
    events.QuoteReleased(**quote_facts(), reason="cancelled", lost=50),
    events.CoinsDeducted(**quote_facts(), spent=15, infeasible=True),
    events.CoinsDeducted(**quote_facts(kind="inspection", coins=15), spent=15, infeasible=True),
    events.CoinsDeducted(**quote_facts(kind="inspection", coins=15), spent=15),
    events.PackageExpiring(key="k", **CUSTOMER, package_id=3, coins=121, days=7, usable_until=NOON + timedelta(days=7)),
    events.PackageExpired(key="k", **CUSTOMER, package_id=3, coins=121, available=300, usable_until=NOON),
    events.BalanceLow(key="k", **CUSTOMER, available=99, of=550),
    events.TicketAnswered(key="k", **CUSTOMER, ticket_id=5),
    events.TicketOpened(key="k", **CUSTOMER, ticket_id=5, guaranteed_until=UNTIL, best_effort_until=LAPSES),
    events.TicketOpened(key="k", **CUSTOMER, ticket_id=5, guaranteed_until=UNTIL, best_effort_until=UNTIL, urgent=True),
    events.TicketOpened(key="k", **CUSTOMER, ticket_id=5, best_effort_until=LAPSES),
    events.TicketOpened(
        key="k", **CUSTOMER, ticket_id=5, cover="licence", reason="active", licence_id=3, product="seo"
    ),
    events.TicketOpened(
        key="k", **CUSTOMER, ticket_id=5, cover="no_clock", reason="expired", licence_id=3, product="seo"
    ),
    events.TicketOpened(key="k", **CUSTOMER, ticket_id=5, cover="coins", reason="expired", licence_id=3, product="seo"),
    events.TicketOpened(key="k", **CUSTOMER, ticket_id=5, cover="choose", reason="unknown_product"),
    events.UrgencyDecided(key="k", **CUSTOMER, ticket_id=5, urgent=True),
    events.UrgencyDecided(key="k", **CUSTOMER, ticket_id=5, urgent=False),
    *(events.LicenceChanged(**LICENCE, change=change) for change in ("issued", "reinstated", "renewed", "assigned")),
    events.LicenceChanged(**{**LICENCE, "owner": GUEST["owner"], "until": None}, change="issued"),
    *(
        events.LicenceChanged(**LICENCE, change="suspended", reason=reason)
        for reason in ("refunded", "chargeback", "unpaid", "misuse", "leaked", "other", "of tomorrow")
    ),
    events.LicenceExpiring(**LICENCE, days=30),
    events.LicenceExpiring(**LICENCE, days=30, goes_on=True),
    events.LicenceExpired(**LICENCE, goes_on=True),
    events.LicenceChanged(**LICENCE, change="renewed", goes_on=True),
    events.LicenceExpiring(**{**LICENCE, "product": "gone"}, days=1, instead_of=(7,)),
    events.LicenceExpired(**LICENCE),
    events.GuestClaimed(key="k", **GUEST, claim_id=1, order_id=1042, language="en"),
    *premium.TO_CUSTOMERS,
]
TO_STAFF: list[events.Event] = [
    events.QuoteApproved(**quote_facts()),
    events.QuoteDeclined(**quote_facts()),
    events.HoldOld(**quote_facts()),
    events.TicketOpened(key="k", **CUSTOMER, ticket_id=5, price="google-analytics"),
    events.TicketOpened(key="k", **CUSTOMER, ticket_id=5),
    events.TicketOpened(key="k", **CUSTOMER, ticket_id=5, urgent=True, guaranteed_until=LAPSES),
    events.TicketReplied(key="k", **CUSTOMER, ticket_id=5),
    events.TicketAssigned(key="k", **CUSTOMER, ticket_id=5, to=("Boris",), by="Anna"),
    events.ClockWarning(**CLOCK, clock="first_answer", percent=50),
    events.ClockBreached(**CLOCK, clock="next_answer"),
    events.ClockEscalated(**CLOCK, clock="resolution", hours=2.5),
    events.ProblemOpened(key="k", store="acme", at=NOON, problem_id=7, kind="odd_order", summary="order 1 is odd"),
    events.ProblemOpened(key="k", store="acme", at=NOON, problem_id=9, kind=events.SEVERAL, summary="3 problems"),
    events.BackupLate(key="k", store="acme", at=NOON, hours=27),
    *premium.TO_STAFF,
]


def context(language: str = "en", *, ticket: str = "Google Analytics", code: str = "482915") -> Context:
    return Context(language, CARD, NOON, ticket=ticket, code=code)


def customers(event: events.Event, language: str = "en") -> Letter:
    letter = letter_to_customer(event, context(language))
    assert letter is not None
    return letter


def text(letter: Letter) -> str:
    facts = (f"{fact.label}: {fact.value}" for fact in letter.facts)
    return words.without_marks("\n".join([letter.subject, *letter.lines, *facts, letter.code, letter.link]))


def messages() -> tuple[set[str], set[tuple[str, str]]]:
    """Every message in the code, and every pair of them for one and for many."""
    single, plural = set(), set()
    for path in Path(words.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"say", "say_n"}:
                texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                match texts:
                    case [one]:
                        single.add(one)
                    case [one, many]:
                        plural.add((one, many))
    return single, plural


@pytest.mark.parametrize("language", ["ru", "fa"])
def test_every_message_in_the_code_is_translated(language: str) -> None:
    single, plural = messages()
    assert len(single) > 40
    assert len(plural) > 15
    assert words.CATALOG.missing(language, single) == []
    blanks = dict.fromkeys(("quote", "day", "approved"), "x")
    for one, many in plural:
        for count in (1, 2, 5):
            assert words.say_n(language, one, many, count, **blanks) != words.say_n("en", one, many, count, **blanks)


def test_every_event_is_a_letter_to_somebody_and_tried_here() -> None:
    assert {*CUSTOMER_WRITERS, *STAFF_WRITERS} == set(events.EVENTS.values()) - IN_NO_LETTER
    assert {type(event) for event in TO_CUSTOMERS} == set(CUSTOMER_WRITERS)
    assert {type(event) for event in TO_STAFF} == set(STAFF_WRITERS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", TO_CUSTOMERS, ids=lambda event: type(event).__name__)
def test_C17_every_letter_to_a_customer_can_be_written(event: events.Event, language: str) -> None:
    letter = customers(event, language)
    assert letter.subject
    assert letter.link
    assert "{" not in text(letter)
    if language == "fa":
        assert not any(digit in text(letter).replace("482915", "") for digit in "0123456789")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", TO_STAFF, ids=lambda event: type(event).__name__)
def test_every_letter_to_staff_can_be_written(event: events.Event, language: str) -> None:
    letter = letter_to_staff(event, context(language))
    assert letter is not None
    assert letter.subject
    assert "{" not in text(letter)


def test_the_commands_in_letters_to_staff_exist() -> None:
    known = {words[1:]: command for words, command in command_tree()}
    lines = [line for event in TO_STAFF for line in text(letter_to_staff(event, context()) or Letter("")).splitlines()]
    commands = [line.partition("bridge ")[2].split() for line in lines if ": bridge " in line]
    assert len(commands) >= len(TO_STAFF)
    assert all(tuple(words[:2]) in known for words in commands)


def test_T7_letters_to_staff_name_the_command_that_answers_the_question_they_raise() -> None:
    late = letter_to_staff(events.ClockBreached(**CLOCK, clock="next_answer"), context())
    asked = letter_to_staff(events.TicketOpened(key="k", **CUSTOMER, ticket_id=5, urgent=True), context())
    assert late is not None
    assert asked is not None
    assert "Why it is due then: bridge ticket explain 5 --store acme" in text(late).splitlines()
    assert "It is: bridge ticket urgent 5 --store acme" in text(asked).splitlines()
    assert 'It is not: bridge ticket urgent 5 --store acme --refuse "…"' in text(asked).splitlines()


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Ticket 5: the promise was broken 2.5 h ago"),
        ("ru", "Обращение 5: обещание нарушено уже 2,5 ч"),
        ("fa", "درخواست ۵: ۲٫۵ ساعت است که به قول عمل نشده"),
    ],
)
def test_T7_half_an_hour_is_written_as_the_language_writes_it(language: str, subject: str) -> None:
    letter = letter_to_staff(events.ClockEscalated(**CLOCK, clock="resolution", hours=2.5), context(language))
    assert letter is not None
    assert words.without_marks(letter.subject) == subject


def test_an_offer_that_the_coins_don_t_cover_says_how_many_are_missing() -> None:
    letter = customers(events.QuoteOffered(**quote_facts(available=9), valid_until=LAPSES))
    assert "To approve it you need 41 more coins." in letter.lines


def test_C13_only_an_offer_after_another_one_speaks_of_an_earlier_offer() -> None:
    anew = "This offer replaces the earlier one; coins that were held for that one have been released."
    assert anew in customers(events.QuoteOffered(**quote_facts(version=2), valid_until=LAPSES, replaces=True)).lines
    sent_draft = events.QuoteOffered(**quote_facts(version=2), valid_until=LAPSES)
    assert anew not in customers(sent_draft).lines


def test_L4_whom_no_licence_covers_is_written_the_ways_on() -> None:
    ended = customers(events.TicketOpened(**SEO_TICKET, cover="coins", reason="expired"))
    assert ended.lines[1].startswith("The help that your licence of SEO pack includes has ended.")
    assert ended.lines[0] == "We have your ticket. Asking costs no coins."
    assert ended.lines[2] == f"Contact us: {OFFICIAL}"
    assert [words.without_marks(one.value) for one in ended.facts[1:]] == [RENEWALS, CARD.buy_url]
    free = customers(events.TicketOpened(**SEO_TICKET, cover="licence", reason="active"))
    assert (len(free.lines), len(free.facts)) == (2, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_L6_a_reminder_names_product_day_and_renewal_and_no_distance_that_becomes_wrong(language: str) -> None:
    until = words.day(language, LAPSES, CARD.zone)
    letter = customers(events.LicenceExpiring(**LICENCE, days=7), language)
    later = replace(context(language), now=NOON + timedelta(days=3))
    assert letter == letter_to_customer(events.LicenceExpiring(**LICENCE, days=7), later)
    assert until in letter.subject
    assert "SEO pack" in letter.subject
    assert words.without_marks(letter.facts[-1].value) == RENEWALS
    said = " ".join((letter.subject, *letter.lines)).replace(until, "")
    assert not any(one.isdigit() for one in said)


def test_L1_whose_licence_goes_on_reads_that_it_is_help_that_ends() -> None:
    until = words.day("en", LAPSES, CARD.zone)
    soon = customers(events.LicenceExpiring(**LICENCE, days=7, goes_on=True))
    assert words.without_marks(soon.subject) == f"Help by your licence of SEO pack ends on {until}"
    assert [(one.label, one.value) for one in soon.facts][1] == ("Help by ticket until", until)
    ended = customers(events.LicenceExpired(**LICENCE, goes_on=True))
    assert words.without_marks(ended.subject) == "Help by your licence of SEO pack has ended"
    assert (
        words.without_marks(customers(events.LicenceExpired(**LICENCE)).subject) == "Your licence of SEO pack has ended"
    )


def test_L5_of_what_is_not_sold_no_renewal_is_spoken() -> None:
    for event in (
        events.LicenceExpiring(**{**LICENCE, "product": "menu"}, days=7),
        events.LicenceExpired(**{**LICENCE, "product": "menu"}),
    ):
        assert "renew" not in text(customers(event)).lower()


def test_L5_a_suspension_says_why_and_promises_no_end_of_it() -> None:
    letter = customers(events.LicenceChanged(**LICENCE, change="suspended", reason="misuse"))
    assert letter.lines[0] == "It was used in a way that its terms do not allow."
    assert [one.label for one in letter.facts] == ["Licence of"]
    assert letter_to_customer(events.LicenceChanged(**LICENCE, change="released"), context()) is None


def test_C13_what_is_opened_from_the_price_list_is_not_said_to_cost_nothing() -> None:
    opened: dict[str, Any] = {"key": "k", **CUSTOMER, "ticket_id": 5, "best_effort_until": LAPSES}
    listed = customers(events.TicketOpened(**opened, price="google-analytics"))
    assert "You will get an offer; no coins are taken unless you approve it." in listed.lines[0]
    assert "It costs no coins." in customers(events.TicketOpened(**opened)).lines[0]


def test_C14_after_a_chargeback_the_letter_says_why_and_what_it_means_that_the_account_is_paused() -> None:
    said = " ".join(customers(events.CoinsRevoked(key="k", **COINS, reason="chargeback")).lines)
    assert "The bank took the payment for this order back." in said
    assert "paused until we have lifted that" in said
    assert "no new offers, nothing can be approved" in said
    assert "you can still write to us" in said
    assert "cancelled, refunded" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_C14_both_parts_of_the_mail_say_that_the_account_is_paused_and_only_after_a_chargeback(language: str) -> None:
    sheet = customer_sheet(language, "Support House", "", "Ada")
    charged = customers(events.CoinsRevoked(key="k", **COINS, reason="chargeback"), language)
    refunded = customers(events.CoinsRevoked(key="k", **COINS), language)
    _, paused = charged.lines
    assert paused not in refunded.lines
    for part in (as_text(charged, sheet), as_html(charged, sheet)):
        assert paused in " ".join(part.split())


def test_C11_a_deduction_for_what_can_t_be_done_does_not_say_that_it_was_done() -> None:
    for kind in ("work", "inspection"):
        letter = customers(events.CoinsDeducted(**quote_facts(kind=kind), spent=15, infeasible=True))
        assert letter.lines[0].startswith("We are sorry: your request can't be done.")
        assert "Deducted: 15" in text(letter)


def test_C17_a_letter_says_which_of_the_released_coins_are_gone_and_counts_no_others() -> None:
    gone = "Of these 21 coins are gone: their package has ended or was revoked meanwhile."
    after_a_chargeback = events.CoinsDeducted(**quote_facts(coins=120), spent=90, released=10)
    assert "10 coins that were not needed were released" in text(customers(after_a_chargeback))
    assert gone in customers(events.CoinsDeducted(**quote_facts(), spent=20, released=30, lost=21)).lines
    assert gone in customers(events.QuoteReleased(**quote_facts(), reason="cancelled", lost=21)).lines
    free = customers(events.QuoteReleased(**quote_facts(), reason="cancelled"))
    assert free.lines[-1] == "You can use them for something else."


def test_a_new_offer_speaks_for_the_hold_that_it_ended() -> None:
    assert letter_to_customer(events.QuoteReleased(**quote_facts(), reason="revised"), context()) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_C17_a_reminder_that_waited_says_the_day_and_no_distance_that_has_become_wrong(language: str) -> None:
    until = NOON + timedelta(days=7)
    event = events.PackageExpiring(key="k", **CUSTOMER, package_id=3, coins=121, days=7, usable_until=until)
    at_once = context(language, code="")
    later = replace(at_once, now=NOON + timedelta(days=3))
    letter = letter_to_customer(event, at_once)
    assert letter is not None
    assert letter == letter_to_customer(event, later), "a repetition says the same"
    assert words.day(language, until, CARD.zone) in letter.subject
    said = text(letter).replace(words.day(language, until, CARD.zone), "").replace(words.number(language, 121), "")
    assert not any(one.isdigit() for one in said)


@pytest.mark.parametrize(
    "event",
    [
        events.QuoteOffered(**quote_facts(), valid_until=NOON - timedelta(seconds=1)),
        events.QuoteLapsing(**quote_facts(), valid_until=NOON - timedelta(seconds=1)),
        events.PackageExpiring(
            key="k", **CUSTOMER, package_id=3, coins=5, days=1, usable_until=NOON - timedelta(seconds=1)
        ),
        events.LicenceExpiring(**{**LICENCE, "until": NOON - timedelta(seconds=1)}, days=1),
    ],
    ids=["offer", "reminder of an offer", "reminder of a package", "reminder of a licence"],
)
def test_a_letter_that_would_come_too_late_is_not_written(event: events.Event) -> None:
    assert letter_to_customer(event, context()) is None


@pytest.mark.parametrize(
    ("language", "count", "subject"),
    [
        ("en", 1, "1 coin was deducted"),
        ("ru", 1, "Списана 1 монета"),
        ("ru", 2, "Списаны 2 монеты"),
        ("ru", 5, "Списано 5 монет"),
        ("ru", 21, "Списана 21 монета"),
        ("fa", 1, "۱ سکه کسر شد"),
        ("fa", 45, "۴۵ سکه کسر شد"),
    ],
)
def test_numbers_have_their_languages_forms(language: str, count: int, subject: str) -> None:
    letter = letter_to_customer(events.CoinsDeducted(**quote_facts(), spent=count), context(language, ticket=""))
    assert letter is not None
    assert letter.subject == subject


@pytest.mark.parametrize(
    ("language", "coins", "quote"), [("en", "1,110", "12345"), ("ru", "1\u00a0110", "12345"), ("fa", "۱٬۱۱۰", "۱۲۳۴۵")]
)
def test_amounts_have_their_thousands_apart_and_numbers_of_orders_quotes_and_tickets_have_not(
    language: str, coins: str, quote: str
) -> None:
    facts = quote_facts(coins=1110, available=1110, quote_id=12345, ticket_id=12345)
    to_staff = letter_to_staff(events.QuoteApproved(**facts), context(language))
    assert to_staff is not None
    assert text(to_staff).count(coins) == 3
    assert text(to_staff).count(quote) >= 2
    settled = text(customers(events.CoinsDeducted(**facts, spent=1110, released=1110), language))
    assert settled.count(coins) == 5
    assert quote in settled
    paid = text(customers(granted(coins=1110, order_id=12345), language))
    assert paid.count(coins) == 2
    assert quote in paid


def test_a_moment_is_told_on_the_stores_clock_with_its_distance_from_utc() -> None:
    assert words.without_marks(context("en").minute(NOON)) == "22 November 2026, 15:30 (UTC+03:30)"
    assert words.without_marks(context("fa").minute(NOON)) == "۱ آذر ۱۴۰۵، ۱۵:۳۰ (UTC+۰۳:۳۰)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_of_direction_in_a_tickets_subject_or_a_name_reach_no_letter(language: str) -> None:
    turning = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
    event = events.CoinsDeducted(**quote_facts(), spent=45)
    letter = letter_to_customer(event, context(language, ticket=f"a{turning}b"))
    assert letter is not None
    sheet = customer_sheet(language, "Support House", "", greeting_name(f"A{turning}da"))
    envelope = Envelope("Support House", "no-reply@house.example", f"A{turning}da", "ada@customers.example", "k", NOON)
    mail = message(letter, sheet, envelope)
    assert str(mail["Subject"]).endswith("– ab")
    for shown in (*map(str, mail.values()), as_html(letter, sheet)):
        assert not set(shown) & set(turning)
    ours = set(words.FIRST + words.LAST) if language == "fa" else set()
    plain = as_text(letter, sheet)
    assert set(plain) & set(turning) <= ours
    assert plain.count(words.FIRST) == plain.count(words.LAST), "what we open we close"


@pytest.mark.parametrize("word", ["فوری", "می\u200cخواهم", "Запрос", "Analytics", "«نه»"])
def test_every_space_of_a_subject_and_of_a_name_arrives_however_the_header_is_folded(word: str) -> None:
    sheet = customer_sheet("fa", "Support House", "", "")
    for count in range(1, 16):
        said = " ".join(["درخواست", *[word] * count, "۵: »", word])
        name = said[:39].strip()
        envelope = Envelope(said, "no-reply@house.example", name, "ada@customers.example", "k", NOON)
        sent = message(Letter(said), sheet, envelope).as_bytes()
        head = sent.partition(b"\r\n\r\n")[0]
        assert max(map(len, head.split(b"\r\n"))) <= 78
        read = message_from_bytes(sent)
        headers = [str(make_header(decode_header(read[header]))) for header in ("Subject", "From", "To")]
        from_name = one_line(said, 100)
        assert headers == [said, f"{from_name} <no-reply@house.example>", f"{name} <ada@customers.example>"]


@pytest.mark.parametrize(
    ("text_in", "out"),
    [
        ("a\r\nb", "a b"),
        ("a\u202eb\u2066c", "abc"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),
        ("x" * 300, "x" * 199 + "…"),
        ("a\u2028b\x00c\ud800", "a b c"),
    ],
)
def test_somebody_elses_words_are_put_on_one_line(text_in: str, out: str) -> None:
    assert one_line(text_in) == out


@pytest.mark.parametrize("language", LANGUAGES)
def test_T11_a_visitor_reads_the_answer_itself_and_no_letter_leads_him_to_a_page(language: str) -> None:
    visitor: dict[str, Any] = {"key": "k", **CUSTOMER, "owner": Owner(OwnerKind.VISITOR, 5), "ticket_id": 5}
    at = Context(language, CARD, NOON, ticket="It does not print", answer="Please restart it.\n\nThen print.")
    answered = letter_to_customer(events.TicketAnswered(**visitor), at)
    assert answered is not None
    assert answered.lines[:2] == ("Please restart it.", "Then print.")
    assert (len(answered.lines), answered.link) == (3, "")
    assert letter_to_customer(events.TicketAnswered(**visitor), replace(at, answer="")) is None
    assert letter_to_customer(events.TicketOpened(**visitor, best_effort_until=LAPSES), at) is None
    assert letter_to_customer(events.UrgencyDecided(**visitor, urgent=True), at) is None
    told = letter_to_staff(events.TicketReplied(**visitor), at)
    assert told is not None
    assert all("{" not in line for line in told.lines)


@pytest.mark.parametrize(
    ("event", "view"),
    [
        (events.TicketAnswered(key="k", **CUSTOMER, ticket_id=5), "view=thread&ticket=5"),
        (events.TicketOpened(key="k", **CUSTOMER, ticket_id=5, best_effort_until=LAPSES), "view=thread&ticket=5"),
        (events.QuoteOffered(**quote_facts(), valid_until=LAPSES), "view=thread&ticket=5"),
        (events.LicenceChanged(**LICENCE, change="issued"), "view=licences"),
        (premium.TO_CUSTOMERS[0], "view=premium"),
        (granted(), ""),
    ],
)
def test_C17_a_letter_leads_to_what_it_is_about(event: events.Event, view: str) -> None:
    letter = customers(event)
    for page, address in (
        ("https://shop.example/support", f"https://shop.example/support?{view}".rstrip("?")),
        ("https://shop.example/?route=a/b#top", f"https://shop.example/?route=a/b&{view}".rstrip("&") + "#top"),
    ):
        sheet = customer_sheet("en", "Support House", page, "Ada")
        assert f"\n{address}\n" in as_text(letter, sheet)
        assert f'href="{address}"'.replace("&", "&amp;") in as_html(letter, sheet)
    nowhere = customer_sheet("en", "Support House", "", "Ada")
    assert "view=" not in as_text(letter, nowhere) + as_html(letter, nowhere)
