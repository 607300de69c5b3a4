"""`bridge rights ...`: what plans carry besides coins, and what customers have redeemed (rules P1, P2)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import ByOption, Call, StoreOption, command, group
from bridge.cli.customer import Customer

if TYPE_CHECKING:
    from bridge.contracts.desk import Tx
    from bridge.domain.accounts import Account
    from bridge.domain.rights import Redemption, Right
    from bridge.settings import StoreSettings

app = group("rights", "Rights: what plans carry besides coins.")

Key = Annotated[str, typer.Argument(metavar="RIGHT", help="The right's key in `bridge rights list`.")]
Domain = Annotated[str, typer.Argument(metavar="DOMAIN", help="The domain of the customer's shop.")]


@command(app, "list")
def list_rights(
    call: Call,
    customer: Annotated[
        str | None,
        typer.Option(
            "--customer",
            metavar="CUSTOMER",
            help="What this customer has by his plan, and what he has redeemed.",
            show_default=False,
        ),
    ] = None,
    store: StoreOption = None,
) -> None:
    """List a store's rights and the plans that carry them, or what one customer has of them."""
    from bridge.cli.call import one_store
    from bridge.engine.setup import StoreSetup

    chosen = one_store(call.settings(), store)
    rights = list(StoreSetup.of(chosen).desk_terms.rights.rights.values())
    if customer is not None:
        _of_customer(call, chosen, rights, customer)
        return
    call.answer(
        {"store": chosen.name, "rights": [_right_document(one) for one in rights]},
        lambda: _rights_parts(chosen, rights),
    )


@command(app, "redeem")
def redeem(
    call: Call, customer: Customer, right: Key, domain: Domain, by: ByOption = None, store: StoreOption = None
) -> None:
    """Redeem a one-time right for a customer's shop.

    Opens a ticket without coins. It can be done once for each domain, whoever's package it is.
    """
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.customer import owner_of
    from bridge.cli.desk_work import ways_on
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services import rights
    from bridge.services.staff_coins import require_account

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()
    who, terms = staff_name(chosen, by), StoreSetup.of(chosen).desk_terms

    def redeemed(tx: "Tx") -> "Redemption":
        account = require_account(tx, chosen.name, owner)
        return rights.redeem(tx, terms, account, right=right, domain=domain, at=at, by=who)[0]

    with the_desk(settings) as desk, ways_on(chosen.name, owner):
        done = desk.run(redeemed)
    call.answer(
        {"store": chosen.name, "by": who, **_redemption_document(done)},
        lambda: [
            line(
                f"{who} redeemed {right} of {owner} of store {chosen.name} for {done.domain}: "
                f"ticket {done.ticket_id}, no coin was moved."
            ),
            line(f"When the licence is issued: bridge rights licence {right} {done.domain} --reference TEXT"),
        ],
    )


@command(app, "licence")
def licence(
    call: Call,
    right: Key,
    domain: Domain,
    reference: Annotated[
        str, typer.Option("--reference", metavar="TEXT", help="The reference of the licence that was issued.")
    ],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Record the licence that was issued for a redeemed right."""
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.screen import line, one_line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services import rights

    settings = call.settings()
    chosen, at = one_store(settings, store), CLOCK.now()
    who, terms = staff_name(chosen, by), StoreSetup.of(chosen).desk_terms
    with the_desk(settings) as desk:
        done = desk.run(rights.record_licence, terms, right=right, domain=domain, reference=reference, by=who, at=at)
    call.answer(
        {"store": chosen.name, "by": who, **_redemption_document(done)},
        lambda: [line(f"{who} recorded the licence of {right} for {done.domain}: {one_line(done.licence)}")],
    )


def _of_customer(call: Call, store: "StoreSettings", rights: "list[Right]", customer: str) -> None:
    """What one customer has: by the plan in force now, and redeemed whenever."""
    from bridge.cli.customer import owner_document, owner_of
    from bridge.cli.screen import grid, line, local, one_line, table, utc
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services.staff_coins import require_account
    from bridge.services.standing import plan_of

    owner, at, terms = owner_of(customer), CLOCK.now(), StoreSetup.of(store).desk_terms

    def read(tx: "Tx") -> "tuple[Account, str | None, list[Any]]":
        account = require_account(tx, store.name, owner)
        return account, plan_of(tx, terms, account.id, at), tx.redemptions.of_account(account.id)

    with the_desk(call.settings()) as desk:
        account, plan, redeemed = desk.look(read)
    his = [one for one in rights if terms.rights.allows(one.key, plan)]
    document = {
        "store": store.name,
        "owner": owner_document(owner),
        "plan": plan,
        "frozen": account.frozen,
        "rights": [_right_document(one) for one in his],
        "redeemed": [_redemption_document(one) | {"at": utc(when)} for one, when in redeemed],
    }
    rows = [
        (one.right, one.domain, one.ticket_id, local(when, store.zone_info), one_line(one.licence))
        for one, when in redeemed
    ]
    call.answer(
        document,
        lambda: [
            grid([("Customer", f"{owner} of store {store.name}"), ("Plan", plan or "none")]),
            line(),
            *_rights_parts(store, his),
            *([line(), table("Redeemed", "Domain", "Ticket", "When", "Licence", rows=rows)] if rows else []),
        ],
    )


def _rights_parts(store: "StoreSettings", rights: "list[Right]") -> list[Any]:
    from bridge.cli.screen import line, table

    if not rights:
        return [line("No rights.")]
    rows = [(one.key, one.kind.value, ", ".join(_plans(store, one)), one.names.get("en", "")) for one in rights]
    return [table("Right", "Kind", "Plans", "Name", rows=rows, words=("Name",))]


def _plans(store: "StoreSettings", right: "Right") -> list[str]:
    """The plans that carry it, in the order of the settings."""
    return [key for key in store.plans if key in right.plans]


def _right_document(right: "Right") -> dict[str, Any]:
    return {"right": right.key, "kind": right.kind.value, "plans": sorted(right.plans), "name": dict(right.names)}


def _redemption_document(one: "Redemption") -> dict[str, Any]:
    return {"right": one.right, "domain": one.domain, "ticket": one.ticket_id, "licence": one.licence}
