"""`bridge ledger ...`: are the books right?"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import Call, EachStoreOption, command, group

if TYPE_CHECKING:
    from bridge.cli.verifying import Result

app = group("ledger", "Are the books right?")


@command(app, "verify")
def verify(
    call: Call,
    store: EachStoreOption = None,
    no_shop: Annotated[bool, typer.Option("--no-shop", help="Look at the desk alone, not at the shops' rows.")] = False,
) -> int:
    """Add up every entry again, and compare.

    Packages and accounts must equal the sum of their entries, and the rows in the shops must be what the desk has
    pushed (rule C16). Says exactly where they differ. A daemon may run meanwhile.
    """
    import asyncio

    from bridge.cli.call import meant_stores
    from bridge.cli.failures import FOUND_WRONG, WELL
    from bridge.cli.verifying import verify_stores

    settings = call.settings()
    stores = meant_stores(settings, store)
    results = asyncio.run(verify_stores(settings, stores, with_shops=not no_shop))
    ok = all(one.well for one in results)
    call.answer({"ok": ok, "stores": [one.document() for one in results]}, lambda: _parts(results))
    return WELL if ok else FOUND_WRONG


def _parts(results: "list[Result]") -> list[Any]:
    from bridge.cli.screen import line, styled, table

    numbers = ("Accounts", "Entries", "Packages", "Coins", "Held")
    rows = [
        (
            one.store,
            one.books.accounts,
            one.books.entries,
            one.books.packages,
            one.books.coins,
            one.books.held,
            one.shop,
            len(one.differences) + one.books.unlisted,
        )
        for one in results
    ]
    shown = table("Store", *numbers, "In the shop", "Differences", rows=rows, right=(*numbers, "Differences"))
    wrong = [words for one in results for words in _wrong(one)]
    return [shown, line(), *(wrong or [styled("All equal.", "ok")])]


def _wrong(one: "Result") -> list[Any]:
    from bridge.cli.failures import remedy
    from bridge.cli.screen import line, styled

    lines: list[Any] = [styled(f"{one.store}: {found}", "wrong") for found in one.differences]
    if one.books.unlisted:
        lines.append(styled(f"{one.store}: and {one.books.unlisted:,} more", "wrong"))
    if one.error is not None:
        lines.append(styled(f"Error: {one.error}", "wrong"))
        lines.append(line(f"Try: {remedy(one.error, command='bridge ledger verify')}"))
    return lines
