"""Premium time of contacts who become another customer's or are one of several; and what all read (W2, W5, W9)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from bridge.domain.agreements import AgreementChannel
from bridge.domain.bills import Bill
from bridge.domain.chats import ChatContact
from bridge.errors import AgreementRefused
from bridge.services import agreements, billing, personal_export, ticket_links, timing
from bridge.services.accepting import Decider
from bridge.services.findings import Findings
from bridge.services.verify_premium import verify_premium
from tests.support.books import ACME
from tests.support.premium_time import PremiumDesk, a_premium_desk
from tests.support.quoting import ANNA, CUSTOMER


@pytest.fixture
def desk() -> Iterator[PremiumDesk]:
    with a_premium_desk() as made:
        yield made


def linked(desk: PremiumDesk, contact: ChatContact, account_id: int | None) -> ChatContact:
    """The contact, linked to that account from now on."""
    found = replace(contact, account_id=account_id)
    desk.coins.desk.run(lambda tx: tx.contacts.save(found))
    return found


def billed(desk: PremiumDesk, contact: ChatContact) -> Bill:
    """The draft of a bill for a quarter of an hour."""
    agreement = desk.agreed(contact=contact)
    desk.worked(agreement, minutes=10)
    _, bill = desk.close(agreement)
    assert bill is not None
    return bill


def test_W9_a_months_bill_is_of_one_contact_so_that_who_is_unlinked_takes_nobody_elses_along(
    desk: PremiumDesk,
) -> None:
    first = desk.contact()
    second = linked(desk, desk.stranger(), first.account_id)
    drafts = [billed(desk, first), billed(desk, second), billed(desk, first)]
    facts = {"month": date(2026, 11, 1), "by": ANNA, "at": desk.now}
    bills: list[Bill] = desk.do(billing.gather, [first.id, second.id], **facts)
    assert [(one.contact_id, len(one.lines)) for one in bills] == [(first.id, 2), (second.id, 1)]
    assert {line.agreement_id for line in bills[1].lines} == {line.agreement_id for line in drafts[1].lines}
    for contact in (first, second):  # however many contacts the books are verified at a time
        findings = Findings()
        desk.coins.desk.look(verify_premium, [contact], findings)
        assert not findings.listed


def test_W5_a_customer_with_a_blocked_chat_is_offered_in_his_other(desk: PremiumDesk) -> None:
    first = desk.contact()
    second = linked(desk, desk.stranger(), first.account_id)
    desk.coins.desk.run(lambda tx: tx.contacts.save(replace(first, blocked=True)))
    assert desk.offered().contact_id == second.id


def test_W5_an_offer_is_made_anew_only_to_whom_it_could_be_made_now(desk: PremiumDesk) -> None:
    ticket, other = desk.coins.ticket(CUSTOMER), desk.coins.ticket(CUSTOMER)
    about_ticket, plain = desk.offered(ticket_id=ticket.id), desk.offered()
    contact = desk.contact()

    def anew(number: int) -> None:
        facts = {"kind": "urgent", "cap_steps": 2, "by": ANNA, "at": desk.now}
        desk.do(agreements.offer_anew, number, **facts)

    def refused(number: int, reason: str) -> None:
        with pytest.raises(AgreementRefused) as refusal:
            anew(number)
        assert refusal.value.reason == reason

    linked(desk, contact, desk.contact(78).account_id)
    refused(about_ticket.id, "another_customer")
    linked(desk, contact, contact.account_id)
    desk.coins.desk.run(lambda tx: tx.contacts.save(replace(contact, blocked=True)))
    refused(plain.id, "blocked")
    desk.coins.desk.run(lambda tx: tx.contacts.save(contact))
    desk.do(agreements.withdraw, about_ticket.id, by=ANNA, at=desk.now)
    desk.do(ticket_links.merge, ticket.id, into=other.id, by=ANNA, at=desk.now)
    refused(about_ticket.id, "merged")  # work for the other ticket could be charged in coins besides (rule W7)
    anew(plain.id)


def test_W2_a_premium_number_that_somebody_writes_stands_on_no_page_statement_or_export(desk: PremiumDesk) -> None:
    said = "Call +1 (202) 555-01\u200f02 now"
    staff = Decider(AgreementChannel.STAFF, staff=ANNA, words=said)
    agreement = desk.accepted(desk.offered(words=said), staff)
    begun = desk.now
    desk.later(minutes=20)
    facts = {"since": begun, "until": desk.now, "reason": said, "agent": ANNA, "now": desk.clock.reading()}
    desk.do(timing.add, agreement.id, **facts)
    _, bill = desk.close(agreement)
    assert bill is not None
    bill = desk.sent(bill)
    desk.do(billing.dispute, bill.id, desk.decider(bill), words=said, at=desk.now)
    desk.do(billing.correct, bill.id, agreement_id=agreement.id, steps=-1, reason=said, by=ANNA, at=desk.now)
    desk.do(billing.accept, bill.id, staff, text_hash=desk.bill(bill).hash, at=desk.now)
    desk.do(billing.paid, desk.due(bill).id, how=said, by=ANNA, at=desk.now)
    document = desk.coins.desk.look(personal_export.export, ACME, CUSTOMER)
    found = str(document)
    assert found.count("Call ••• now") >= 8
    assert "555" not in found
    [shown] = document["premium"]["agreements"][0]["versions"]
    assert shown["texts"] == desk.agreement(agreement).offer.texts  # what is accepted is what is shown
