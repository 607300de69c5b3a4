"""`bridge inspection ...`: a paid look at whether a request can be done at all (rule C11)."""

from typing import TYPE_CHECKING

from bridge.cli.acting import (
    AlthoughLicensed,
    Number,
    TicketNumber,
    Words,
    coins_of,
    name_of,
    on_quote,
    on_ticket,
    until_when,
)
from bridge.cli.call import ByOption, Call, StoreOption, command, group

if TYPE_CHECKING:
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx
    from bridge.domain.quotes import Quote

app = group("inspection", "Inspections: a look at whether something can be done, at the store's price.")


@command(app, "offer")
def offer(
    call: Call,
    ticket: TicketNumber,
    words: Words,
    although_licensed: AlthoughLicensed = False,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Offer to inspect whether a request can be done, for the store's price (quotes.inspection_coins).

    Nothing is held before the customer approves. A customer with fewer coins than that can't be offered one.
    """
    from bridge.services import offering

    def do(tx: "Tx", work: "Work") -> "Quote":
        return offering.offer_inspection(
            tx, work.terms, ticket, words=words, by=work.staff, at=work.at, although_licensed=although_licensed
        )

    on_ticket(
        call,
        ticket,
        store,
        by,
        do,
        lambda done: f"offered an inspection for {coins_of(done)}: {name_of(done)}{until_when(done)}",
    )


@command(app, "feasible")
def feasible(call: Call, quote: Number, by: ByOption = None, store: StoreOption = None) -> None:
    """End an approved inspection: it can be done, and the inspection's coins are released.

    The work itself gets a quote of its own. If it can't be done: bridge quote infeasible.
    """
    from bridge.services import working

    def do(tx: "Tx", work: "Work") -> "Quote":
        return working.feasible(tx, work.terms, quote, by=work.staff, at=work.at)

    on_quote(call, quote, store, by, do, lambda done: f"ended inspection {done.view.quote.id}: it can be done.")
