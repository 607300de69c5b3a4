"""What a customer is promised at his ticket's opening, in his language (rule T8)."""

import pytest

from bridge.domain.policies import OpeningPromise, promise_at_opening
from bridge.domain.ticket_terms import LICENCE, NONE
from bridge.locale.promise_words import best_effort_text, guaranteed_text
from tests.support.ticket_stories import BASE, ESSENTIAL, POLICY, TEHRAN, Story


def promised(standing: str) -> OpeningPromise:
    return promise_at_opening(POLICY, standing, Story("2026-11-25 18:00").ticket.opened_at)


def test_T8_the_guarantee_says_until_when_and_which_hours_count() -> None:
    assert guaranteed_text(promised(ESSENTIAL), TEHRAN) == {
        "en": (
            "Answer guaranteed by Saturday, 28 November 2026, 18:00 (Tehran time). Only hours of service count: "
            "Saturday to Wednesday, all day."
        ),
        "ru": (
            "Гарантированный срок ответа: суббота, 28 ноября 2026 г., 18:00 (время: Тегеран). Учитываются только часы "
            "обслуживания: суббота – среда, круглосуточно."
        ),
        "fa": (
            "پاسخ تا شنبه ۷ آذر ۱۴۰۵، ساعت ۱۸:۰۰ (به وقت تهران) تضمین شده است. فقط ساعت‌های خدمات به حساب می‌آید: "
            "شنبه تا چهارشنبه، شبانه‌روزی."
        ),
    }


def test_T8_the_best_effort_says_that_it_is_none() -> None:
    assert best_effort_text(promised(ESSENTIAL), TEHRAN) == {
        "en": (
            "We aim to answer by Thursday, 26 November 2026, 18:00 (Tehran time), also outside these hours. This is "
            "not guaranteed."
        ),
        "ru": (
            "Мы стараемся ответить к этому времени: четверг, 26 ноября 2026 г., 18:00 (время: Тегеран), в том числе "
            "вне часов обслуживания. Этот срок не гарантирован."
        ),
        "fa": (
            "تلاش می‌کنیم تا پنجشنبه ۵ آذر ۱۴۰۵، ساعت ۱۸:۰۰ (به وقت تهران) پاسخ دهیم، بیرون از این ساعت‌ها هم. "
            "این زمان تضمین‌شده نیست."
        ),
    }


def test_T8_where_both_are_one_moment_it_is_not_said_twice() -> None:
    assert best_effort_text(promised(BASE), TEHRAN)["en"] == "We aim to answer sooner. This is not guaranteed."


def test_T3_with_a_licence_alone_nothing_is_guaranteed() -> None:
    promise = promised(LICENCE)
    assert guaranteed_text(promise, TEHRAN) == {}
    assert best_effort_text(promise, TEHRAN)["en"] == (
        "We aim to answer by Monday, 30 November 2026, 17:00 (Tehran time). This is not guaranteed. Hours of service: "
        "Monday to Friday, 09:00–17:00 (Tehran time)."
    )


@pytest.mark.parametrize("text", [guaranteed_text, best_effort_text])
def test_T3_without_plan_or_licence_nothing_is_promised(text: object) -> None:
    assert callable(text)
    assert text(promised(NONE), TEHRAN) == {}
