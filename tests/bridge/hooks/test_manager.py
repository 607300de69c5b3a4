"""Plugins: found by entry point, loaded each alone, named when something is wrong with one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.public_routes import PublicAnswer, PublicQuestion, PublicRoute
from bridge.contracts.shop import DatabaseAccess, Finding, Level, ShopAdapter, StoreConnection
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import CoinsGranted
from bridge.errors import PluginError
from bridge.hooks import hookimpl
from bridge.hooks import manager as manager_module
from bridge.hooks.dispatch import deliver, listeners
from bridge.hooks.manager import Plugins
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import install_plugin

PASSWORD = "correct horse"
EVENT = CoinsGranted(
    key="k",
    store="acme",
    owner=Owner(OwnerKind.CUSTOMER, 77),
    order_id=1,
    plan="base",
    coins=550,
    at=datetime(2026, 3, 1, tzinfo=UTC),
)
Install = Callable[..., str]


def connection(platform: str = "fake") -> StoreConnection:
    database = DatabaseAccess(name="shop", user="bridge", prefix="x_", password=PASSWORD)
    return StoreConnection(store="acme", platform=platform, zone=ZoneInfo("UTC"), database=database)


class Platform:
    """A platform's plugin that remembers what it was asked."""

    def __init__(self, adapter: ShopAdapter | None = None) -> None:
        self.adapter, self.asked = adapter, list[StoreConnection]()

    @hookimpl
    def bridge_connect_store(self, store: StoreConnection) -> ShopAdapter | None:
        self.asked.append(store)
        return self.adapter


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Install:
    """Install a plugin package for the test: its name and its source."""

    def installed(name: str, source: str, distribution: str = "") -> str:
        return install_plugin(monkeypatch, tmp_path, name, source, distribution=distribution)

    return installed


# --- loading ---


def test_a_whole_platform_is_added_by_its_entry_point_alone(install: Install) -> None:
    install(
        "myshop",
        "from bridge.hooks import hookimpl\n"
        "from bridge.testing.shop import FakeShop\n"
        "@hookimpl\n"
        "def bridge_connect_store(store):\n"
        "    return FakeShop(store.store)\n",
    )
    adapter = Plugins.load(["myshop"]).connect(connection("myshop"))
    assert isinstance(adapter, FakeShop)
    assert adapter.store == "acme"


def test_a_plugin_that_is_installed_and_not_enabled_is_not_even_imported(install: Install) -> None:
    install("dangerous", "raise SystemExit('imported')\n")
    assert "dangerous" in entry_points(group="bridge").names
    assert Plugins.load([]).names == []


def test_a_plugin_that_is_not_installed_is_named_with_those_that_are(install: Install) -> None:
    install("myshop", "")
    with pytest.raises(PluginError, match=r"plugin wordpress is enabled and not installed \(installed: .*myshop"):
        Plugins.load(["wordpress"])


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import no_such_library\n", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("def broken(:\n", "SyntaxError"),
    ],
)
def test_a_plugin_that_fails_to_import_is_named_with_the_cause(install: Install, source: str, cause: str) -> None:
    install("myshop", source)
    with pytest.raises(PluginError, match=f"plugin myshop can't be loaded: {cause}"):
        Plugins.load(["myshop"])


@pytest.mark.parametrize(
    ("hook", "cause"),
    [
        ("def bridge_connect_store(shop): pass", "shop"),
        ("def bridge_connect_stores(store): pass", "unknown hook 'bridge_connect_stores'"),
        ("async def bridge_coins_granted(event, mood): pass", "mood"),
    ],
    ids=["wrong argument", "no such hook", "one argument too many"],
)
def test_a_hook_that_does_not_fit_is_named(install: Install, hook: str, cause: str) -> None:
    install("myshop", f"from bridge.hooks import hookimpl\n@hookimpl\n{hook}\n")
    with pytest.raises(PluginError, match=f"(?s)plugin myshop can't be loaded: .*{cause}"):
        Plugins.load(["myshop"])


