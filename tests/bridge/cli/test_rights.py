"""What plans carry, and what staff redeem for a customer (rules P1, P2)."""

import pytest

from tests.bridge.cli.conftest import BY, CounterPlace


def test_P1_rights_are_listed_with_the_plans_that_carry_them(counter: CounterPlace) -> None:
    rights = counter.document("rights", "list")["rights"]
    assert [(one["right"], one["kind"], one["plans"]) for one in rights] == [
        ("seo", "work", ["base"]),
        ("font", "once", ["base"]),
    ]
    assert "The IRANSans font" in counter.well("rights", "list").out


def test_P1_a_customer_has_the_rights_of_his_plan(counter: CounterPlace) -> None:
    counter.granted(300)
    counter.well("coins", "grant", "78", "5", "--reason", "Test", *BY)
    his = counter.document("rights", "list", "--customer", "77")
    assert (his["plan"], [one["right"] for one in his["rights"]]) == ("base", ["seo", "font"])
    other = counter.document("rights", "list", "--customer", "78")
    assert (other["plan"], other["rights"]) == (None, [])
    assert "No rights." in counter.well("rights", "list", "--customer", "78").out


def test_P2_a_right_is_redeemed_once_a_domain_and_opens_a_ticket_without_coins(counter: CounterPlace) -> None:
    counter.granted(300)
    lines = counter.well("rights", "redeem", "77", "font", "https://WWW.Shop.ir/index.php", *BY).lines()
    assert lines == [
        "Anna redeemed font of customer 77 of store acme for shop.ir: ticket 1, no coin was moved.",
        "When the licence is issued: bridge rights licence font shop.ir --reference TEXT",
    ]
    assert counter.coins() == (300, 0, 300)
    assert counter.document("ticket", "show", "1")["subject"] == "The IRANSans font: shop.ir"
    counter.granted(300, "78")
    for customer in ("77", "78"):
        assert counter.refused("rights", "redeem", customer, "font", "shop.ir", *BY) == [
            "Error: font was redeemed for that domain already (rule P2)",
            "Try: see what there is: bridge rights list",
        ]


def test_P2_the_licence_that_was_issued_is_recorded(counter: CounterPlace) -> None:
    counter.granted(300)
    counter.well("rights", "redeem", "77", "font", "shop.ir", *BY)
    recorded = counter.document("rights", "licence", "font", "shop.ir", "--reference", " FI-2026-17 ", *BY)
    assert (recorded["licence"], recorded["by"]) == ("FI-2026-17", "Anna")
    [redeemed] = counter.document("rights", "list", "--customer", "77")["redeemed"]
    assert (redeemed["domain"], redeemed["licence"], redeemed["ticket"]) == ("shop.ir", "FI-2026-17", 1)
    assert "FI-2026-17" in counter.well("rights", "list", "--customer", "77").out
    assert "FI-2026-17" not in counter.well("audit").out


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("licence", "font", "other.ir", "--reference", "F"), "font was not redeemed for other.ir"),
        (
            ("licence", "font", "shop.ir", "--reference", " "),
            "licence: must say something, in words the customer may read",
        ),
        (("redeem", "77", "seo", "other.ir"), "seo is no right that is redeemed"),
        (("redeem", "77", "gold", "other.ir"), "gold is no right that is redeemed"),
        (("redeem", "77", "font", "localhost"), "that name is not one of the public internet"),
        (("redeem", "77", "font", "no domain"), "that is no domain name"),
        (("redeem", "78", "font", "other.ir"), "acme: customer 78 has no account"),
    ],
)
def test_what_cannot_be_redeemed_or_recorded_is_refused(
    counter: CounterPlace, words: tuple[str, ...], error: str
) -> None:
    counter.granted(300)
    counter.well("rights", "redeem", "77", "font", "shop.ir", *BY)
    assert counter.refused("rights", *words, *BY)[0] == f"Error: {error}"
    assert len(counter.document("ticket", "list")["tickets"]) == 1


def test_C15_a_frozen_account_redeems_nothing(counter: CounterPlace) -> None:
    counter.granted(300)
    counter.freeze()
    assert counter.refused("rights", "redeem", "77", "font", "shop.ir", *BY)[0] == (
        "Error: the account of customer 77 is frozen (rule C15)"
    )
