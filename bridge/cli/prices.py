"""`bridge prices ...`: the price list, as customers see it (rule C13)."""

from typing import Any

from bridge.cli.call import Call, EachStoreOption, command, group

app = group("prices", "The price list: common work and what it costs.")


@command(app, "list")
def list_prices(call: Call, store: EachStoreOption = None) -> None:
    """List the prices in the stores' files, in the order shown to customers."""
    from bridge.cli.call import meant_stores
    from bridge.cli.screen import line, table
    from bridge.engine.setup import StoreSetup

    settings = call.settings()
    stores = meant_stores(settings, store)
    prices = [(one.name, price) for one in stores for price in StoreSetup.of(one).desk_terms.rights.prices.values()]
    document: list[dict[str, Any]] = [
        {
            "store": name,
            "code": price.code,
            "coins": price.coins,
            "rank": price.rank,
            "name": dict(price.names),
            "about": dict(price.about),
        }
        for name, price in prices
    ]
    rows = [(name, price.code, price.coins, price.names.get("en", "")) for name, price in prices]
    call.answer(
        {"prices": document},
        lambda: (
            [
                table("Store", "Code", "Coins", "Name", rows=rows, right=("Coins",), words=("Name",)),
                line(),
                line("A ticket from the list: bridge ticket open CUSTOMER --price CODE --subject TEXT"),
            ]
            if rows
            else [line("No prices. They are written in a store's file: [prices.CODE]")]
        ),
    )
