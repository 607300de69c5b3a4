"""Balances, statements, and what staff do by hand (rules C15, C18)."""

import csv
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from tests.support.commands import Answer, Workplace, a_workplace
from tests.support.settings_files import GOOD_STORE, of_database

pytestmark = pytest.mark.usefixtures("desk")
BY_ANNA = ("--reason", "Sorry for the wait", "--by", "Anna")


def granted(workplace: Workplace, *words: str) -> Answer:
    answer = workplace.cli("coins", "grant", "77", "25", *BY_ANNA, *words)
    assert answer.code == 0, answer.err
    return answer


def available(workplace: Workplace) -> int:
    return int(workplace.cli("coins", "balance", "77", "--json").document["available"])


def test_C15_a_grant_is_a_package_of_its_own_without_a_plan(workplace: Workplace) -> None:
    document = granted(workplace, "--json").document
    assert (document["available"], document["changed"], document["plan"]) == (25, True, None)
    [package] = document["packages"]
    assert (package["plan"], package["order"], package["coins"], package["state"]) == (None, None, 25, "usable")


def test_one_coin_is_one_coin(workplace: Workplace) -> None:
    answer = workplace.cli("coins", "grant", "77", "1", "--reason", "Sorry", "--by", "Anna")
    assert answer.out.startswith("Anna granted 1 coin to customer 77 of store acme.")
    assert "Available  1 coin\n" in answer.out


def test_a_first_entry_asks_whether_this_is_the_customer_who_is_meant(workplace: Workplace) -> None:
    assert "It is the account's first entry: check that customer 77 is who you mean." in granted(workplace).out
    assert "first entry" not in granted(workplace).out


def test_C15_a_grant_can_name_its_plan_and_its_last_day(workplace: Workplace) -> None:
    last = f"{datetime.now(UTC).year + 2}-03-05"
    document = granted(workplace, "--plan", "base", "--until", last, "--json").document
    assert document["plan"] == "base"
    assert document["packages"][0]["usable_until"] == f"{last}T20:29:59Z"
    shown = workplace.cli("coins", "balance", "77")
    assert f"{last} 23:59:59 +03:30" in shown.out


def test_the_same_key_again_changes_nothing(workplace: Workplace) -> None:
    first = granted(workplace, "--key", "ticket-9", "--json").document
    again = granted(workplace, "--key", "ticket-9", "--json").document
    assert (first["changed"], again["changed"], again["available"]) == (True, False, 25)
    assert "An entry with the key ticket-9 is recorded already" in granted(workplace, "--key", "ticket-9").out


def test_the_same_key_with_other_coins_is_refused(workplace: Workplace) -> None:
    granted(workplace, "--key", "ticket-9")
    answer = workplace.cli("coins", "grant", "77", "26", *BY_ANNA, "--key", "ticket-9")
    assert answer.code == 1
    assert "already recorded as grant of +25 coins" in answer.err
    assert available(workplace) == 25


def test_a_correction_says_in_words_which_way_it_goes(workplace: Workplace) -> None:
    granted(workplace)
    taken = workplace.cli("coins", "correct", "77", "--take", "10", *BY_ANNA)
    assert (taken.code, taken.lines()[0]) == (0, "Anna took 10 coins off the account of customer 77 of store acme.")
    put = workplace.cli("coins", "correct", "77", "--add", "3", *BY_ANNA)
    assert (put.code, put.lines()[0]) == (0, "Anna put 3 coins on the account of customer 77 of store acme.")
    assert available(workplace) == 18


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((), "say either --add COINS or --take COINS"),
        (("--add", "1", "--take", "1"), "say either --add COINS or --take COINS"),
        (("--take", "-5"), "--add and --take want a number of coins without a sign, not -5"),
    ],
)
def test_a_correction_that_could_be_misread_is_refused(
    workplace: Workplace, words: tuple[str, ...], error: str
) -> None:
    granted(workplace)
    answer = workplace.cli("coins", "correct", "77", *words, *BY_ANNA)
    assert (answer.code, answer.err.splitlines()[0]) == (2, f"Error: {error}")
    assert available(workplace) == 25


