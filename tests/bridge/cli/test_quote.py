"""What staff do with quotes, from the offer to the deduction: exact numbers, a name, and a refusal that helps."""

from datetime import timedelta

import pytest

from bridge.cli.session import CLOCK
from tests.bridge.cli.conftest import BY, COUNTER_STORE, CounterPlace
from tests.support.commands import a_workplace
from tests.support.settings_files import of_database

OFFER = ("--words", "Set it up.", "--possible", *BY)


def test_C7_the_published_example_50_coins_out_of_300_leave_250(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered(50))
    assert counter.coins() == (300, 50, 250)
    document = counter.document("quote", "settle", quote, "--spent", "50", *BY)
    assert (document["state"], document["spent"], document["held"]) == ("settled", 50, 0)
    assert document["balance"] == {"available": 250, "posted": 250, "held": 0, "frozen": False}
    assert document["moved"] == {
        "held": 0, "deducted": 50, "released": 0, "forfeited": 0, "revoked": 0, "granted": 0,
    }  # fmt: skip


def test_C7_what_is_not_spent_is_released_and_the_answer_says_how_much(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered(50))
    counter.well("quote", "start", quote, *BY)
    lines = counter.well("quote", "settle", quote, "--spent", "45", *BY).lines()
    assert lines[0] == f"Anna settled quote {quote}. 45 coins were deducted. 5 coins were released."
    facts = dict(line.split("  ", 1) for line in lines[2:])
    assert facts["Deducted"].strip() == "45 coins"
    assert facts["Left to spend"].strip() == "255 coins"


def test_an_offer_says_until_when_it_can_be_approved_and_what_is_missing_for_that(counter: CounterPlace) -> None:
    counter.granted(30)
    lines = counter.well("quote", "offer", counter.ticket(), "--coins", "50", *OFFER).lines()
    assert lines[0].startswith(
        "Anna offered to do ticket 1 for 50 coins: quote 1. Customer 77 of store acme can approve it until "
    )
    assert lines[0].endswith(" +03:30. 20 coins are missing for that: 30 coins can be spent.")
    assert counter.coins() == (30, 0, 30)


def test_P3_work_is_of_a_listed_kind_or_confirmed_to_be_possible(counter: CounterPlace) -> None:
    counter.granted(300)
    ticket = counter.ticket()
    words = ("quote", "offer", ticket, "--coins", "5", "--words", "Look at the SEO.", *BY)
    assert counter.refused(*words) == [
        "Error: the work is neither of a listed kind nor confirmed to be possible (rule P3)",
        "Try: name its kind (--right KEY, see: bridge rights list --store acme), or say: --possible",
    ]
    assert counter.document(*words, "--right", "seo")["state"] == "offered"
    assert counter.refused(*words, "--right", "font")[1] == "Try: bridge rights list --store acme"
    assert counter.document(*words, "--possible")["state"] == "offered"


@pytest.mark.parametrize(
    ("coins", "error"),
    [
        ("0", "coins: must be between 1 and 1000000 coins, not 0"),
        ("-5", "coins: must be between 1 and 1000000 coins, not -5"),
        ("2001", "coins: a quote must ask for 1 to 2000 coins (quotes.most_coins), not 2001"),
        ("99999999", "coins: must be between 1 and 1000000 coins, not 99999999"),
    ],
)
def test_C7_an_amount_that_no_quote_may_ask_for_is_refused(counter: CounterPlace, coins: str, error: str) -> None:
    counter.granted(300)
    ticket = counter.ticket()
    tried = counter.refused("quote", "offer", ticket, "--coins", coins, *OFFER)
    assert tried == [f"Error: {error}", "Try: correct the value and run the command again"]
    assert counter.document("quote", "list")["quotes"] == []
    quote = counter.offered(ticket=ticket)
    revised = counter.refused("quote", "revise", quote, "--coins", coins, *BY)
    assert revised[0] == f"Error: {error}"
    assert counter.quote(quote).offer.version == 1


@pytest.mark.parametrize("coins", ["half", "1.5", ""])
def test_coins_are_whole_numbers(counter: CounterPlace, coins: str) -> None:
    counter.granted(300)
    ticket = counter.ticket()
    answer = counter.place.cli("quote", "offer", ticket, "--coins", coins, *OFFER)
    assert (answer.code, answer.err.splitlines()[0]) == (2, f"Error: '--coins' must be a whole number, not {coins}")


