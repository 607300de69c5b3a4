"""One account with all that belongs to it, frozen and let go by staff alone (rule C15)."""

import re

import pytest

from bridge.cli.session import CLOCK
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.services import personal_export, privacy
from bridge.services.purchases import book_orders
from tests.support.books import TEHRAN, a_store, an_order, customer
from tests.support.commands import Answer, Workplace

pytestmark = pytest.mark.usefixtures("desk")
WHY = ("--reason", "asked by telephone", "--by", "Anna")


def granted(workplace: Workplace) -> None:
    answer = workplace.cli("coins", "grant", "77", "25", "--reason", "Sorry", "--by", "Anna", "--plan", "base")
    assert answer.code == 0, answer.err


def shown(workplace: Workplace) -> Answer:
    return workplace.cli("account", "show", "77")


def test_C15_freezing_and_unfreezing_name_who_does_it_and_are_kept(workplace: Workplace, desk: Desk) -> None:
    granted(workplace)
    frozen = workplace.cli("account", "freeze", "77", *WHY)
    assert frozen.out == "Anna has frozen the account of customer 77 of store acme.\n"
    assert "Frozen" in shown(workplace).out
    assert workplace.cli("account", "freeze", "77", *WHY, "--json").document["changed"] is False
    freed = workplace.cli("account", "unfreeze", "77", *WHY)
    assert freed.out == "Anna lets the account of customer 77 of store acme be used again.\n"
    assert workplace.cli("account", "unfreeze", "77", *WHY).out.endswith("is not frozen; nothing was changed.\n")
    lines = desk.look(lambda tx: tx.audit.lines(limit=2))
    assert [(one.action, one.staff, one.detail) for one in lines] == [
        (action, "Anna", {}) for action in ("unfreeze", "freeze")
    ]


def test_C15_who_froze_an_account_and_why_is_shown_with_it_until_its_customer_is_erased(
    workplace: Workplace, desk: Desk
) -> None:
    granted(workplace)
    assert workplace.cli("account", "freeze", "77", *WHY).code == 0
    assert workplace.cli("account", "unfreeze", "77", "--reason", "he called back", "--by", "Anna").code == 0
    told = shown(workplace).out
    assert re.search(r"frozen +Anna +.*asked by telephone", told), told
    assert re.search(r"unfrozen +Anna +.*he called back", told), told
    [frozen, freed] = workplace.cli("account", "show", "77", "--json").document["frozen_by_staff"]
    assert (frozen["frozen"], frozen["by"], frozen["reason"]) == (True, "Anna", "asked by telephone")
    assert (freed["frozen"], freed["reason"]) == (False, "he called back")
    document = desk.look(personal_export.export, "acme", customer(77))
    assert [one["reason"] for one in document["frozen_by_staff"]] == ["asked by telephone", "he called back"]
    account = desk.run(privacy.erase, "acme", customer(77), by="Anna", at=CLOCK.now()).account
    assert account is not None
    erased = desk.look(personal_export.export, "acme", account.owner)
    assert [(one["staff"], one["reason"]) for one in erased["frozen_by_staff"]] == [("Anna", "")] * 2


def test_C15_what_names_nobody_or_gives_no_reason_changes_nothing(workplace: Workplace, desk: Desk) -> None:
    granted(workplace)
    for words, error in (
        (("77", "--reason", "x", "--by", "Mallory"), "Mallory is not of the staff"),
        (("77", "--reason", " ", "--by", "Anna"), "reason: must say something"),
        (("78", *WHY), "acme: customer 78 has no account"),
        (("nobody", *WHY), "nobody names no customer"),
    ):
        refused = workplace.cli("account", "freeze", *words)
        assert refused.code != 0
        assert refused.err.startswith(f"Error: {error}"), refused.err
    assert not desk.look(lambda tx: tx.accounts.page("acme", after=0, limit=9))[0].frozen


def test_D3_a_former_customers_account_stays_frozen(workplace: Workplace, desk: Desk) -> None:
    granted(workplace)
    account = desk.look(lambda tx: tx.accounts.of_owners("acme", [Owner(OwnerKind.CUSTOMER, 77)]))
    [number] = [one.id for one in account.values()]
    desk.run(lambda tx: tx.accounts.detach("acme", number))
    refused = workplace.cli("account", "unfreeze", f"former:{number}", *WHY)
    assert "belongs to nobody any more and stays frozen" in refused.err


