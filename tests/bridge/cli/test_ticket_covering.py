"""Staff see who pays for help in a ticket and by which rule, and have it decided anew (rules L2, L3, L4)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.cli.session import CLOCK
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.engine.setup import StoreSetup
from bridge.services import purchases
from bridge.services.opening import NOTHING_SPECIAL, Wish, open_ticket
from bridge.testing.desks import a_desk
from tests.bridge.cli.conftest import BY, COUNTER_STORE, CounterPlace
from tests.support.books import STATUSES, an_order
from tests.support.commands import a_workplace
from tests.support.settings_files import load_plain

PRODUCTS = """
[licences.products.seo]
name = { en = "SEO pack" }
product_codes = ["SEO-1"]
[licences.products.menu]
name = { en = "Mega menu" }
product_codes = ["MENU-1"]
"""


@pytest.fixture(name="seller")
def _seller(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[CounterPlace]:
    """A store that sells licences; customer 77 has bought one of each of its two products today."""
    place = a_workplace(folder / "seller", capsys, stores={"acme.toml": COUNTER_STORE + PRODUCTS})
    with a_desk(place.state) as desk:
        counter = CounterPlace(place, desk)
        terms = setup(counter).terms(STATUSES)
        now = CLOCK.now()
        wall = (now.astimezone(terms.zone) - timedelta(hours=1)).replace(tzinfo=None)
        order = an_order(1042, ("SEO-1", 1), ("MENU-1", 1), ordered_at=wall, granting_at=wall)
        desk.run(purchases.book_orders, terms, [order], at=now, tell=True)
        yield counter


def setup(counter: CounterPlace) -> StoreSetup:
    return StoreSetup.of(load_plain(counter.place.config).stores["acme"])


def asked(counter: CounterPlace, wish: Wish = NOTHING_SPECIAL) -> str:
    owner = Owner(OwnerKind.CUSTOMER, 77)

    def opened(tx: DeskTx) -> int:
        account = tx.accounts.open("acme", [owner])[owner]
        terms = setup(counter).desk_terms
        return open_ticket(tx, terms, account, subject="Slider", text="Help", at=CLOCK.now(), wish=wish).id

    return str(counter.desk.run(opened))


def test_L2_a_ticket_shows_who_pays_by_which_rule_and_what_its_customer_has(seller: CounterPlace) -> None:
    seller.granted(550)
    ticket = asked(seller, Wish(licence=1))
    found = seller.document("ticket", "show", ticket)
    assert (found["cover"]["way"], found["cover"]["licence"]) == ("licence", 1)
    assert [(one["product"], one["status"]) for one in found["licences"]] == [("seo", "active"), ("menu", "active")]
    assert [(one["plan"], one["coins"]) for one in found["packages"]] == [("base", 550)]
    assert found["available"] == 550
    shown = seller.well("ticket", "show", ticket).out
    assert "Help: free: licence 1 of seo was active at the opening (rules L2, L3)." in shown
    assert "550 coins to spend." in shown
    licence = seller.desk.look(lambda tx: tx.licences.get("acme", 1))
    assert licence is not None
    key = licence.licence.key
    assert key not in shown
    assert key[-5:] in shown, "staff see the last group of a key"


def test_L2_staff_say_which_licence_or_product_a_ticket_is_about(seller: CounterPlace) -> None:
    ticket = asked(seller)
    assert seller.document("ticket", "show", ticket)["cover"]["way"] == "choose"
    said = seller.well("ticket", "cover", ticket, "--product", "menu", *BY).lines()
    assert said[0] == (
        f"Anna had it decided anew who pays for help in ticket {ticket}: "
        "free: licence 2 of menu was active at the opening (rules L2, L3)."
    )
    assert seller.document("ticket", "cover", ticket, "--licence", "1", *BY)["cover"]["product"] == "seo"
    assert seller.document("ticket", "cover", ticket, "--again", *BY)["cover"]["product"] == "seo"
    trail = seller.document("audit", "--subject", f"ticket:{ticket}")
    assert [one["action"] for one in trail["lines"]][:1] == ["cover"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--licence", "77"], "licence 77 is none of customer 77"),
        (["--product", "slider"], "acme has no licensed product slider (there are: seo, menu)"),
    ],
)
def test_L2_what_can_not_be_decided_so_is_refused(seller: CounterPlace, words: list[str], error: str) -> None:
    assert error in seller.refused("ticket", "cover", asked(seller), *words, *BY)[0]


def test_L2_a_ticket_is_not_opened_by_a_licence_that_is_not_its_customers(
    seller: CounterPlace, counter: CounterPlace
) -> None:
    opening = ("ticket", "open", "77", "--subject", "Slider", "--text", "It stands still.", *BY)
    assert seller.refused(*opening, "--licence", "77") == [
        "Error: licence 77 is none of customer 77",
        "Try: see what he has: bridge account show 77 --store acme",
    ]
    assert seller.document("ticket", "list")["tickets"] == []
    seller.well(*opening, "--licence", "1")
    assert seller.document("ticket", "show", "1")["cover"]["licence"] == 1
    counter.granted(550)
    assert counter.refused(*opening, "--licence", "1")[0] == "Error: store acme sells no licences"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ([], "Error: what is it about? Nothing is said"),
        (["--again", "--licence", "1"], "Error: --licence and --again can't both be had"),
    ],
)
def test_one_thing_is_said_of_a_ticket(seller: CounterPlace, words: list[str], error: str) -> None:
    answer = seller.place.cli("ticket", "cover", "1", *words, *BY)
    assert (answer.code, answer.err.splitlines()[0]) == (2, error)


def test_L2_where_help_is_free_an_offer_has_to_go_beyond_it_in_so_many_words(seller: CounterPlace) -> None:
    seller.granted(550)
    ticket = asked(seller, Wish(licence=1))
    offer = ("--words", "Another slider.", *BY)
    for command in (("quote", "offer", ticket, "--coins", "50", "--possible"), ("inspection", "offer", ticket)):
        error, way = seller.refused(*command, *offer)
        assert error == f"Error: help in ticket {ticket} is free by licence 1 (rule L2)"
        assert way == "Try: if this goes beyond the help that is free, say so: --although-licensed"
        assert seller.document(*command, "--although-licensed", *offer)["state"] == "offered"


def test_a_store_without_licences_has_nothing_to_decide(counter: CounterPlace) -> None:
    counter.granted(550)
    ticket = counter.ticket()
    assert counter.document("ticket", "show", ticket)["cover"] is None
    assert counter.refused("ticket", "cover", ticket, "--again", *BY)[0] == "Error: store acme sells no licences"
