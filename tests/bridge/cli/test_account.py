"""One account with all that belongs to it, frozen and let go by staff alone (rule C15)."""

import pytest

from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
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
        (action, "Anna", {"reason": "asked by telephone"}) for action in ("unfreeze", "freeze")
    ]


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


def test_an_account_is_shown_with_its_rights_requests_and_problems(workplace: Workplace, desk: Desk) -> None:
    granted(workplace)
    workplace.cli("request", "open", "77", "--subject", "Analytics", "--text", "Please", "--by", "Anna")
    desk.run(
        lambda tx: tx.problems.report(
            "acme",
            key="k",
            kind="test",
            summary="look here",
            at=tx.requests.latest("acme", 1)[0].opened_at,
            detail={"customer": 77},
        )
    )
    document = workplace.cli("account", "show", "77", "--json").document
    assert (document["available"], document["frozen"], document["plan"]) == (25, False, "base")
    assert [one["subject"] for one in document["requests"]] == ["Analytics"]
    assert [one["summary"] for one in document["problems"]] == ["look here"]
    out = shown(workplace).out
    for words in ("Available  25 coins", "Analytics", "look here", "Rights now:"):
        assert words in out
