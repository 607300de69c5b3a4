"""The customer's page and the desk together: what the desk writes is shown, what he clicks is done and answered.

Both ends are the shipped ones, PHP there and Python here; only the rows between them are carried by hand.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.contracts.shop import AccountRows
from bridge.contracts.shop_documents import DocumentKey, DocumentTable, InboxRow
from bridge.contracts.shop_rows import SignedRow
from bridge.contracts.tickets import MessageKey
from bridge.domain.quotes import Cause
from bridge.services import inbox, prices, tickets, working
from bridge.services.account_pages import PageTerms, waiting_batch
from bridge.services.documents import documents_pushed, waiting_documents
from bridge.services.inbox import Outcome
from bridge.services.notes import page_document, page_name, signed_note
from bridge.testing.clock import FixedClock
from tests.plugins.conftest import MakeShop
from tests.support.books import ACME, PLANS, REFUNDED, TEHRAN
from tests.support.customer_page import Customer, CustomerPage
from tests.support.licence_pages import LicenceDesk
from tests.support.licences import PRODUCTS
from tests.support.premium_time import NUMBERS, PremiumDesk, premium_terms
from tests.support.quoting import ANNA, CUSTOMER, RIGHTS, CoinDesk, a_coin_desk, desk_terms
from tests.support.storefront import KEY, NOW, Storefront

TERMS = PageTerms(
    ACME,
    TEHRAN,
    PLANS,
    KEY,
    epoch=3,
    rights=RIGHTS,
    telephone="+98 21 5555 0100",
    licences=PRODUCTS,
    premium=premium_terms(),
)
COLUMNS = {
    "quote": "quote_id, customer_id",
    "ticket": "ticket_id, customer_id",
    "price": "code",
    "answer": "uuid, customer_id",
    "message": "ticket_id, number, customer_id",
    "licence": "licence_id, customer_id",
    "agreement": "agreement_id, customer_id",
    "bill": "bill_id, customer_id",
}


class Both:
    """A shop and a desk, and who carries rows between them."""

    def __init__(self, shop: Storefront, coins: CoinDesk) -> None:
        self.shop, self.coins = shop, coins
        self._done = 0

    def push(self) -> None:
        """What the daemon's pusher does."""
        note = signed_note(TERMS, page_document(TERMS))
        self.shop.run(
            "REPLACE INTO {p}meta (name, payload, key_id, mac) VALUES ("
            f"'{page_name(ACME)}', {_text(note.payload)}, '{note.key_id}', '{note.mac}')"
        )
        batch = self.coins.desk.look(waiting_batch, TERMS, at=self.coins.now, limit=100)
        for rows in batch.rows:
            self._push_account(rows)
        self.coins.desk.run(lambda tx: tx.push.done(batch.states))
        for documents in self.coins.desk.look(waiting_documents, TERMS, limit=100):
            for key, row in documents.rows:
                self._write(documents.table, key, row)
            self.coins.desk.run(documents_pushed, ACME, documents)

    def answer(self) -> list[Outcome]:
        """What the daemon's answering side does with the rows that are new."""
        found = self.shop.run(
            f"SELECT id, customer_id, uuid, payload, key_id, mac FROM {{p}}inbox WHERE id > {self._done} ORDER BY id"
        )
        rows = [InboxRow(*row) for row in found]
        self._done = rows[-1].id if rows else self._done
        coins = self.coins
        coins.later(seconds=1)
        done = [coins.desk.run(inbox.handle, coins.terms, row, [KEY], at=coins.now) for row in rows]
        self.push()
        return done

    def does(self, customer: Customer, fields: dict[str, str]) -> CustomerPage:
        """Send a form, have it answered, and look at the page that the browser was led to."""
        led = customer.sends(fields).led_to
        assert customer.opens(led["view"], sent=led["sent"]).log == []
        self.answer()
        return customer.opens(led["view"], sent=led["sent"])

    def _push_account(self, rows: AccountRows) -> None:
        self.shop.store_row(rows.account)
        for entry in rows.entries:
            self.shop.run(
                "INSERT INTO {p}entry (store, customer_id, number, epoch, payload, key_id, mac) VALUES ("
                f"'{ACME}', {entry.customer_id}, {entry.number}, {entry.epoch}, {_text(entry.payload)}, "
                f"'{entry.key_id}', '{entry.mac}')"
            )

    def _write(self, table: DocumentTable, key: DocumentKey, row: SignedRow) -> None:
        columns, counted = COLUMNS[table], "number"
        values = [_text(key) if isinstance(key, str) else str(key)]
        if isinstance(key, MessageKey):
            values, counted = [str(key.ticket), str(key.number)], "version"
        if table is not DocumentTable.PRICE:
            values.append(str(row.customer_id))
        self.shop.run(
            f"REPLACE INTO {{p}}{table} (store, {columns}, epoch, {counted}, payload, key_id, mac) VALUES ("
            f"'{ACME}', {', '.join(values)}, {row.epoch}, {row.number}, {_text(row.payload)}, '{row.key_id}',"
            f" '{row.mac}')"
        )


