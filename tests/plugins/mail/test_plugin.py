"""From the event to the mailbox: what is sent, to whom, in which language, how often, and what stays behind (C17)."""

import socket
from collections.abc import Iterable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from bridge.contracts.shop_documents import Contact, Note
from bridge.domain import events
from bridge.domain.accounts import Owner, OwnerKind
from bridge.errors import DeliveryFailed, ShopUnavailable
from bridge_mail import sending
from bridge_mail.plugin import MailPlugin
from bridge_mail.settings import MailSettings
from tests.plugins.mail.conftest import granted, mail_table, quote_facts
from tests.support.mail_server import PASSWORD, USER, MailServer, a_mail_server
from tests.support.mailroom import ANNA, NOON, Mailroom, a_mailroom

ADDRESS = "anna@customers.example"


def plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def the_one(mails: Iterable[EmailMessage]) -> EmailMessage:
    (mail,) = mails
    return mail


async def test_C17_coins_granted_reach_the_customer(room: Mailroom, server: MailServer) -> None:
    await room.work(granted())
    mail = the_one(server.taken)
    assert server.envelopes == [("no-reply@house.example", [ADDRESS])]
    assert mail["From"] == "Support House <no-reply@house.example>"
    assert mail["To"] == f"Anna <{ADDRESS}>"
    assert mail["Subject"] == "550 coins were added to your account"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Sun, 22 Nov 2026 12:00:00 +0000"
    for part in (plain(mail), html(mail)):
        for words in ("Hello", "550", "Base", "1042", "21 November 2027", "https://shop.example/account"):
            assert words in part
    assert await room.waiting() == 0


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("ru", "На ваш счёт зачислено 550 монет"),
        ("ru-RU", "На ваш счёт зачислено 550 монет"),
        ("fa", "۵۵۰ سکه به حساب شما افزوده شد"),
        ("de", "550 coins were added to your account"),
        ("", "550 coins were added to your account"),
    ],
)
async def test_C17_a_customer_is_written_to_in_his_shops_language_else_in_the_stores_first(
    room: Mailroom, server: MailServer, language: str, subject: str
) -> None:
    room.shop.people[77] = Contact(77, ADDRESS, "Anna", language)
    await room.work(granted())
    assert the_one(server.taken)["Subject"] == subject


async def test_persian_runs_from_right_to_left_with_its_own_digits_and_calendar(
    room: Mailroom, server: MailServer
) -> None:
    room.shop.people[77] = Contact(77, ADDRESS, "آنا", "fa")
    await room.work(granted())
    mail = the_one(server.taken)
    assert '<html lang="fa" dir="rtl">' in html(mail)
    for part in (plain(mail), html(mail)):
        assert "۵۵۰" in part
        assert "۳۰ آبان ۱۴۰۶" in part
        assert "550" not in part


async def test_C17_an_event_that_comes_again_is_one_letter(room: Mailroom, server: MailServer) -> None:
    await room.work(granted())
    plugin = room.plugins.listeners("bridge_coins_granted")["mail"]
    await plugin(event=granted())
    await room.work()
    assert len(server.taken) == 1


async def test_C17_a_letter_that_is_sent_twice_has_the_same_id_and_numbers(room: Mailroom, server: MailServer) -> None:
    """The server took it and its answer was lost: nobody can know, so it is sent again."""
    server.lose_the_answer = True
    await room.work(granted())
    assert await room.waiting() == 1
    server.lose_the_answer = False
    room.clock.advance(timedelta(minutes=1))
    await room.work()
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@house.example>")
    assert (plain(first), html(first)) == (plain(second), html(second))


async def test_two_letters_have_two_ids(room: Mailroom, server: MailServer) -> None:
    await room.work(granted("a"), granted("b"))
    assert len({mail["Message-ID"] for mail in server.taken}) == 2


