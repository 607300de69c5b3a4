"""What an extension in the field asks about its licence, and what it is told (rule L6).

It believes: an extension acts on one word of four. The reason, the dates and the rest are for the person who looks at
it; they may grow, the four words may not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bridge.domain.licences import Status, StatusCode, Term


class Verdict(StrEnum):
    """What the extension does: work; work, and ask again; not work; it is none of ours."""

    ACTIVE = "active"
    UNVERIFIED = "unverified"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LicenceQuestion:
    """One question. `key` is as it was sent; `domain` is in its one form, as services.domain_names gives it.

    `takes_place` is whether a licence that is used there has one place less. `product` is the product's key in the
    store's settings, empty where the extension does not say. `version` is the extension's own, for staff alone.
    `nonce` is told again in what is signed.
    """

    store: str
    key: str
    domain: str
    takes_place: bool
    product: str = ""
    version: str = ""
    token: str = ""
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class LicenceAnswer:
    """How the licence stands for who asked. Of a key that is unknown nothing else is told.

    `ends` has the last second of each term; None, or none at all, where it does not end or is not told; `active` is the
    one that decides whether it is active. `may_run` is whether the extension may be used: also one that was sold for
    good and whose help has ended. `offline_days` is how long the answer may be believed without asking again. `token`
    is what releases the domain, told once, by the activation that took the place; `done` whether what was asked for
    beside the status was done, now or before.
    """

    status: Status
    ends: Mapping[Term, datetime | None] = field(default_factory=dict)
    active: Term | None = None
    may_run: bool = False
    offline_days: int = 14
    done: bool = False
    token: str | None = None

    @property
    def verdict(self) -> Verdict:
        """The one word that the extension acts on."""
        if self.status.code is StatusCode.UNKNOWN:
            return Verdict.UNKNOWN
        if self.status.code is StatusCode.UNVERIFIED:
            return Verdict.UNVERIFIED
        return Verdict.ACTIVE if self.status.accepted else Verdict.INACTIVE


NOT_KNOWN = LicenceAnswer(Status(StatusCode.UNKNOWN))
"""The answer to a key that is none, is another store's, or was never sold: all the same."""
