"""What a customer was promised at a ticket's opening, found again from what the desk keeps (rule T8)."""

from dataclasses import dataclass
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.policies import OpeningPromise, PolicyVersion, promise_at_opening
from bridge.domain.tickets import Author, Ticket
from bridge.services.policies import read


@dataclass(frozen=True, slots=True)
class Promise:
    """What was said at the `opening`, and when the next answer is `due` as the ticket stands now, None for none."""

    opening: OpeningPromise
    due: datetime | None


def promise_of(tx: Tx, ticket: Ticket) -> Promise:
    """What was promised at the ticket's opening, by the policy and the plan of that moment.

    Nothing for a ticket that staff opened, for one whose customer has neither plan nor licence, and for one that has
    not been worked out yet.
    """
    now, version = tx.tickets.now([ticket.id]).get(ticket.id), _in_force(tx, ticket.store, ticket.opened_at)
    if now is None or version is None or not now.opened_standing or ticket.opened_by is not Author.CUSTOMER:
        return Promise(OpeningPromise(), now.due if now else None)
    return Promise(promise_at_opening(version.policy, now.opened_standing, ticket.opened_at), now.due)


def _in_force(tx: Tx, store: str, at: datetime) -> PolicyVersion | None:
    """The policy that was in force at a moment; the first one for what was before it, None where there is none."""
    versions = tx.policies.all(store)
    before = [one for one in versions if one.at <= at] or versions[:1]
    return PolicyVersion(before[-1].version, before[-1].at, read(before[-1].document)) if before else None