async def test_a_server_that_is_down_is_tried_again(tmp_path: Path) -> None:
    async with a_mail_server() as server:
        port = server.port
    with a_mailroom(tmp_path, "mail", MailPlugin(), bridge=mail_table(MailServer(port))) as room:
        with structlog.testing.capture_logs() as logs:
            await room.work(granted())
        assert await room.waiting() == 1
        assert ADDRESS not in str(logs)
        assert any("can't be reached" in line.get("error", "") for line in logs)


async def test_a_shop_that_is_down_is_asked_again(room: Mailroom, server: MailServer) -> None:
    room.shop.fail("contacts", ShopUnavailable("acme: gone"), times=1)
    await room.work(granted())
    assert (await room.waiting(), server.taken) == (1, [])
    room.clock.advance(timedelta(minutes=1))
    await room.work()
    assert len(server.taken) == 1


async def test_a_refused_address_is_a_problem_without_the_address(room: Mailroom, server: MailServer) -> None:
    server.answers["RCPT"] = "550 5.1.1 <{address}>: no such mailbox"
    with structlog.testing.capture_logs() as logs:
        await room.work(granted())
    (problem,) = await room.problems()
    assert problem.summary == (
        "plugin mail: coins_granted for customer 77 can't be delivered: "
        "the mail server answered 550 5.1.1 to the address"
    )
    assert await room.waiting() == 0
    assert ADDRESS not in str(logs) + str(problem)


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "anna@house.example\r\nBcc: x@y.example", "a b@c.example"])
async def test_an_address_that_is_none_is_refused_before_any_server_is_asked(
    room: Mailroom, server: MailServer, address: str
) -> None:
    room.shop.people[77] = Contact(77, address, "Anna", "en")
    await room.work(granted())
    (problem,) = await room.problems()
    assert problem.summary.endswith("can't be delivered: the shop has no usable e-mail address")
    assert server.taken == []
    room.shop.people[77] = Contact(77, ADDRESS, "Anna", "en")
    await room.work(granted(key="acme:order:2:base:unit:1"))
    assert await room.problems() == [], "the address was corrected, and the next letter got through"


async def test_a_letter_that_has_become_needless_leaves_the_problem_of_its_receiver(
    room: Mailroom, server: MailServer
) -> None:
    room.shop.people[77] = Contact(77, "", "Anna", "en")
    await room.work(granted())
    room.shop.people[77] = Contact(77, ADDRESS, "Anna", "en")
    over = NOON - timedelta(days=1)
    await room.work(events.QuoteLapsing(**quote_facts(key="acme:quote:13:v1:lapsing", valid_until=over)))
    assert server.taken == []
    assert len(await room.problems()) == 1


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", "451 4.7.1 try again later"),
        ("RCPT", "550 5.7.1 relaying denied"),
        ("RCPT", "554 relaying denied"),
        ("MAIL", "550 sender refused"),
        ("DATA", "451 4.3.0 not now"),
    ],
)
async def test_what_is_not_the_addresses_fault_waits(
    room: Mailroom, server: MailServer, command: str, answer: str
) -> None:
    server.answers[command] = answer
    await room.work(granted())
    assert await room.waiting() == 1
    assert await room.problems() == []
    server.answers.clear()
    room.clock.advance(timedelta(minutes=1))
    await room.work()
    assert len(server.taken) == 1


async def test_a_message_that_the_server_will_never_take_is_a_problem(room: Mailroom, server: MailServer) -> None:
    server.answers["DATA"] = "554 5.6.0 not taken"
    await room.work(granted())
    (problem,) = await room.problems()
    assert problem.summary.endswith("the mail server answered 554 5.6.0 to the message")


async def test_a_customer_whom_the_shop_no_longer_has_gets_nothing_and_nobody_is_alarmed(
    room: Mailroom, server: MailServer
) -> None:
    del room.shop.people[77]
    await room.work(granted())
    assert (server.taken, await room.problems(), await room.waiting()) == ([], [], 0)


# --- quotes and tickets --------------------------------------------------------------------------------------


