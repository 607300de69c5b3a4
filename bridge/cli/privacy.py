"""`bridge privacy ...`: what is kept of a customer, handed to him or erased (rule D2)."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import ByOption, Call, StoreOption, command, group
from bridge.cli.customer import Customer

if TYPE_CHECKING:
    from bridge.contracts.shop import ShopAdapter
    from bridge.domain.accounts import Owner

A_MINUTE = timedelta(minutes=1)
"""Younger contents may belong to a message that the daemon is about to take; it sweeps daily."""

app = group("privacy", "What is kept of a customer: export it, erase it.")


@command(app, "export")
def export(
    call: Call,
    customer: Customer,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; only you can read it.")],
    store: StoreOption = None,
    no_shop: Annotated[
        bool, typer.Option("--no-shop", help="Only what the desk keeps, not our rows in the shop.")
    ] = False,
) -> None:
    """Write everything that is kept of a customer into FILE, one JSON document."""
    import asyncio
    import json

    from bridge.cli.call import one_store
    from bridge.cli.customer import owner_of
    from bridge.cli.desk_work import ways_on
    from bridge.cli.files import OutputFile
    from bridge.cli.screen import line, utc
    from bridge.cli.session import CLOCK, plugins_of, the_desk, the_shop
    from bridge.engine.setup import StoreSetup
    from bridge.services import personal_export

    settings = call.settings()
    chosen, owner = one_store(settings, store), owner_of(customer)
    with OutputFile(file) as output, the_desk(settings) as desk, ways_on(chosen.name):
        document: dict[str, Any] = {
            "made_at": utc(CLOCK.now()),
            **desk.look(personal_export.export, chosen.name, owner, shown=StoreSetup.of(chosen).premium.hide_numbers),
        }

        async def ask() -> dict[str, Any]:
            async with the_shop(plugins_of(settings), chosen) as shop:
                return await _in_the_shop(shop, owner, document)

        if not no_shop:
            document["in_the_shop"] = asyncio.run(ask())
        output.file.write(json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n")
        output.publish()
    call.answer(
        {"store": chosen.name, "owner": document["owner"], "file": str(output.target)},
        lambda: [line(f"What is kept of {owner} of store {chosen.name} is in {output.target}; only you can read it.")],
    )


@command(app, "erase")
def erase(
    call: Call,
    customer: Customer,
    by: ByOption = None,
    store: StoreOption = None,
    no_shop: Annotated[
        bool, typer.Option("--no-shop", help="Don't ask the shop, whose database is gone for good.")
    ] = False,
) -> None:
    """Erase what is kept of a customer: texts, files, what he sent, messages to him, and whose account it is.

    Entries, amounts and hashes stay, as nobody's. Coins that are left can't be spent any more. It can't be undone, and
    it is refused while coins are held for work.
    """
    import asyncio

    from bridge.cli.call import one_store, staff_name
    from bridge.cli.customer import owner_document, owner_of
    from bridge.cli.desk_work import ways_on
    from bridge.cli.screen import count, line
    from bridge.cli.session import CLOCK, plugins_of, the_desk, the_shop
    from bridge.desk.file_store import beside
    from bridge.domain.accounts import OwnerKind
    from bridge.services import files, privacy

    settings = call.settings()
    chosen, owner = one_store(settings, store), owner_of(customer)
    who = staff_name(chosen, by)

    async def erase_inbox() -> int:
        async with the_shop(plugins_of(settings), chosen) as shop:
            await shop.erase_files(owner.ref)
            return await shop.erase_inbox(owner.ref)

    with the_desk(settings) as desk, ways_on(chosen.name):
        desk.look(privacy.require_erasable, chosen.name, owner)
        # The shop first: where it can't be reached nothing is erased, and the same command does all of it later.
        rows = 0 if no_shop or owner.kind is not OwnerKind.CUSTOMER else asyncio.run(erase_inbox())
        done = desk.run(privacy.erase, chosen.name, owner, by=who, at=CLOCK.now())
        contents, at = beside(desk.path), CLOCK.now()
        old = contents.old(chosen.name, at=at, grace=A_MINUTE)
        nobodys = frozenset(old) - desk.look(files.contents_in_use, chosen.name, old)
        contents.drop(chosen.name, nobodys, at=at, grace=A_MINUTE)
    account = done.account
    left = (
        "He had nothing on an account."
        if account is None
        else f"The account goes on as {account.owner.kind}:{account.owner.ref}, frozen, with "
        f"{count(account.posted, 'coin')} that nobody can spend. The daemon empties the page in the shop."
    )
    call.answer(
        {
            "store": chosen.name,
            "account": None if account is None else owner_document(account.owner),
            "coins_left": account.posted if account else 0,
            "tickets": done.tickets,
            "quotes": done.quotes,
            "inbox_rows": rows,
        },
        lambda: [
            line(f"{who} erased what was kept of {owner} of store {chosen.name}."),
            line(
                f"Texts of {count(done.tickets, 'ticket')} and {count(done.quotes, 'quote')}, "
                f"and {count(rows, 'row')} in the shop's inbox."
            ),
            line(left),
        ],
    )


async def _in_the_shop(shop: "ShopAdapter", owner: "Owner", document: dict[str, Any]) -> dict[str, Any]:
    """Our rows in the shop that are about him, and how the shop says to address him."""
    import json

    from bridge.contracts.shop_documents import DocumentTable
    from bridge.domain.accounts import OwnerKind

    if owner.kind is not OwnerKind.CUSTOMER:
        return {}
    accounts, entries = await shop.pushed([owner.ref])
    quotes = await shop.documents(DocumentTable.QUOTE, [one["quote"] for one in document.get("quotes", [])])
    numbers = [one["ticket"] for one in document.get("tickets", [])]
    tickets = await shop.documents(DocumentTable.TICKET, numbers)
    messages = await shop.documents(DocumentTable.MESSAGE, await shop.message_keys(numbers))
    licences = await shop.documents(DocumentTable.LICENCE, [one["licence"] for one in document.get("licences", [])])
    premium = document.get("premium", {})
    agreements = await shop.documents(
        DocumentTable.AGREEMENT, [one["agreement"] for one in premium.get("agreements", [])]
    )
    bills = await shop.documents(DocumentTable.BILL, [one["bill"] for one in premium.get("bills", [])])
    answers = await shop.documents(DocumentTable.ANSWER, [one["uuid"] for one in document["actions"]])
    contact = (await shop.contacts([owner.ref])).get(owner.ref)
    return {
        "contact": contact._asdict() if contact else None,
        "account": [json.loads(row.payload) for row in accounts],
        "entries": [json.loads(row.payload) for row in entries],
        "quotes": [json.loads(one.row.payload) for one in quotes],
        "tickets": [json.loads(one.row.payload) for one in tickets],
        "messages": [json.loads(one.row.payload) for one in messages if one.row.payload],
        "licences": [json.loads(one.row.payload) for one in licences],
        "agreements": [json.loads(one.row.payload) for one in agreements],
        "bills": [json.loads(one.row.payload) for one in bills],
        "answers": [json.loads(one.row.payload) for one in answers],
    }
