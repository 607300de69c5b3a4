"""`bridge premium ...`: agreements about paid time, the time itself, statements and bills (rules W4 to W8, W11).

Here are the commands that look; what staff do is beside.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli import premium_acting, premium_billing, premium_reporting, premium_timing
from bridge.cli.acting import MOST_LISTED
from bridge.cli.call import Call, EachStoreOption, StoreOption, command, group
from bridge.cli.premium_arguments import AgreementNumber, ContactOption, CustomerOption, LanguageOption
from bridge.contracts.shown_rows import ABOVE_ALL

if TYPE_CHECKING:
    from bridge.cli.premium_bills_shown import BillView
    from bridge.cli.premium_shown import AgreementView
    from bridge.contracts.desk import Tx
    from bridge.settings import StoreSettings

app = group("premium", "Premium time: agreements, timers, statements and bills.")

AllOption = Annotated[bool, typer.Option("--all", help="Also those that are at an end.")]


@command(app, "list")
def list_agreements(
    call: Call,
    store: EachStoreOption = None,
    customer: CustomerOption = None,
    contact: ContactOption = None,
    every: AllOption = False,
) -> None:
    """List the agreements that are open, newest first, with what was worked and who works."""
    from bridge.cli.call import meant_stores
    from bridge.cli.premium_looking import contacts_of, view_of
    from bridge.cli.premium_shown import LIVE, agreement_document, listed_agreements
    from bridge.cli.session import CLOCK, the_desk

    settings, now = call.settings(), CLOCK.reading()
    named = customer is not None or contact is not None
    stores = meant_stores(settings, store, only_one=named)

    def found(tx: "Tx", one: "StoreSettings") -> "list[AgreementView]":
        if named:
            mine = tx.agreements.of_contacts(contacts_of(tx, one.name, customer, contact))[::-1]
            agreements = [each for each in mine if every or each.state in LIVE][:MOST_LISTED]
        else:
            agreements = tx.agreements.latest(one.name, before=ABOVE_ALL, limit=MOST_LISTED, open_only=not every)
        return [view_of(tx, one, agreement, now) for agreement in agreements]

    with the_desk(settings) as desk:
        views = [view for one in stores for view in desk.look(found, one)]
    call.answer({"agreements": [agreement_document(view) for view in views]}, lambda: listed_agreements(views))


@command(app, "show")
def show(call: Call, agreement: AgreementNumber, store: StoreOption = None) -> None:
    """Show an agreement: the exact words of every version, who accepted them how, and all that was worked."""
    from bridge.cli import premium_shown as shown
    from bridge.cli.desk_work import AGREEMENT, Numbered, store_of
    from bridge.cli.premium_looking import view_of
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk

    settings, now = call.settings(), CLOCK.reading()

    def read(tx: "Tx") -> tuple[Any, ...]:
        found = tx.agreements.get(chosen.name, agreement)
        assert found is not None, "it was there a moment ago, and agreements are never deleted"
        offers = [tx.agreements.offer_of(agreement, version) for version in range(1, found.offer.version + 1)]
        return view_of(tx, chosen, found, now), [one for one in offers if one], tx.agreements.said(agreement)

    with the_desk(settings) as desk:
        chosen = store_of(settings, desk, Numbered(AGREEMENT, agreement), store)
        view, offers, said = desk.look(read)
    document = shown.agreement_document(view) | shown.evidence_document(offers, said)
    call.answer(
        document | {"time": [shown.segment_document(one, now) for one in view.segments]},
        lambda: [
            *shown.agreement_parts(view),
            *shown.evidence_parts(view, offers, said),
            *([line(), shown.segments_table(view.segments, chosen, now)] if view.segments else []),
        ],
    )


@command(app, "bills")
def bills(
    call: Call,
    store: EachStoreOption = None,
    customer: CustomerOption = None,
    contact: ContactOption = None,
    every: AllOption = False,
) -> None:
    """List the bills that are not at an end, newest first."""
    from bridge.cli.call import meant_stores
    from bridge.cli.premium_bills_shown import bill_document, listed_bills
    from bridge.cli.premium_looking import bill_view, contacts_of
    from bridge.cli.session import the_desk
    from bridge.domain.bills import OPEN

    settings = call.settings()
    named = customer is not None or contact is not None
    stores = meant_stores(settings, store, only_one=named)

    def found(tx: "Tx", one: "StoreSettings") -> "list[BillView]":
        if named:
            mine = tx.bills.of_contacts(contacts_of(tx, one.name, customer, contact))[::-1]
            listed = [each for each in mine if every or each.state in OPEN][:MOST_LISTED]
        else:
            listed = tx.bills.latest(one.name, before=ABOVE_ALL, limit=MOST_LISTED, open_only=not every)
        return [bill_view(tx, one, bill) for bill in listed]

    with the_desk(settings) as desk:
        views = [view for one in stores for view in desk.look(found, one)]
    call.answer({"bills": [bill_document(view) for view in views]}, lambda: listed_bills(views))


@command(app, "autoreply")
def autoreply(
    call: Call,
    language: LanguageOption = None,
    store: StoreOption = None,
) -> None:
    """Print the official number's automatic reply, to paste where no interface sends it.

    It is the only place that names the premium number: keep it out of files, pages and letters.
    """
    from bridge.cli.call import language_of, one_store
    from bridge.cli.screen import to_paste
    from bridge.engine.setup import StoreSetup
    from bridge.services.autoreply import text_to_paste

    chosen = one_store(call.settings(), store)
    spoken = language_of(language, chosen)
    text = text_to_paste(StoreSetup.of(chosen).desk_terms, spoken)
    call.answer({"store": chosen.name, "language": spoken, "text": text}, lambda: [to_paste(text)])


for _part in (premium_acting, premium_timing, premium_billing, premium_reporting):
    app.add_typer(_part.app)