@pytest.mark.parametrize(
    ("hook", "form"),
    [
        ("def bridge_coins_granted(event): pass", "bridge_coins_granted must be written as: async def"),
        ("async def bridge_connect_store(store): pass", "bridge_connect_store must be written as: def"),
    ],
)
def test_an_event_hook_is_async_and_a_registration_hook_is_not(install: Install, hook: str, form: str) -> None:
    install("myshop", f"from bridge.hooks import hookimpl\n@hookimpl\n{hook}\n")
    with pytest.raises(PluginError, match=f"plugin myshop can't be loaded: {form}"):
        Plugins.load(["myshop"])


def test_a_plugin_offered_by_two_packages_is_refused(install: Install) -> None:
    install("myshop", "", distribution="honest_shop")
    install("myshop", "", distribution="other_shop")
    with pytest.raises(PluginError, match=r"myshop is offered by several packages \(honest_shop, other_shop\)"):
        Plugins.load(["myshop"])


def test_what_is_installed_is_looked_through_once_however_many_plugins_are_enabled(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("myshop", "")
    install("myletters", "")
    asked: list[str] = []

    def looked_through(*, group: str) -> EntryPoints:
        asked.append(group)
        return entry_points(group=group)

    monkeypatch.setattr(manager_module, "entry_points", looked_through)
    assert Plugins.load(["myshop", "myletters"]).names == ["myshop", "myletters"]
    assert asked == ["bridge"]


def test_two_plugins_of_one_name_are_refused() -> None:
    plugins = Plugins()
    plugins.add("fake", Platform())
    with pytest.raises(PluginError, match="plugin fake can't be loaded"):
        plugins.add("fake", Platform())


# --- connecting ---


def test_only_the_stores_platform_is_asked_so_no_other_sees_the_password() -> None:
    wanted, other = Platform(FakeShop()), Platform(FakeShop())
    plugins = Plugins()
    plugins.add("fake", wanted)
    plugins.add("nosy", other)
    assert plugins.connect(connection()) is wanted.adapter
    assert wanted.asked[0].database.password == PASSWORD
    assert other.asked == []


def test_a_hook_under_another_functions_name_does_not_see_the_password_either() -> None:
    seen: list[StoreConnection] = []

    class Disguised:
        @hookimpl(specname="bridge_connect_store")
        def harmless(self, store: StoreConnection) -> None:
            seen.append(store)

    plugins = Plugins()
    plugins.add("fake", Platform(FakeShop()))
    plugins.add("nosy", Disguised())
    plugins.connect(connection())
    assert seen == []


def test_a_hook_cannot_be_wrapped_round_anothers() -> None:
    class Wrapping:
        @hookimpl(wrapper=True)
        def bridge_connect_store(self, store: StoreConnection) -> object:
            del store
            return (yield)

    with pytest.raises(PluginError, match="plugin nosy can't be loaded: bridge_connect_store can't be wrapped"):
        Plugins().add("nosy", Wrapping())


def test_a_store_whose_platform_is_not_enabled_says_what_to_do() -> None:
    with pytest.raises(
        PluginError, match=r"store acme: no enabled plugin is called fake; enable it in plugins\.enabled"
    ):
        Plugins().connect(connection())


def test_a_platform_that_has_no_adapter_is_named() -> None:
    plugins = Plugins()
    plugins.add("fake", Platform(None))
    with pytest.raises(PluginError, match="plugin fake has no adapter for store acme"):
        plugins.connect(connection())


def test_a_platform_that_raises_is_named_with_its_cause_and_without_the_password() -> None:
    class Raising:
        @hookimpl
        def bridge_connect_store(self, store: StoreConnection) -> ShopAdapter:
            raise ValueError(f"can't use {store}")

    plugins = Plugins()
    plugins.add("fake", Raising())
    with pytest.raises(PluginError, match="plugin fake can't connect store acme: can't use") as refusal:
        plugins.connect(connection())
    assert PASSWORD not in str(refusal.value)


# --- jobs, checks, events ---


class Registry:
    """Remembers which jobs were registered."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def every(self, name: str, interval: timedelta, job: object) -> None:
        del interval, job
        self.names.append(name)


def test_every_plugin_registers_its_jobs_and_one_that_cannot_is_named() -> None:
    class Working:
        @hookimpl
        def bridge_schedule_jobs(self, scheduler: Registry) -> None:
            scheduler.every("sweep", timedelta(days=1), None)

    class Raising:
        @hookimpl
        def bridge_schedule_jobs(self) -> None:
            raise KeyError("calendar")

    plugins, registry = Plugins(), Registry()
    plugins.add("working", Working())
    plugins.schedule_jobs(registry)
    assert registry.names == ["sweep"]
    plugins.add("broken", Raising())
    with pytest.raises(PluginError, match="plugin broken can't register its jobs: 'calendar'"):
        plugins.schedule_jobs(registry)


def test_a_check_that_raises_hides_no_other_plugins_lines() -> None:
    class Checking:
        @hookimpl
        def bridge_health_checks(self) -> list[Finding]:
            return [Finding("mail", Level.OK, "the server answers")]

    class Raising:
        @hookimpl
        def bridge_health_checks(self) -> list[Finding]:
            raise RuntimeError("odd")

    plugins = Plugins()
    plugins.add("broken", Raising())
    plugins.add("mail", Checking())
    broken, mail = plugins.findings()
    assert (broken.name, broken.level, broken.text) == ("plugin broken", Level.WRONG, "RuntimeError: odd")
    assert mail.name == "mail"


async def test_an_implementation_may_leave_out_what_it_does_not_need_and_have_another_name() -> None:
    heard = []

    class Short:
        @hookimpl
        async def bridge_coins_granted(self) -> None:
            heard.append("short")

    class Renamed:
        @hookimpl(specname="bridge_coins_granted")
        async def on_coins(self, event: CoinsGranted) -> None:
            heard.append(event.key)

    class Unmarked:
        async def bridge_coins_granted(self, event: CoinsGranted) -> None:
            heard.append(f"never {event.key}")

    plugins = Plugins()
    for name, plugin in (("short", Short()), ("renamed", Renamed()), ("unmarked", Unmarked())):
        plugins.add(name, plugin)
    assert sorted(listeners(plugins, "bridge_coins_granted")) == ["renamed", "short"]
    for name in ("short", "renamed"):
        await deliver(plugins, "bridge_coins_granted", EVENT, name)
    assert heard == ["short", "k"]


# --- addresses on the public listener ---


async def nothing(_: PublicQuestion) -> PublicAnswer:
    return PublicAnswer()


class Serving:
    """A plugin with an address of its own, or of somebody else."""

    def __init__(self, path: str) -> None:
        self.path = path

    @hookimpl
    def bridge_public_routes(self) -> list[PublicRoute]:
        return [PublicRoute("POST", self.path, nothing)]


@pytest.mark.parametrize("path", ["/paper", "/paper/boy"])
def test_a_plugin_serves_addresses_that_begin_with_its_name(path: str) -> None:
    plugins = Plugins()
    plugins.add("paper", Serving(path))
    plugins.add("silent", Platform())
    assert {name: [one.path for one in routes] for name, routes in plugins.public_routes().items()} == {"paper": [path]}


@pytest.mark.parametrize("path", ["/api/v1/licences/check", "/papers", "/", "/other/paper", "paper"])
def test_a_plugin_that_wants_anothers_address_is_named(path: str) -> None:
    plugins = Plugins()
    plugins.add("paper", Serving(path))
    with pytest.raises(PluginError, match=r"plugin paper can't serve .*: its addresses begin with /paper"):
        plugins.public_routes()
