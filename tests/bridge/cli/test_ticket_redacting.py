"""Staff take one message out of a ticket."""

from tests.bridge.cli.conftest import BY, CounterPlace
from tests.bridge.cli.test_ticket_deciding import asked, lines

WHY = ("--because", "He wrote a password.")


def test_D2_staff_take_a_message_out_and_are_told_where_its_words_still_are(counter: CounterPlace) -> None:
    ticket = asked(counter)
    message = str(counter.document("ticket", "show", ticket)["thread"][0]["message"])
    told = lines(counter, "redact", ticket, message, *WHY)
    assert told[0] == (
        f"Anna took message {message} out of ticket {ticket}. The row that brought it stays in the shop until "
        "privacy.inbox_days are over. Backups made before keep it."
    )
    assert told[-2].endswith(f"Anna: took out message {message}")
    assert told[-1].strip() == "He wrote a password."
    assert counter.document("ticket", "show", ticket)["thread"][0]["text"] == ""
    assert counter.refused("ticket", "redact", ticket, message, *WHY, *BY) == [
        f"Error: of message {message} of ticket {ticket} nothing is left",
        f"Try: see how it stands: bridge ticket show {ticket}",
    ]


def test_D2_programs_are_told_what_went_and_what_is_left(counter: CounterPlace) -> None:
    ticket = asked(counter)
    message = counter.document("ticket", "show", ticket)["thread"][0]["message"]
    told = counter.document("ticket", "redact", ticket, str(message), *WHY, *BY)
    assert {name: told[name] for name in ("redacted", "files_erased", "copies_in", "left_in_customer_service")} == {
        "redacted": message,
        "files_erased": 0,
        "copies_in": [],
        "left_in_customer_service": False,
    }
    assert (told["left_in_inbox"], told["said"]["kind"]) == (True, "redacted")
