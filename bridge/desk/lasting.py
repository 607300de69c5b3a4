"""What the writing connection remembers from one transaction to the next: rows that are written once and never changed.

A store's number and the policies that it has had stay what they are once they are committed, also for other processes,
which only add to them. What was read in a transaction that is taken back may never have been: whoever takes one back,
or a part of it, lets all of this be forgotten.
"""

from dataclasses import dataclass, field

from bridge.contracts.tickets import StoredPolicy


@dataclass(slots=True)
class Lasting:
    """Numbers of stores by name, and of each store's number its policies, from the first one on."""

    stores: dict[str, int] = field(default_factory=dict)
    policies: dict[int, list[StoredPolicy]] = field(default_factory=dict)

    def forget(self) -> None:
        """Read everything anew."""
        self.stores.clear()
        self.policies.clear()
