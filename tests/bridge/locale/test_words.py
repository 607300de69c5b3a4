"""Everything that customers read has words in every language: each message that the code says is translated."""

from collections.abc import Iterator

import pytest

from bridge.domain.quotes import QuoteKind
from bridge.domain.tickets import MessageKind
from bridge.locale import (
    agreement_words,
    answers,
    bill_words,
    chat_words,
    entitlement_words,
    history_words,
    macro_words,
    money_words,
    numbers,
    promise_words,
    quote_words,
    service_words,
    statement_words,
)
from bridge.locale.dates import LANGUAGES
from bridge.locale.history_words import history_text
from bridge.locale.say import OURS, Catalog, say, say_n

MODULES = (
    agreement_words,
    answers,
    bill_words,
    chat_words,
    entitlement_words,
    history_words,
    macro_words,
    money_words,
    promise_words,
    quote_words,
    service_words,
    statement_words,
)
NOT_WORDS = {
    agreement_words.OFFER,
    chat_words.RATE,
    chat_words.ROW,
    entitlement_words.RENEWAL,
    entitlement_words.PACKAGE,
    entitlement_words.OFFICIAL,
    *answers.BETWEEN.values(),
    *service_words.APART.values(),
    *(one for pair in statement_words.COMMAS.values() for one in pair),
    statement_words.MINUS,
    statement_words.LEFT_TO_RIGHT,
    *numbers.THOUSANDS.values(),
    *numbers.POINTS.values(),
    *entitlement_words.FOR_STAFF.values(),
    *entitlement_words.REASONS_FOR_STAFF.values(),
}


def strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from strings(one)
        case tuple() | list():
            for one in value:
                yield from strings(one)


def messages() -> set[str]:
    """Every sentence among the constants of the modules that hold words."""
    found = set()
    for module in MODULES:
        for name, value in vars(module).items():
            if name.isupper() and name != "LANGUAGES":
                found |= set(strings(value))
    return found - NOT_WORDS


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_message_is_translated(language: str) -> None:
    catalog = Catalog(OURS)
    forms = [pair for module in MODULES for pair in vars(module).values() if is_plural(pair)]
    plurals = {one for pair in forms for one in pair}
    assert len(messages()) > 40
    assert catalog.missing(language, messages() - plurals) == []
    for one, many in forms:
        for count in (1, 2, 5):
            blanks = dict.fromkeys(("name",), "x")
            assert catalog.say_n(language, one, many, count, **blanks) != say_n("en", one, many, count, **blanks)


def is_plural(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(one, str) for one in value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [*answers.REFUSED, "some_word_of_tomorrow"])
def test_every_refusal_has_a_sentence(language: str, code: str) -> None:
    assert answers.refused_text(code)[language].endswith(".")


def test_numbers_are_in_the_languages_own_digits_and_forms() -> None:
    assert answers.accepted_text("approved", coins=50) == {
        "en": "Approved: 50 coins are reserved for this work.",
        "ru": "Одобрено: для этой работы зарезервировано 50 монет.",
        "fa": "تأیید شد: ۵۰ سکه برای این کار رزرو شد.",
    }
    assert answers.accepted_text("approved", coins=21)["ru"].endswith("зарезервирована 21 монета.")
    assert answers.accepted_text("ticket_opened", ticket=12)["fa"].startswith("درخواست شما فرستاده شد؛ شمارهٔ آن ۱۲")


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "1,110 coins"), ("ru", "1\u00a0110 монет"), ("fa", "۱٬۱۱۰ سکه")]
)
def test_amounts_of_coins_have_their_thousands_apart_as_on_the_page(language: str, shown: str) -> None:
    assert shown in answers.accepted_text("approved", coins=1110)[language]
    assert shown in answers.missing_text(3, [({"en": "Base"}, 1110)])[language]
    assert shown in quote_words.quote_texts(QuoteKind.WORK, coins=1110, words="")[language]
    assert shown in history_text(MessageKind.OFFERED, {"coins": 1110})[language]


@pytest.mark.parametrize(("language", "shown"), [("en", "104200"), ("ru", "104200"), ("fa", "۱۰۴۲۰۰")])
def test_numbers_that_are_names_have_no_marks_between_their_digits(language: str, shown: str) -> None:
    assert shown in answers.accepted_text("price_requested", ticket=104200)[language]
    assert shown in answers.accepted_text("claimed", order=104200)[language]
    assert shown in statement_words.purpose(language, {"quote": 104200})
    assert shown in statement_words.package_moved(language, 104200, "Base", 0, 0)


def test_C10_what_is_missing_names_the_packages_that_cover_it() -> None:
    base = ({"en": "Base", "ru": "Базовый"}, 550)
    assert answers.missing_text(1, [base])["en"] == (
        "1 coin is missing, so nothing was reserved. The offer stays open. A package that covers it: Base (550 coins)."
    )
    assert answers.missing_text(40, [base])["ru"].endswith("Пакет, которого хватит: Базовый (550 монет).")
    assert answers.missing_text(4000, [])["en"].endswith("No single package covers it; several add up.")


def test_C7_the_history_says_exactly_what_was_deducted_and_what_remains() -> None:
    told = history_text(MessageKind.DEDUCTED, {"coins": 45, "released": 5, "available": 255})
    assert told["en"] == "Done: 45 coins were deducted. 5 coins were returned. You have 255 coins left to spend."
    assert told["fa"] == "انجام شد: ۴۵ سکه کسر شد. ۵ سکه بازگردانده شد. ۲۵۵ سکه برای شما مانده است."


def test_C11_the_history_says_why_it_can_not_be_done() -> None:
    told = history_text(MessageKind.INFEASIBLE, {"cause": "theme"}, "The theme has no header.")
    assert told["en"] == "It can't be done because of the theme. The theme has no header."


def test_a_message_that_is_no_event_of_a_quote_is_not_told() -> None:
    assert history_text(MessageKind.TEXT, {}, "hello") == {}


def test_a_message_without_a_translation_stays_english() -> None:
    assert say("ru", "Nobody has translated this, {name}.", name="Anna") == "Nobody has translated this, Anna."
