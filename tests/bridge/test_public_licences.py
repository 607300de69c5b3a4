"""The daemon answers extensions in the field: from a paid order to a signed answer, and back by a refund (rule L6)."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog

from bridge.app import App
from bridge.contracts.clock import SystemClock
from bridge.contracts.shop_documents import DocumentTable
from bridge.desk.key_files import KeyRing, save_keys
from bridge.desk.statement_keys import new_statement_key, retire_statement_key
from bridge.domain.licence_history import KeptLicence
from bridge.errors import ListenerError
from bridge.services.licence_statements import verified
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge
from tests.support.waiting import until

LICENSED = """
[licences.products.seo]
name = { en = "SEO" }
product_codes = ["SEO-1"]
"""
HOST = "https://www.shop.example.com/"


@pytest.fixture(name="shop")
def _shop(fake_platform: dict[str, FakeShop]) -> FakeShop:
    fake_platform["acme"] = FakeShop()
    return fake_platform["acme"]


@pytest.fixture(name="config")
def _config(tmp_path: Path, shop: FakeShop) -> Path:
    """A configuration with the store acme, which sells a licensed product, and a public listener."""
    del shop
    config = write_bridge(tmp_path, stores={"acme": {}})
    with (config / "bridge.toml").open("a") as file:
        file.write('[public_web]\nlisten = "127.0.0.1:0"\n')
    with (config / "stores/acme.toml").open("a") as file:
        file.write(LICENSED)
    save_keys(tmp_path / "state", KeyRing("acme").with_new_key())
    return config


class Asker:
    """An extension that asks a running daemon."""

    def __init__(self, app: App, client: aiohttp.ClientSession) -> None:
        self.app, self._client = app, client

    async def ask(self, what: str, key: str, **different: str) -> dict[str, Any]:
        question = {"store": "acme", "key": key, "domain": HOST, "product": "seo", **different}
        async with self._client.post(f"/api/v1/licences/{what}", json=question) as answer:
            document: dict[str, Any] = await answer.json()
            return {"http": answer.status, **document}

    async def metrics(self) -> str:
        async with aiohttp.ClientSession(self.app.pages.address) as client, client.get("/metrics") as page:
            return await page.text()

    def licences(self) -> list[KeptLicence]:
        return self.app.desk.look(lambda tx: tx.licences.page("acme", after=0, limit=10))


@asynccontextmanager
async def running(config: Path) -> AsyncIterator[Asker]:
    async with App(read_settings(config), lambda: read_settings(config), SystemClock()) as app:
        app.start_stores()
        assert app.public_pages is not None
        async with aiohttp.ClientSession(app.public_pages.address) as client:
            yield Asker(app, client)


async def test_L6_a_bought_licence_is_activated_and_answered_and_a_refund_ends_it(
    config: Path, shop: FakeShop, tmp_path: Path
) -> None:
    signs = new_statement_key(tmp_path / "state")
    order = shop.add_order(customer=77, lines={"SEO-1": 1})
    async with running(config) as asker:
        await until(lambda: asker.licences() != [], "the order gave a licence")
        [key] = [one.licence.key for one in asker.licences()]
        assert (await asker.ask("check", key))["reason"] == "wrong_domain"
        assert 'supportbridge_licence_answers_total{status="inactive"} 1.0' in await asker.metrics()
        activated = await asker.ask("activate", key)
        assert (activated["status"], activated["activated"], len(activated["token"])) == ("active", True, 43)
        checked = await asker.ask("check", key.lower())
        statement = verified(checked["statement"], signs.public_base64)
        assert statement is not None
        assert (statement["status"], statement["host"], statement["domain"]) == ("active", HOST, "shop.example.com")
        assert (await asker.ask("deactivate", key, token="x" * 43))["http"] == 403
        shop.change_status(order, shop.REFUNDED)
        await until(lambda: asker.licences()[0].now.suspended is not None, "the refund suspended it")
        answer = await asker.ask("check", key)
        assert (answer["status"], answer["reason"]) == ("inactive", "refunded")
        assert (await asker.ask("deactivate", key, token=activated["token"]))["released"] is True


async def test_L6_what_extensions_do_is_on_the_customers_page_and_told_at_once(
    config: Path, shop: FakeShop, tmp_path: Path
) -> None:
    new_statement_key(tmp_path / "state")
    shop.add_order(customer=77, lines={"SEO-1": 1})

    def used_on() -> list[str] | None:
        document = shop.shown_document(DocumentTable.LICENCE, number)
        return [one["domain"] for one in document["domains"]] if document else None

    async with running(config) as asker:
        await until(lambda: asker.licences() != [], "the order gave a licence")
        [licence] = [one.licence for one in asker.licences()]
        number, key = licence.id, licence.key
        await until(lambda: used_on() == [], "the page shows the licence")
        token = (await asker.ask("activate", key))["token"]
        await until(lambda: used_on() == ["shop.example.com"], "the page shows its domain")
        await asker.ask("deactivate", key, token=token)
        await until(lambda: used_on() == [], "the page shows that it is free again")


async def test_L6_a_store_that_is_not_enabled_knows_no_key_and_the_others_are_answered_from_the_start(
    config: Path, tmp_path: Path
) -> None:
    new_statement_key(tmp_path / "state")
    async with App(read_settings(config), lambda: read_settings(config), SystemClock()) as app:
        assert app.public_pages is not None
        async with aiohttp.ClientSession(app.public_pages.address) as client:
            asker = Asker(app, client)
            for store in ("acme", "other"):
                answer = await asker.ask("activate", "nobody's", store=store)
                assert (answer["status"], answer["activated"], answer["token"]) == ("unknown", False, None)
                assert (await asker.ask("deactivate", "nobody's", store=store, token="x"))["released"] is False


async def test_keys_change_while_the_daemon_runs(config: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with structlog.testing.capture_logs() as logged:
        async with running(config) as asker:
            assert (await asker.ask("check", "x"))["http"] == 503
            first = new_statement_key(state)
            assert (await asker.ask("check", "x"))["statement"]["key_id"] == first.id
            second = new_statement_key(state)
            assert (await asker.ask("check", "x"))["statement"]["key_id"] == first.id
            retire_statement_key(state, first.id)
            assert (await asker.ask("check", "x"))["statement"]["key_id"] == second.id
    [told] = [line for line in logged if line["event"] == "licences can't be asked for"]
    assert told["next"] == "bridge licence keys new"


async def test_a_reload_that_takes_a_store_away_takes_its_keys_away(config: Path, tmp_path: Path) -> None:
    new_statement_key(tmp_path / "state")
    async with running(config) as asker:
        assert asker.app.in_force.licences_of("acme")
        store = config / "stores/acme.toml"
        store.write_text(store.read_text().replace("enabled = true", "enabled = false"))
        await asker.app.reload()
        assert asker.app.in_force.licences_of("acme") is None


async def test_a_public_address_in_use_stops_the_start_and_is_named(config: Path) -> None:
    bridge = config / "bridge.toml"
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        before, _, _ = bridge.read_text().partition("[public_web]")
        bridge.write_text(f'{before}[public_web]\nlisten = "{address}"\n')
        with pytest.raises(ListenerError, match=f"public_web.listen: {address} can't be had") as refused:
            async with running(config):
                pass
    assert refused.value.hint.endswith("or name another in public_web.listen of bridge.toml")


async def test_nothing_listens_in_public_unless_it_is_set(tmp_path: Path, shop: FakeShop) -> None:
    del shop
    config = write_bridge(tmp_path, stores={"acme": {}})
    async with App(read_settings(config), lambda: read_settings(config), SystemClock()) as app:
        assert app.public_pages is None
        await until(lambda: app.desk.last_beat > 0, "the daemon lives")
