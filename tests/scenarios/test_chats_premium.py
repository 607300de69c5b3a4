"""Agreements in chats: offered and answered by their buttons, and what comes of them (rules W3, W5, W8)."""

from collections.abc import Iterator

import pytest

from bridge.domain.agreements import Agreement, AgreementState
from bridge.domain.bills import BillState
from bridge.domain.chats import ChatKind, ChatMessage, Route, SendState
from bridge.domain.events import AgreementReached, BillChanged, BillSent
from bridge.domain.premium import NumberRole, OurNumber
from bridge.errors import PremiumError
from bridge.services import agreements, billing, chat_routing, timing
from bridge.services.purchases import book_orders
from tests.support.books import a_store, an_order, rows
from tests.support.chatting import DEVELOPER, IVAN, ChatDesk, a_chat_desk, a_chat_with_the_developer
from tests.support.chatting import said_by_developer as said
from tests.support.premium_time import NUMBERS
from tests.support.quoting import ANNA, CUSTOMER

OFFERED, ACCEPTED = AgreementState.OFFERED, AgreementState.ACCEPTED


@pytest.fixture
def desk() -> Iterator[ChatDesk]:
    with a_chat_with_the_developer() as opened:
        yield opened


def offered(desk: ChatDesk) -> tuple[Agreement, ChatMessage]:
    """An agreement that was offered and sent to Maryam's chat."""
    agreement: Agreement = desk.premium.offered(contact=desk.contact())
    message = said(desk)[-1]
    assert message.kind is ChatKind.AGREEMENT
    desk.sends(message)
    return agreement, desk.message(message)


def button(message: ChatMessage, word: str) -> str:
    return next(one for one in message.buttons if f":{word}:" in one)


def press(desk: ChatDesk, message: ChatMessage, word: str, **different: str) -> None:
    facts = {"button": button(message, word), "context": message.external_id, **different}
    desk.presses(facts["button"], context=facts["context"], to=DEVELOPER.channel_id)


def stands(desk: ChatDesk, agreement: Agreement) -> AgreementState:
    return desk.premium.agreement(agreement).state


def test_W5_an_offer_is_sent_with_its_exact_text_and_two_buttons_in_his_language(desk: ChatDesk) -> None:
    agreement = desk.premium.offered(contact=desk.contact())
    out = desk.sends(said(desk)[-1])
    assert out.text == agreement.offer.texts["fa"]
    assert list(out.buttons.values()) == ["می‌پذیرم", "نمی‌پذیرم"]
    assert all(one.startswith(f"agreement:{agreement.id}:v1:") for one in out.buttons)
    assert max(map(len, out.buttons)) <= 256


def test_W5_the_button_of_that_message_accepts_with_evidence(desk: ChatDesk) -> None:
    agreement, message = offered(desk)
    desk.later(minutes=3)
    press(desk, message, "accept")
    now = desk.premium.agreement(agreement)
    assert now.state is ACCEPTED
    assert now.acceptance is not None
    pressed = next(one for one in desk.thread(number="developer") if one.button)
    assert now.acceptance[1:7] == (
        desk.now,
        "chat",
        agreement.offer.hashes["fa"],
        "fa",
        f"chat:{pressed.id}",
        None,
    )
    [event] = desk.premium.told(AgreementReached)
    assert event.channel == "chat"
    assert "پذیرفتید" in desk.sends(said(desk)[-1]).text
    desk.premium.start(now)


def test_W5_pressed_again_it_changes_nothing(desk: ChatDesk) -> None:
    agreement, message = offered(desk)
    for _ in range(3):
        press(desk, message, "accept")
    press(desk, message, "decline")
    assert stands(desk, agreement) is ACCEPTED
    assert len(desk.premium.told(AgreementReached)) == 1


@pytest.mark.parametrize("closed", [False, True])
def test_W5_who_declines_what_he_has_accepted_is_told_that_it_holds(desk: ChatDesk, *, closed: bool) -> None:
    agreement, message = offered(desk)
    press(desk, message, "accept")
    if closed:
        desk.premium.close(desk.premium.agreement(agreement))
    press(desk, message, "decline")
    assert "همچنان برقرار است" in said(desk)[-1].text
    assert desk.chat(number=DEVELOPER.key).waiting_since is not None, "staff see that he wants something"


