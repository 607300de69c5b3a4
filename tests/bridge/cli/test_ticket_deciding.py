"""Staff decide about tickets: whose it is, whether it is urgent, whose turn it is, what belongs together."""

import pytest

from bridge.cli.queue_shown import after_word, cursor_of
from bridge.cli.session import CLOCK
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.engine.setup import StoreSetup
from bridge.services.opening import Wish, open_ticket
from tests.bridge.cli.conftest import BY, CounterPlace
from tests.support.settings_files import load_plain

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
URGENT = Wish(urgent=True)


def terms_of(counter: CounterPlace) -> DeskTerms:
    return StoreSetup.of(load_plain(counter.place.config).stores["acme"]).desk_terms


def asked(counter: CounterPlace, subject: str = "Slider", *, customer: int = 77, wish: Wish = URGENT) -> str:
    """The number of a ticket that a customer opens on his page, in Persian."""
    owner = Owner(OwnerKind.CUSTOMER, customer)

    def opened(tx: DeskTx) -> int:
        account = tx.accounts.open("acme", [owner])[owner]
        terms = terms_of(counter)
        return open_ticket(tx, terms, account, subject=subject, text="کمک", at=CLOCK.now(), language="fa", wish=wish).id

    return str(counter.desk.run(opened))


def lines(counter: CounterPlace, *words: str) -> list[str]:
    return counter.well("ticket", *words, *BY).lines()


def test_T2_a_ticket_is_taken_handed_over_and_let_go(counter: CounterPlace) -> None:
    ticket = asked(counter)
    assert lines(counter, "take", ticket)[0] == f"Anna took ticket {ticket}."
    assert counter.document("ticket", "show", ticket)["assignee"] == "Anna"
    assert counter.refused("ticket", "assign", ticket, "Nina", *BY) == [
        "Error: Nina is none of the store's staff (Anna)",
        f"Try: bridge ticket assign {ticket} NAME",
    ]
    assert counter.refused("ticket", "take", ticket, *BY)[1] == f"Try: see how it stands: bridge ticket show {ticket}"
    assert lines(counter, "assign", ticket, "nobody")[0] == f"Anna gave ticket {ticket} to nobody."
    assert lines(counter, "assign", ticket, "anna")[0] == f"Anna gave ticket {ticket} to Anna."


def test_T3_urgency_is_confirmed_and_refused_with_a_reason_the_customer_reads(counter: CounterPlace) -> None:
    counter.granted(300)
    ticket = asked(counter)
    assert counter.document("ticket", "show", ticket)["urgency"] == "asked"
    before = counter.document("ticket", "show", ticket)["due"]
    assert counter.document("ticket", "urgent", ticket, *BY)["due"] < before
    refused = counter.document("ticket", "urgent", ticket, "--refuse", "It is a matter of colour.", *BY)
    assert (refused["urgency"], refused["due"], refused["said"]["text"]) == (
        "refused",
        before,
        "It is a matter of colour.",
    )
    assert counter.refused("ticket", "urgent", ticket, "--refuse", " ", *BY)[0].startswith("Error: reason:")


def test_T10_states_are_set_by_name_and_kinds_too(counter: CounterPlace) -> None:
    ticket = asked(counter)
    assert lines(counter, "state", ticket, "in-work")[0] == f"Anna says that ticket {ticket} is in-work."
    assert counter.document("ticket", "kind", ticket, "work", *BY)["kind"] == "work"
    assert counter.document("ticket", "state", ticket, "resolved", *BY)["state"] == "resolved"
    for words, message in (
        (("state", ticket, "gone"), "gone is no state"),
        (("kind", ticket, "gift"), "gift is no kind"),
        (("state", ticket, "waiting-approval"), "waiting-approval is no state"),
    ):
        answer = counter.place.cli("ticket", *words, *BY)
        assert (answer.code, answer.err.splitlines()[0]) == (2, f"Error: {message}")