def test_an_account_is_shown_with_its_rights_tickets_and_problems(workplace: Workplace, desk: Desk) -> None:
    granted(workplace)
    workplace.cli("ticket", "open", "77", "--subject", "Analytics", "--text", "Please", "--by", "Anna")
    desk.run(
        lambda tx: tx.problems.report(
            "acme",
            key="k",
            kind="test",
            summary="look here",
            at=tx.tickets.latest("acme", 1)[0].opened_at,
            detail={"customer": 77},
        )
    )
    document = workplace.cli("account", "show", "77", "--json").document
    assert (document["available"], document["frozen"], document["plan"]) == (25, False, "base")
    assert [(one["subject"], one["state"]) for one in document["tickets"]] == [("Analytics", "waiting_customer")]
    assert [one["summary"] for one in document["problems"]] == ["look here"]
    out = shown(workplace).out
    for words in ("Available  25 coins", "  waiting  Analytics", "look here", "Rights now:"):
        assert words in out
    [number] = [one.id for one in desk.look(lambda tx: tx.accounts.page("acme", after=0, limit=9))]
    assert out.endswith(f"What staff did to it: bridge audit --subject account:{number} --store acme\n")
    found = workplace.cli("audit", "--subject", f"account:{document['account']}", "--json").document
    assert [one["action"] for one in found["lines"]] == ["grant"]


# --- chargebacks that the shop does not know ----------------------------------------------------------------------


def bought(desk: Desk, order_id: int = 1042) -> None:
    """Today: the commands go by the machine's clock."""
    now = CLOCK.now()
    paid = now.astimezone(TEHRAN).replace(tzinfo=None, microsecond=0)
    desk.run(book_orders, a_store(), [an_order(order_id, ordered_at=paid, granting_at=paid)], at=now)


def charged(workplace: Workplace, *words: str, order: str = "1042") -> Answer:
    return workplace.cli("account", "chargeback", "77", order, *WHY, *words)


def test_C14_a_chargeback_by_staff_says_what_it_took(workplace: Workplace, desk: Desk) -> None:
    bought(desk)
    spent = ("coins", "correct", "77", "--take", "50", "--reason", "Work", "--by", "Anna")
    assert workplace.cli(*spent).code == 0
    assert charged(workplace).out.splitlines() == [
        "Anna recorded that order 1042 was charged back: 500 coins taken.",
        "50 coins of it had been spent or had ended before, and stay so.",
        "The account of customer 77 of store acme is frozen.",
    ]
    out = shown(workplace).out
    for words in ("Available  0 coins", "Frozen", "charged back", "asked by telephone", "spent_before_revocation"):
        assert words in out
    [line] = desk.look(lambda tx: tx.audit.lines(subject="order:1042"))
    assert (line.action, line.staff, line.detail["coins"]) == ("chargeback", "Anna", 500)


def test_C14_a_chargeback_is_ended_and_the_order_read_again(workplace: Workplace, desk: Desk) -> None:
    bought(desk)
    charged(workplace, "--key", "bank-1")
    ended = charged(workplace, "--over", "--key", "bank-2")
    assert ended.out.splitlines() == [
        "Anna ended the chargeback of order 1042. The daemon reads the order again.",
        "If its status in the shop grants coins, what the chargeback took comes back.",
        "The account of customer 77 of store acme stays frozen until bridge account unfreeze.",
    ]
    assert desk.look(lambda tx: list(tx.sync.waiting("acme", [1042]))) == [1042]
    bought(desk)
    document = workplace.cli("account", "show", "77", "--json").document
    assert (document["available"], document["frozen"]) == (550, True)
    assert [(one["order"], one["over"], one["by"]) for one in document["chargebacks_by_staff"]] == [
        (1042, False, "Anna"),
        (1042, True, "Anna"),
    ]


def test_C14_the_same_chargeback_again_changes_nothing(workplace: Workplace, desk: Desk) -> None:
    bought(desk)
    assert "there is none to end" in charged(workplace, "--over").out
    first = charged(workplace, "--key", "bank-1", "--json").document
    assert (first["changed"], first["taken"], first["key"], first["frozen"]) == (True, 550, "bank-1", True)
    for words in (("--key", "bank-1"), ()):
        again = charged(workplace, *words)
        assert again.out == "Chargeback of order 1042: it is recorded already; nothing was changed.\n"
    assert charged(workplace, "--json").document["changed"] is False


def test_C14_a_chargeback_of_what_is_not_his_is_refused_in_two_lines(workplace: Workplace, desk: Desk) -> None:
    granted(workplace)
    bought(desk)
    desk.run(book_orders, a_store(), [an_order(1043, buyer=customer(78), customer_id=78)], at=CLOCK.now())
    charged(workplace, "--key", "bank-1")
    for order, words, error, hint in (
        ("9", (), "acme: order 9 has granted nothing", "bridge account show"),
        ("1043", (), "acme: the coins of order 1043 are those of customer 78, not of customer 77", "bridge account"),
        (
            "1042",
            ("--over", "--key", "bank-1"),
            "entry bank-1 is already recorded as a chargeback of order 1042",
            "key",
        ),
        ("1042", ("--key", ""), "--key must be 1 to 100", "--help"),
    ):
        refused = charged(workplace, *words, order=order)
        assert refused.code != 0
        first, second = refused.err.splitlines()
        assert first.startswith(f"Error: {error}"), first
        assert hint in second
    assert charged(workplace, order="99999999999999999999").code == 2
