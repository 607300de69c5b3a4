"""`bridge whatsapp ...`: the numbers that WhatsApp carries, what goes over them, and deliveries handled once more."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli import chat
from bridge.cli.call import Call, EachStoreOption, command, group

if TYPE_CHECKING:
    from bridge.desk.chat_counts import NumberCounts
    from bridge.domain.premium import OurNumber
    from bridge.settings import StoreSettings

app = group("whatsapp", "WhatsApp: its numbers, what goes over them, and deliveries handled once more.")

PLUGIN = "whatsapp"


@command(app, "status")
def status(call: Call, store: EachStoreOption = None) -> None:
    """Show what waits and what went over each number since the month began: the provider may charge for it."""
    from bridge.cli.call import meant_stores
    from bridge.cli.screen import count, line, table
    from bridge.cli.session import CLOCK, the_desk
    from bridge.desk.chat_counts import count_chats

    settings, at = call.settings(), CLOCK.now()
    stores = meant_stores(settings, store)
    rows: list[tuple[StoreSettings, OurNumber, NumberCounts | None]] = []
    with the_desk(settings) as desk:
        receipts = desk.look(lambda tx: tx.receipts.waiting()).get(PLUGIN, 0)
        for one in stores:
            counts = desk.look(lambda tx, each: count_chats(tx.connection, each.name, _month(each, at)), one)
            rows += [(one, number, counts.get(number.key)) for number in _carried(one)]
    call.answer(
        {
            "deliveries_waiting": receipts,
            "numbers": [_document(one, number, counts) for one, number, counts in rows],
        },
        lambda: [
            *(
                [table(*_COLUMNS, rows=[_row(*each) for each in rows], right=_COLUMNS[3:-1])]
                if rows
                else [line("No number of yours has a channel_id.")]
            ),
            line(),
            line(f"{count(receipts, 'delivery', 'deliveries')} of WhatsApp still to be handled."),
        ],
    )


@command(app, "numbers")
def numbers(call: Call, store: EachStoreOption = None) -> None:
    """List your numbers by their names, who answers on them, and whether WhatsApp carries them.

    The numbers themselves stand in the store's file alone.
    """
    from bridge.cli.call import meant_stores
    from bridge.cli.screen import line, table
    from bridge.engine.setup import StoreSetup

    settings = call.settings()
    stores = meant_stores(settings, store)
    found = [(one, number) for one in stores for number in StoreSetup.of(one).premium.numbers]
    call.answer(
        {
            "numbers": [
                {
                    "store": one.name,
                    "name": number.key,
                    "role": number.role.value,
                    "channel_id": number.channel_id or None,
                    "agents": sorted(number.agents),
                }
                for one, number in found
            ]
        },
        lambda: [
            table(
                "Name",
                "Store",
                "Role",
                "Answered by",
                "Carried by",
                rows=[
                    (
                        number.key,
                        one.name,
                        number.role.value,
                        ", ".join(sorted(number.agents)) or "everybody",
                        f"WhatsApp, {number.channel_id}" if number.channel_id else "hand",
                    )
                    for one, number in found
                ],
                words=("Answered by",),
            )
            if found
            else line("No numbers: name yours under [[premium.numbers]] of a store's file.")
        ],
    )


@command(app, "replay")
def replay(
    call: Call,
    hours: Annotated[
        int, typer.Option("--hours", metavar="HOURS", help="What came within so many hours.", min=1, max=2_160)
    ],
) -> None:
    """Handle deliveries once more that were kept as they came. Nothing counts or is answered twice by that.

    For after a fault was mended. They are kept for privacy.receipt_days days.
    """
    from bridge.cli.screen import count, line
    from bridge.cli.session import CLOCK, the_desk

    settings = call.settings()
    since = CLOCK.now() - timedelta(hours=hours)
    with the_desk(settings) as desk:
        again = desk.run(lambda tx: tx.receipts.again(PLUGIN, since))
    call.answer({"deliveries": again}, lambda: [line(f"{count(again, 'delivery', 'deliveries')} to be handled again.")])


command(app, "send")(chat.send)

_COLUMNS = ("Number", "Store", "Role", "Chats", "Waiting for us", "Received", "Sent", "Templates", "Unsent")


def _carried(store: "StoreSettings") -> "list[OurNumber]":
    from bridge.engine.setup import StoreSetup

    return [number for number in StoreSetup.of(store).premium.numbers if number.channel_id]


def _month(store: "StoreSettings", at: datetime) -> datetime:
    """When this month began by the store's clock."""
    here = at.astimezone(store.zone_info)
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)


def _document(store: "StoreSettings", number: "OurNumber", counts: "NumberCounts | None") -> dict[str, Any]:
    from bridge.cli.chats_shown import UNSENT
    from bridge.domain.chats import ChatKind, SendState

    sent = {} if counts is None else counts.sent
    states = {SendState.SENT, SendState.DELIVERED, SendState.READ}
    went_out = [(kind, found) for (state, kind), found in sent.items() if state in states]
    return {
        "store": store.name,
        "number": number.key,
        "role": number.role.value,
        "conversations": 0 if counts is None else counts.conversations,
        "waiting_for_us": 0 if counts is None else counts.waiting,
        "received": 0 if counts is None else counts.received,
        "sent": sum(found for _, found in went_out),
        "templates": sum(found for kind, found in went_out if kind == ChatKind.TEMPLATE),
        "unsent": {
            state.value: sum(found for (was, _), found in sent.items() if was == state)
            for state in SendState
            if state in UNSENT
        },
    }


def _row(store: "StoreSettings", number: "OurNumber", counts: "NumberCounts | None") -> tuple[object, ...]:
    told = _document(store, number, counts)
    unsent = ", ".join(f"{found} {state}" for state, found in told["unsent"].items() if found)
    return (
        number.key,
        store.name,
        number.role.value,
        told["conversations"],
        told["waiting_for_us"],
        told["received"],
        told["sent"],
        told["templates"],
        unsent or "none",
    )
