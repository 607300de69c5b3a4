"""The price list as staff see it (rule C13)."""

from tests.bridge.cli.conftest import CounterPlace
from tests.support.commands import Workplace


def test_C13_prices_are_listed_in_the_order_of_the_file(counter: CounterPlace) -> None:
    path = counter.place.config / "stores" / "acme.toml"
    more = '[prices.a-theme]\ncoins = 120\nname = { en = "A theme" }\nabout = { en = "For one shop." }\n'
    path.write_text(path.read_text("utf-8") + more, encoding="utf-8")
    first, second = counter.document("prices", "list")["prices"]
    assert (first["code"], first["coins"], first["rank"], first["name"]["fa"][:3]) == ("analytics", 50, 1, "راه")
    assert (second["code"], second["coins"], second["rank"], second["about"]["en"]) == (
        "a-theme",
        120,
        2,
        "For one shop.",
    )
    rows = counter.well("prices", "list").lines()
    assert [row.split()[1:3] for row in rows[2:4]] == [["analytics", "50"], ["a-theme", "120"]]


def test_a_store_without_prices_says_where_they_are_written(workplace: Workplace) -> None:
    answer = workplace.cli("prices", "list")
    assert (answer.code, answer.out) == (0, "No prices. They are written in a store's file: [prices.CODE]\n")