async def test_C17_a_deduction_names_the_exact_number_the_ticket_and_what_remains(
    room: Mailroom, server: MailServer
) -> None:
    number = await room.ticket("Set up Google Analytics")
    await room.work(events.CoinsDeducted(**quote_facts(ticket_id=number), spent=45, released=5))
    mail = the_one(server.taken)
    assert mail["Subject"] == "45 coins were deducted – Set up Google Analytics"
    assert f"Ticket: {number}: Set up Google Analytics\nDeducted: 45\nAvailable now: 250\n" in plain(mail)
    assert "You had approved up to 50; 5 coins that were not needed were released." in plain(mail)


async def test_a_customers_words_break_out_of_neither_header_nor_html(room: Mailroom, server: MailServer) -> None:
    number = await room.ticket("<b>Hi</b>\r\nBcc: everybody@example.com\r\n\r\n\u202e&amp; so on")
    await room.work(events.QuoteOffered(**quote_facts(ticket_id=number), valid_until=NOON + timedelta(days=14)))
    mail = the_one(server.taken)
    assert mail["Bcc"] is None
    assert "Bcc: everybody@example.com" in mail["Subject"]
    assert "&lt;b&gt;Hi&lt;/b&gt;" in html(mail)
    assert "<b>" not in html(mail)
    assert "\u202e" not in html(mail) + plain(mail)
    assert server.envelopes[0][1] == [ADDRESS]


@pytest.mark.parametrize("encoded", ["=?utf-8?q?Hi=0D=0ABcc=3A_x=40spam.example?=", "=?utf-8?b?SGkNCkJjYzogeA==?="])
async def test_encoded_words_of_a_customer_break_out_of_no_header(
    room: Mailroom, server: MailServer, encoded: str
) -> None:
    number = await room.ticket(encoded)
    await room.work(events.QuoteOffered(**quote_facts(ticket_id=number), valid_until=NOON + timedelta(days=14)))
    mail = the_one(server.taken)
    assert mail["Bcc"] is None
    assert encoded.replace("=?", "= ?")[:20] in mail["Subject"]
    assert mail["Message-ID"]


@pytest.mark.parametrize(
    "name",
    [
        "Visit https://spam.example now",
        "A" * 60,
        "win@prize.example",
        "www.spam.example",
        "=?utf-8?q?Hi=0D=0AX?=",
        "=?utf-8?q?x=40spam.example?=",
    ],
)
async def test_a_name_that_is_an_advertisement_is_not_repeated(room: Mailroom, server: MailServer, name: str) -> None:
    room.shop.people[77] = Contact(77, ADDRESS, name, "en")
    await room.work(granted())
    mail = the_one(server.taken)
    assert mail["To"] == ADDRESS
    assert name not in plain(mail)
    assert "Hello,\n" in plain(mail)


async def test_a_ticket_that_was_erased_is_named_by_its_number(room: Mailroom, server: MailServer) -> None:
    await room.work(events.CoinsDeducted(**quote_facts(ticket_id=999), spent=50))
    mail = the_one(server.taken)
    assert mail["Subject"] == "50 coins were deducted"
    assert "Ticket: 999\n" in plain(mail)


async def test_an_offer_that_has_lapsed_before_it_could_be_sent_is_not_sent(room: Mailroom, server: MailServer) -> None:
    await room.tell(events.QuoteOffered(**quote_facts(), valid_until=NOON + timedelta(days=14)))
    room.clock.advance(timedelta(days=15))
    await room.work()
    assert (server.taken, await room.waiting()) == ([], 0)


async def test_C19_the_code_goes_to_the_orders_address_and_into_no_event_or_queue(
    room: Mailroom, server: MailServer
) -> None:
    room.shop.order_people[1042] = Contact(0, "guest@customers.example", "Somebody", "ru")
    claim = await room.desk.transact("claim", lambda tx: tx.guests.claim("acme", 1042, 77, code="482915", at=NOON))
    event = events.GuestClaimed(
        key="acme:claim:1", store="acme", at=NOON, owner=Owner(OwnerKind.GUEST, 1042), claim_id=claim.id,
        order_id=1042, language="en",
    )  # fmt: skip
    await room.work(event)
    mail = the_one(server.taken)
    assert mail["To"] == "guest@customers.example"
    assert mail["Subject"] == "Your code for order 1042"
    assert "482915" in plain(mail)
    kept = await room.desk.read(lambda tx: str(tx.connection.execute("SELECT * FROM delivery, outbox").fetchall()))
    assert "482915" not in kept


