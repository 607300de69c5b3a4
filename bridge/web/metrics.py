"""The metrics page, in the Prometheus text format: counters since the daemon started, and the books' totals.

Labels are store names, problem kinds and statuses; never a customer, an order or a key (rule D1). What can't be known
at the moment (an age of something that never happened, a desk that can't be read) is left out, so that it shows as
absent and not as 0.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bridge import VERSION
from bridge.domain.licence_answers import Verdict
from bridge.engine.health import Counters
from bridge.web.observed import Look, StoreLook
from bridge.web.public_traffic import PublicTraffic

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Family = CounterMetricFamily | GaugeMetricFamily

_COUNTERS: tuple[tuple[str, str, Callable[[Counters], int]], ...] = (
    ("reads", "Passes over the shop's database that went well.", lambda done: done.reads),
    ("rows", "New rows noticed in the shop's database.", lambda done: done.rows),
    ("orders", "Orders read and booked.", lambda done: done.orders),
    ("retries", "Passes that failed and were tried again.", lambda done: done.retries),
    ("pushes", "Accounts written into the shop.", lambda done: done.pushes),
    ("comparisons", "Comparisons of all the shop's orders with what was read of them.", lambda done: done.rounds),
    ("differences", "Orders that only a comparison found.", lambda done: done.differences),
    ("actions", "What customers did on the shop's pages.", lambda done: done.actions),
    ("actions_refused", "What customers wanted on the shop's pages and was not done.", lambda done: done.refused),
    ("inbox_doubted", "Rows of the shop's inbox that no page of ours wrote.", lambda done: done.doubted),
    ("service_messages", "Messages read from the shop's own customer service.", lambda done: done.messages),
    ("service_statuses", "Threads that were changed in the shop's back office.", lambda done: done.statuses),
    ("service_replies", "Answers written into the shop's own customer service.", lambda done: done.replies),
)
_GAUGES: tuple[tuple[str, str, Callable[[StoreLook], float | None]], ...] = (
    ("store_up", "1 while the store was read within its limit.", lambda one: float(one.health.fresh)),
    ("last_read_age_seconds", "Seconds since the shop was last read well.", lambda one: one.health.read_age_seconds),
    (
        "last_comparison_age_seconds",
        "Seconds since all the shop's orders were compared.",
        lambda one: one.health.round_age_seconds,
    ),
    ("lag_seconds", "How late the last order was booked after its settle time.", lambda one: one.health.lag_seconds),
    ("paired", "1 if the store has a key, without which nothing can be pushed.", lambda one: float(one.paired)),
)
_DESK_GAUGES: tuple[tuple[str, str, Callable[[StoreLook], float | None]], ...] = (
    ("pushes_waiting", "Accounts that the shop does not have in their newest state.", lambda one: one.pushes_waiting),
    ("tickets_waiting", "Tickets that wait for staff.", lambda one: one.queue and one.queue.waiting),
    ("tickets_late", "Of these, those whose answer is late.", lambda one: one.queue and one.queue.late),
    ("tickets_breached", "Of these, those whose answer was guaranteed.", lambda one: one.queue and one.queue.breached),
    (
        "tickets_first_due_seconds",
        "Seconds until the first answer that is owed is due, below 0 since it was.",
        lambda one: one.first_due_seconds,
    ),
    ("ledger_posted_coins", "Coins owned, over all accounts.", lambda one: one.ledger and one.ledger.posted),
    ("ledger_held_coins", "Coins reserved, over all accounts.", lambda one: one.ledger and one.ledger.held),
    ("ledger_accounts", "Accounts in the ledger.", lambda one: one.ledger and one.ledger.accounts),
    ("ledger_frozen_accounts", "Accounts that are frozen.", lambda one: one.ledger and one.ledger.frozen),
    ("ledger_entries", "Entries in the ledger.", lambda one: one.ledger and one.ledger.entries),
)


def metrics_page(look: Look) -> bytes:
    """The page for one look, through a registry of its own: nothing of the process's default one is shown."""
    registry = CollectorRegistry()
    registry.register(_LookCollector(look))
    return generate_latest(registry)


class _LookCollector(Collector):
    def __init__(self, look: Look) -> None:
        self._look = look

    def collect(self) -> Iterable[Family]:
        look = self._look
        yield _plain("info", "The program's version.", 1, version=VERSION)
        yield _plain("loop_delay_seconds", "How late the event loop was at the last look.", look.loop_delay_seconds)
        yield _plain("desk_readable", "1 while the desk can be read.", float(look.desk is not None))
        for name, words, count in _COUNTERS:
            family = CounterMetricFamily(f"supportbridge_{name}", words, labels=["store"])
            for store, one in look.stores.items():
                family.add_metric([store], count(one.health.counters))
            yield family
        yield from _gauges(_GAUGES, look)
        if look.traffic is not None:
            yield from _public(look.traffic)
        if look.desk is not None:
            yield from self._desk()

    def _desk(self) -> Iterator[Family]:
        look = self._look
        yield from _gauges(_DESK_GAUGES, look)
        problems = GaugeMetricFamily(
            "supportbridge_problems_open", "Problems that wait for staff.", labels=["store", "kind"]
        )
        for store, one in look.stores.items():
            for kind, count in sorted(one.problems.items()):
                problems.add_metric([store, kind], count)
        yield problems
        if look.outbox_waiting is not None:
            yield _plain("outbox_waiting", "Events that wait to be delivered to plugins.", look.outbox_waiting)
        if look.messages_waiting is not None:
            yield _by_plugin("messages_waiting", "Messages that a plugin has not delivered yet.", look.messages_waiting)
        if look.receipts_waiting is not None:
            words = "What came from outside and a plugin has not handled yet."
            yield _by_plugin("receipts_waiting", words, look.receipts_waiting)
        if look.backup_age_seconds is not None:
            yield _plain(
                "last_backup_age_seconds", "Seconds since the desk was last backed up.", look.backup_age_seconds
            )


def _by_plugin(name: str, words: str, counts: Mapping[str, int]) -> Family:
    family = GaugeMetricFamily(f"supportbridge_{name}", words, labels=["plugin"])
    for plugin, count in sorted(counts.items()):
        family.add_metric([plugin], count)
    return family


def _gauges(gauges: Iterable[tuple[str, str, Callable[[StoreLook], float | None]]], look: Look) -> Iterator[Family]:
    for name, words, value_of in gauges:
        family = GaugeMetricFamily(f"supportbridge_{name}", words, labels=["store"])
        for store, one in look.stores.items():
            value = value_of(one)
            if value is not None:
                family.add_metric([store], value)
        yield family


def _public(traffic: PublicTraffic) -> Iterator[Family]:
    """What anybody may ask over the internet, of no key, domain or address."""
    answers = CounterMetricFamily(
        "supportbridge_public_answers", "Answers of the public listener, by HTTP status.", labels=["status"]
    )
    for status, count in sorted(traffic.answers.items()):
        answers.add_metric([str(status)], count)
    yield answers
    licences = CounterMetricFamily(
        "supportbridge_licence_answers", "Answers about licences, by the status they told.", labels=["status"]
    )
    for verdict in Verdict:
        licences.add_metric([verdict], traffic.licences[verdict])
    yield licences
    yield CounterMetricFamily(
        "supportbridge_public_turned_away",
        "Public connections that were closed as they came: one address, or all, had too many.",
        traffic.turned_away,
    )
    yield _plain("public_connections", "Public connections that are open.", traffic.connections)


def _plain(name: str, words: str, value: float, **labels: str) -> Family:
    family = GaugeMetricFamily(f"supportbridge_{name}", words, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family
