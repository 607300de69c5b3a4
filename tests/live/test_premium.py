"""Premium time on a running shop: from an offer that is accepted on the page to the order that pays the bill.

Skipped unless a shop is named. It installs, orders, pays and refunds there, and leaves it so.
"""

from pathlib import Path

import pytest

from tests.live.beside import OFFICIAL_NUMBER, PREMIUM_NUMBER, beside, zips
from tests.live.conftest import AnyLive, Steps
from tests.live.mailbox import a_mailbox, letters_to, told
from tests.live.premium_way import gets_a_code, is_sold
from tests.live.seeking import Everywhere, digits_of
from tests.support.daemons import bridge_command
from tests.support.mail_server import MailServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(1200)


def test_W2_W5_W6_W8_from_the_offer_to_the_bill_that_is_paid(live: AnyLive, steps: Steps, tmp_path: Path) -> None:
    shop, folder = live.shop, tmp_path / "bridge"
    with (
        a_mailbox() as mailbox,
        beside(shop, folder, page=live.page_address(), mail_port=mailbox.port, sells_hours=True) as (bridge, daemon),
    ):
        live.log_in_admin()
        live.install(zips(tmp_path / "zips")[live.zips])
        bridge.tables()
        bridge.pair()
        daemon.start()
        everywhere = Everywhere(live, bridge, daemon, daemon.wait_ready(), mailbox)
        found = bridge.staff("check")
        assert [line for line in found["findings"] if line["level"] == "wrong"] == []
        steps.passed.append("bridge check finds nothing wrong")
        live.log_in_customer()
        is_sold(live, bridge, steps)
        gets_a_code(live, steps)
        bridge.staff("ledger", "verify")
        steps.passed.append("pages equal the ledger")
        wait_until(lambda: len(letters_to(mailbox, shop.customer.user)) >= len(LETTERS), "the last letter", within=60)
        is_written_nowhere(everywhere)
        steps.passed.append("the premium number is nowhere")
        steps.keeps("letters-of-premium-time", [told(one) for one in mailbox.taken])
        mailed(mailbox, shop.customer.user)
        steps.passed.append("letters, each once, with exact amounts")


def is_written_nowhere(everywhere: Everywhere) -> None:
    """The number for paid help is in no page, row, letter, log or list (rule W2); that for everybody is found."""
    found = everywhere.has(PREMIUM_NUMBER, OFFICIAL_NUMBER)
    assert found[PREMIUM_NUMBER] == set()
    assert "page premium" in found[OFFICIAL_NUMBER], found
    assert any(place.startswith("row of ") for place in found[OFFICIAL_NUMBER]), found
    reply = bridge_command(everywhere.bridge.config, "premium", "autoreply")
    assert digits_of(PREMIUM_NUMBER) in digits_of(reply.stdout), "which has it, to be pasted"


LETTERS = (
    "We offer you an agreement about premium time: Technical support",
    "You have accepted an agreement about premium time: Technical support",
    "We offer you an agreement about premium time: Consultation",
    "You have accepted an agreement about premium time: Consultation",
    "We offer you an agreement about premium time: Technical support",
    "Your statement of premium time: 8.75 USD",
    "Your statement of premium time was corrected: 5.00 USD",
    "Your statement of premium time was corrected: 8.75 USD",
    "Your statement of premium time was corrected: 3.75 USD",
    "Your bill for premium time: 3.75 USD",
    "Your bill for premium time is paid: 3.75 USD",
    "The payment of your bill for premium time was taken back: 3.75 USD",
    "Your bill for premium time is paid: 3.75 USD",
)
IN_PERSIAN = {
    "توافق پشتیبانی ویژه را پذیرفتید: مشاوره": "You have accepted an agreement about premium time: Consultation",
    "پیشنهاد توافق برای پشتیبانی ویژه: پشتیبانی فنی": "We offer you an agreement about premium time: Technical support",
}
"""A letter is in the language that the shop says is its customer's when it is sent, and he reads in two."""


def mailed(mailbox: MailServer, address: str) -> None:
    """What the customer was written: each letter once, in this order (rule C17)."""
    letters = [told(one) for one in letters_to(mailbox, address)]
    subjects = [one.splitlines()[0].replace("\N{NO-BREAK SPACE}", " ") for one in letters]
    assert [IN_PERSIAN.get(one, one) for one in subjects] == [*LETTERS]