async def test_a_claim_that_has_ended_sends_no_code(room: Mailroom, server: MailServer) -> None:
    room.shop.order_people[1042] = Contact(0, "guest@customers.example", "Somebody", "en")
    event = events.GuestClaimed(
        key="acme:claim:1", store="acme", at=NOON, owner=Owner(OwnerKind.GUEST, 1042), claim_id=9, order_id=1042,
        language="en",
    )  # fmt: skip
    await room.work(event)
    assert (server.taken, await room.waiting()) == ([], 0)


async def test_D1_what_waits_in_the_queue_holds_no_name_address_or_text(room: Mailroom) -> None:
    room.shop.fail("contacts", ShopUnavailable("acme: gone"))
    number = await room.ticket("A very private matter")
    await room.work(granted(), events.CoinsDeducted(**quote_facts(ticket_id=number), spent=45))
    kept = await room.desk.read(lambda tx: str(tx.connection.execute("SELECT * FROM delivery").fetchall()))
    assert "customer" in kept
    for private in ("private matter", ADDRESS, "Anna"):
        assert private not in kept


# --- limits ---------------------------------------------------------------------------------------------------


async def test_a_customer_gets_so_many_letters_a_day_and_the_others_the_day_after(
    tmp_path: Path, server: MailServer
) -> None:
    table = mail_table(server, "most_a_day = 2")
    with a_mailroom(tmp_path, "mail", MailPlugin(), bridge=table) as room:
        room.shop.people[78] = Contact(78, "ben@customers.example", "Ben", "en")
        await room.work(*(granted(f"k{number}") for number in range(5)))
        await room.work(granted("ben", owner=Owner(OwnerKind.CUSTOMER, 78)))
        assert len(server.taken) == 3
        (problem,) = await room.problems()
        assert problem.kind == "mail_capped"
        assert "customer 77" in problem.summary
        # Noon in UTC is half past three in Tehran; the store's next day begins at 20:30 UTC.
        room.clock.moment = NOON + timedelta(hours=8, minutes=29)
        await room.work()
        assert len(server.taken) == 3
        room.clock.advance(timedelta(minutes=1))
        await room.work()
        assert len(server.taken) == 5


async def test_a_store_may_have_no_mail_to_customers_or_another_sender(tmp_path: Path, server: MailServer) -> None:
    store = '[plugin.mail]\ncustomers = false\nfrom_address = "acme@house.example"\nfrom_name = "Acme"\n'
    with a_mailroom(tmp_path, "mail", MailPlugin(), bridge=mail_table(server), store=store) as room:
        await room.work(granted(), events.QuoteApproved(**quote_facts()))
        mail = the_one(server.taken)
        assert mail["From"] == "Acme <acme@house.example>"
        assert mail["Subject"] == "Quote 12 is approved: 50 coins are held"


# --- staff ----------------------------------------------------------------------------------------------------