def test_W5_declining_binds_nobody(desk: ChatDesk) -> None:
    agreement, message = offered(desk)
    press(desk, message, "decline")
    assert stands(desk, agreement) is AgreementState.DECLINED
    press(desk, message, "accept")
    assert stands(desk, agreement) is AgreementState.DECLINED
    assert "چیزی پذیرفته نشد" in said(desk)[-1].text
    pressed = next(one for one in desk.thread(number="developer") if one.button)
    kept = rows(desk.premium.coins.desk, "SELECT what, channel, evidence FROM agreement_decision")
    assert kept == [("decline", "chat", f"chat:{pressed.id}")]


@pytest.mark.parametrize(
    "forged",
    [
        {"context": ""},
        {"context": "wamid.of.another"},
        {"button": "agreement:1:v1:accept:000000000000"},
        {"button": "agreement:1:v2:accept:000000000000"},
        {"button": "agreement:999999999999999999999:v1:accept:aaaaaaaaaaaa"},
        {"button": "agreement:"},
        {"button": "agreement:1:v1:accept:" + "a" * 300},
    ],
)
def test_W5_a_button_that_is_not_that_messages_accepts_nothing(desk: ChatDesk, forged: dict[str, str]) -> None:
    agreement, message = offered(desk)
    press(desk, message, "accept", **forged)
    assert stands(desk, agreement) is OFFERED
    assert said(desk)[-1].kind is ChatKind.NOTICE


def test_W5_words_accept_nothing(desk: ChatDesk) -> None:
    agreement, message = offered(desk)
    desk.writes("Accept", to=DEVELOPER.channel_id, context=message.external_id)
    desk.writes(button(message, "accept"), to=DEVELOPER.channel_id, context=message.external_id)
    assert stands(desk, agreement) is OFFERED


def test_W5_an_older_version_accepts_nothing_and_the_newer_does(desk: ChatDesk) -> None:
    agreement, old = offered(desk)
    desk.premium.do(agreements.offer_anew, agreement.id, kind="urgent", cap_steps=2, by=ANNA, at=desk.now)
    new = said(desk)[-1]
    desk.sends(new)
    press(desk, old, "accept")
    assert stands(desk, agreement) is OFFERED
    press(desk, desk.message(new), "accept")
    assert stands(desk, agreement) is ACCEPTED


def test_W5_another_contact_cannot_accept_it(desk: ChatDesk) -> None:
    agreement, message = offered(desk)
    desk.presses(button(message, "accept"), context=message.external_id, to=DEVELOPER.channel_id, by=IVAN)
    assert stands(desk, agreement) is OFFERED
    assert desk.kinds(IVAN, DEVELOPER.key) == [ChatKind.NOTICE]


def test_W5_a_lapsed_offer_accepts_nothing(desk: ChatDesk) -> None:
    agreement, message = offered(desk)
    desk.later(days=15)
    press(desk, message, "accept")
    assert stands(desk, agreement) is OFFERED


def test_W5_who_never_wrote_to_the_premium_number_gets_no_buttons(desk: ChatDesk) -> None:
    desk.writes("Hello", by=IVAN)
    desk.premium.offered(contact=desk.contact(IVAN))
    desk.premium.offered()
    assert desk.kinds(IVAN) == [ChatKind.AUTOREPLY]


def test_W1_what_somebody_offers_who_is_not_listed_for_the_number_is_not_sent_over_it(desk: ChatDesk) -> None:
    facts = {"kind": "technical", "cap_steps": 8, "by": "Carla", "at": desk.now}
    agreement = desk.premium.do(agreements.offer, desk.contact().id, **facts)
    assert agreement.state is OFFERED, "he decides on his page, or through staff"
    desk.premium.do(agreements.offer_anew, agreement.id, **facts)
    assert said(desk) == []
    desk.premium.do(agreements.offer_anew, agreement.id, **{**facts, "by": ANNA})
    assert [one.kind for one in said(desk)] == [ChatKind.AGREEMENT]


