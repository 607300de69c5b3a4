"""The desk behind the licence API: what is looked up, and what is not told by how it is looked up (rule L6)."""

import asyncio
from collections.abc import Iterator

import pytest

from bridge.domain.licence_answers import NOT_KNOWN, LicenceAnswer, LicenceQuestion
from bridge.domain.licences import StatusCode
from bridge.testing.clock import FixedClock
from bridge.web.licence_desk import DeskLicences
from tests.support.books import ACME, REFUNDED
from tests.support.licence_pages import LicenceDesk, a_licence_desk
from tests.support.licences import PRODUCTS
from tests.support.waiting import PATIENCE_S

HERE = "shop.example.com"
NOBODYS = "7K3QX-M2R9D-W8HPA-V5TNC-4JEGB"


@pytest.fixture(name="vendor")
def _vendor() -> Iterator[LicenceDesk]:
    with a_licence_desk() as desk:
        yield desk


def a_question(store: str, key: str) -> LicenceQuestion:
    return LicenceQuestion(store, key, HERE, takes_place=True, product="menu", token="x")


async def asked(licences: DeskLicences, what: str, store: str, key: str) -> LicenceAnswer:
    question = a_question(store, key)
    if what == "check":
        return licences.check(question)
    return await (licences.activate(question) if what == "activate" else licences.deactivate(question))


@pytest.mark.parametrize("what", ["check", "activate", "deactivate"])
async def test_L6_a_key_of_another_store_is_answered_by_the_steps_of_one_that_nobody_has(
    vendor: LicenceDesk, what: str
) -> None:
    """Also where the store is none of this bridge or is switched off. No writer runs here: nothing is kept of it."""
    key = vendor.bought().licence.key
    licences = DeskLicences(vendor.desk, FixedClock(vendor.now), book_of={ACME: PRODUCTS, "other": PRODUCTS}.get)
    closed = DeskLicences(vendor.desk, FixedClock(vendor.now), book_of={"other": PRODUCTS}.get)
    steps: list[str] = []
    for one, store, sent in (
        (licences, ACME, NOBODYS),
        (licences, ACME, key[:-1]),
        (licences, "other", key),
        (licences, "other", NOBODYS),
        (licences, "nowhere", key),
        (licences, "nowhere", NOBODYS),
        (closed, ACME, key),
        (closed, ACME, NOBODYS),
    ):
        one._lookup.find(ACME, NOBODYS, HERE)
        reader = one._lookup._reader
        assert reader is not None
        steps.clear()
        reader.set_trace_callback(steps.append)
        assert await asked(one, what, store, sent) is NOT_KNOWN
        assert len(steps) == 1, (store, sent)
    for one in (licences, closed):
        one.close()


async def test_L6_what_a_look_refuses_does_not_get_as_far_as_the_desks_writer(vendor: LicenceDesk) -> None:
    one = vendor.bought()
    vendor.bought(status=REFUNDED)
    licences = DeskLicences(vendor.desk, FixedClock(vendor.now), book_of={ACME: PRODUCTS}.get)
    refused = await asyncio.wait_for(licences.activate(a_question(ACME, one.licence.key)), PATIENCE_S)  # no writer runs
    assert (refused.status.code, refused.done) == (StatusCode.REFUNDED, False)
    licences.close()


async def test_L6_an_extension_with_an_old_token_is_activated_where_it_is_in_use(vendor: LicenceDesk) -> None:
    one = vendor.used_on(vendor.bought(), HERE)
    licences = DeskLicences(vendor.desk, FixedClock(vendor.now), book_of={ACME: PRODUCTS}.get)
    vendor.desk.start()
    question = a_question(ACME, one.licence.key)
    assert licences.check(question).status.code is StatusCode.WRONG_DOMAIN
    activated = await licences.activate(question)
    assert (activated.status.code, activated.done, activated.token) == (StatusCode.ACTIVE, True, None)
    licences.close()
