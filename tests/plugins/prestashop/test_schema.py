"""PrestaShop 8 is told from 1.6, thirty bees and 9 by the lengths of its references."""

import pytest

from bridge.errors import ShopRefused
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.shops import PrestaShopShop


@pytest.mark.parametrize(
    ("table", "column", "kind", "there"),
    [
        ("orders", "reference", "varchar(255)", "varchar(9)"),
        ("order_detail", "product_reference", "varchar(32)", "varchar(64)"),
    ],
)
async def test_another_version_is_refused_by_what_tells_it_apart(
    prestashop: PrestaShopShop, adapter: PrestaShopAdapter, table: str, column: str, kind: str, there: str
) -> None:
    await prestashop.execute(f"ALTER TABLE {{{table}}} MODIFY {column} {kind}")
    with pytest.raises(ShopRefused) as refusal:
        await adapter.probe()
    assert str(refusal.value).endswith(
        f"does not have the layout of PrestaShop 8: ps_{table}.{column} is {kind}, not {there}"
    )
