"""A customer releases a domain of his licence on his page (rule L6): his own, so often, with an answer."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bridge.contracts.answers import Answer
from bridge.contracts.shop_documents import InboxRow
from bridge.domain.events import LicenceChanged
from bridge.domain.licence_answers import LicenceQuestion
from bridge.domain.licences import LicenceEventKind
from bridge.services import licence_checks
from bridge.services.inbox import Outcome, handle
from bridge.services.told_before import Told
from bridge.testing.coin_desk import posted_row
from tests.support.books import ACME
from tests.support.licence_pages import KEY, LicenceDesk, a_licence_desk
from tests.support.licences import MENU
from tests.support.quoting import desk_terms

HERE, THERE = "shop.example", "other.example"


@pytest.fixture
def desk() -> Iterator[LicenceDesk]:
    with a_licence_desk() as one:
        yield one


def sent(
    desk: LicenceDesk, licence: object, domain: object, *, customer: int = 77, told: Told | None = None
) -> tuple[Outcome, Answer]:
    """What becomes of a release that was sent with the page's form."""
    desk.later(minutes=1)
    data = {"licence": licence, "domain": domain}
    at = int(desk.now.timestamp())
    row = posted_row(KEY, store=ACME, customer=customer, kind="licence_release", data=data, at=at)
    found = InboxRow(1, row.customer_id, row.uuid, row.payload, row.key_id, row.mac)
    terms = desk_terms(licences=desk.pages.licences)
    outcome = desk.desk.run(handle, terms, found, [KEY], at=desk.now, told=told)
    (answer,) = (one for one in desk.desk.look(lambda tx: tx.answers.waiting(ACME, 99)) if one.uuid == row.uuid)
    return outcome, answer


def test_L6_a_released_domain_takes_no_place_and_its_shop_is_told_so(desk: LicenceDesk) -> None:
    one = desk.used_on(desk.bought(), HERE, THERE)
    outcome, answer = sent(desk, one.licence.id, HERE)
    after = desk.again(one)
    assert (outcome, answer.code, answer.document["data"]) == (
        Outcome.ACCEPTED,
        "domain_released",
        {"licence": one.licence.id},
    )
    assert (list(after.now.activations), after.now.free_places) == ([THERE], 2)
    (row,) = desk.waiting()
    assert json.loads(row.row.payload)["releases"]["used"] == [int(desk.now.timestamp())]
    events = desk.desk.look(lambda tx: tx.licences.events(one.licence.id))
    assert (events[-1].kind, dict(events[-1].detail)) == (
        LicenceEventKind.RELEASED,
        {"domain": HERE, "by": "customer"},
    )
    due = desk.desk.look(lambda tx: tx.outbox.due(desk.now, 99))
    assert [each.event.change for each in due if isinstance(each.event, LicenceChanged)][-1] == "released"


def test_L6_a_customer_releases_as_often_as_the_store_says_and_again_when_the_days_are_over(desk: LicenceDesk) -> None:
    one = desk.used_on(desk.bought(), HERE, THERE, "third.example")
    assert [sent(desk, one.licence.id, domain)[0] for domain in (HERE, THERE)] == [Outcome.ACCEPTED] * 2
    outcome, answer = sent(desk, one.licence.id, "third.example")
    assert (outcome, answer.code) == (Outcome.REFUSED, "no_releases_left")
    assert "فعلاً" in answer.document["text"]["fa"]
    assert list(desk.again(one).now.activations) == ["third.example"]
    desk.now += timedelta(days=365)
    assert sent(desk, one.licence.id, "third.example")[0] is Outcome.ACCEPTED


def test_L6_what_an_extension_gives_back_is_not_counted_against_its_owner(desk: LicenceDesk) -> None:
    one = desk.used_on(desk.bought(), HERE)
    question = LicenceQuestion(ACME, one.licence.key, HERE, takes_place=True, product="menu", token="t")
    desk.desk.run(licence_checks.deactivate, desk.checks, question, at=desk.now)
    assert (desk.again(one).now.activations, desk.again(one).now.own_releases) == ({}, ())


@pytest.mark.parametrize(
    ("customer", "domain", "code"),
    [(78, HERE, "unknown_licence"), (77, THERE, "domain_not_in_use"), (77, "HERE", "domain_not_in_use")],
)
def test_L6_nobody_releases_what_is_not_his_or_not_in_use(
    desk: LicenceDesk, customer: int, domain: str, code: str
) -> None:
    one = desk.used_on(desk.bought(), HERE)
    outcome, answer = sent(desk, one.licence.id, domain, customer=customer)
    assert (outcome, answer.code) == (Outcome.REFUSED, code)
    assert list(desk.again(one).now.activations) == [HERE]


@pytest.mark.parametrize(
    ("licence", "domain"), [(0, HERE), ("1", HERE), (1, ""), (1, "a\nb"), (1, 5), (1, "x" * 301), (True, HERE)]
)
def test_a_release_that_is_not_as_agreed_on_is_refused(desk: LicenceDesk, licence: object, domain: object) -> None:
    desk.used_on(desk.bought(code=MENU), HERE)
    outcome, answer = sent(desk, licence, domain)
    assert (outcome, answer.code) == (Outcome.REFUSED, "invalid")


def test_C8_a_release_that_was_accepted_before_a_restore_is_done_again_as_of_then(desk: LicenceDesk) -> None:
    """Whatever limit there is now: he was told that it was done."""
    one = desk.used_on(desk.bought(), HERE, THERE)
    then = desk.later(hours=1)
    told = Told("accepted", "domain_released", {"en": "Done."}, {"licence": one.licence.id}, then)
    desk.later(hours=5)
    outcome, answer = sent(desk, one.licence.id, HERE, told=told)
    assert (outcome, answer.received_at) == (Outcome.ACCEPTED, then)
    assert desk.again(one).now.own_releases == (then,)
    assert sent(desk, one.licence.id, HERE, told=told)[0] is Outcome.ACCEPTED, "the backup may not know its activation"
