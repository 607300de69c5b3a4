"""What premium time brought in a period, from the bills' lines and the recorded time alone."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.premium_report import PremiumReport
from bridge.domain.work_time import Segment
from bridge.services.premium_parts import owners_of


def premium_report(tx: Tx, terms: DeskTerms, begin: datetime, end: datetime) -> PremiumReport:
    """The lines that were made, and the time never charged that ended, from `begin` to before `end`. Writes nothing."""
    report = PremiumReport(terms.zone, begin, end)
    lines = tx.bills.lines_between(terms.store, begin, end)
    uncharged = [one for one in tx.work_time.between(terms.store, begin, end) if one.agreement_id is None]
    segments = tx.work_time.of_agreements({line.agreement_id for _, line in lines})
    named = _named(tx, {bill.contact_id for bill, _ in lines} | {one.contact_id for one in uncharged})
    for bill, line in lines:
        report.take(bill, line, named[bill.contact_id], worked_by(segments.get(line.agreement_id, ())))
    for one in uncharged:
        if not one.runs:
            report.take_uncharged(one, named[one.contact_id], terms.premium.currency)
    return report


def worked_by(segments: Iterable[Segment]) -> dict[str, timedelta]:
    """Recorded time by agent."""
    found: dict[str, timedelta] = {}
    for one in segments:
        if one.worked is not None:
            found[one.agent] = found.get(one.agent, timedelta(0)) + one.worked
    return found


def _named(tx: Tx, contact_ids: Collection[int]) -> dict[int, str]:
    """Whom each contact stands for, by numbers."""
    owners = owners_of(tx, contact_ids)
    return {number: str(owners.get(number, f"contact {number}")) for number in contact_ids}
