"""What `bridge check` says of those in whose name answers are written into a shop's own customer service."""

from pathlib import Path

import pytest

from bridge.cli.checks_service import employee_findings
from bridge.contracts.shop import Level
from bridge.contracts.shop_threads import ThreadShop
from bridge.errors import ShopRefused
from bridge.settings import StoreSettings
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge


def a_store(folder: Path, *, employees: tuple[int, ...] = (), for_all: int = 0, served: bool = True) -> StoreSettings:
    settings = read_settings(write_bridge(folder, stores={"acme": {}})).stores["acme"]
    member = settings.staff[0].model_copy(update={"shop_employees": employees})
    tickets = settings.tickets.model_copy(update={"reply_employee": for_all, "shop_service": served})
    return settings.model_copy(update={"staff": (member,), "tickets": tickets})


def a_shop(active: dict[int, bool]) -> tuple[FakeShop, ThreadShop]:
    shop = FakeShop(threads=True)
    assert shop.threads_shop is not None
    shop.threads_shop.staff = active
    return shop, shop.threads_shop


@pytest.mark.parametrize(
    ("employees", "for_all", "active", "level"),
    [
        ((3,), 0, {3: True}, Level.OK),
        ((3, 4), 0, {3: False, 4: True}, Level.OK),
        ((3,), 9, {3: False, 9: True}, Level.OK),
        ((3,), 0, {3: False}, Level.WARNING),
        ((3,), 0, {}, Level.WARNING),
        ((), 0, {3: True}, Level.WARNING),
    ],
)
async def test_who_can_t_answer_in_the_shop_is_named(
    tmp_path: Path, employees: tuple[int, ...], for_all: int, active: dict[int, bool], level: Level
) -> None:
    store, (_, threads) = a_store(tmp_path, employees=employees, for_all=for_all), a_shop(active)
    [finding] = await employee_findings(store, threads)
    assert finding.level is level
    assert (store.staff[0].name in finding.text) is (level is Level.WARNING)
    assert bool(finding.remedy) is (level is Level.WARNING)


async def test_a_shop_without_customer_service_or_rights_needs_nobody(tmp_path: Path) -> None:
    shop, threads = a_shop({})
    assert await employee_findings(a_store(tmp_path), None) == []
    assert await employee_findings(a_store(tmp_path, served=False), threads) == []
    shop.fail("employees", ShopRefused("acme: a right is missing"), times=1)
    assert await employee_findings(a_store(tmp_path), threads) == []
