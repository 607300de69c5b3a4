"""A statement for a spreadsheet in any of the three languages, beside each word and number one for a machine (C18)."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from bridge.cli.statement_csv import write_statement
from bridge.contracts.ledger import NumberedEntry
from bridge.domain.ledger import Entry, EntryKind, Posting
from tests.support.books import TEHRAN

AT = datetime(2027, 11, 21, 10, 5, tzinfo=UTC)
NAMES = {3: {"en": "Base", "ru": "Базовый", "fa": "پایه"}}


def written(language: str, *entries: Entry) -> str:
    file = StringIO(newline="")
    numbered = [NumberedEntry(7, number, one, 1500, 40) for number, one in enumerate(entries, 1)]
    write_statement(file, numbered, NAMES, TEHRAN, language)
    return file.getvalue()


def entry(**different: object) -> Entry:
    facts: dict[str, object] = {
        "key": "k",
        "account_id": 1,
        "kind": EntryKind.SETTLE,
        "at": AT,
        "postings": (Posting(3, -1234, -40), Posting(4, -6)),
        "reason": "",
        "quote_id": 12,
        "ticket_id": 5,
        "staff": "Anna",
    }
    return Entry(**{**facts, **different})  # type: ignore[arg-type]  # facts of an entry by name


def table(language: str, *entries: Entry) -> list[list[str]]:
    separator = "," if language == "en" else ";"
    text = written(language, *entries).removeprefix("\ufeff")
    return list(csv.reader(StringIO(text, newline=""), delimiter=separator))


@pytest.mark.parametrize(
    ("language", "for_readers"),
    [
        ("en", ["1", "21 November 2027, 13:35", "Deducted", "−1,240", "−40", "1,500", "40"]),
        ("ru", ["1", "21 ноября 2027 г., 13:35", "Списано", "−1\u00a0240", "−40", "1\u00a0500", "40"]),
        ("fa", ["۱", "۳۰ آبان ۱۴۰۶، ۱۳:۳۵", "کسر شد", "\u200e−۱٬۲۴۰", "\u200e−۴۰", "۱٬۵۰۰", "۴۰"]),
    ],
)
def test_C18_readers_columns_are_in_their_language_and_machines_beside_them(
    language: str, for_readers: list[str]
) -> None:
    _, row = table(language, entry())
    assert row[0:14:2] == for_readers
    assert row[1:14:2] == ["1", "2027-11-21T13:35:00+03:30", "settle", "-1240", "-40", "1500", "40"]
    assert row[14:17] == ["", "12", "5"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["offer 12 · ticket 5", "", "No. 3 Base: −1,234, held −40; No. 4: −6", "Anna"]),
        ("ru", ["предложение 12 · обращение 5", "", "№ 3 Базовый: −1\u00a0234, резерв −40; № 4: −6", "Anna"]),
    ],
)
def test_C18_purpose_and_packages_are_said_in_words(language: str, words: list[str]) -> None:
    assert table(language, entry())[1][17:] == words


def test_C18_the_heading_has_a_readers_and_a_machines_name_for_each_column() -> None:
    heading, _ = table("en", entry())
    assert heading == [
        *("No.", "number", "Date", "time_iso", "What", "kind", "Coins", "coins", "Held", "held"),
        *("Balance", "balance", "Of it held", "balance_held", "order", "quote", "ticket", "For", "Reason"),
        *("Packages", "staff"),
    ]


def test_C18_a_spreadsheet_knows_the_file_for_utf_8_and_its_lines_end_as_it_expects() -> None:
    text = written("fa", entry())
    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    assert text.count("\r\n") == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_C18_what_looks_like_a_formula_is_text(text: str) -> None:
    _, row = table("en", entry(reason=text, staff=text))
    assert row[18] == row[20] == f"'{text}"
