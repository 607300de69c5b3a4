"""The days of service in words."""

import pytest

from bridge.locale.service_words import service_text


@pytest.mark.parametrize(
    ("days", "words"),
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
def test_T4_days_of_service_are_said_in_three_languages(days: tuple[int, ...], words: tuple[str, str, str]) -> None:
    assert tuple(service_text(days).values()) == words