def test_W1_an_offer_goes_out_on_the_number_that_its_maker_is_listed_for() -> None:
    second = OurNumber("second", NumberRole.PREMIUM, "+12025550103", "300", frozenset({"Carla"}))
    with a_chat_desk(numbers=(*NUMBERS, second)) as desk:
        desk.writes("Help me, Carla", to=second.channel_id)
        desk.later(minutes=1)
        desk.writes("Or you, Anna", to=DEVELOPER.channel_id)
        facts = {"kind": "technical", "cap_steps": 8, "by": "Carla", "at": desk.now}
        desk.premium.do(agreements.offer, desk.contact().id, **facts)
        assert [one.kind for one in desk.said(number="second")] == [ChatKind.AGREEMENT]
        assert said(desk) == []


def test_W5_a_text_too_long_for_buttons_is_not_sent(desk: ChatDesk) -> None:
    desk.premium.offered(contact=desk.contact(), words="x" * 900)
    assert said(desk) == []


def test_W8_the_statement_comes_into_the_chat_before_the_bill_line_by_line(desk: ChatDesk) -> None:
    agreement = desk.premium.agreed(contact=desk.contact())
    desk.premium.worked(agreement, minutes=47)
    _, bill = desk.premium.close(agreement)
    assert bill is not None
    desk.writes("Thanks", to=DEVELOPER.channel_id)
    for done in (desk.premium.sent, desk.premium.due):
        done(bill)
    statement, final = (desk.sends(one).text.splitlines() for one in said(desk) if one.kind is ChatKind.STATEMENT)
    rows = ["• Technical support: 1 h × 20.00\u00a0USD an hour = 20.00\u00a0USD", "Total: 20.00\u00a0USD"]
    assert (statement[0], statement[1:3]) == (f"Statement of premium time {bill.id}", rows)
    assert (final[0], final[1:3]) == (f"Bill for premium time {bill.id}", rows)


def test_W8_a_bill_that_an_order_has_paid_before_it_was_due_asks_nobody_in_the_chat_to_pay(desk: ChatDesk) -> None:
    desk.linked()
    agreement = desk.premium.agreed(contact=desk.contact())
    desk.premium.worked(agreement, minutes=47)
    _, bill = desk.premium.close(agreement)
    assert bill is not None
    desk.premium.sent(bill)
    store = a_store(pays=desk.premium.terms.premium.pays)
    desk.run(lambda tx: book_orders(tx, store, [an_order(7, ("PREMIUM-1USD", 20))], at=desk.now))
    assert desk.premium.due(bill).state is BillState.PAID
    assert [one.kind for one in said(desk)].count(ChatKind.STATEMENT) == 1, "the one before the bill"


def test_W8_a_corrected_statement_comes_into_the_chat_again(desk: ChatDesk) -> None:
    """Who is linked to nobody has neither page nor letter: he would have read another total than he is billed."""
    agreement = desk.premium.agreed(contact=desk.contact())
    desk.premium.worked(agreement, minutes=47)
    _, bill = desk.premium.close(agreement)
    assert bill is not None
    desk.writes("Thanks", to=DEVELOPER.channel_id)
    facts = {"agreement_id": agreement.id, "steps": -1, "reason": "As talked over", "by": ANNA, "at": desk.now}
    desk.premium.do(billing.correct, bill.id, **facts)
    assert not [one for one in said(desk) if one.kind is ChatKind.STATEMENT]  # a draft is nobody's to read
    for done in (desk.premium.sent, desk.premium.due):
        done(bill)
        desk.premium.do(billing.correct, bill.id, **facts)
    texts = [desk.message(one).text for one in said(desk) if one.kind is ChatKind.STATEMENT]
    assert [text.split()[0] for text in texts] == ["Statement", "Statement", "Bill", "Bill"]
    assert [f"Total: {amount}.00\u00a0USD" in text for amount, text in zip((15, 10, 10, 5), texts, strict=True)] == [
        True
    ] * 4


