"""How often a store is read and how much at a time.

Believes: reading is cheap when it goes by primary key, a shop writes an order in several steps that are not
one transaction, and a row may appear with a lower id than one already read.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from bridge.settings.base import Section, broken

SHORTEST_PACE_S = 0.05
"""Looking more often than this would keep a shop busy and learn nothing sooner."""


def _never_or_seldom_enough(seconds: float) -> float:
    if 0 < seconds < SHORTEST_PACE_S:
        raise broken(f"must be 0, which never asks, or at least {SHORTEST_PACE_S}")
    return seconds


Page = Annotated[int, Field(ge=1, le=5_000)]


class SyncSettings(Section):
    """The pace of reading the shop and of writing to its account rows."""

    poll_seconds: Annotated[float, Field(ge=SHORTEST_PACE_S, le=3_600.0)] = Field(
        default=5.0, description="How long to wait between two looks at the shop's orders, in seconds."
    )
    settle_seconds: Annotated[float, Field(ge=0.0, le=600.0)] = Field(
        default=3.0,
        description=(
            "How long a changed order must rest before it is read, in seconds: an edit in the shop voids "
            "the order first and restores it a moment later."
        ),
    )
    push_seconds: Annotated[float, Field(ge=0.0, le=60.0)] = Field(
        default=1.0,
        description="The shortest time between two writes of one customer's account row, in seconds.",
    )
    gap_minutes: Annotated[float, Field(ge=0.0, le=1_440.0)] = Field(
        default=15.0,
        description=(
            "How long a missing id is watched for, in minutes: a slow transaction of the shop can fill it late."
        ),
    )
    hint_seconds: Annotated[float, Field(ge=0.0, le=3_600.0), AfterValidator(_never_or_seldom_enough)] = Field(
        default=1.0,
        description=(
            "How often the shop is asked between two looks whether anything has changed, in seconds; 0 never asks. "
            "A hint brings the next look forward and replaces none."
        ),
    )
    reconcile_minutes: Annotated[float, Field(ge=0.0, le=1_440.0)] = Field(
        default=5.0,
        description=(
            "How long to wait from the end of one comparison of all orders to the next, in minutes: it finds what no "
            "new row tells of, such as deleted orders and silently edited ones."
        ),
    )
    reconcile_budget_seconds: Annotated[float, Field(ge=0.01, le=30.0)] = Field(
        default=1.0,
        description="How much of the shop's time comparing may take in each minute, in seconds.",
    )
    page_orders: Page = Field(default=500, description="How many orders one query reads in daily work.")
    first_sync_page_orders: Page = Field(
        default=1_000,
        description="How many orders one query reads while the store is read for the first time.",
    )
