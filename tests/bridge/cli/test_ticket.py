"""Tickets in staff's hands: opened, answered, calls written down; strangers' words can't steer the terminal."""

import pytest

from bridge.cli.session import CLOCK
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.tickets import Author
from bridge.engine.setup import StoreSetup
from bridge.services.opening import open_ticket
from bridge.services.threads_shown import tell_unread
from tests.bridge.cli.conftest import BY, CounterPlace, ShopPlace
from tests.support.settings_files import load_plain

HOSTILE = "\x1b]0;owned\x07 hello\u202e\r\n2026-11-22 11:00:00 +03:30  Anna: wrote\n\u200fyes"


def asked(counter: CounterPlace, subject: str, text: str) -> str:
    """The number of a ticket that the customer opened on his page."""
    terms = StoreSetup.of(load_plain(counter.place.config).stores["acme"]).desk_terms
    owner = Owner(OwnerKind.CUSTOMER, 77)
    account = counter.desk.run(lambda tx: tx.accounts.open("acme", [owner]))[owner]
    made = counter.desk.run(open_ticket, terms, account, subject=subject, text=text, at=CLOCK.now())
    return str(made.id)


def test_C12_answering_costs_nothing(counter: CounterPlace) -> None:
    counter.granted(300)
    ticket = counter.ticket()
    entries = len(counter.document("coins", "statement", "77")["entries"])
    said = counter.document("ticket", "reply", ticket, "--text", "Which page is it?\nSend a link.", *BY)["said"]
    assert (said["kind"], said["staff"], said["text"]) == ("text", "Anna", "Which page is it?\nSend a link.")
    assert counter.well("ticket", "reply", ticket, "--text", "Thanks", *BY).lines()[0] == (
        f"Anna replied to ticket {ticket}; no coin was moved. The customer reads it once it is on his page."
    )
    assert len(counter.document("coins", "statement", "77")["entries"]) == entries
    assert counter.coins() == (300, 0, 300)


def test_staff_who_answer_where_no_page_shows_it_are_warned(counter: CounterPlace) -> None:
    counter.granted(300)
    ticket, why = counter.ticket(), "the shop's extension is still 0.3.9"
    counter.desk.run(tell_unread, "acme", why, "Run: bridge storefront build", at=CLOCK.now())
    warning = (
        f"customers can't read what staff write in tickets: {why}. Letters about it wait. Run: bridge storefront build"
    )
    assert counter.well("ticket", "reply", ticket, "--text", "Done.", *BY).lines()[0] == (
        f"Anna replied to ticket {ticket}; no coin was moved. Warning: {warning}"
    )
    assert counter.document("ticket", "reply", ticket, "--text", "Done.", *BY)["warning"] == warning
    problem = counter.desk.look(lambda tx: tx.problems.open("acme"))[0].id
    counter.well("problems", "dismiss", str(problem), *BY)
    warned = counter.document("ticket", "reply", ticket, "--text", "Done.", *BY)["warning"]
    assert warned.startswith("customers can't read what staff write in tickets; you have dismissed")
    counter.desk.run(tell_unread, "acme", "", "", at=CLOCK.now())
    assert "warning" not in counter.document("ticket", "reply", ticket, "--text", "Done.", *BY)


def test_P4_a_call_is_logged_free_of_coins_for_staff_alone(counter: CounterPlace) -> None:
    counter.granted(300)
    ticket = counter.ticket()
    line = counter.well("ticket", "call", ticket, "--text", "He called about the font.", *BY).lines()[0]
    assert line == (
        f"Anna logged a call on ticket {ticket}; no coin was moved. "
        "The customer's plan has no telephone support: offer it as premium time (rule P4)."
    )
    path = counter.place.config / "stores" / "acme.toml"
    right = '[rights.phone]\nname = { en = "Telephone" }\nkind = "telephone"\nplans = ["base"]\n'
    path.write_text(f'telephone = "+98 21 1234"\n{path.read_text("utf-8")}{right}', encoding="utf-8")
    answer = counter.well("ticket", "call", ticket, "--text", "He called again.", *BY)
    assert answer.lines()[0] == f"Anna logged a call on ticket {ticket}; no coin was moved."
    assert counter.coins() == (300, 0, 300)


def test_D1_words_of_a_thread_are_nowhere_in_the_audit_trail(counter: CounterPlace) -> None:
    counter.granted(300)
    ticket = counter.ticket("77", "--text", "My secret wish")
    counter.well("ticket", "reply", ticket, "--text", "A secret answer", *BY)
    counter.well("ticket", "call", ticket, "--text", "A secret call", *BY)
    audit = counter.well("audit", "--json").out
    assert [one["action"] for one in counter.document("audit")["lines"][:3]] == ["log-call", "reply", "open"]
    assert "secret" not in audit
    assert "Google" not in audit