def test_W1_what_somebody_states_or_corrects_who_is_not_listed_for_the_number_is_not_sent_over_it(
    desk: ChatDesk,
) -> None:
    """He reads it on his page and has a letter, as of what such a person offers."""
    desk.linked(customer=CUSTOMER.ref)
    agreement = desk.premium.agreed(contact=desk.contact())
    desk.premium.worked(agreement, minutes=47)
    _, bill = desk.premium.close(agreement)
    assert bill is not None
    carla = {"by": "Carla", "at": desk.now}
    line = {"agreement_id": agreement.id, "steps": -1, "reason": "As talked over"}
    desk.premium.do(billing.send, bill.id, **carla)
    desk.premium.do(billing.correct, bill.id, **line, **carla)
    desk.premium.do(billing.make_due, bill.id, **carla)
    desk.premium.do(billing.correct, bill.id, **line, **carla)
    assert ChatKind.STATEMENT not in [one.kind for one in said(desk)]
    told = [*desk.premium.told(BillSent), *(one for one in desk.premium.told(BillChanged) if one.corrected)]
    assert [one.owner for one in told] == [CUSTOMER] * 3
    desk.premium.do(billing.correct, bill.id, **{**line, "by": ANNA, "at": desk.now})
    assert [one.kind for one in said(desk)].count(ChatKind.STATEMENT) == 1, "Anna is listed"


def test_W1_a_statement_goes_out_on_the_number_that_its_sender_is_listed_for() -> None:
    second = OurNumber("second", NumberRole.PREMIUM, "+12025550103", "300", frozenset({"Carla"}))
    with a_chat_desk(numbers=(*NUMBERS, second)) as desk:
        desk.writes("Help me, Carla", to=second.channel_id)
        desk.later(minutes=1)
        desk.writes("Or you, Anna", to=DEVELOPER.channel_id)
        agreement = desk.premium.agreed(contact=desk.contact())
        desk.premium.worked(agreement, minutes=47)
        _, bill = desk.premium.close(agreement)
        assert bill is not None
        desk.premium.do(billing.send, bill.id, by="Carla", at=desk.now)
        assert [one.kind for one in desk.said(number="second")] == [ChatKind.STATEMENT]
        assert ChatKind.STATEMENT not in [one.kind for one in said(desk)]


def test_W8_a_statement_waits_where_free_text_may_not_be_sent(desk: ChatDesk) -> None:
    agreement = desk.premium.agreed(contact=desk.contact())
    desk.premium.worked(agreement, minutes=10)
    _, bill = desk.premium.close(agreement)
    assert bill is not None
    desk.later(hours=25)
    desk.premium.sent(bill)
    assert (said(desk)[-1].kind, said(desk)[-1].state) == (ChatKind.STATEMENT, SendState.WAITING)


def test_W3_W5_whatever_is_pressed_without_an_agreement_nothing_can_be_charged(desk: ChatDesk) -> None:
    """Support on the official number, and an urgent call for help on the premium one, with an offer unanswered."""
    desk.writes("My shop is down!")
    desk.presses("route:support")
    agreement, message = offered(desk)
    desk.writes("Accept", to=DEVELOPER.channel_id, context=message.external_id)
    for work in (desk.premium.start, desk.premium.close):
        with pytest.raises(PremiumError):
            work(agreement)
    desk.premium.do(timing.start_unbilled, desk.contact().id, agent=ANNA, now=desk.premium.clock.reading())
    desk.later(hours=1)
    desk.premium.stop()
    press(desk, message, "accept")
    desk.premium.worked(agreement, minutes=16)
    _, bill = desk.premium.close(agreement)
    assert bill is not None
    assert str(bill.total) == "10.00 USD", "of the hour before nothing is charged"


def test_W3_who_was_redirected_from_the_premium_number_is_seen_when_he_writes_again(desk: ChatDesk) -> None:
    desk.premium.do(chat_routing.route, desk.chat(number="developer").id, Route.PRESALES, by=ANNA, at=desk.now)
    before = len(desk.waits())
    desk.later(days=3)
    desk.writes("Now I want paid help", to=DEVELOPER.channel_id)
    assert len(desk.waits()) == before + 1
    agreement, message = offered(desk)
    press(desk, message, "accept")
    desk.writes("Thanks", to=DEVELOPER.channel_id)
    assert stands(desk, agreement) is ACCEPTED
    assert desk.chat(number="developer").route is Route.PREMIUM


def test_W5_a_robot_that_presses_on_is_not_answered(desk: ChatDesk) -> None:
    _, message = offered(desk)
    for _ in range(30):
        press(desk, message, "accept", button="agreement:1:v1:accept:000000000000")
    assert len(said(desk)) <= 21
    assert "chat_flood" in desk.problems()
