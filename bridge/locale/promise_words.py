"""What a customer is promised when he opens a ticket: the guaranteed and the best-effort time, apart (rule T8).

Each says what it means, so that neither is taken for the other. Times are those of the store's zone, which is named.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from bridge.domain.policies import OpeningPromise
from bridge.locale.dates import LANGUAGES, date_text
from bridge.locale.numbers import in_digits
from bridge.locale.say import say
from bridge.locale.service_words import place_name, service_phrase, weekday_name

GUARANTEED = "Answer guaranteed by {when}. Only hours of service count: {service}."
BEST_EFFORT = "We aim to answer by {when}, also outside these hours. This is not guaranteed."
SOONER = "We aim to answer sooner. This is not guaranteed."
NO_GUARANTEE = "We aim to answer by {when}. This is not guaranteed. Hours of service: {service}."
WHEN = "{weekday}, {day}, {time} ({place} time)"


def guaranteed_text(promise: OpeningPromise, zone: ZoneInfo) -> dict[str, str]:
    """Until when an answer is guaranteed, by language; empty where nothing is."""
    at, service = promise.guaranteed, promise.service
    if at is None or service is None:
        return {}
    return {
        language: say(
            language, GUARANTEED, when=when_text(language, at, zone), service=service_phrase(language, service, zone)
        )
        for language in LANGUAGES
    }


def best_effort_text(promise: OpeningPromise, zone: ZoneInfo) -> dict[str, str]:
    """Until when an answer is aimed at, by language; empty where there is no such time."""
    at, service = promise.best_effort, promise.service
    if at is None or service is None:
        return {}
    if at == promise.guaranteed:
        return {language: say(language, SOONER) for language in LANGUAGES}
    message = NO_GUARANTEE if promise.guaranteed is None else BEST_EFFORT
    return {
        language: say(
            language, message, when=when_text(language, at, zone), service=service_phrase(language, service, zone)
        )
        for language in LANGUAGES
    }


def when_text(language: str, at: datetime, zone: ZoneInfo) -> str:
    """A moment in words to the minute: `Saturday, 28 November 2026, 18:00 (Tehran time)`."""
    local = at.astimezone(zone)
    return say(
        language,
        WHEN,
        weekday=weekday_name(language, local.weekday()),
        day=date_text(local.date(), language),
        time=in_digits(language, f"{local:%H:%M}"),
        place=place_name(language, zone),
    )