def test_C15_a_frozen_account_is_offered_nothing(counter: CounterPlace) -> None:
    counter.granted(300)
    ticket, quote = counter.ticket(), counter.offered()
    counter.freeze()
    for words in (
        ("quote", "offer", ticket, "--coins", "5", *OFFER),
        ("quote", "revise", quote, "--coins", "60", *BY),
        ("inspection", "offer", ticket, "--words", "We look.", *BY),
    ):
        assert counter.refused(*words) == [
            "Error: the account of customer 77 is frozen (rule C15)",
            "Try: see why: bridge account show 77 --store acme",
        ]
    assert "Frozen" in counter.well("quote", "show", quote).out


def test_what_is_not_there_is_refused_with_a_list(counter: CounterPlace) -> None:
    assert counter.refused("quote", "offer", "9", "--coins", "5", *OFFER) == [
        "Error: there is no ticket 9 in store acme",
        "Try: bridge ticket list",
    ]
    for action in (("show",), ("start", *BY), ("settle", "--spent", "5", *BY), ("withdraw", *BY)):
        command, *more = action
        assert counter.refused("quote", command, "9", *more) == [
            "Error: there is no quote 9 in store acme",
            "Try: bridge quote list",
        ]


def test_C7_more_than_is_held_is_not_settled(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered(50))
    assert counter.refused("quote", "settle", quote, "--spent", "51", *BY)[0] == (
        f"Error: spent: quote {quote} holds 50 coins, so at most 50 can be settled, not 51; "
        "more needs a new approval (rule C7)"
    )
    for spent in ("0", "-1"):
        assert counter.refused("quote", "settle", quote, "--spent", spent, *BY)[0].startswith("Error: spent: must be")
    assert counter.coins() == (300, 50, 250)


