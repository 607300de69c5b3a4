"""Chats that are linked to a shop customer by a code from his account page, and by nothing else (rule W9)."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bridge.desk.transaction import DeskTx
from bridge.domain.chats import Address, ChatKind
from bridge.services import chat_linking
from bridge.services.chat_linking import new_code
from tests.support.books import ACME, customer
from tests.support.chatting import CHANNEL, DEVELOPER, IVAN, MARYAM, ChatDesk, a_chat_with_the_developer
from tests.support.chatting import said_by_developer as said
from tests.support.quoting import ANNA


@pytest.fixture
def desk() -> Iterator[ChatDesk]:
    with a_chat_with_the_developer() as opened:
        yield opened


def owner(desk: ChatDesk, by: Address = MARYAM) -> int | None:
    """The customer whom somebody is linked to."""
    account_id = desk.contact(by).account_id
    return desk.look(lambda tx: tx.accounts.by_ids([account_id])[account_id].owner.ref) if account_id else None


@pytest.mark.parametrize("spelled", [str.lower, lambda code: f" {code.replace('-', ' ')}\u200f ", lambda code: code])
def test_W9_the_code_from_the_page_sent_alone_links_him(desk: ChatDesk, spelled: Callable[[str], str]) -> None:
    desk.writes(spelled(desk.code()), to=DEVELOPER.channel_id)
    assert owner(desk) == 77
    assert (said(desk)[-1].language, "acme" in said(desk)[-1].text) == ("fa", True), "a code is no language"
    about = f"contact:{desk.contact().id}"
    [line] = desk.look(lambda tx: tx.audit.lines(store=ACME, subject=about))
    assert line.action == "chat_link"


def test_W9_a_code_works_once_for_15_minutes_and_a_new_one_replaces_it(desk: ChatDesk) -> None:
    old = desk.code()
    code = desk.code()
    for wrong in (old, f"My code is {code}"):
        desk.writes(wrong, to=DEVELOPER.channel_id)
        assert owner(desk) is None
    desk.writes(code, to=DEVELOPER.channel_id)
    desk.writes(code, by=IVAN)
    assert (owner(desk), owner(desk, IVAN)) == (77, None)
    late = desk.code(78)
    desk.later(minutes=15, seconds=1)
    desk.writes(late, by=IVAN)
    assert owner(desk, IVAN) is None


def test_W9_a_code_of_another_store_links_nobody(desk: ChatDesk) -> None:
    def theirs(tx: DeskTx) -> str:
        account = tx.accounts.open("beta", [customer(77)])[customer(77)]
        return new_code(tx, replace(desk.premium.terms, store="beta"), account, at=desk.now)

    desk.code(78)
    desk.writes(desk.run(theirs), to=DEVELOPER.channel_id)
    assert owner(desk) is None


def test_W9_wrong_codes_count_reveal_nothing_and_after_five_even_a_right_one_does_nothing(desk: ChatDesk) -> None:
    code = desk.code()
    wrong = [f"222{sign}-2222" for sign in "ABCDE"]
    for one in wrong:
        desk.writes(one, to=DEVELOPER.channel_id)
    texts = {one.text for one in said(desk)}
    assert len(texts) == 1
    desk.writes(code, to=DEVELOPER.channel_id)
    assert (owner(desk), len(said(desk))) == (None, 5)
    desk.later(minutes=16)
    desk.writes(desk.code(), to=DEVELOPER.channel_id)
    assert owner(desk) == 77


def test_W9_a_word_is_no_code_and_is_answered_as_any(desk: ChatDesk) -> None:
    desk.code()
    desk.writes("TMNKYNVS", by=IVAN)
    assert desk.kinds(IVAN) == [ChatKind.AUTOREPLY]


def test_W9_who_is_linked_stays_so_until_staff_unlink_him(desk: ChatDesk) -> None:
    desk.writes(desk.code(), to=DEVELOPER.channel_id)
    other = desk.code(78)
    desk.writes(other, to=DEVELOPER.channel_id)
    assert owner(desk) == 77
    desk.premium.do(chat_linking.unlink, desk.contact().id, by=ANNA, at=desk.now)
    desk.writes(other, to=DEVELOPER.channel_id)
    assert owner(desk) == 78


def test_W9_a_number_that_somebody_else_uses_now_inherits_nothing(desk: ChatDesk) -> None:
    before = Address(CHANNEL, "4915112345678", "user-1")
    desk.writes("Hello", by=before)
    desk.linked(before)
    desk.writes("Hello", by=Address(CHANNEL, "4915112345678", "user-2"))
    old, new = (desk.contact(Address(CHANNEL, "", one)) for one in ("user-1", "user-2"))
    assert (old.id != new.id, new.account_id, old.account_id is not None) == (True, None, True)
    assert desk.look(lambda tx: tx.chat_contacts.address_of(old.id, CHANNEL)) == Address(CHANNEL, "", "user-1")
    assert desk.problems() == ["chat_contact_changed"]


def test_W9_a_contact_is_known_by_his_id_alone_and_by_his_number_alone(desk: ChatDesk) -> None:
    desk.writes("one", by=Address(CHANNEL, "", "user-9"))
    desk.writes("two", by=Address(CHANNEL, "4930123456", "user-9"))
    desk.writes("three", by=Address(CHANNEL, "4930123456"))
    contacts = desk.look(lambda tx: tx.contacts.page(ACME, after=0, limit=9))
    assert len(contacts) == 2, "Maryam and he"


def test_W9_nothing_goes_to_a_number_that_a_contact_does_not_write_from_any_more(desk: ChatDesk) -> None:
    """His new number is another contact's, who was known by it alone: he is reached by his id until it is his."""
    before, now = Address(CHANNEL, MARYAM.phone, "IR.1"), Address(CHANNEL, IVAN.phone, "IR.1")
    desk.writes("Hello", by=before)
    desk.writes("Hello", by=IVAN)
    desk.writes("I have a new number", by=now)
    hers = desk.contact(Address(CHANNEL, "", "IR.1"))
    assert desk.look(lambda tx: tx.chat_contacts.addresses_of(hers.id)) == [Address(CHANNEL, "", "IR.1")]
    assert desk.contact(IVAN) != hers
