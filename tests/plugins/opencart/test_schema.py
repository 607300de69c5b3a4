"""OpenCart 4.1 is told from 4.0 and 3.0, where no column could be NULL."""

import pytest

from bridge.errors import ShopRefused
from bridge_opencart.adapter import OpenCartAdapter
from tests.support.shops import OpenCartShop


async def test_an_older_opencart_is_refused_by_what_tells_it_apart(
    opencart: OpenCartShop, adapter: OpenCartAdapter
) -> None:
    await opencart.execute("ALTER TABLE {order} MODIFY order_status_id INT(11) NOT NULL DEFAULT 0")
    with pytest.raises(ShopRefused) as refusal:
        await adapter.probe()
    assert str(refusal.value).endswith(
        "does not have the layout of OpenCart 4.1: oc_order.order_status_id is NOT NULL, not NULL"
    )
