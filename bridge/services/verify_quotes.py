"""Are the quotes right? What each holds and has cost is worked out from the entries again (rules C4, C7, C16).

A quote keeps beside its entries what is held for it, by package. Nothing may be held or deducted beyond what its
customer approved, and of every approval there is evidence (rule C9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bridge.contracts.desk import Tx
from bridge.domain.holds import total
from bridge.domain.ledger import Entry, EntryKind
from bridge.domain.packages import Package
from bridge.domain.quotes import HOLDING, Quote, QuoteState
from bridge.services.findings import Findings

APPROVE = "approve"


@dataclass(slots=True)
class QuoteSums:
    """What the entries of one quote add up to, in coins: held now, deducted, and what each of its holds began with."""

    held: int = 0
    spent: int = 0
    holds: list[int] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """One more entry that names the quote."""
        self.held += entry.held
        if entry.kind is EntryKind.SETTLE:
            self.spent -= entry.posted
        elif entry.kind is EntryKind.HOLD:
            self.holds.append(entry.held)


def verify_quotes(
    tx: Tx,
    account: str,
    packages: Mapping[int, Package],
    quotes: Sequence[Quote],
    sums: Mapping[int, QuoteSums],
    findings: Findings,
) -> None:
    """Compare an account's quotes with their entries, and what is held in its packages with its quotes' holds."""
    held = dict.fromkeys(packages, 0)
    for quote in quotes:
        _verify_quote(tx, account, quote, sums.get(quote.id, QuoteSums()), findings)
        for part in quote.hold:
            held[part.package_id] = held.get(part.package_id, 0) + part.coins
    for number, coins in held.items():
        found = packages[number].held if number in packages else "no package of the account"
        findings.expect(f"{account}: package {number}: held by its quotes", coins, found)


def _verify_quote(tx: Tx, account: str, quote: Quote, sums: QuoteSums, findings: Findings) -> None:
    where = f"{account}: quote {quote.id}"
    findings.expect(f"{where}: held", sums.held, total(quote.hold))
    findings.expect(f"{where}: spent", sums.spent, quote.spent or 0)
    if quote.hold and quote.state not in HOLDING:
        findings.expect(f"{where}: state of one that holds coins", "approved or started", quote.state)
    if not quote.hold and quote.state is QuoteState.APPROVED:  # of one under way, a chargeback may have taken all (C14)
        findings.expect(f"{where}: state of one that holds nothing", "not approved", quote.state)
    settled = "a number" if quote.state is QuoteState.SETTLED else "none"
    findings.expect(f"{where}: coins it cost, being {quote.state}", settled, _known(quote.spent))
    if sums.holds or sums.spent:
        approved = [one.coins for one in tx.quotes.decisions(quote.id) if one.what == APPROVE]
        findings.expect(f"{where}: coins approved, and held then", approved, sums.holds)


def _known(spent: int | None) -> str:
    return "none" if spent is None else "a number"
