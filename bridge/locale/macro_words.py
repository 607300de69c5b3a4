"""What a canned answer says where it names when an answer is due."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bridge.locale.promise_words import when_text
from bridge.locale.say import say

SOON = "as soon as we can"


def due_words(language: str, due: datetime | None, zone: ZoneInfo) -> str:
    """Until when an answer is due; in words that fit any sentence where nothing is."""
    return say(language, SOON) if due is None else when_text(language, due, zone)