def test_T10_an_answer_hands_the_turn_to_the_customer_but_where_another_state_is_named(counter: CounterPlace) -> None:
    ticket = asked(counter)
    reply = ("ticket", "reply", ticket)
    assert counter.document(*reply, "--text", "Half of it is done.", "--progress", *BY)["state"] == "open"
    assert counter.document(*reply, "--text", "Which page?", *BY)["state"] == "waiting_customer"
    assert counter.document(*reply, "--text", "All done.", "--state", "resolved", *BY)["state"] == "resolved"
    counter.well("ticket", "state", ticket, "closed", *BY)
    assert counter.refused(*reply, "--text", "One more thing.", *BY) == [
        f"Error: ticket {ticket} is closed: reopen it first, or open another",
        f"Try: bridge ticket state {ticket} open",
    ]


def test_T6_thanks_need_no_answer_if_staff_say_so(counter: CounterPlace) -> None:
    ticket = asked(counter)
    answer = counter.well("ticket", "reply", ticket, "--no-answer-needed", *BY)
    assert answer.lines()[0] == f"Anna says that ticket {ticket} needs no answer: it is resolved. Nobody was told."
    assert "Anna: no answer is needed, the ticket is resolved" in answer.out


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((), "what is said? Nothing is"),
        (("--text", "x", "--macro", "y"), "--text and --macro can't both be had"),
        (("--no-answer-needed", "--progress"), "--no-answer-needed goes with nothing else"),
        (("--text", "x", "--file", "/nowhere/a.png"), "there is no file /nowhere/a.png"),
    ],
)
def test_an_answer_that_says_nothing_or_two_things_is_refused(
    counter: CounterPlace, words: tuple[str, ...], error: str
) -> None:
    ticket = asked(counter)
    answer = counter.place.cli("ticket", "reply", ticket, *words, *BY)
    assert (answer.code, answer.err.splitlines()[0]) == (2, f"Error: {error}")
    assert counter.document("ticket", "show", ticket)["state"] == "open"


def test_a_canned_answer_is_sent_in_the_customers_language(counter: CounterPlace) -> None:
    path = counter.place.config / "stores" / "acme.toml"
    macro = '[macros.seen]\ntext = { en = "Ticket {ticket} is seen.", fa = "تیکت {ticket} دیده شد." }\n'
    path.write_text(path.read_text("utf-8") + macro, encoding="utf-8")
    ticket = asked(counter)
    said = counter.document("ticket", "reply", ticket, "--macro", "seen", *BY)["said"]
    assert said["text"] == "تیکت ۱ دیده شد."
    assert counter.document("ticket", "macros")["macros"] == [
        {"store": "acme", "macro": "seen", "text": {"en": "Ticket {ticket} is seen.", "fa": "تیکت {ticket} دیده شد."}}
    ]
    assert counter.refused("ticket", "reply", ticket, "--macro", "gone", *BY)[1] == (
        "Try: bridge ticket macros --store acme"
    )


def test_a_file_goes_with_an_answer_and_what_a_customer_sent_is_saved(counter: CounterPlace) -> None:
    ticket, folder = asked(counter), counter.place.config
    (folder / "answer.png").write_bytes(PNG)
    (folder / "answer.exe").write_bytes(b"MZ")
    words = ("ticket", "reply", ticket, "--text", "See the picture.")
    assert counter.refused(*words, "--file", str(folder / "answer.exe"), *BY) == [
        "Error: answer.exe: such files are not sent",
        "Try: send a picture, PDF, text or zip within the limits of [files] in the store's file",
    ]
    said = counter.document(*words, "--file", str(folder / "answer.png"), *BY)["said"]
    assert [(one["number"], one["name"], one["state"]) for one in said["files"]] == [(1, "answer.png", "waiting")]
    saved = folder / "saved.png"
    assert str(saved) in counter.well("ticket", "file", ticket, "1", "--to", str(saved)).out
    assert saved.read_bytes() == PNG
    again = counter.place.cli("ticket", "file", ticket, "1", "--to", str(saved))
    assert (again.code, "exists already" in again.err) == (2, True)
    missing = counter.place.cli("ticket", "file", ticket, "2", "--to", str(folder / "other.png"))
    assert (missing.code, missing.err.splitlines()[0]) == (2, f"Error: ticket {ticket} has no file 2: it has 1")
    assert not (folder / "other.png").exists()


