"""How much a store may ask of its database, and what is too much to be true.

Believes: the shop's database is somebody else's house, and a number far beyond what people buy is a mistake
or a forgery until staff have looked at it.
"""

from typing import Annotated

from pydantic import Field

from bridge.settings.base import Section


class LimitSettings(Section):
    """Ceilings for one store."""

    connections: Annotated[int, Field(ge=1, le=8)] = Field(
        default=2, description="The most connections the daemon holds open to this store's database at once."
    )
    units_per_order: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=100,
        description="The most packages of a plan, or units of a product, in one order; one with more waits for staff.",
    )
    stale_after_seconds: Annotated[float, Field(ge=1.0, le=86_400.0)] = Field(
        default=60.0,
        description="The store counts as unhealthy when its last good read is older than this, in seconds.",
    )
