"""Files of messages on their whole way: from a customer's page to the desk, and from staff to his page."""

import base64
import json

from bridge.contracts.shop_files import PART_BYTES, FilePart
from bridge.contracts.shop_rows import DESK_TO_SHOP
from bridge.desk.file_store import beside
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.tickets import MessageKind
from bridge.services import files, tickets
from bridge.testing.files import file_parts, note_of
from tests.scenarios.conftest import MakeBridge
from tests.scenarios.test_inbox import a_customer
from tests.support.bridges import AnyShop, now
from tests.support.coin_page import CoinPage, eventually

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(40)
LONG = PNG + bytes(range(256)) * (PART_BYTES // 256)


async def upload(page: CoinPage, content: bytes, name: str, *, customer: int | None = None) -> dict[str, object]:
    """What the page does with a file before the message is written; what the message says of it."""
    parts = file_parts(page.key, store="acme", customer=customer or page.customer, content=content)
    for part in parts:
        await page.shop.execute(
            f"INSERT INTO {page.shop.prefix}supportbridge_file (store, uuid, part, customer_id, payload, key_id, mac)"
            " VALUES ('acme', %s, %s, %s, %s, %s, %s)",
            *part,
        )
    return note_of(parts, content, name)


async def parts_of(page: CoinPage, file: str) -> list[FilePart]:
    rows = await page.shop.fetch(
        "SELECT uuid, part, customer_id, payload, key_id, mac"
        f" FROM {page.shop.prefix}supportbridge_file WHERE uuid = %s ORDER BY part",
        file,
    )
    return [FilePart(*row) for row in rows]


async def test_D1_files_go_both_ways_whole(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    async with bridge.running() as app:
        page = await a_customer(bridge, shop)
        shot = await upload(page, LONG, "../Снимок.png")
        wish = {"subject": "It is broken", "text": "See there", "price": None, "files": [shot]}
        ticket = int((await page.answer(await page.does("ticket_open", wish)))["data"]["ticket"])
        contents = beside(app.desk.path)
        [his] = app.desk.look(lambda tx: tx.files.of_ticket(ticket))
        assert (his.name, his.type) == ("Снимок.png", "image/png")
        assert contents.read("acme", his.sha256) == LONG

        stranger = await upload(page, PNG, "hers.png", customer=page.customer + 1)
        reply = {"ticket": ticket, "text": "And there", "files": [stranger]}
        assert await page.code(await page.does("ticket_reply", reply)) == "file_damaged"
        script = await upload(page, b"<script>alert(1)</script>", "shot.png")
        assert await page.code(await page.does("ticket_reply", {**reply, "files": [script]})) == "file_not_what_it_says"
        [text] = [one for one in app.desk.look(lambda tx: tx.tickets.thread(ticket)) if one.kind is MessageKind.TEXT]
        assert his.message == text.id

        terms = app.runners["acme"].setup.desk_terms
        digest = contents.keep("acme", LONG, at=now())
        attached = files.staff_file(terms, "answer.png", LONG, digest)

        def answer(tx: DeskTx) -> None:
            tickets.reply(tx, terms, ticket, text="Like this", by="Anna", at=now())
            [account] = tx.accounts.of_owners("acme", [Owner(OwnerKind.CUSTOMER, page.customer)]).values()
            files.attach(tx, terms, account, ticket, [attached], at=now())

        await app.desk.transact("answer", answer)
        app.runners["acme"].accounts_changed.set()
        name = attached[0].file

        async def arrived() -> list[FilePart] | None:
            rows = await parts_of(page, name)
            return rows if len(rows) == 2 else None

        rows = await eventually(arrived, "the shop has staff's file")
        assert rows == file_parts(
            page.key, store="acme", customer=page.customer, content=LONG, file=name, direction=DESK_TO_SHOP
        )
        assert b"".join(base64.b64decode(json.loads(row.payload)["data"]) for row in rows) == LONG
