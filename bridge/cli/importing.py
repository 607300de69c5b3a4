"""Reading a table for `bridge coins import`, finding its customers in the shop, and showing what it does."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any, BinaryIO

from bridge.cli.screen import count, line, local, table, utc
from bridge.contracts.shop import ShopAdapter
from bridge.domain.importing import ImportLine, read_table
from bridge.errors import ImportRefused, UsageError, WrongLine
from bridge.services.importing import Customer, Imported
from bridge.settings import StoreSettings

MOST_BYTES = 20 * 1024 * 1024
MOST_SHOWN = 50
SHOP_PAGE = 500
SEPARATORS = ",;\t"


def read_file(file: BinaryIO, store: StoreSettings) -> list[ImportLine]:
    """The lines of a table as a spreadsheet writes it: UTF-8 with or without its mark, set apart by , or ; or tabs.

    Raises `ImportRefused` naming every line that is wrong, `UsageError` for a file that is too large.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UsageError(f"the file has more than {MOST_BYTES // 1024**2} MB: part it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = content.count(b"\n", 0, error.start) + 1
        raise ImportRefused((WrongLine(where, "", "is no UTF-8 text; save the table as CSV in UTF-8"),)) from None
    lines, wrong = read_table(_Rows(text), plans=list(store.plans))
    if wrong:
        raise ImportRefused(tuple(sorted(wrong)))
    return lines


class _Rows:
    """Rows with their numbers. What is no table ends them, with one last row that can't be right."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        heading = self._text.partition("\n")[0]
        separator = max(SEPARATORS, key=heading.count)
        rows = csv.reader(StringIO(self._text, newline=""), delimiter=separator, strict=True)
        while True:
            number = rows.line_num + 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                raise ImportRefused(
                    (WrongLine(rows.line_num, "", f"can't be read as a line of a table: {error}"),)
                ) from None
            yield number, row


async def find_customers(shop: ShopAdapter, lines: Sequence[ImportLine]) -> dict[str, Customer]:
    """Whom the names of a table mean in the shop; each name is looked up once.

    Raises `ImportRefused` naming the lines of those whom the shop doesn't have, or has several accounts of (rule C19).
    """
    places: dict[str, list[int]] = defaultdict(list)
    for one in lines:
        places[one.customer].append(one.line)
    ids = {name: int(name) for name in places if "@" not in name}
    refused: dict[str, str] = {}
    for name in places.keys() - ids.keys():
        found = await shop.find_customers(email=name)
        if len(found) == 1:
            ids[name] = found[0]
        elif found:
            refused[name] = f"has several accounts, customers {', '.join(map(str, found))}: name one by its number"
        else:
            refused[name] = "is the address of nobody with an account in the shop"
    born: dict[int, int] = {}
    remaining = iter(sorted(set(ids.values())))
    while page := list(islice(remaining, SHOP_PAGE)):
        born |= await shop.customers(page)
    refused |= {name: "is no customer of the shop" for name, number in ids.items() if number not in born}
    wrong = [WrongLine(place, "customer", f"{name} {why}") for name, why in refused.items() for place in places[name]]
    if wrong:
        raise ImportRefused(tuple(sorted(wrong)))
    return {name: Customer(number, born[number]) for name, number in ids.items()}


def import_document(store: StoreSettings, done: Imported, *, written: bool) -> dict[str, Any]:
    """What was, or would be, imported, for programs."""
    return {
        "store": store.name,
        "written": written,
        "lines": len(done.lines),
        "new": done.new,
        "coins": done.coins,
        "customers": done.customers,
        "rows": [
            {
                "line": one.line.line,
                "customer": one.customer_id,
                "coins": one.line.coins,
                "usable_until": utc(one.usable_until),
                "plan": one.line.plan,
                "note": one.line.note,
                "new": one.new,
            }
            for one in done.lines
        ],
    }


def import_parts(store: StoreSettings, done: Imported, *, who: str, written: bool) -> list[Any]:
    """What was, or would be, imported, for people."""
    rows = [
        (
            one.line.line,
            str(one.customer_id),
            one.line.customer if "@" in one.line.customer else "",
            one.line.coins,
            local(one.usable_until, store.zone_info),
            one.line.plan or "",
            ("granted" if written else "to be granted") if one.new else "imported before",
            one.line.note,
        )
        for one in done.lines[:MOST_SHOWN]
    ]
    heads = ("Line", "Customer", "Found by", "Coins", "Usable until", "Plan", "What", "Note")
    shown = table(*heads, rows=rows, right=("Line", "Customer", "Coins"), words=("Note",))
    more = len(done.lines) - len(rows)
    before = len(done.lines) - done.new
    passed_over = f"{count(before, 'line')} {'was' if before == 1 else 'were'} imported before."
    said = [*([line(f"... and {count(more, 'line')} more.")] if more else []), line()]
    if not done.new:
        return [shown, *said, line(f"Nothing to grant: {passed_over}")]
    total = f"{count(done.coins, 'coin')} in {count(done.new, 'package')} for {count(done.customers, 'customer')}"
    said += [
        line(f"{who} granted {total} of store {store.name}." if written else f"To be granted: {total}."),
        *([line(passed_over)] if before else []),
        line("No customer is told; they hear of these coins before they end."),
        *([] if written else [line("Nothing was written. To do it, run the same with --write.")]),
    ]
    return [shown, *said]
