"""In whose name answers are written into a shop's own customer service, for `bridge check`."""

from bridge.cli.screen import count
from bridge.contracts.shop import Finding, Level
from bridge.contracts.shop_threads import ThreadShop
from bridge.errors import ShopRefused
from bridge.settings import StoreSettings


async def employee_findings(store: StoreSettings, threads: ThreadShop | None) -> list[Finding]:
    """Whether the shop knows an active employee for each of the staff; nothing for a shop without customer service.

    Of rights that are missing the shop's own line tells. Raises `ShopUnavailable`.
    """
    if threads is None or not store.tickets.shop_service:
        return []
    for_all = [store.tickets.reply_employee] if store.tickets.reply_employee else []
    own = {member.name: [*member.shop_employees, *for_all] for member in store.staff}
    try:
        active = await threads.employees(sorted({number for numbers in own.values() for number in numbers}))
    except ShopRefused:
        return []
    unheard = [name for name, numbers in own.items() if not any(active.get(number) for number in numbers)]
    if not unheard:
        return [
            Finding(
                "answers in the shop", Level.OK, f"an active employee for each of {count(len(own), 'person', 'people')}"
            )
        ]
    todo = "give them shop_employees, or set tickets.reply_employee, in the store's file"
    words = f"no active employee of the shop for {', '.join(unheard)}: answers of theirs wait"
    return [Finding("answers in the shop", Level.WARNING, words, todo)]