def test_C16_more_than_there_is_cannot_be_taken(workplace: Workplace) -> None:
    granted(workplace)
    answer = workplace.cli("coins", "correct", "77", "--take", "26", *BY_ANNA)
    assert (answer.code, answer.err.splitlines()) == (
        1,
        [
            "Error: customer 77 of store acme has 25 coins available, 26 needed",
            "Try: see what there is: bridge coins balance CUSTOMER",
        ],
    )


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("77", "0"), 1, "coins: must be between 1 and 1000000 coins, not 0"),
        (("77", "99999999"), 1, "coins: must be between 1 and 1000000 coins, not 99999999"),
        (("Ada", "5"), 2, "Ada names no customer: give the shop's customer id (77), or guest:ORDER (guest:1042)"),
        (("0", "5"), 2, "0 names no customer: give the shop's customer id (77), or guest:ORDER (guest:1042)"),
        (
            ("9" * 20, "5"),
            2,
            "9" * 20 + " names no customer: give the shop's customer id (77), or guest:ORDER (guest:1042)",
        ),
        (("77", "5", "--until", "soon"), 2, "--until must be a day such as 2027-11-30, not soon"),
        (("77", "5", "--until", "2020-01-01"), 1, "expiry: must be a day to come, within 100 years, not 2020-01-01"),
        (("77", "5", "--plan", "gold"), 2, "store acme has no plan gold; it has base"),
        (("77", "5", "--by", "Eve"), 2, "Eve is not of the staff of store acme"),
        (("77", "5", "--by", " "), 2, "who does it? Nobody is named"),
        (("77", "5", "--reason", " "), 1, "reason: must say why, in words the customer may read (rule C15)"),
        (("77", "5", "--reason", "gift \udcff"), 1, "reason: must be text, not bytes that are no UTF-8"),
        (("77", "5", "--store", "acne"), 2, "there is no store acne"),
        (("77", "5", "--key", "k" * 101), 2, "--key must be 1 to 100 printable characters"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused_in_words(
    workplace: Workplace, words: tuple[str, ...], code: int, error: str
) -> None:
    answer = workplace.cli("coins", "grant", *BY_ANNA, *words)
    assert (answer.code, answer.err.splitlines()[0]) == (code, f"Error: {error}")
    assert len(answer.err.splitlines()) == 2
    assert workplace.cli("coins", "balance", "77").code == 1


def test_a_number_of_thousands_of_digits_is_no_customer(workplace: Workplace) -> None:
    answer = workplace.cli("coins", "balance", "9" * 5_000)
    assert answer.code == 2
    assert answer.err.startswith("Error: 999")


def test_without_a_name_the_staff_are_listed(workplace: Workplace) -> None:
    answer = workplace.cli("coins", "grant", "77", "5", "--reason", "x")
    assert answer.err.splitlines() == ["Error: who does it? Nobody is named", "Try: --by NAME, one of: Anna"]


def test_the_name_can_come_from_the_environment(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_STAFF", "anna")
    workplace.cli("coins", "grant", "77", "5", "--reason", "x")
    [entry] = workplace.cli("coins", "statement", "77", "--json").document["entries"]
    assert entry["staff"] == "Anna"


def test_C18_a_statement_shows_each_entry_with_the_balance_after_it(workplace: Workplace) -> None:
    granted(workplace)
    workplace.cli("coins", "correct", "77", "--take", "10", *BY_ANNA)
    entries = workplace.cli("coins", "statement", "77", "--json").document["entries"]
    assert [(one["kind"], one["coins"], one["posted_after"]) for one in entries] == [
        ("grant", 25, 25),
        ("correct", -10, 15),
    ]
    rows = workplace.cli("coins", "statement", "77").lines()
    assert [row.split()[-1] for row in rows[4:]] == ["25", "15"]
    assert all("Sorry for the wait" in row and "+03:30" in row for row in rows[4:])


def test_C18_a_statement_can_be_exported(workplace: Workplace) -> None:
    granted(workplace)
    workplace.cli("coins", "correct", "77", "--take", "10", "--reason", "=1+1", "--by", "Anna")
    answer = workplace.cli("coins", "statement", "77", "--csv")
    assert answer.out.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(answer.out.removeprefix("\ufeff"), newline="")))
    assert [(row["number"], row["coins"], row["balance"], row["staff"]) for row in rows] == [
        ("1", "25", "25", "Anna"),
        ("2", "-10", "15", "Anna"),
    ]
    assert rows[1]["Reason"] == "'=1+1", "a spreadsheet must not calculate it"
    assert workplace.cli("coins", "statement", "77", "--csv", "--json").code == 2


def test_a_customer_without_coins_is_told_apart_from_one_with_none_left(workplace: Workplace) -> None:
    answer = workplace.cli("coins", "balance", "77")
    assert (answer.code, answer.err.splitlines()[0]) == (1, "Error: acme: customer 77 has no account")
    granted(workplace)
    workplace.cli("coins", "correct", "77", "--take", "25", *BY_ANNA)
    assert workplace.cli("coins", "balance", "77", "--json").document["packages"][0]["state"] == "used up"


def test_C19_the_coins_of_a_guest_go_by_the_order(workplace: Workplace, desk: Desk) -> None:
    assert workplace.cli("coins", "grant", "guest:1042", "5", *BY_ANNA).code == 0
    assert desk.look(lambda tx: tx.accounts.of_owners("acme", [Owner(OwnerKind.GUEST, 1042)]))
    document = workplace.cli("coins", "balance", "guest:1042", "--json").document
    assert document["owner"] == {"kind": "guest", "id": 1042}


def test_with_several_stores_the_store_must_be_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = a_workplace(folder / "two", capsys, stores={"acme.toml": GOOD_STORE, "ruby.toml": of_database("ruby")})
    answer = place.cli("coins", "balance", "77")
    assert answer.code == 2
    assert answer.err.splitlines() == ["Error: which store? There are acme, ruby", "Try: --store acme"]