def test_words_of_a_stranger_are_indented_and_cannot_steer_the_terminal(counter: CounterPlace) -> None:
    ticket = asked(counter, f"Help{HOSTILE}", HOSTILE)
    counter.granted(300)
    counter.offered(5, ticket)
    for words in (
        ("ticket", "show", ticket),
        ("ticket", "list"),
        ("quote", "list"),
        ("quote", "show", "1"),
        ("account", "show", "77"),
    ):
        shown = counter.well(*words).out
        assert not set(shown) & {"\x1b", "\x07", "\r", "\u202e", "\u200f"}, words
        assert not any(line.startswith("2026-11-22 11:00:00 +03:30  Anna") for line in shown.splitlines()), words
    shown = counter.well("ticket", "show", ticket).out
    assert "     2026-11-22 11:00:00 +03:30  Anna: wrote" in shown.splitlines()
    assert "\\x1b]0;owned\\x07 hello\\u202e\\r" in shown
    assert counter.document("ticket", "show", ticket)["thread"][0]["text"] == HOSTILE


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--subject", " "), "subject: must say something, in words the customer may read"),
        (("--subject", "x" * 201), "subject: must have at most 200 characters, not 201"),
        (("--subject", "x", "--text", "y" * 4001), "text: must have at most 4000 characters, not 4001"),
        (("--subject", "x", "--text", " "), "text: must say something, in words the customer may read"),
        (("--subject", "bad \udcff"), "subject: must be text, not bytes that are no UTF-8"),
    ],
)
def test_words_that_say_nothing_or_too_much_are_refused(
    counter: CounterPlace, words: tuple[str, ...], error: str
) -> None:
    counter.granted(300)
    assert counter.refused("ticket", "open", "77", *words, *BY)[0] == f"Error: {error}"
    assert counter.well("ticket", "list").out == "No tickets.\n"


def test_C13_a_price_that_is_not_on_the_list_is_refused(counter: CounterPlace) -> None:
    counter.granted(300)
    assert counter.refused("ticket", "open", "77", "--subject", "x", "--price", "seo", *BY) == [
        "Error: there is no price seo on the list",
        "Try: bridge prices list --store acme",
    ]
    assert counter.well("ticket", "list").out == "No tickets.\n"


def test_what_is_not_there_is_refused_with_a_list(counter: CounterPlace) -> None:
    for words in (("show", "9"), ("reply", "9", "--text", "Hello", *BY), ("call", "9", "--text", "He called", *BY)):
        assert counter.refused("ticket", *words) == [
            "Error: there is no ticket 9 in store acme",
            "Try: bridge ticket list",
        ]


def test_C15_a_frozen_account_can_still_ask(counter: CounterPlace) -> None:
    counter.granted(300)
    counter.freeze()
    assert "Frozen" in counter.well("ticket", "show", counter.ticket()).out


def test_C19_a_guest_has_no_page_to_decide_on_until_the_order_is_linked(counter: CounterPlace) -> None:
    counter.granted(300, "guest:1042")
    for customer, way in (
        ("guest:1042", "bridge guest link 1042 CUSTOMER --store acme"),
        ("former:7", "look the customer up: bridge account find E-MAIL --store acme"),
    ):
        error, hint = counter.refused("ticket", "open", customer, "--subject", "x", *BY)
        assert error.endswith(" has no account in the shop, so nobody could decide about an offer")
        assert hint == f"Try: {way}"


async def test_T1_everybody_with_a_shop_account_can_have_a_ticket(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.shop.add_customer("ada@shop.example")
    opened = await acme.cli("ticket", "open", str(customer), "--subject", "Before I buy", *BY, "--json")
    assert (opened.code, opened.document["owner"]["id"]) == (0, customer)
    listed = (await acme.cli("ticket", "list", "--customer", str(customer), "--json")).document["tickets"]
    assert [(one["subject"], one["opened_by"]) for one in listed] == [("Before I buy", "Anna")]
    nobody = await acme.cli("ticket", "open", "999", "--subject", "Who?", *BY)
    assert (nobody.code, nobody.err.splitlines()) == (
        1,
        [
            "Error: acme: customer 999 has no account",
            "Try: look the customer up: bridge account find E-MAIL --store acme",
        ],
    )


def test_D2_what_was_erased_is_told_as_such(counter: CounterPlace) -> None:
    ticket = asked(counter, "My secret", "A secret wish")
    counter.granted(300)
    counter.offered(5, ticket)
    counter.desk.run(lambda tx: tx.tickets.erase(1))
    counter.desk.run(lambda tx: tx.quotes.erase(1))
    shown = counter.well("ticket", "show", ticket).out
    assert f"Ticket    {ticket}: (erased)" in shown
    assert "     (erased)" in shown
    assert "     (erased)" in counter.well("quote", "show", "1").out
    assert "(erased)" in counter.well("quote", "list").out


def test_a_ticket_of_a_customers_own_is_told_from_one_by_staff(counter: CounterPlace) -> None:
    ticket = asked(counter, "Help", "It is broken")
    document = counter.document("ticket", "show", ticket)
    assert (document["opened_by"], document["thread"][0]["author"]) == ("customer", Author.CUSTOMER.value)
    assert "customer: wrote" in counter.well("ticket", "show", ticket).out
