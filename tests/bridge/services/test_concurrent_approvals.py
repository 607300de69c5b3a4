"""Many approvals at once, on a running desk: what one quote holds no other can (rules C4, C7, C10)."""

import asyncio
from collections import Counter
from pathlib import Path

from bridge.contracts.desk import Tx
from bridge.domain.quotes import Quote, QuoteState
from bridge.domain.tickets import Author
from bridge.errors import NotEnoughCoins
from bridge.services import deciding, offering, staff_coins
from bridge.services.verify import verify
from bridge.testing.desks import a_desk
from tests.support.books import ACME, MONDAY_9AM, TEHRAN
from tests.support.quoting import ANNA, CUSTOMER, desk_terms

APPROVALS, COVERED, COINS = 200, 7, 40
TERMS = desk_terms()


def offered(tx: Tx) -> list[Quote]:
    """As many quotes as there will be approvals, and coins in three packages that cover seven of them and a bit."""
    for number, coins in enumerate((COINS * 3 + 11, COINS * 2 + 11, COINS * 2 + 11)):
        staff_coins.grant(
            tx, ACME, CUSTOMER, coins=coins, reason="test", staff=ANNA, key=f"k{number}", zone=TEHRAN, at=MONDAY_9AM
        )
    account = tx.accounts.open(ACME, [CUSTOMER])[CUSTOMER]
    found = []
    for _ in range(APPROVALS):
        ticket = tx.tickets.open(ACME, account.id, subject="x", at=MONDAY_9AM, by=Author.STAFF, staff=ANNA)
        made = offering.offer(tx, TERMS, ticket.id, coins=COINS, words="Work.", by=ANNA, at=MONDAY_9AM, possible=True)
        found.append(made)
    return found


async def test_C7_of_200_concurrent_approvals_on_an_account_that_covers_7_exactly_7_hold(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.start()
        quotes = await desk.transact("offer", offered)

        async def approve(quote: Quote) -> str:
            try:
                await desk.transact(
                    "approve",
                    deciding.approve,
                    TERMS,
                    quote.account_id,
                    quote.id,
                    version=1,
                    text_hash=quote.offer.hashes["en"],
                    at=MONDAY_9AM,
                )
            except NotEnoughCoins as refusal:
                return "refused" if 0 <= refusal.available < COINS else f"refused with {refusal.available} available"
            return "held"

        outcomes = Counter(await asyncio.gather(*map(approve, quotes)))
        assert outcomes == {"held": COVERED, "refused": APPROVALS - COVERED}
        account = (await desk.read(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER])))[CUSTOMER]
        assert (account.posted, account.held) == (COINS * COVERED + 33, COINS * COVERED)
        after = await desk.read(lambda tx: tx.quotes.of_account(account.id))
        assert Counter(quote.state for quote in after) == {
            QuoteState.APPROVED: COVERED,
            QuoteState.OFFERED: APPROVALS - COVERED,
        }
        assert sum(quote.held for quote in after) == account.held
        assert (await desk.read(verify, ACME)).differences == ()


async def test_C8_one_quote_that_is_approved_200_times_at_once_holds_once(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.start()
        quote, *_ = await desk.transact("offer", offered)
        answers = await asyncio.gather(
            *(
                desk.transact(
                    "approve",
                    deciding.approve,
                    TERMS,
                    quote.account_id,
                    quote.id,
                    version=1,
                    text_hash=quote.offer.hashes[language],
                    at=MONDAY_9AM,
                )
                for language in ("en", "ru", "fa", "en") * 50
            )
        )
        assert {answer.held for answer in answers} == {COINS}
        account = (await desk.read(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER])))[CUSTOMER]
        assert account.held == COINS
        assert len(await desk.read(lambda tx: tx.quotes.decisions(quote.id))) == 1
