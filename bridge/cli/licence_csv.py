"""Licences as a file for a spreadsheet: a line each, times in the store's zone, ids and dates alone."""

import csv
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from bridge.cli.customer import named
from bridge.domain.licence_keys import masked
from bridge.domain.licences import Term
from bridge.paper.spreadsheet import MARK, harmless
from bridge.services.licence_search import LicenceView

COLUMNS = (
    "licence",
    "customer",
    "product",
    "key",
    "status",
    "counts_until",
    "suspended",
    "source",
    "order",
    "paid",
    "licence_until",
    "updates_until",
    "support_until",
    "units",
    "places",
    "used_on",
)


def write_licences(file: TextIO, views: Iterable[LicenceView], zone: ZoneInfo, *, with_key: bool) -> None:
    """Write every licence. What does not end, and on how many domains where that is any number, is left empty."""
    file.write(MARK)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for view in views:
        licence, now = view.kept.licence, view.kept.now
        line: tuple[str | int | None, ...] = (
            licence.id,
            named(view.account.owner),
            licence.product,
            licence.key if with_key else masked(licence.key),
            view.status.code.value,
            _iso(now.counts_until, zone),
            now.suspended,
            licence.source.value,
            licence.order_id,
            _iso(licence.starts_at, zone),
            *(_iso(now.ends[term], zone) for term in Term),
            now.units,
            now.domains,
            " ".join(now.activations),
        )
        writer.writerow([harmless(value) for value in line])


def _iso(moment: datetime | None, zone: ZoneInfo) -> str:
    return "" if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")
