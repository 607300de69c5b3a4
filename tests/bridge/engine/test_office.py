"""What a plugin may ask of the bridge, and that it is asked of the right place."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bridge.contracts.office import Delivery, Office, PluginTables, StaffContact
from bridge.contracts.shop_documents import Contact, Note
from bridge.contracts.threads import KnownThread
from bridge.desk.deliveries import Lanes
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.errors import PluginError, SettingsError, ShopUnavailable
from bridge.hooks import hookimpl
from bridge.hooks.manager import Plugins
from bridge.services.threads_shown import tell_unread
from bridge.settings.base import Section
from bridge.settings.secret_reference import Secret
from tests.support.mailroom import ACCOUNT_URL, ANNA, NOON, Mailroom, a_mailroom


class Table(Section):
    """What the plugin of these tests reads."""

    speed: int = 3
    password: Secret | None = None


class Asking:
    """A plugin that keeps its office."""

    office: Office

    @hookimpl
    def bridge_settings(self) -> PluginTables:
        return PluginTables(bridge=Table, store=Table)

    @hookimpl
    def bridge_open(self, office: Office) -> None:
        self.office = office

    @hookimpl
    async def bridge_deliver(self, delivery: Delivery) -> None:
        """Takes everything."""


@pytest.fixture
def asking() -> Asking:
    return Asking()


@pytest.fixture
async def room(tmp_path: Path, asking: Asking) -> AsyncIterator[Mailroom]:
    bridge = '[plugin.asking]\nspeed = 5\npassword = { env = "ONE" }\n'
    store = '[plugin.asking]\npassword = { env = "TWO" }\n'
    environ = {"ONE": "first", "TWO": "second"}
    with a_mailroom(tmp_path, "asking", asking, bridge=bridge, store=store, environ=environ) as opened:
        yield opened


@pytest.mark.usefixtures("room")
async def test_a_plugin_has_its_own_settings_and_secrets(asking: Asking) -> None:
    assert asking.office.settings(Table).speed == 5
    assert asking.office.stores["acme"].settings.speed == 3
    assert asking.office.secret("password") == "first"
    assert asking.office.secret("password", store="acme") == "second"
    with pytest.raises(KeyError):
        asking.office.secret("speed")


@pytest.mark.usefixtures("room")
async def test_a_store_is_described_as_its_file_says(asking: Asking) -> None:
    card = asking.office.stores["acme"]
    assert (card.title, card.account_url, card.languages) == ("Support House", ACCOUNT_URL, ("en", "ru", "fa"))
    assert card.staff == (StaffContact("Anna", "anna@example.com"),)
    assert card.plans == {"base": {"en": "Base"}}
    assert [card.language_for(wanted) for wanted in ("ru", "fa-IR", "ru_RU", "de", "")] == [
        "ru",
        "fa",
        "ru",
        "en",
        "en",
    ]


async def test_contacts_are_asked_of_the_running_shop(room: Mailroom, asking: Asking) -> None:
    room.shop.order_people[1042] = Contact(0, "guest@customers.example", "Guest", "ru")
    contact = await asking.office.contact("acme", ANNA)
    assert contact is not None
    assert contact.name == "Anna"
    guest = await asking.office.contact("acme", Owner(OwnerKind.GUEST, 1042))
    assert guest is not None
    assert guest.email == "guest@customers.example"
    assert await asking.office.contact("acme", Owner(OwnerKind.CUSTOMER, 999)) is None
    with pytest.raises(ShopUnavailable):
        await asking.office.contact("closed", ANNA)


async def test_D3_a_former_customers_number_may_be_anothers_so_nobody_is_addressed(
    room: Mailroom, asking: Asking
) -> None:
    assert await asking.office.contact("acme", Owner(OwnerKind.FORMER, 77)) is None
    assert room.shop.calls["contacts"] == 0


async def test_a_subject_and_a_code_are_those_of_the_named_store(room: Mailroom, asking: Asking) -> None:
    number = await room.ticket("Set up Google Analytics")
    claim = await room.desk.transact("claim", lambda tx: tx.guests.claim("acme", 1042, 77, code="482915", at=NOON))
    assert await asking.office.subject("acme", number) == "Set up Google Analytics"
    assert await asking.office.subject("other", number) == ""
    assert await asking.office.code("acme", claim.id) == "482915"
    assert await asking.office.code("other", claim.id) == ""


async def test_an_answer_is_shown_once_it_is_in_a_shop_whose_page_has_threads(room: Mailroom, asking: Asking) -> None:
    number, shows = await room.ticket("Set up Google Analytics"), '{"version":"0.5.0"}'
    answers = [await asking.office.is_shown("acme", number)]
    await room.desk.transact("push", lambda tx: tx.tickets.pushed({number: 1}))
    for note in ("", '{"version":"0.3.0"}', shows):
        room.shop.notes["storefront:acme"] = Note(note, "", "")
        answers.append(await asking.office.is_shown("acme", number))
    await room.desk.transact("touch", lambda tx: tx.tickets.touch([number]))
    answers.append(await asking.office.is_shown("acme", number))
    assert answers == [False, False, False, True, False]
    assert await asking.office.is_shown("acme", 4_000), "what is not there is not missing"
    await room.desk.transact("keep back", lambda tx: tx.tickets.keep_back([number]))
    assert await asking.office.is_shown("acme", number) is None


async def test_while_staff_know_that_answers_are_not_read_no_letter_asks_the_shop(
    room: Mailroom, asking: Asking
) -> None:
    number = await room.ticket("Set up Google Analytics")
    await room.desk.transact("push", lambda tx: tx.tickets.pushed({number: 1}))
    room.shop.notes["storefront:acme"] = Note('{"version":"0.5.0"}', "", "")
    tell = partial(tell_unread, at=NOON)
    await room.desk.transact("tell", tell, "acme", "the shop's extension is still 0.3.0", "Run: x")
    asked = room.shop.calls["note"]
    assert await asking.office.is_shown("acme", number) is False
    assert room.shop.calls["note"] == asked
    await room.desk.transact("tell", tell, "acme", "", "")
    assert await asking.office.is_shown("acme", number) is True


async def test_what_was_delivered_is_counted_by_customer_and_day(room: Mailroom, asking: Asking) -> None:
    office = asking.office
    assert await office.queue([]) == 0
    assert await office.queue([Delivery(key, "acme", "greeting", {}, to=ANNA) for key in ("a", "b")]) == 2
    await room.work()
    assert await office.delivered_since("acme", ANNA, NOON) == 2
    assert await office.delivered_since("acme", ANNA, NOON + timedelta(seconds=1)) == 0
    assert await office.delivered_since("acme", Owner(OwnerKind.CUSTOMER, 78), NOON) == 0


async def test_what_was_delivered_before_the_clock_was_put_back_counts_for_no_day_yet(
    room: Mailroom, asking: Asking
) -> None:
    await asking.office.queue([Delivery("a", "acme", "greeting", {}, to=ANNA)])
    await room.work()
    room.clock.advance(timedelta(days=-300))
    assert await asking.office.delivered_since("acme", ANNA, room.clock.now() - timedelta(hours=12)) == 0


async def test_what_waits_for_the_same_receiver_since_earlier_is_known(room: Mailroom, asking: Asking) -> None:
    def to(number: int, whom: Owner | None, about: str = "", store: str = "acme") -> Delivery:
        return Delivery(f"k{number}", store, "note", {"number": number}, to=whom, about=about)

    other = Owner(OwnerKind.CUSTOMER, 78)
    queued = [to(1, None, "chat 7"), to(2, None, "chat 8"), to(3, None, "chat 7"), to(4, ANNA), to(5, other)]
    queued += [to(6, ANNA), to(7, None, "chat 7"), to(8, None, "chat 7")]
    await asking.office.queue(queued)

    async def before(number: int) -> list[str]:
        return [one.key for one in await asking.office.waiting_before(queued[number - 1])]

    assert [await before(number) for number in (1, 2, 6, 7)] == [[], [], ["k4"], ["k1", "k3"]]

    def deal(tx: DeskTx) -> None:
        due = tx.deliveries.due("asking", Lanes.all("acme"), room.clock.now(), 9)
        tx.deliveries.done(due[0], room.clock.now())
        tx.deliveries.later(due[2], room.clock.now() + timedelta(hours=1), failed=True)

    await room.desk.transact("deal", deal)
    assert await before(8) == ["k3", "k7"], "what was delivered waits no more, what was postponed does"
    assert await asking.office.waiting_before(to(9, ANNA)) == [], "it is in no queue"


async def test_a_plugins_problem_is_its_own_and_ends_when_it_says_so(room: Mailroom, asking: Asking) -> None:
    await asking.office.report("acme", key="k", kind="odd", summary="something")
    (problem,) = await room.problems()
    assert (problem.key, problem.kind, problem.summary) == ("asking:k", "odd", "something")
    await asking.office.solve("acme", ["k"])
    assert await room.problems() == []


@pytest.mark.parametrize(("fault", "told"), [(ValueError("no"), PluginError), (SettingsError(()), SettingsError)])
def test_a_plugin_that_can_t_open_is_named_unless_its_settings_are_wrong(
    fault: Exception, told: type[Exception]
) -> None:
    class Broken:
        @hookimpl
        def bridge_open(self) -> None:
            raise fault

    plugins = Plugins()
    plugins.add("broken", Broken())
    with pytest.raises(told, match="plugin broken can't open: ValueError: no" if told is PluginError else None):
        plugins.open(lambda _: None)  # type: ignore[arg-type,return-value]  # nobody asks it


def test_a_plugin_that_can_t_name_its_settings_is_named() -> None:
    class Broken:
        @hookimpl
        def bridge_settings(self) -> PluginTables:
            raise ValueError("no")

    plugins = Plugins()
    plugins.add("broken", Broken())
    with pytest.raises(PluginError, match="plugin broken can't name its settings: no"):
        plugins.tables()


async def test_a_visitor_is_addressed_by_his_thread_and_reads_the_answer_itself(room: Mailroom, asking: Asking) -> None:
    visitor = Owner(OwnerKind.VISITOR, 5)

    def write(tx: DeskTx) -> int:
        account = tx.accounts.open("acme", [visitor])[visitor]
        ticket = tx.tickets.open("acme", account.id, subject="Help", at=NOON, by=Author.CUSTOMER)
        known = KnownThread(5, account.id, "eve@shop.example", "fa", "open", ticket.id, NOON)
        tx.threads.save("acme", [known])
        for seconds, text in ((0, "first"), (60, "second")):
            at = NOON + timedelta(seconds=seconds, microseconds=123_456)
            tx.tickets.say(ticket.id, Message(at, Author.STAFF, MessageKind.TEXT, text, staff="Anna"))
        return ticket.id

    number = await room.desk.transact("write", write)
    assert await asking.office.contact("acme", visitor) == Contact(0, "eve@shop.example", "", "fa")
    assert await asking.office.contact("acme", Owner(OwnerKind.VISITOR, 6)) is None
    moment = NOON + timedelta(seconds=60, microseconds=123_456)
    assert await asking.office.answer("acme", number, moment) == "second"
    assert await asking.office.answer("acme", number, NOON + timedelta(hours=1)) == ""
    assert await asking.office.answer("other", number, moment) == ""