def test_C7_nothing_is_settled_without_an_approval_twice_or_after_its_release(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.offered(50)
    needs = "settling needs one that is approved or started"
    settle = ("quote", "settle", quote, "--spent", "45", *BY)
    assert counter.refused(*settle) == [f"Error: quote {quote} is offered: {needs}", f"Try: bridge quote show {quote}"]
    counter.approved(quote)
    counter.well(*settle)
    assert counter.refused(*settle)[0] == f"Error: quote {quote} is settled: {needs}"
    assert counter.coins() == (255, 0, 255)

    released = counter.approved(counter.offered(50))
    counter.well("quote", "release", released, "--reason", "Not needed any more", *BY)
    settle = ("quote", "settle", released, "--spent", "45", *BY)
    assert counter.refused(*settle)[0] == f"Error: quote {released} is released: {needs}"
    assert counter.coins() == (255, 0, 255)


def test_C7_a_revision_is_a_new_version_and_releases_what_was_held(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered(50))
    lines = counter.well("quote", "revise", quote, "--coins", "60", *BY).lines()
    assert lines[0].startswith(f"Anna revised quote {quote}: 60 coins. Customer 77")
    assert lines[0].endswith("+03:30. 50 coins were released.")
    document = counter.document("quote", "show", quote)
    assert (document["version"], document["coins"], document["words"]) == (2, 60, "Set it up.")
    assert [one["coins"] for one in document["versions"]] == [50, 60]
    assert counter.coins() == (300, 0, 300)
    counter.well("quote", "start", counter.approved(quote), *BY)
    assert counter.refused("quote", "revise", quote, "--coins", "70", *BY)[0] == (
        f"Error: quote {quote} is started: a revision needs one that is draft or offered or approved"
    )


def test_a_revision_says_what_changes(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.offered()
    answer = counter.place.cli("quote", "revise", quote, *BY)
    assert (answer.code, answer.err.splitlines()) == (
        2,
        ["Error: say what changes: --coins or --words", f"Try: to send it as it is: bridge quote reissue {quote}"],
    )


def test_C8_a_lapsed_offer_is_shown_as_such_and_issued_anew_in_one_step(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.offered(50)
    counter.desk.run(lambda tx: tx.quotes.extend(int(quote), CLOCK.now() - timedelta(days=1)))
    [listed] = counter.document("quote", "list")["quotes"]
    assert (listed["state"], listed["lapsed"]) == ("offered", True)
    assert " lapsed " in counter.well("quote", "list").out
    lines = counter.well("quote", "reissue", quote, *BY).lines()
    assert lines[0].startswith(f"Anna offered quote {quote} once more: 50 coins.")
    assert counter.quote(counter.approved(quote)).held == 50


def test_C7_an_offer_can_be_withdrawn_until_it_is_approved(counter: CounterPlace) -> None:
    counter.granted(300)
    first, second = counter.offered(), counter.approved(counter.offered())
    assert counter.document("quote", "withdraw", first, *BY)["state"] == "withdrawn"
    assert counter.refused("quote", "withdraw", second, *BY)[1] == f"Try: bridge quote show {second}"


def test_C13_a_ticket_from_the_price_list_makes_a_draft_that_staff_send(counter: CounterPlace) -> None:
    counter.granted(300)
    opened = counter.well("ticket", "open", "77", "--subject", "Google Analytics", "--price", "analytics", *BY).lines()[
        0
    ]
    assert opened == (
        "Anna opened ticket 1 for customer 77 of store acme. Draft 1 waits: bridge quote reissue 1 sends it as it is."
    )
    assert "draft, not shown to the customer" in counter.well("quote", "show", "1").out
    assert counter.document("quote", "show", "1")["valid_until"] is None
    assert counter.document("quote", "revise", "1", "--coins", "40", *BY)["state"] == "offered"
    assert counter.quote("1").offer.coins == 40


def test_C11_work_that_turns_out_infeasible_costs_nothing_without_an_inspection(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered(50))
    lines = counter.well("quote", "infeasible", quote, "--cause", "theme", *BY).lines()
    assert lines[0] == f"Anna ended quote {quote} as infeasible (theme). 50 coins were released."
    assert counter.coins() == (300, 0, 300)


def test_C11_another_cause_is_stated_in_words(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered(50))
    words = ("quote", "infeasible", quote, "--cause", "other", *BY)
    assert counter.refused(*words)[0] == "Error: cause: another cause must be stated in words (rule C11)"
    assert counter.document(*words, "--words", "The bank forbids it.")["state"] == "released"


def test_C9_the_evidence_and_the_history_can_be_seen(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered(50))
    document = counter.document("quote", "show", quote)
    [decision] = document["decisions"]
    assert (decision["what"], decision["channel"], decision["language"]) == ("approve", "page", "en")
    assert decision["text_hash"] == document["versions"][0]["text_hash"]["en"]
    assert [one["kind"] for one in document["history"]] == ["offered", "approved"]
    shown = counter.well("quote", "show", quote).out
    assert decision["text_hash"][:12] in shown
    assert f"customer: quote {quote}, version 1, approved: 50 coins held; 250 left to spend" in shown


def test_C9_the_words_of_every_version_can_be_read(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered(50))
    counter.well("quote", "revise", quote, "--coins", "60", "--words", "And the goals.\nTested.", *BY)
    shown = counter.well("quote", "show", quote).out
    assert "Words of version 2, for 60 coins\n     And the goals.\n     Tested.\n" in shown
    assert "Words of version 1, for 50 coins\n     Set it up.\n" in shown
    assert shown.index("version 2, for") < shown.index("version 1, for"), "what counts now comes first"


def test_quotes_are_listed_open_ones_or_a_customers_own(counter: CounterPlace) -> None:
    assert counter.well("quote", "list").out == "No quotes.\n"
    counter.granted(300)
    first, second = counter.offered(), counter.offered()
    counter.well("quote", "withdraw", first, *BY)
    assert [one["quote"] for one in counter.document("quote", "list")["quotes"]] == [int(second)]
    assert counter.well("quote", "list").lines()[0].split() == (
        ["Quote", "Store", "Customer", "Ticket", "Kind", "State", "Asks", "Held", "Until", "Subject"]
    )
    assert "Deducted" in counter.well("quote", "list", "--customer", "77").lines()[0]
    his = counter.document("quote", "list", "--customer", "77")["quotes"]
    assert [one["quote"] for one in his] == [int(second), int(first)]
    assert counter.refused("quote", "list", "--customer", "78")[0] == "Error: acme: customer 78 has no account"


def test_who_does_it_is_one_of_the_stores_staff(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered())
    for by, error in (((), "who does it? Nobody is named"), (("--by", "Eve"), "Eve is not of the staff of store acme")):
        answer = counter.place.cli("quote", "settle", quote, "--spent", "5", *by)
        assert (answer.code, answer.err.splitlines()[0]) == (2, f"Error: {error}")
    assert counter.coins() == (300, 50, 250)


def test_a_number_finds_its_store_among_several(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.offered()
    ruby = counter.place.config / "stores" / "ruby.toml"
    ruby.write_text(of_database("ruby", COUNTER_STORE), encoding="utf-8")
    assert counter.document("quote", "show", quote)["store"] == "acme"
    assert counter.document("quote", "withdraw", quote, *BY)["store"] == "acme"
    assert counter.refused("quote", "show", "9")[0] == "Error: there is no quote 9"
    assert counter.refused("quote", "show", quote, "--store", "ruby")[0] == (
        f"Error: there is no quote {quote} in store ruby"
    )


def test_without_a_desk_nothing_is_made(counter: CounterPlace, capsys: pytest.CaptureFixture[str]) -> None:
    place = a_workplace(counter.place.config.parent / "bare", capsys)
    answer = place.cli("quote", "list")
    assert (answer.code, answer.err.splitlines()[1]) == (1, "Try: bridge desk upgrade")
    assert list(place.state.iterdir()) == []
