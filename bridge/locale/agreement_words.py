"""What an agreement about premium time says, word for word, in every language: this is what is accepted (W5, C9)."""

from bridge.domain.money import HourlyRate
from bridge.domain.premium import STEP, PremiumKind
from bridge.locale.dates import LANGUAGES
from bridge.locale.money_words import hours_text, money_text, rate_text
from bridge.locale.say import say

OFFER = "{kind}: {rate}."
"""The same in every language: a name and what it costs."""
CAP = "At most {hours} of it, that is at most {money}. More time, or work of another kind, needs another agreement."
TERMS = (
    "Time is measured to the second. When the work ends, it is rounded up once, to the next quarter of an hour. "
    "Nothing is charged before you accept."
)
LICENCE = "It is charged also where your licence includes support by ticket, and a licence gives no discount."
STATEMENT = "You get the final statement before the bill."


def agreement_texts(kind: PremiumKind, rate: HourlyRate, cap_steps: int, *, words: str) -> dict[str, str]:
    """The exact text by language; `words` are staff's own and stand in all of them as they were written."""
    cap = cap_steps * STEP
    return {
        language: "\n\n".join(
            filter(
                None,
                (
                    OFFER.format(kind=kind_name(kind, language), rate=rate_text(language, rate)),
                    words.strip(),
                    say(
                        language,
                        CAP,
                        hours=hours_text(language, cap),
                        money=money_text(language, rate.for_duration(cap)),
                    ),
                    say(language, TERMS),
                    say(language, LICENCE),
                    say(language, STATEMENT),
                ),
            )
        )
        for language in LANGUAGES
    }


def kind_name(kind: PremiumKind, language: str) -> str:
    """What a kind of work is called in that language; else in English, else by its key."""
    return kind.names.get(language) or kind.names.get("en") or kind.key
