"""Who works on a store's tickets and coins.

Believes: a person is known to the desk by name, which stands in every entry they make; two people of one
store never share a name, not even in another spelling of capitals.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from bridge.settings.base import Broken, Section, all_broken, broken, check_label

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


def _name(text: str) -> str:
    return check_label(text, longest=64)


def _email(text: str) -> str:
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise broken("must be an e-mail address")
    return text


class StaffMember(Section):
    """One person who may act for the store."""

    name: Annotated[str, AfterValidator(_name)] = Field(
        description="The name that stands beside every grant, correction and decision this person makes.",
        examples=['"Anna"'],
    )
    email: Annotated[str, AfterValidator(_email)] = Field(
        description="Where the bridge writes to this person.", examples=['"anna@example.com"']
    )


def _distinct(staff: tuple[StaffMember, ...]) -> tuple[StaffMember, ...]:
    if not staff:
        raise broken("must name at least one person", value="")
    seen: dict[str, int] = {}
    repeated: list[Broken] = []
    for index, member in enumerate(staff):
        first = seen.setdefault(member.name.casefold(), index)
        if first != index:
            repeated.append(Broken(f"must differ from the name of staff[{first + 1}]", (index, "name")))
    if repeated:
        raise all_broken(repeated)
    return staff


Staff = Annotated[tuple[StaffMember, ...], AfterValidator(_distinct)]
"""At least one person, each name once."""