STAFF_EVENTS = [
    (events.QuoteApproved(**quote_facts()), "Quote 12 is approved: 50 coins are held"),
    (events.QuoteDeclined(**quote_facts()), "Quote 12 is declined"),
    (events.HoldOld(**quote_facts()), "Quote 12: 50 coins have been held for long"),
    (
        events.TicketOpened(key="r", store="acme", at=NOON, owner=ANNA, ticket_id=5, price="google-analytics"),
        "A new ticket from customer 77",
    ),
    (
        events.TicketReplied(key="m", store="acme", at=NOON, owner=ANNA, ticket_id=5),
        "A new message from customer 77",
    ),
    (
        events.TicketAssigned(key="g", store="acme", at=NOON, owner=ANNA, ticket_id=5, to=("Anna",), by="Boris"),
        "Ticket 5 has been given to you",
    ),
    (
        events.ClockBreached(
            key="c", store="acme", at=NOON, owner=ANNA, ticket_id=5, clock="first_answer", due=NOON, to=("Anna",)
        ),
        "Ticket 5: the promise is broken",
    ),
    (
        events.ProblemOpened(key="p", store="acme", at=NOON, problem_id=7, kind="odd_order", summary="order 1 is odd"),
        "A problem waits for you: odd order",
    ),
    (events.BackupLate(key="acme:b", store="acme", at=NOON, hours=27), "There has been no backup for 27 hours"),
]


async def test_a_letter_about_an_answer_waits_until_the_page_shows_it(room: Mailroom, server: MailServer) -> None:
    """However long that takes: an extension or a table that is missing is no reason to promise what isn't there."""
    number = await room.ticket("Help")
    await room.work(events.TicketAnswered(key="a", store="acme", at=NOON, owner=ANNA, ticket_id=number))
    assert (server.taken, await room.waiting(), await room.problems()) == ([], 1, [])
    await room.desk.transact("push", lambda tx: tx.tickets.pushed({number: 1}))
    room.clock.advance(timedelta(days=30))
    await room.work()
    assert (server.taken, await room.waiting(), await room.problems()) == ([], 1, [])
    room.shop.notes["storefront:acme"] = Note('{"version":"0.5.0"}', "", "")
    room.clock.advance(timedelta(minutes=10))
    await room.work()
    assert the_one(server.taken)["Subject"] == "We have answered your ticket – Help"


async def test_a_letter_about_an_answer_follows_it_within_seconds(room: Mailroom, server: MailServer) -> None:
    number = await room.ticket("Help")
    room.shop.notes["storefront:acme"] = Note('{"version":"0.5.0"}', "", "")
    await room.work(events.TicketAnswered(key="a", store="acme", at=NOON, owner=ANNA, ticket_id=number))
    await room.desk.transact("push", lambda tx: tx.tickets.pushed({number: 1}))
    room.clock.advance(timedelta(seconds=5))
    await room.work()
    assert len(server.taken) == 1


async def test_D1_an_answer_leads_to_the_page_and_is_not_in_the_letter(room: Mailroom, server: MailServer) -> None:
    await room.work(events.TicketAnswered(key="a", store="acme", at=NOON, owner=ANNA, ticket_id=5))
    mail = the_one(server.taken)
    assert mail["Subject"].startswith("We have answered your ticket")
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        assert "Read the answer" in part.get_content()
        assert "Replies to it are not read" in part.get_content()


@pytest.mark.parametrize(("event", "subject"), STAFF_EVENTS, ids=[type(event).__name__ for event, _ in STAFF_EVENTS])
async def test_staff_are_told_what_concerns_them(
    room: Mailroom, server: MailServer, event: events.Event, subject: str
) -> None:
    await room.work(event)
    mail = the_one(server.taken)
    assert (mail["To"], mail["Subject"]) == ("Anna <anna@example.com>", subject)


async def test_a_refused_address_of_staff_is_a_problem_that_names_the_person(
    room: Mailroom, server: MailServer
) -> None:
    server.answers["RCPT"] = "550 5.1.1 no such mailbox"
    await room.work(events.QuoteApproved(**quote_facts()))
    (problem,) = await room.problems()
    assert "quote_approved for staff member Anna can't be delivered" in problem.summary
    server.answers.clear()
    await room.work(events.QuoteApproved(**quote_facts(key="acme:quote:13:v1:approved")))
    assert await room.problems() == [], "the address was corrected, and the next letter got through"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (socket.EAI_NONAME, "can't be reached (no server of that name is known)"),
        (socket.EAI_AGAIN, "can't be reached (its name can't be looked up at the moment)"),
    ],
)
async def test_a_name_that_can_not_be_looked_up_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    """What the machine's resolver answers depends on where the test runs, so its answer is put in its place."""

    def lookup(*_: object, **__: object) -> None:
        raise socket.gaierror(code, "as the C library words it")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    settings = MailSettings(host="mail.nowhere.invalid", tls="required", from_address="support@house.example")
    with pytest.raises(DeliveryFailed) as failed:
        await sending.answers(settings, password=None)
    assert str(failed.value) == words


