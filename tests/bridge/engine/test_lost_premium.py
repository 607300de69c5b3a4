"""Agreements and bills that a lost desk has left in the shop are looked at before they are replaced, and go with it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.shop_documents import DocumentTable
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.desk.transaction import DeskTx
from bridge.domain.agreements import Agreement
from bridge.services import agreements
from bridge.services.premium_parts import contact_for
from bridge.testing.desks import a_desk
from tests.bridge.engine.test_lost_desk import LOST_KEY, Restored
from tests.bridge.engine.test_notes import KEY, MONDAY
from tests.support.books import ACME
from tests.support.premium_time import premium_terms
from tests.support.quoting import ANNA

AGREEMENT, BILL = DocumentTable.AGREEMENT, DocumentTable.BILL


class WithPremium(Restored):
    """A restored desk of a store that sells premium time."""

    async def offered(self) -> Agreement:
        """An agreement from before the backup."""

        def work(tx: DeskTx) -> Agreement:
            contact = contact_for(tx, ACME, 77, at=MONDAY, in_shop=True)
            terms = self.setup.desk_terms
            return agreements.offer(tx, terms, contact.id, kind="technical", cap_steps=8, by=ANNA, at=MONDAY)

        return await self.desk.transact("offer", work)

    def left_row(self, table: DocumentTable, number: int, *, signer: SigningKey = KEY, **said: Any) -> None:
        """What the lost desk has left in the shop; of customer 0 nothing but its number."""
        head: dict[str, Any] = {"v": 1, "store": ACME, "customer": 77, "epoch": 1, "number": 9, table.value: number}
        facts = {
            "name": {"en": "Technical support"},
            "state": "accepted",
            "version": 1,
            "cap_hours": {"en": "2 h"},
            "cap": {"en": "40.00 USD"},
            "offered_at": 1_700_000_000,
            "accepted": {"at": 1_700_000_000, "channel": "chat"},
            "worked_seconds": 0,
            "charged": None,
            "total": {"en": "20.00 USD"},
            "text_hash": "a" * 64,
        }
        document = head | said if said.get("customer") == 0 else head | facts | said
        row = signed_row(signer, table, document, customer_id=document["customer"], epoch=1, number=9)
        self.shop.document_rows[table][number] = row

    def shown(self, table: DocumentTable, number: int) -> dict[str, Any]:
        """What the page has of it now."""
        document = self.shop.shown_document(table, number)
        assert document is not None
        return document


@pytest.fixture
async def restored(tmp_path: Path) -> AsyncIterator[WithPremium]:
    with a_desk(tmp_path) as desk:
        desk.start()
        yield WithPremium(desk, tmp_path, premium=premium_terms())


async def test_W5_an_acceptance_in_the_chat_after_the_backup_is_brought_back_to_staff(restored: WithPremium) -> None:
    one = await restored.offered()
    restored.left_row(AGREEMENT, one.id)
    await restored.passes()
    assert (restored.shown(AGREEMENT, one.id)["state"], restored.shown(AGREEMENT, one.id)["epoch"] > 1) == (
        "offered",
        True,
    )
    (told,) = await restored.problems()
    assert "it was accepted (chat)" in told


async def test_W8_what_only_the_lost_desk_knew_goes_off_the_page_and_is_told(restored: WithPremium) -> None:
    one = await restored.offered()
    restored.left_row(AGREEMENT, one.id + 3)
    restored.left_row(BILL, 4)
    await restored.passes()
    assert restored.shown(AGREEMENT, one.id + 3)["customer"] == 0
    assert restored.shown(BILL, 4)["customer"] == 0
    told = await restored.problems()
    assert [f"agreement {one.id + 3}" in told[0], "statement 4 of 20.00 USD" in told[1], len(told)] == [True, True, 2]
    assert restored.health.all_replaced


async def test_D2_what_was_erased_after_the_backup_is_not_shown_again(restored: WithPremium) -> None:
    one = await restored.offered()
    restored.left_row(AGREEMENT, one.id, customer=0)
    await restored.passes()
    assert restored.shown(AGREEMENT, one.id)["customer"] == 0
    (told,) = await restored.problems()
    assert "bridge privacy erase 77" in told


async def test_a_row_that_nobody_can_check_is_not_written_over(restored: WithPremium) -> None:
    one = await restored.offered()
    restored.left_row(AGREEMENT, one.id, signer=LOST_KEY)
    await restored.passes()
    assert restored.shown(AGREEMENT, one.id)["epoch"] == 1
    restored.keys = (KEY, LOST_KEY)
    await restored.passes()
    assert restored.shown(AGREEMENT, one.id)["epoch"] > 1


async def test_a_shop_without_the_tables_gets_all_else_and_these_once_it_has_them(restored: WithPremium) -> None:
    one = await restored.offered()
    restored.shop.lacking = {AGREEMENT, BILL}
    (ticket,) = await restored.opened(1)
    await restored.asked()
    assert restored.shop.shown_document(DocumentTable.TICKET, ticket) is not None
    assert restored.shop.shown_document(AGREEMENT, one.id) is None
    restored.shop.lacking = set()
    restored.pusher._refused.clear()  # as after its rest
    await restored.passes()
    assert restored.shown(AGREEMENT, one.id)["state"] == "offered"
