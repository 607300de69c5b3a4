"""How promises about answers were kept in a period, from the tickets' histories alone (rules T3, T9)."""

from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.clocks import clocks_of
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.sla_report import SlaReport
from bridge.domain.ticket_history import history_of
from bridge.services.policies import policies_known

PAGE = 500
"""Tickets whose histories are in memory at once."""


def sla_report(tx: Tx, terms: DeskTerms, begin: datetime, end: datetime, *, at: datetime) -> SlaReport:
    """The clocks of the store that started from `begin` to before `end`, as they stand at a moment.

    It writes nothing, and takes no more memory for many tickets than for few. May raise `NeverServed`.
    """
    report, policies, last = SlaReport(terms.zone, begin, end), policies_known(tx, terms, at=at), 0
    while page := tx.tickets.lasting(terms.store, begin, end, after=last, limit=PAGE):
        histories = tx.tickets.histories(one.id for one in page)
        for ticket in page:
            history = history_of(ticket, histories.get(ticket.id, ()))
            report.take(clocks_of(ticket, history, policies, at))
        last = page[-1].id
    return report