def _text(value: str) -> str:
    return f"0x{value.encode().hex()}"


@pytest.fixture(params=["opencart", "prestashop"])
def both(request: pytest.FixtureRequest, make_shop: MakeShop) -> Iterator[Both]:
    """A paired shop of each platform, and a desk where customer 77 has 300 coins of the Essential plan."""
    shop = make_shop(request.param)
    shop.make_tables()
    shop.make_order_tables()
    shop.pair()
    with a_coin_desk() as coins:
        coins.now = datetime.fromtimestamp(NOW, UTC)
        coins.granted(CUSTOMER, 300, plan="essential")
        coins.desk.run(prices.follow_settings, coins.terms)
        one = Both(shop, coins)
        one.push()
        yield one
        assert coins.right()


def shown(page: CustomerPage) -> CustomerPage:
    """The page, which had nothing to complain of."""
    assert page.log == []
    return page


@pytest.mark.parametrize("language", ["en", "fa"])
def test_C7_C9_what_is_shown_is_approved_held_and_deducted(both: Both, language: str) -> None:
    quote = both.coins.offered(CUSTOMER, 50)
    both.push()
    customer = Customer(both.shop, language)
    page = shown(customer.opens("thread", ticket=quote.ticket_id))
    assert "Set it up." in page.text
    answered = shown(both.does(customer, page.form("quote_approve")))
    said = {"en": "Approved: 50 coins are reserved for this work.", "fa": "تأیید شد: ۵۰ سکه برای این کار رزرو شد."}
    assert said[language] in answered.text
    (decision,) = both.coins.desk.look(lambda tx: tx.quotes.decisions(quote.id))
    assert decision.language == language
    assert both.coins.coins(CUSTOMER) == (300, 50, 250)
    assert shown(customer.opens("thread", ticket=quote.ticket_id)).has_form("quote_cancel")
    both.coins.started(both.coins.quote(quote.id))
    both.coins.settled(both.coins.quote(quote.id), 45)
    both.push()
    page = shown(customer.opens("thread", ticket=quote.ticket_id))
    told = {"en": "You have 255 coins left to spend.", "fa": "۲۵۵ سکه برای شما مانده است."}
    assert told[language] in page.text
    statement = shown(customer.opens("statement")).text
    assert {"en": "+50", "fa": "+۵۰"}[language] in statement


def test_C7_an_approval_is_taken_back_and_an_offer_declined(both: Both) -> None:
    quote = both.coins.offered(CUSTOMER, 50)
    both.push()
    customer = Customer(both.shop)
    thread: dict[str, Any] = {"view": "thread", "ticket": quote.ticket_id}
    both.does(customer, customer.opens(**thread).form("quote_approve"))
    assert "taken your approval back" in both.does(customer, customer.opens(**thread).form("quote_cancel")).text
    second = both.coins.offered(CUSTOMER, 20)
    both.push()
    page = customer.opens("thread", ticket=second.ticket_id)
    assert "You have declined the offer." in both.does(customer, page.form("quote_decline")).text
    assert both.coins.coins(CUSTOMER) == (300, 0, 300)
    assert both.coins.quote(quote.id).hold == ()