def test_T10_tickets_of_one_customer_are_joined_and_a_part_goes_on_by_itself(counter: CounterPlace) -> None:
    first, second, other = asked(counter), asked(counter), asked(counter, customer=78)
    answer = counter.well("ticket", "merge", second, first, *BY)
    assert answer.lines()[0] == (
        f"Anna joined ticket {second} to ticket {first}, which goes on; ticket {second} is closed."
    )
    assert counter.document("ticket", "show", second)["merged_into"] == int(first)
    assert "is customer 77's" in counter.refused("ticket", "merge", other, first, *BY)[0]
    counter.well("ticket", "reply", first, "--text", "And the invoice?", *BY)
    message = str(counter.document("ticket", "show", first)["thread"][-1]["message"])
    part = counter.document("ticket", "split", first, "--from", message, "--subject", "Invoice", *BY)
    assert (part["split"], part["subject"]) == (int(first), "Invoice")
    shown = counter.well("ticket", "show", first).out
    assert f"Anna: a part goes on in ticket {part['ticket']}" in shown
    assert counter.refused("ticket", "split", first, "--from", "9999", "--subject", "x", *BY)[0] == (
        f"Error: ticket {first} has no message 9999 that people wrote"
    )


def test_T9_an_explanation_has_words_and_the_same_for_programs(counter: CounterPlace) -> None:
    counter.granted(300)
    ticket = asked(counter)
    shown = counter.well("ticket", "explain", ticket).lines()
    assert shown[0].startswith(f"Ticket {ticket}, open, as of ")
    assert shown[3].startswith("First answer: due ")
    (clock,) = counter.document("ticket", "explain", ticket)["clocks"]
    assert (clock["kind"], clock["promise"]["standing"], clock["result"]) == ("first_answer", "base", "running")
    assert counter.refused("ticket", "explain", "99")[0] == "Error: there is no ticket 99 in store acme"


# --- the queue


def test_T2_the_queue_is_in_order_and_says_why(counter: CounterPlace) -> None:
    counter.granted(300)
    paid, urgent = asked(counter, "Later"), asked(counter, "Now")
    nothing = asked(counter, "Which one do I need?", customer=78, wish=Wish())
    counter.well("ticket", "urgent", urgent, *BY)
    (store,) = counter.document("queue")["stores"]
    assert [str(one["ticket"]) for one in store["tickets"]] == [urgent, paid, nothing]
    assert [one["reason"]["class"] for one in store["tickets"]] == ["served", "served", "none"]
    assert store["after"] is None
    out = counter.well("queue").out
    assert "plan Base, served today; urgent; guaranteed; open since " in out
    assert "neither plan nor licence; no clock; open since " in out
    assert "bridge: it runs under plan Base" in counter.well("ticket", "show", paid).out
    counter.well("ticket", "reply", nothing, "--text", "The base plan.", *BY)
    assert len(counter.document("queue")["stores"][0]["tickets"]) == 2, "it waits for its customer now"


def test_T2_a_page_of_the_queue_says_how_to_go_on(counter: CounterPlace) -> None:
    counter.granted(300)
    tickets = [asked(counter, wish=Wish()) for _ in range(3)]
    (page,) = counter.document("queue", "--limit", "2")["stores"]
    assert page["after"] in counter.well("queue", "--limit", "2").lines()[-1]
    (rest,) = counter.document("queue", "--after", page["after"])["stores"]
    assert [(one["place"], str(one["ticket"])) for one in rest["tickets"]] == [(3, tickets[2])]
    assert after_word(cursor_of(page["after"])) == page["after"]
    for wrong in ("x", "1-2", "1-9-0-never-0-1", "1-0-0-99999999999999999999-0-1"):
        answer = counter.place.cli("queue", "--after", wrong)
        assert (answer.code, answer.err.splitlines()[0]) == (2, f"Error: --after {wrong} is no place in a queue")


def test_the_status_says_how_many_wait_and_how_many_are_late(counter: CounterPlace) -> None:
    counter.granted(300)
    for _ in range(2):
        asked(counter)
    status = counter.place.cli("status")
    assert "acme: 2 tickets wait for an answer. In order: bridge queue --store acme" in status.lines()
    (store,) = counter.place.cli("status", "--json").document["stores"]
    assert (store["tickets_waiting"], store["tickets_late"]) == (2, 0)


def test_nobody_waits(counter: CounterPlace) -> None:
    assert counter.well("queue").out.rstrip().endswith("nobody waits for an answer.")
