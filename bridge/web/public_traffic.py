"""What the public listener has answered since the daemon began: plain numbers, of no key, domain or address (D1)."""

from collections import Counter
from dataclasses import dataclass, field

from bridge.domain.licence_answers import Verdict


@dataclass(slots=True)
class PublicTraffic:
    """Written to on the loop, and read there.

    `answers` counts by HTTP status whatever was asked for, `licences` the answers about licences by their word.
    `connections` are open now; `turned_away` counts those that were closed as they came, for want of room.
    """

    answers: Counter[int] = field(default_factory=Counter)
    licences: Counter[Verdict] = field(default_factory=Counter)
    connections: int = 0
    turned_away: int = 0