def test_C13_a_wish_from_the_price_list_becomes_a_draft(both: Both) -> None:
    customer = Customer(both.shop)
    assert "Google Analytics" in shown(customer.opens("tickets")).text
    page = shown(customer.opens("ticket", price="analytics"))
    fields = page.form("ticket_open") | {"supportbridge_text": "Please, for my shop."}
    assert "no coins are taken unless you approve it" in shown(both.does(customer, fields)).text
    (draft,) = both.coins.quotes(CUSTOMER)
    assert draft.offer.coins == 50
    assert "Offered for" not in shown(customer.opens("thread", ticket=draft.ticket_id)).text


def test_P2_a_gift_is_redeemed_once_and_the_page_says_for_what(both: Both) -> None:
    customer = Customer(both.shop)
    page = shown(customer.opens())
    assert "IRANSans font" in page.text
    assert "5555" not in page.text
    fields = page.form("right_redeem") | {"supportbridge_domain": "www.My-Shop.example.com"}
    assert "It costs no coins." in shown(both.does(customer, fields)).text
    page = shown(customer.opens())
    assert "my-shop.example.com" in page.text
    again = page.form("right_redeem") | {"supportbridge_domain": "my-shop.example.com"}
    assert "redeemed for that domain already" in shown(both.does(customer, again)).text


def test_C10_too_few_coins_say_what_is_missing_in_the_readers_language(both: Both) -> None:
    quote = both.coins.offered(CUSTOMER, 700)
    both.push()
    customer = Customer(both.shop, "ru")
    page = shown(customer.opens("thread", ticket=quote.ticket_id))
    assert "Для этого предложения не хватает монет: 400." in page.text
    answered = shown(both.does(customer, page.form("quote_approve")))
    assert "Не хватает 400 монет, поэтому ничего не зарезервировано." in answered.text
    assert both.coins.coins(CUSTOMER) == (300, 0, 300)


def test_C11_an_infeasible_inspection_is_explained_on_the_page(both: Both) -> None:
    coins = both.coins
    quote = coins.inspection(coins.ticket(CUSTOMER))
    both.push()
    customer = Customer(both.shop)
    thread: dict[str, Any] = {"view": "thread", "ticket": quote.ticket_id}
    both.does(customer, shown(customer.opens(**thread)).form("quote_approve"))
    facts: dict[str, Any] = {"cause": Cause.THEME, "by": ANNA, "at": coins.now}
    coins.desk.run(working.infeasible, coins.terms, quote.id, **facts)
    both.push()
    text = shown(customer.opens(**thread)).text
    assert "It can't be done because of the theme." in text
    assert "15 coins were deducted. You have 285 coins left to spend." in text


def test_T1_a_customer_writes_reads_the_answer_and_writes_again(both: Both) -> None:
    customer = Customer(both.shop)
    form = customer.opens("ticket").form("ticket_open")
    opened = both.does(customer, form | {"supportbridge_subject": "A <slider>", "supportbridge_text": "It's slow."})
    [number] = re.findall(r"view=thread&amp;ticket=([0-9]+)", opened.html)
    assert "Waiting for our answer" in shown(customer.opens("tickets")).within(f"ticket-{number}")
    ticket_id = int(number)
    both.coins.desk.run(tickets.reply, both.coins.terms, ticket_id, text="We look.", by=ANNA, at=both.coins.now)
    both.push()
    assert "Waiting for your answer" in shown(customer.opens("tickets")).within(f"ticket-{number}")
    page = shown(customer.opens("thread", ticket=number))
    assert re.findall(r"It&#039;s slow\.|We look\.", page.html) == ["It&#039;s slow.", "We look."]
    assert "Anna" not in page.html
    both.does(customer, page.form("ticket_reply") | {"supportbridge_text": "Thank you <b>all</b>"})
    assert "Thank you &lt;b&gt;all&lt;/b&gt;" in shown(customer.opens("thread", ticket=number)).html


def test_P1_the_page_says_when_the_plan_is_served_and_how_much_is_left(both: Both) -> None:
    page = shown(Customer(both.shop, "fa").opens())
    assert page.parts == ["account", "packages", "rights", "buy"]
    assert page.fact("service", within="account") != ""
    assert "مانده: ۳۰۰ از ۳۰۰" in page.within("package-1")


