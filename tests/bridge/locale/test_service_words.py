"""The hours of service in words."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.service_hours import ALWAYS, ServiceCalendar
from bridge.locale.service_words import place_name, service_text
from tests.support.books import BERLIN, TEHRAN
from tests.support.service_weeks import a_calendar, a_week, days, hours


@pytest.mark.parametrize(
    ("of_the_week", "words"),
    [
        (range(7), ("Every day, all day", "Ежедневно, круглосуточно", "همهٔ روزهای هفته، شبانه‌روزی")),
        (
            (5, 6, 0, 1, 2),
            (
                "Saturday to Wednesday, all day",
                "Суббота – среда, круглосуточно",
                "شنبه تا چهارشنبه، شبانه‌روزی",
            ),
        ),
        (
            (0, 1, 2, 3, 4),
            ("Monday to Friday, all day", "Понедельник – пятница, круглосуточно", "دوشنبه تا جمعه، شبانه‌روزی"),
        ),
        (
            (0, 2, 4),
            (
                "Monday, Wednesday, Friday, all day",
                "Понедельник, среда, пятница, круглосуточно",
                "دوشنبه، چهارشنبه، جمعه، شبانه‌روزی",
            ),
        ),
        ((5, 6), ("Saturday, Sunday, all day", "Суббота, воскресенье, круглосуточно", "شنبه، یکشنبه، شبانه‌روزی")),
        ((3,), ("Thursday, all day", "Четверг, круглосуточно", "پنجشنبه، شبانه‌روزی")),
    ],
    ids=str,
)
def test_T4_days_of_service_are_said_in_three_languages(
    of_the_week: tuple[int, ...], words: tuple[str, str, str]
) -> None:
    assert tuple(service_text(a_calendar("Asia/Tehran", of_the_week), TEHRAN).values()) == words


def test_T5_hours_are_said_with_the_zone_they_are_meant_in() -> None:
    office = a_calendar("Asia/Tehran", (5, 6, 0, 1, 2), "09:00-13:00", "14:30-24:00")
    assert service_text(office, TEHRAN) == {
        "en": "Saturday to Wednesday, 09:00–13:00, 14:30–24:00 (Tehran time)",
        "ru": "Суббота – среда, с 09:00 до 13:00, с 14:30 до 24:00 (время: Тегеран)",
        "fa": "شنبه تا چهارشنبه، ۰۹:۰۰ تا ۱۳:۰۰، ۱۴:۳۰ تا ۲۴:۰۰ (به وقت تهران)",
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Etc/GMT+3", ("UTC−3", "UTC−3", "UTC−۳")),
        ("Etc/GMT-14", ("UTC+14", "UTC+14", "UTC+۱۴")),
        ("Etc/GMT+0", ("UTC", "UTC", "UTC")),
        ("Etc/UTC", ("UTC", "UTC", "UTC")),
        ("Asia/Tehran", ("Tehran", "Тегеран", "تهران")),
    ],
)
def test_T5_a_zone_that_counts_hours_westwards_is_said_as_people_count_them(name: str, said: tuple[str, ...]) -> None:
    assert tuple(place_name(language, ZoneInfo(name)) for language in ("en", "ru", "fa")) == said


def test_T5_days_with_other_hours_are_said_apart() -> None:
    short = hours("09:00-12:00")
    monday, tuesday, wednesday, thursday, friday, _, sunday = a_week(range(5), hours("09:00-18:00"))
    calendar = ServiceCalendar(BERLIN, (monday, tuesday, wednesday, thursday, friday, short, sunday))
    assert service_text(calendar, BERLIN) == {
        "en": "Monday to Friday, 09:00–18:00; Saturday, 09:00–12:00 (Berlin time)",
        "ru": "Понедельник – пятница, с 09:00 до 18:00; суббота, с 09:00 до 12:00 (время: Берлин)",
        "fa": "دوشنبه تا جمعه، ۰۹:۰۰ تا ۱۸:۰۰؛ شنبه، ۰۹:۰۰ تا ۱۲:۰۰ (به وقت برلین)",
    }


def test_T5_holidays_are_said() -> None:
    assert service_text(a_calendar("Asia/Tehran", off=days("2026-11-28")), TEHRAN) == {
        "en": "Every day, all day, except on holidays",
        "ru": "Ежедневно, круглосуточно, кроме праздничных дней",
        "fa": "همهٔ روزهای هفته، شبانه‌روزی، به جز روزهای تعطیل",
    }
    sundays = a_calendar("Asia/Tehran", off=lambda day: day == date(2026, 11, 28))
    assert service_text(sundays, TEHRAN)["en"].endswith("except on holidays")


def test_T4_another_zone_than_the_stores_is_named_where_days_begin_in_it() -> None:
    assert service_text(a_calendar("Asia/Tehran", (0, 1)), BERLIN)["en"] == "Monday, Tuesday, all day (Tehran time)"
    assert service_text(ALWAYS, BERLIN)["en"] == "Every day, all day"
