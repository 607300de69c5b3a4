"""`bridge licence ...`: licences, and what extensions in the field need for them (rules L1, L5, L6).

Here are the commands that look; what staff do to a licence, and the keys of statements, are beside.
"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import licence_acting, licence_keys
from bridge.cli.acting import MOST_LISTED, listed
from bridge.cli.call import Call, EachStoreOption, StoreOption, command, group
from bridge.cli.failures import FOUND_WRONG, WELL
from bridge.cli.licence_acting import Number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bridge.contracts.desk import Tx
    from bridge.domain.licences import StatusCode
    from bridge.services.licence_search import LicenceView
    from bridge.settings import StoreSettings

app = group("licence", "Licences, and what extensions in the field need for them.")

LISTED = ("active", "expiring", "expired", "suspended", "refunded", "unverified")
"""How a licence by itself can stand; the other words are answers to a question."""

StatusOption = Annotated[
    str | None,
    typer.Option(
        "--status", metavar="STATUS", help=f"Only those that stand so: {', '.join(LISTED)}.", show_default=False
    ),
]
ProductOption = Annotated[
    str | None,
    typer.Option("--product", metavar="KEY", help="Only those of this product.", show_default=False),
]
WithKey = Annotated[bool, typer.Option("--with-key", help="Show the whole key, which is the customer's.")]


@command(app, "list")
def list_licences(
    call: Call,
    store: EachStoreOption = None,
    customer: Annotated[
        str | None,
        typer.Option("--customer", metavar="CUSTOMER", help="Only those of this customer.", show_default=False),
    ] = None,
    product: ProductOption = None,
    status: StatusOption = None,
) -> None:
    """List licences, newest first, with their status and on how many domains they are used."""
    from bridge.cli.call import meant_stores
    from bridge.cli.customer import owner_of
    from bridge.cli.licences_shown import licence_document, licences_table
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services import licence_search
    from bridge.services.staff_coins import require_account

    settings, at, wanted = call.settings(), CLOCK.now(), _status(status)
    owner = owner_of(customer) if customer is not None else None
    stores = meant_stores(settings, store, only_one=bool(owner))

    def found(tx: "Tx", one: "StoreSettings") -> "list[LicenceView]":
        book = StoreSetup.of(one).licences
        if owner is None:
            return licence_search.latest(tx, one.name, book, at=at, limit=MOST_LISTED, product=product, status=wanted)
        account = require_account(tx, one.name, owner)
        mine = licence_search.of_account(tx, one.name, book, account.id, at=at)
        return [
            view for view in mine if product in (None, view.kept.licence.product) and wanted in (None, view.status.code)
        ][:MOST_LISTED]

    with the_desk(settings) as desk:
        desk.look(_require_product, stores, product, at)
        views = [(one, view) for one in stores for view in desk.look(found, one)]
    call.answer(
        {"licences": [licence_document(view) for _, view in views]},
        lambda: (
            [
                licences_table(views),
                line(),
                line(f"{listed(len(views), 'licence')} More about one: bridge licence show LICENCE"),
            ]
            if views
            else [line("No licences.")]
        ),
    )


@command(app, "show")
def show(call: Call, licence: Number, with_key: WithKey = False, store: StoreOption = None) -> None:
    """Show a licence: its dates, where it is used, what renewed it, and everything that happened to it."""
    from bridge.cli.desk_work import LICENCE, Numbered, store_of
    from bridge.cli.licence_story import history_parts
    from bridge.cli.licences_shown import licence_parts, whole_document
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services.licence_search import view_of

    settings, at = call.settings(), CLOCK.now()
    with the_desk(settings) as desk:
        chosen = store_of(settings, desk, Numbered(LICENCE, licence), store)
        view = desk.look(view_of, chosen.name, StoreSetup.of(chosen).licences, licence, at=at)
    assert view is not None, "it was there a moment ago, and licences are never deleted"
    call.answer(
        whole_document(view, with_key=with_key),
        lambda: [*licence_parts(chosen, view, with_key=with_key), *history_parts(chosen, view)],
    )


@command(app, "check")
def check(
    call: Call,
    key: Annotated[str, typer.Argument(metavar="KEY", help="As it was read out or pasted.")],
    product: Annotated[
        str,
        typer.Option("--product", metavar="KEY", help="As an extension of this product asks.", show_default=False),
    ] = "",
    domain: Annotated[
        str,
        typer.Option("--domain", metavar="DOMAIN", help="As an extension on this domain asks.", show_default=False),
    ] = "",
    store: EachStoreOption = None,
) -> int:
    """Tell what an extension is told of a key, and which of its groups were mistyped.

    Ends with 0 where the licence counts, else with 1.
    """
    from bridge.cli.call import meant_stores
    from bridge.cli.licences_shown import checked_document, checked_parts
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services import licence_search

    settings, at = call.settings(), CLOCK.now()
    stores = meant_stores(settings, store)
    books = {one.name: StoreSetup.of(one).licences for one in stores}
    with the_desk(settings) as desk:
        found = desk.look(licence_search.check, books, key, product=product, domain=domain, at=at)
    call.answer(checked_document(found), lambda: checked_parts(settings, found))
    return WELL if found.answer is not None and found.answer.status.accepted else FOUND_WRONG


@command(app, "export")
def export(
    call: Call,
    store: StoreOption = None,
    product: ProductOption = None,
    status: StatusOption = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="With the whole keys. Keep such a file as you keep passwords.")
    ] = False,
) -> None:
    """Print all licences of a store as a table for spreadsheets, a line each; with --json as one document."""
    from bridge.cli.call import one_store
    from bridge.cli.licence_csv import write_licences
    from bridge.cli.licences_shown import licence_document
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services import licence_search

    settings, at = call.settings(), CLOCK.now()
    chosen, wanted = one_store(settings, store), _status(status)
    book = StoreSetup.of(chosen).licences

    def written(tx: "Tx") -> None:
        views = licence_search.every(tx, chosen.name, book, at=at, product=product, status=wanted)
        if call.as_json:
            documents = [licence_document(view, with_key=with_key) for view in views]
            call.answer({"store": chosen.name, "licences": documents}, list)
        else:
            write_licences(sys.stdout, views, chosen.zone_info, with_key=with_key)

    with the_desk(settings) as desk:
        desk.look(_require_product, [chosen], product, at)
        desk.look(written)


def _require_product(tx: "Tx", stores: "Sequence[StoreSettings]", product: str | None, at: "datetime") -> None:
    """Refuse a product that was mistyped: none of the stores names it or has ever given a licence of it."""
    from bridge.engine.setup import StoreSetup
    from bridge.errors import UsageError
    from bridge.services import licence_search

    named = sorted({key for one in stores for key in one.licences.products})
    if product is None or product in named:
        return
    for one in stores:
        book = StoreSetup.of(one).licences
        if licence_search.latest(tx, one.name, book, at=at, limit=1, product=product):
            return
    raise UsageError(f"there is no product {product}" + (f"; there are {', '.join(named)}" if named else ""))


def _status(text: str | None) -> "StatusCode | None":
    from bridge.domain.licences import StatusCode
    from bridge.errors import UsageError

    if text is not None and text not in LISTED:
        raise UsageError(f"--status must be one of {', '.join(LISTED)}, not {text}")
    return StatusCode(text) if text is not None else None


app.add_typer(licence_acting.app)
app.add_typer(licence_keys.app)
licence_keys.register(app)
