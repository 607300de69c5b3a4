"""Licences on a running shop: from the order of an extension to its refund, on the page and for extensions elsewhere.

Skipped unless a shop is named. It installs, orders, pays and refunds there, and leaves it so.
"""

from pathlib import Path

import pytest

from tests.live.beside import beside, zips
from tests.live.conftest import AnyLive, Steps
from tests.live.licence_way import Bought, Extension, goes_on_alone, holds
from tests.live.mailbox import a_mailbox, letters_to, told
from tests.support.mail_server import MailServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(1200)


def test_L1_L5_L6_from_the_order_of_an_extension_to_its_refund(live: AnyLive, steps: Steps, tmp_path: Path) -> None:
    shop, folder = live.shop, tmp_path / "bridge"
    with (
        a_mailbox() as mailbox,
        beside(shop, folder, page=live.page_address(), mail_port=mailbox.port, sells_extensions=True) as (
            bridge,
            daemon,
        ),
    ):
        live.log_in_admin()
        live.install(zips(tmp_path / "zips")[live.zips])
        bridge.tables()
        keys = bridge.signs()
        bridge.pair()
        daemon.start()
        daemon.wait_ready()
        listens = wait_until(lambda: daemon.heard("public pages are open"), "the public listener", within=30)
        extension = Extension(str(listens["listen"]), keys, tmp_path / "kept.php")
        found = bridge.staff("check")
        assert [line for line in found["findings"] if line["level"] == "wrong"] == []
        steps.passed.append("bridge check finds nothing wrong")
        live.log_in_customer()
        bought = holds(live, bridge, steps, extension)
        bridge.staff("ledger", "verify")
        steps.passed.append("pages equal the ledger")
        last = "no longer suspended"
        wait_until(lambda: last in "".join(in_order(mailbox, shop.customer.user)), "the last letter", within=60)
        daemon.stop()
        goes_on_alone(steps, extension, bought)
        steps.keeps("letters-of-licences", [told(one) for one in mailbox.taken])
        mailed(mailbox, shop.customer.user, bought)
        steps.passed.append("letters, each once, none with the key")


def in_order(mailbox: MailServer, address: str) -> list[str]:
    return [told(one) for one in letters_to(mailbox, address)]


def mailed(mailbox: MailServer, address: str, bought: Bought) -> None:
    """What the customer was written: each letter once, in this order, and never the key (rule C17)."""
    letters = in_order(mailbox, address)
    assert [one.splitlines()[0] for one in letters] == [
        "You have a licence of Quick checkout",
        "We have received your ticket – The checkout stays empty",
        "Your licence of Quick checkout was renewed",
        "Your licence of Quick checkout is suspended",
        "Your licence of Quick checkout is no longer suspended",
    ]
    assert "free of charge" in letters[1]
    assert [one for one in letters if bought.key in one] == []
