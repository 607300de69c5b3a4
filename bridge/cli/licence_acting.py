"""What staff do to a licence by hand: `bridge licence suspend`, `reinstate`, `renew`, `assign`, `release-domain`."""

from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.call import ByOption, Call, StoreOption, command
from bridge.cli.customer import Customer
from bridge.cli.keys import KeyOption
from bridge.cli.problems import HIGHEST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.cli.desk_work import Work
    from bridge.cli.licences_shown import Outcome
    from bridge.contracts.desk import Tx
    from bridge.desk.desk import Desk
    from bridge.services.licences_by_staff import Done
    from bridge.settings import Settings

Number = Annotated[
    int,
    typer.Argument(metavar="LICENCE", help="The licence's number in `bridge licence list`.", min=1, max=HIGHEST_NUMBER),
]


app = typer.Typer(rich_markup_mode=None)


@command(app, "suspend")
def suspend(
    call: Call,
    licence: Number,
    reason: Annotated[
        str,
        typer.Option(
            "--reason", metavar="WORD", help="Why: refunded, unpaid, misuse, leaked or other. The customer is told."
        ),
    ],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Suspend a licence: extensions stop, and new tickets are not free by it.

    Tickets that are open stay free. What an order suspends after a refund is suspended already.
    """
    from bridge.domain.licences import StaffReason
    from bridge.errors import UsageError
    from bridge.services import licences_by_staff

    words = [one.value for one in StaffReason]
    if reason not in words:
        raise UsageError(f"--reason must be one of {', '.join(words)}, not {reason}")

    def do(tx: "Tx", work: "Work") -> "Done":
        terms, why = work.terms, StaffReason(reason)
        return licences_by_staff.suspend(tx, terms, licence, reason=why, by=work.staff, at=work.at)

    _act(call, licence, store, by, do, lambda done: f"suspended {done.name}: {reason}.")


@command(app, "reinstate")
def reinstate(call: Call, licence: Number, by: ByOption = None, store: StoreOption = None) -> None:
    """Lift what staff have suspended. What a refund has suspended comes back when the order is paid again."""
    from bridge.services import licences_by_staff

    def do(tx: "Tx", work: "Work") -> "Done":
        return licences_by_staff.reinstate(tx, work.terms, licence, by=work.staff, at=work.at)

    _act(call, licence, store, by, do, lambda done: f"reinstated {done.name}.")


@command(app, "renew")
def renew(
    call: Call,
    licence: Number,
    months: Annotated[
        int | None,
        typer.Option("--months", metavar="MONTHS", help="For so many months, without an order.", show_default=False),
    ] = None,
    order: Annotated[
        int | None,
        typer.Option(
            "--order",
            metavar="ORDER",
            help="By the renewal of this order: one that found no licence, or that prolongs another one.",
            min=1,
            max=HIGHEST_NUMBER,
            show_default=False,
        ),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option(
            "--code",
            metavar="CODE",
            help="The renewal's product code, where the order has several.",
            show_default=False,
        ),
    ] = None,
    unit: Annotated[
        int,
        typer.Option(
            "--unit", metavar="NUMBER", help="Which of several units of it.", min=1, max=10_000, show_default=False
        ),
    ] = 1,
    key: KeyOption = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Prolong a licence: by hand (--months), or by a renewal that a customer bought (--order).

    It runs from its old end, or from now (a bought one: from its payment) if that has passed. A bought renewal counts
    for one licence at a time: the one that it prolonged before has its old dates again.
    """
    from bridge.cli.keys import own_key
    from bridge.errors import UsageError
    from bridge.services import licences_by_staff

    if (months is None) == (order is None):
        raise UsageError("say either --months MONTHS or --order ORDER")
    if order is None and (code is not None or unit != 1):
        raise UsageError("--code and --unit belong to --order")
    if order is not None and key is not None:
        raise UsageError("--key belongs to --months: a renewal of an order counts once anyhow")
    own = own_key(key)

    def do(tx: "Tx", work: "Work") -> "Done":
        if months is not None:
            return licences_by_staff.renew(tx, work.terms, licence, months=months, key=own, by=work.staff, at=work.at)
        assert order is not None
        wanted = licences_by_staff.RenewalUnit(order, code, unit)
        return licences_by_staff.give_renewal(tx, work.terms, licence, wanted, by=work.staff, at=work.at)

    how = f"for {months} months" if months is not None else f"by the renewal of order {order}"
    _act(call, licence, store, by, do, lambda done: f"renewed {done.name} {how}.")


@command(app, "assign")
def assign(call: Call, licence: Number, customer: Customer, by: ByOption = None, store: StoreOption = None) -> None:
    """Make a licence another customer's: its key and its domains stay, and it moves to his page.

    A customer whom the desk does not know yet is looked up in the shop.
    """
    from bridge.cli.customer import owner_of
    from bridge.cli.desk_work import ways_on
    from bridge.cli.in_shop import is_new_in_shop
    from bridge.services import licences_by_staff

    owner, in_shop = owner_of(customer), False

    def ask(settings: "Settings", desk: "Desk", work: "Work") -> None:
        nonlocal in_shop
        in_shop = is_new_in_shop(settings, desk, work.store, owner)

    def do(tx: "Tx", work: "Work") -> "Done":
        with ways_on(work.store.name, owner):
            return licences_by_staff.assign(tx, work.terms, licence, owner, by=work.staff, at=work.at, in_shop=in_shop)

    _act(call, licence, store, by, do, lambda done: f"assigned {done.thing} to {owner}.", first=ask)


@command(app, "release-domain")
def release_domain(
    call: Call,
    licence: Number,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="Where it is used, as `bridge licence show` has it.")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Give the place of a domain back. It is none of those that the customer may release himself."""
    from bridge.cli.screen import one_line
    from bridge.services import licences_by_staff

    def do(tx: "Tx", work: "Work") -> "Done":
        return licences_by_staff.release_domain(tx, work.terms, licence, domain, by=work.staff, at=work.at)

    _act(call, licence, store, by, do, lambda done: f"released {one_line(domain)} of {done.name}.")


def _act(
    call: Call,
    licence: int,
    store: str | None,
    by: str | None,
    do: "Callable[[Tx, Work], Done]",
    words: "Callable[[Outcome], str]",
    *,
    first: "Callable[[Settings, Desk, Work], None] | None" = None,
) -> None:
    """Do it and show what came of it; `words` say what was done, after the name of who did it.

    `first` is what has to be known before the books are opened for writing.
    """
    from bridge.cli.desk_work import LICENCE, Numbered, work_on
    from bridge.cli.licences_shown import Outcome, outcome_document, outcome_parts
    from bridge.errors import LicenceRefused
    from bridge.services.licence_search import view_of

    settings = call.settings()

    def action(tx: "Tx") -> Outcome:
        done = do(tx, work)
        view = view_of(tx, work.store.name, work.terms.licences, licence, at=work.at)
        assert view is not None, "it was there a moment ago, and licences are never deleted"
        return Outcome(work.store, work.staff, view, done.changed)

    with work_on(settings, Numbered(LICENCE, licence), store, by) as (desk, work):
        if first is not None:
            first(settings, desk, work)
        try:
            done = desk.run(action)
        except LicenceRefused as error:
            error.hint = error.hint or f"see how it stands: bridge licence show {licence}"
            raise
    call.answer(outcome_document(done), lambda: outcome_parts(done, words(done)))