def test_L6_a_licence_is_shown_released_on_a_domain_and_its_shop_is_told_so(both: Both) -> None:
    field = LicenceDesk(both.coins.desk)
    field.now = both.coins.now
    both.coins.terms = desk_terms(licences=PRODUCTS)
    one = field.used_on(field.bought(), "shop.example", "other.example")
    both.push()
    customer = Customer(both.shop)
    page = shown(customer.opens("licences"))
    assert one.licence.key in page.text
    assert page.fact("support-until", within=f"licence-{one.licence.id}") == "20 November 2027"
    answered = shown(both.does(customer, page.form("licence_release")))
    assert "The domain has been released. You can use your licence on another one now." in answered.text
    after = shown(customer.opens("licences")).text
    assert "Domains in use: 1 of 3" in after
    assert "left now: 1" in after
    assert list(field.again(one).now.activations) == ["other.example"]
    field.bought(status=REFUNDED)
    both.push()
    assert "Suspended: the payment was returned" in shown(customer.opens("licences")).text


@pytest.mark.parametrize("language", ["en", "fa"])
def test_W5_W8_an_agreement_is_accepted_worked_and_its_statement_disputed_and_accepted(
    both: Both, language: str
) -> None:
    both.coins.terms = desk_terms(premium=premium_terms())
    desk = PremiumDesk(both.coins, FixedClock(both.coins.now))
    offer = desk.offered(words="Only the <b>import</b>.")
    both.push()
    customer = Customer(both.shop, language)
    page = shown(customer.opens("premium"))
    card = f"agreement-{offer.id}"
    cap = {"en": "2 h = 40.00 USD", "fa": "۲ ساعت = \u200e۴۰٫۰۰ USD"}
    assert page.fact("cap", within=card).replace("\xa0", " ") == cap[language]
    assert "Only the <b>import</b>." in page.text
    answered = shown(both.does(customer, page.form("agreement_accept")))
    said = {"en": "You have accepted agreement", "fa": "را پذیرفتید"}
    assert said[language] in answered.text
    acceptance = desk.agreement(offer).acceptance
    assert acceptance is not None
    assert (acceptance.channel, acceptance.language) == ("page", language)
    desk.start(offer)
    both.push()
    assert 'data-supportbridge="running"' in shown(customer.opens("premium")).html
    desk.later(minutes=47)
    desk.stop()
    _, draft = desk.close(desk.agreement(offer))
    assert draft is not None
    bill = desk.sent(draft)
    both.push()
    page = shown(customer.opens("premium"))
    card = f"bill-{bill.id}"
    total = page.fact("total", within=card).replace("\xa0", " ")
    assert total == {"en": "20.00 USD", "fa": "\u200e۲۰٫۰۰ USD"}[language]
    words = {"supportbridge_text": "Half of it was <i>talk</i>."}
    both.does(customer, page.form("bill_dispute") | words)
    page = shown(customer.opens("premium"))
    assert "Half of it was &lt;i&gt;talk&lt;/i&gt;." in page.html
    both.does(customer, page.form("bill_accept"))
    assert desk.bill(bill).state == "accepted"
    assert not shown(customer.opens("premium")).has_form("bill_accept")
    assert NUMBERS[1].number not in page.html


def test_W9_the_page_hands_out_a_code_that_links_a_chat_and_no_number_but_the_official_one(both: Both) -> None:
    both.coins.terms = desk_terms(premium=premium_terms())
    customer = Customer(both.shop)
    page = shown(customer.opens("premium"))
    official, premium = NUMBERS
    assert official.number in page.within("numbers")
    answered = shown(both.does(customer, page.form("chat_code")))
    [code] = re.findall(r'<code class="supportbridge-key" dir="ltr">([0-9A-Z]{4}-[0-9A-Z]{4})</code>', answered.html)
    assert "within 15 minutes" in answered.text
    [account] = both.coins.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER])).values()
    taken = both.coins.desk.run(lambda tx: tx.chat_contacts.take_code(ACME, code.replace("-", ""), both.coins.now))
    assert taken == account.id
    rows = both.shop.run("SELECT payload FROM {p}answer", "SELECT payload FROM {p}meta")
    assert premium.number not in answered.html + page.html + str(rows)