# --- encryption and login -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["required", "starttls"])
async def test_the_connection_is_encrypted_and_the_password_comes_from_its_own_file(
    tmp_path: Path, certificate: Path, tls: str
) -> None:
    secret = tmp_path / "mail.password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    async with a_mail_server(certificate=certificate, starttls=tls == "starttls") as server:
        table = mail_table(
            server, f'tls_ca = "{certificate}"', f'user = "{USER}"', f'password = {{ file = "{secret}" }}'
        )
        table = table.replace('tls = "off"', f'tls = "{tls}"')
        with a_mailroom(tmp_path, "mail", MailPlugin(), bridge=table) as room:
            await room.work(granted())
        assert len(server.taken) == 1
        assert server.logins == [USER]


async def test_a_server_whose_certificate_nobody_signed_gets_neither_password_nor_mail(
    tmp_path: Path, certificate: Path
) -> None:
    async with a_mail_server(certificate=certificate) as server:
        table = mail_table(server, f'user = "{USER}"', 'password = { env = "MAIL_PASSWORD" }')
        table = table.replace('tls = "off"', 'tls = "required"')
        with a_mailroom(tmp_path, "mail", MailPlugin(), bridge=table, environ={"MAIL_PASSWORD": PASSWORD}) as room:
            with structlog.testing.capture_logs() as logs:
                await room.work(granted())
            assert await room.waiting() == 1
        assert (server.taken, server.logins) == ([], [])
        assert "can't be trusted" in str(logs) or "can't be used" in str(logs)


async def test_a_wrong_password_waits_and_is_not_logged(tmp_path: Path, certificate: Path) -> None:
    async with a_mail_server(certificate=certificate) as server:
        lines = (f'tls_ca = "{certificate}"', f'user = "{USER}"', 'password = { env = "MAIL_PASSWORD" }')
        table = mail_table(server, *lines).replace('tls = "off"', 'tls = "required"')
        with a_mailroom(
            tmp_path, "mail", MailPlugin(), bridge=table, environ={"MAIL_PASSWORD": "battery staple"}
        ) as room:
            with structlog.testing.capture_logs() as logs:
                await room.work(granted())
            assert await room.waiting() == 1
    assert "battery" not in str(logs)
    assert "535" in str(logs)


async def test_an_event_with_a_very_long_key_is_one_letter_like_any_other(room: Mailroom, server: MailServer) -> None:
    await room.work(granted("k" * 300), granted("k" * 301))
    await room.work(granted("k" * 300))
    assert len({mail["Message-ID"] for mail in server.taken}) == len(server.taken) == 2


async def test_L6_a_licences_end_reaches_its_owner_once_and_a_released_domain_is_no_letter(
    room: Mailroom, server: MailServer
) -> None:
    about: dict[str, Any] = {"store": "acme", "at": NOON, "owner": ANNA, "licence_id": 3, "product": "seo"}
    until = NOON + timedelta(days=7)
    ending = events.LicenceExpiring(key="acme:licence:3:remind:7", **about, until=until, days=7)
    released = events.LicenceChanged(key="acme:licence:3:released:2", **about, until=until, change="released")
    for event in (ending, ending, released):
        await room.work(event)
    mail = the_one(server.taken)
    assert mail["Subject"] == "Your licence of seo ends on 29 November 2026"
    for part in (plain(mail), html(mail)):
        assert "Until then help by ticket is free by it." in part
        assert "https://shop.example/account" in part
    assert await room.waiting() == 0
