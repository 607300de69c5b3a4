"""Orders, stores and desks for tests of the books: small good ones, to be changed in the one thing a test is about."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.orders import Order, OrderLine, StatusSets
from bridge.domain.packages import Package, Unit
from bridge.domain.plans import Plan, PlanBook
from bridge.domain.purchases import StoreTerms
from bridge.testing.desks import a_desk

TEHRAN, BERLIN, NEW_YORK = ZoneInfo("Asia/Tehran"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
MONDAY_9AM = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ACME = "acme"
PAID, PENDING, REFUNDED, CHARGED_BACK = 5, 1, 11, 13
STATUSES = StatusSets.of([PAID, 3], [7, REFUNDED], [CHARGED_BACK])
BASE, BASE_TOO, PRO, SMALL = "BASE-550", "BASE-TOO", "PRO-900", "ESSENTIAL-300"
ESSENTIAL_PLAN = Plan("essential", 1, 300, 12, (SMALL,), {"en": "Essential"})
BASE_PLAN = Plan("base", 2, 550, 12, (BASE, BASE_TOO), {"en": "Base", "ru": "Базовый", "fa": "پایه"})
PRO_PLAN = Plan("professional", 3, 900, 12, (PRO,), {"en": "Professional"})
PLANS = PlanBook([ESSENTIAL_PLAN, BASE_PLAN, PRO_PLAN])


def customer(number: int) -> Owner:
    return Owner(OwnerKind.CUSTOMER, number)


def guest(order_id: int) -> Owner:
    return Owner(OwnerKind.GUEST, order_id)


def a_store(**different: Any) -> StoreTerms:
    """A store in Tehran that grants for orders placed since 1 January 2026."""
    facts = {
        "name": ACME,
        "zone": TEHRAN,
        "start": date(2026, 1, 1),
        "plans": PLANS,
        "statuses": STATUSES,
    }
    return StoreTerms(**{**facts, **different})


def an_order(order_id: int = 1042, *lines: OrderLine | tuple[str, int], **different: Any) -> Order:
    """A paid order of customer 77: one unit of Base unless lines say otherwise."""
    facts = {
        "order_id": order_id,
        "shop_id": 0,
        "buyer": customer(77),
        "status": PAID,
        "ordered_at": datetime(2026, 11, 20, 12, 0),  # noqa: DTZ001  # a shop's wall clock
        "granting_at": datetime(2026, 11, 20, 12, 5),  # noqa: DTZ001  # a shop's wall clock
        "total": Decimal("100.00"),
        "lines": tuple(OrderLine(*line) for line in lines) or (OrderLine(BASE, 1),),
        "customer_id": 77,
    }
    return Order(**{**facts, **different})


def a_package(number: int = 1, **different: Any) -> Package:
    """A full Base package of account 1, usable until 21 November 2027."""
    facts = {
        "id": number,
        "account_id": 1,
        "plan": "base",
        "coins": 550,
        "granted_at": MONDAY_9AM,
        "usable_until": datetime(2027, 11, 21, 20, 29, 59, tzinfo=UTC),
        "posted": different.get("coins", 550),
    }
    return Package(**{**facts, **different})


def a_unit(number: int = 1, plan: str = "base", order_id: int = 1042, **different: Any) -> Package:
    """The package that an order's unit was granted as."""
    return a_package(number, plan=plan, unit=Unit(order_id, plan, number), **different)


@contextmanager
def a_quick_desk() -> Iterator[Desk]:
    """A real, empty desk whose disk is not waited for."""
    with TemporaryDirectory(prefix="bridge-desk-") as folder, a_desk(Path(folder)) as desk:
        desk._connection.execute("PRAGMA synchronous=OFF")
        yield desk


def rows(desk: Desk, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Read the desk's tables as they are, past all of our own code."""
    return desk.look(lambda tx: tx.connection.execute(sql, parameters).fetchall())


def dump(desk: Desk, tables: Iterable[str], *, without: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Whole tables in one order, so that two desks can be compared."""
    left_out = set(without)
    content = {}
    for table in tables:
        columns = [row[1] for row in rows(desk, f"PRAGMA table_info({table})") if row[1] not in left_out]
        content[table] = sorted(rows(desk, f"SELECT {', '.join(columns)} FROM {table}"), key=repr)
    return content
