"""Export and erasure at the command line, with what the shop has of it (rule D2)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.contracts.clock import SystemClock
from bridge.desk.desk import Desk
from bridge.desk.file_store import beside
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.chats import ChatKind, ChatMedia, ChatMessage, Direction, MediaState
from bridge.domain.files import NamedFile
from bridge.domain.tickets import Author
from tests.bridge.cli.conftest import ShopPlace
from tests.support.commands import Workplace


async def test_D2_what_is_kept_is_exported_then_erased_here_and_in_the_shop(acme: ShopPlace, tmp_path: Path) -> None:
    await acme.join()
    customer = await acme.paid()
    await acme.cli("sync", "--once")
    await acme.cli("ticket", "open", str(customer), "--subject", "Secret words", "--text", "more", "--by", "Anna")
    await acme.cli("sync", "--once")
    file = tmp_path / "export.json"
    done = await acme.cli("privacy", "export", str(customer), str(file))
    assert done.code == 0, done.err
    assert file.stat().st_mode & 0o777 == 0o600
    document = json.loads(file.read_text())
    assert document["tickets"][0]["subject"] == "Secret words"
    assert document["in_the_shop"]["contact"]["email"] == "ada@shop.example"
    assert len(document["in_the_shop"]["entries"]) == 1
    [shown] = document["in_the_shop"]["tickets"]
    assert (shown["subject"], shown["messages"]) == ("Secret words", 1)
    assert [one["text"] for one in document["in_the_shop"]["messages"]] == [{"": "more"}]
    again = await acme.cli("privacy", "export", str(customer), str(file))
    assert again.err.splitlines()[0].endswith("exists already and is never overwritten")
    erased = await acme.cli("privacy", "erase", str(customer), "--by", "Anna")
    assert erased.code == 0, erased.err
    assert f"Anna erased what was kept of customer {customer} of store acme." in erased.out
    assert "with 550 coins that nobody can spend" in erased.out
    await acme.cli("sync", "--once")
    rows = await acme.shop.fetch(f"SELECT payload FROM {acme.shop.prefix}supportbridge_entry")
    assert list(rows) == []
    [(payload,)] = await acme.shop.fetch(f"SELECT payload FROM {acme.shop.prefix}supportbridge_account")
    assert json.loads(payload)["posted"] == 0
    [(payload,)] = await acme.shop.fetch(f"SELECT payload FROM {acme.shop.prefix}supportbridge_ticket")
    assert sorted(json.loads(payload)) == ["customer", "epoch", "number", "store", "ticket", "v"]
    rows = await acme.shop.fetch(f"SELECT payload FROM {acme.shop.prefix}supportbridge_message")
    assert len(rows) == 2, "what he wrote, and that his ticket was closed"
    for (payload,) in rows:
        assert sorted(json.loads(payload)) == ["customer", "epoch", "number", "store", "ticket", "v", "version"]
    verified = await acme.cli("ledger", "verify")
    assert verified.code == 0, verified.out


@pytest.mark.usefixtures("desk")
def test_D2_nothing_is_erased_while_the_shop_cant_be_asked_or_for_an_unknown_one(
    workplace: Workplace, desk: Desk
) -> None:
    workplace.cli("coins", "grant", "77", "25", "--reason", "Sorry", "--by", "Anna")
    refused = workplace.cli("privacy", "erase", "77", "--by", "Anna")
    assert refused.code != 0
    assert desk.look(lambda tx: tx.accounts.of_owners("acme", [Owner(OwnerKind.CUSTOMER, 77)]))
    unknown = workplace.cli("privacy", "erase", "78", "--by", "Anna")
    assert unknown.err.splitlines() == [
        "Error: acme: of customer 78 nothing is kept",
        "Try: look the customer up: bridge account find E-MAIL --store acme",
    ]
    exported = workplace.cli("privacy", "export", "78", str(workplace.state / "never.json"))
    assert exported.err == unknown.err
    assert not (workplace.state / "never.json").exists()
    assert workplace.cli("privacy", "erase", "77", "--by", "Anna", "--no-shop").code == 0
    again = workplace.cli("privacy", "erase", "77", "--by", "Anna")
    assert (again.code, again.err.splitlines()[0]) == (unknown.code, "Error: acme: of customer 77 nothing is kept")


def test_D2_the_contents_of_files_are_gone_from_the_disk_at_once(workplace: Workplace, desk: Desk) -> None:
    workplace.cli("coins", "grant", "77", "25", "--reason", "Sorry", "--by", "Anna")
    workplace.cli("ticket", "open", "77", "--subject", "Help", "--text", "See there", "--by", "Anna")
    contents, at = beside(desk.path), SystemClock().now() - timedelta(minutes=2)
    digest = contents.keep("acme", b"a passport", at=at)

    def attach(tx: DeskTx) -> None:
        [ticket] = tx.tickets.latest("acme", 1)
        named = NamedFile("0b0f2c5e-6a53-4d3b-9f0e-2f1f1b0c7a11", "passport.txt", 10, digest, 1)
        tx.files.add(
            "acme", ticket.account_id, ticket.id, named, author=Author.STAFF, kind="text/plain", lost=False, at=at
        )

    desk.run(attach)
    erased = workplace.cli("privacy", "erase", "77", "--by", "Anna", "--no-shop")
    assert erased.code == 0, erased.err
    assert contents.read("acme", digest) is None
    assert desk.look(lambda tx: tx.files.get("acme", "0b0f2c5e-6a53-4d3b-9f0e-2f1f1b0c7a11")) is None


def test_D2_files_that_others_have_sent_in_chats_stay(workplace: Workplace, desk: Desk) -> None:
    """Who is erased takes nothing of anybody else along, also where no ticket has it."""
    workplace.cli("coins", "grant", "77", "25", "--reason", "Sorry", "--by", "Anna")
    contents, at = beside(desk.path), SystemClock().now() - timedelta(minutes=2)
    digest = contents.keep("acme", b"of somebody else", at=at)

    def send(tx: DeskTx) -> None:
        contact = tx.contacts.add("acme", name="Ivan", at=at)
        chat = tx.conversations.open("acme", contact.id, "office", "whatsapp", at)
        media = ChatMedia("m1", "text/plain", "log.txt", 16, MediaState.KEPT, digest)
        tx.conversations.add("acme", ChatMessage(0, chat.id, Direction.IN, ChatKind.MEDIA, "", at, media=media))

    desk.run(send)
    erased = workplace.cli("privacy", "erase", "77", "--by", "Anna", "--no-shop")
    assert erased.code == 0, erased.err
    assert contents.read("acme", digest) == b"of somebody else"
