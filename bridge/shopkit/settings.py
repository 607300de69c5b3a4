"""The few settings we read of the shop itself: through our view where it is, else from the table.

The table holds secrets (mail passwords, keys of payment modules), so a least-privilege user only has the view.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from bridge.errors import ShopRefused
from bridge.shopkit.absent import ABSENT
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import ACCESS_DENIED, DEFINER_GONE, VIEW_BROKEN, error_number, refused, server_says
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.schema import SETTINGS_VIEW

_VIEW_UNUSABLE = {ACCESS_DENIED, DEFINER_GONE, VIEW_BROKEN}
"""What servers answer where the view's maker is gone, or may not read the table any more, or the table has changed."""


class ShopSetting(NamedTuple):
    """One setting; `shop_id` is None where it holds for every shop of the database."""

    shop_id: int | None
    name: str
    value: str | None


async def shop_settings(database: ShopDatabase, view: Statement, table: Statement) -> list[ShopSetting]:
    """All settings the bridge may ask for. Raises `ShopRefused` where neither view nor table can be read."""
    try:
        rows = await database.rows(view)
    except ShopRefused as error:
        number, name = error_number(error), f"{database.access.prefix}{SETTINGS_VIEW}"
        if number in _VIEW_UNUSABLE:
            raise refused(
                f"{database.store}: the view {name} can't be used any more (is the user gone who made it?): {error}",
                f"make it again as the database's owner: bridge store prepare {database.store} --print",
            ) from error
        if number not in ABSENT:
            raise
        try:
            rows = await database.rows(table)
        except ShopRefused as without:
            raise refused(
                f"{database.store}: the shop's settings can't be read, neither by the view {name}, which is not there "
                f"or not for this user, nor from the table behind it: {server_says(without)}",
                f"have the database's owner make the view: bridge store prepare {database.store} --print",
            ) from without
    return [ShopSetting(*row) for row in rows]


def setting_of(
    settings: Sequence[ShopSetting], name: str, shop_ids: Collection[int], *, everywhere: int | None
) -> str | None:
    """A setting's value: of the lowest selected shop that has its own, else the one for all (`everywhere`)."""
    values = {setting.shop_id: setting.value for setting in settings if setting.name == name}
    own = [shop for shop in sorted(shop_ids) if values.get(shop)]
    return values[own[0]] if own else values.get(everywhere)
