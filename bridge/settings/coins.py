"""When an order earns coins, and when it loses them again (rules C2 and C14).

Believes: a shop's own status numbers are known only to the shop, so a set that is left out here is asked of
it; a status that both grants and takes away can only be a mistake.
"""

import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from bridge.settings.base import Broken, Section, all_broken, broken

StatusId = Annotated[int, Field(ge=1, le=2_147_483_647)]


def _once_each(ids: tuple[int, ...] | None) -> tuple[int, ...] | None:
    repeated = [Broken("must not be named twice", (at,)) for at, id_ in enumerate(ids or ()) if id_ in (ids or ())[:at]]
    if repeated:
        raise all_broken(repeated)
    return ids


def _at_least_one(ids: tuple[int, ...] | None) -> tuple[int, ...] | None:
    if ids == ():
        raise broken("must name at least one status; leave the line out to use the shop's own", value="")
    return ids


_Statuses = Annotated[tuple[StatusId, ...] | None, AfterValidator(_once_each)]


class StatusSettings(Section):
    """The order statuses by number. None means: the platform's own, read from the shop."""

    granting: Annotated[_Statuses, AfterValidator(_at_least_one)] = Field(
        default=None, description="An order in one of these statuses is paid and grants its coins."
    )
    revoking: _Statuses = Field(
        default=None, description="An order in one of these statuses loses the coins nobody has used yet."
    )
    chargeback: _Statuses = Field(
        default=None,
        description=(
            "The bank has taken the money back: counts as revoking, and the account is frozen until staff lift it."
        ),
    )

    @model_validator(mode="after")
    def _in_one_set_only(self) -> Self:
        taking = {
            **dict.fromkeys(self.chargeback or (), "chargeback"),
            **dict.fromkeys(self.revoking or (), "revoking"),
        }
        found = [
            Broken(f"must not be in granting and in {taking[id_]}", ("granting", at))
            for at, id_ in enumerate(self.granting or ())
            if id_ in taking
        ]
        if found:
            raise all_broken(found)
        return self


class CoinSettings(Section):
    """From which day orders earn coins, and how many changes at once are still believable."""

    start: Annotated[datetime.date, Field(ge=datetime.date(2000, 1, 1), le=datetime.date(2099, 12, 31))] = Field(
        description=(
            "The first day, in the store's zone, whose orders earn coins and licences; an order placed before it "
            "gives nothing."
        ),
        examples=["2026-01-01"],
    )
    fuse_units: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=50,
        description="More grants or revocations of packages and licences than this in one pass wait for staff to look.",
    )
    statuses: StatusSettings = Field(
        default_factory=StatusSettings,
        description=("Which order statuses grant, revoke and charge back; each set left out is the platform's own."),
    )
