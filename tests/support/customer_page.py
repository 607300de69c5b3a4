"""The customer's own page in the shop, as a reader's browser has it: its parts, its forms, and what they become.

It believes: what is tested is the shipped PHP, played by `tests.support.storefront`; documents are signed as the desk
signs them, and rows of the inbox are verified as the desk verifies them.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bridge.contracts.shop_documents import MOST_INBOX_BYTES, InboxRow
from bridge.contracts.shop_rows import SigningKey, canonical_json, chain, mac_of, signed_row
from bridge.services.inbox_rows import (
    AgreementAccept,
    AgreementDecline,
    BillAccept,
    BillDispute,
    ChatCode,
    Doubt,
    GuestClaim,
    GuestCode,
    LicenceRelease,
    QuoteApprove,
    QuoteCancel,
    QuoteDecline,
    RightRedeem,
    Strict,
    TicketCover,
    TicketOpen,
    TicketReply,
    read_row,
)
from tests.support.storefront import CUSTOMER, DAY, KEY, NOW, STORE, Played, Storefront, account

MODELS: dict[str, type[Strict]] = {
    "quote_approve": QuoteApprove,
    "quote_decline": QuoteDecline,
    "quote_cancel": QuoteCancel,
    "ticket_open": TicketOpen,
    "ticket_reply": TicketReply,
    "ticket_cover": TicketCover,
    "right_redeem": RightRedeem,
    "licence_release": LicenceRelease,
    "agreement_accept": AgreementAccept,
    "agreement_decline": AgreementDecline,
    "bill_accept": BillAccept,
    "bill_dispute": BillDispute,
    "chat_code": ChatCode,
    "guest_claim": GuestClaim,
    "guest_code": GuestCode,
}
COLUMNS = {
    "quote": "quote_id, customer_id, ",
    "ticket": "ticket_id, customer_id, ",
    "price": "code, ",
    "answer": "uuid, customer_id, ",
    "message": "ticket_id, version, customer_id, ",
    "licence": "licence_id, customer_id, ",
    "agreement": "agreement_id, customer_id, ",
    "bill": "bill_id, customer_id, ",
}
LANGUAGES = {"opencart": {"en": "en-gb", "ru": "ru-ru", "fa": "fa-ir"}}


@dataclass(frozen=True, slots=True)
class Posted:
    """One row of the inbox whose bytes have been checked."""

    uuid: str
    customer: int
    document: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.document["kind"])

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.document["data"])


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """What one call of a page was answered with."""

    played: Played

    @property
    def html(self) -> str:
        return str(self.played.result["output"])

    @property
    def text(self) -> str:
        """What a reader reads, blanks joined."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", self.html)).split())

    @property
    def led_to(self) -> dict[str, str]:
        """The parameters of the address that the browser is sent to; empty where it stays."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.played.result["redirect"]).query).items()}

    @property
    def log(self) -> list[str]:
        return [line for line in self.played.log if "web root" not in line]

    @property
    def parts(self) -> list[str]:
        return re.findall(r'<section class="supportbridge-page__part" data-supportbridge="([a-z-]+)">', self.html)

    def within(self, name: str) -> str:
        """The HTML from a marked place to the end of its element's text, up to the next of its kind."""
        [_, after] = self.html.split(f'data-supportbridge="{name}"', 1)
        return re.split(r"</article>|</section>|</li>|</tr>", after, maxsplit=1)[0]

    def fact(self, name: str, *, within: str) -> str:
        """A value in a list of facts, as a reader sees it."""
        found = re.findall(rf'<dd data-supportbridge="{name}">(.*?)</dd>', self.within(within))
        return html.unescape(re.sub(r"<[^>]+>", "", found[0])) if found else ""

    def form(self, kind: str, *, within: str | None = None) -> dict[str, str]:
        """The fields of a form by name, with what is in them."""
        source = self.html if within is None else self.within(within)
        [_, after] = source.split(f'data-supportbridge="{kind}"', 1)
        inside = after.split("</form>", 1)[0]
        fields = {}
        for tag in re.findall(r"<input [^>]*>", inside):
            name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
            assert name is not None
            unchosen = re.search(r' type="(radio|checkbox)"', tag) and " checked" not in tag
            if unchosen or ' type="file"' in tag:
                continue
            fields[html.unescape(name[1])] = html.unescape(value[1]) if value else ""
        for name_, options in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', inside, re.DOTALL):
            chosen = re.search(r'<option value="([^"]*)" selected', options)
            fields[name_] = html.unescape(chosen[1]) if chosen else ""
        for name_, value_ in re.findall(r'<textarea name="([^"]*)"[^>]*>\n?(.*?)</textarea>', inside, re.DOTALL):
            fields[name_] = html.unescape(value_)
        return fields

    def has_form(self, kind: str, *, within: str | None = None) -> bool:
        return f'data-supportbridge="{kind}"' in (self.html if within is None else self.within(within))


class Customer:
    """A customer who is logged in at a shop."""

    def __init__(self, shop: Storefront, language: str = "en", **orders: Any) -> None:
        self.shop = shop
        named = LANGUAGES["opencart"] if shop.platform.startswith("opencart") else {}
        self.orders = {"language": named.get(language, language), **orders}

    def opens(self, view: str | list[str] = "", **orders: Any) -> CustomerPage:
        """Look at a view of the page; what is no order to PHP is a parameter of the address."""
        known = {"now", "customer", "session", "settings", "method", "zone", "user", "password", "version", "shop_id"}
        query: dict[str, Any] = {
            name: str(value) if isinstance(value, int) else value for name, value in orders.items() if name not in known
        }
        orders = {name: value for name, value in orders.items() if name in known}
        if view:
            query["view"] = view
        return self._play(query=query, **orders)

    def sends(self, fields: Mapping[str, Any], **orders: Any) -> CustomerPage:
        """Send a form; keys without the fields' prefix are what was typed into it."""
        prefix = "supportbridge_"
        post = {name if name.startswith(prefix) else prefix + name: value for name, value in fields.items()}
        return self._play(method="POST", post=post, **orders)

    def _play(self, **orders: Any) -> CustomerPage:
        played = self.shop.play({"what": "support", **self.orders, **orders})
        assert played.printed == "", "nothing may reach the browser before the page"
        assert played.complaints == [], "PHP must have nothing to complain of"
        return CustomerPage(played)


def push_document(
    shop: Storefront, table: str, key: int | str, document: Mapping[str, Any], *, customer: int = CUSTOMER, **made: Any
) -> None:
    """Store a signed document as the desk does; `made` as in `_stored`."""
    shop.run(*_stored_with_messages(table, key, document, customer=customer, **made))


def push_documents(shop: Storefront, table: str, documents: Mapping[int, Mapping[str, Any]], **row: Any) -> None:
    """Store many at once, by their keys; `row` replaces columns."""
    shop.run(
        *(one for key, document in documents.items() for one in _stored_with_messages(table, key, document, **row))
    )


def push_message(
    shop: Storefront, ticket_id: int, number: int, document: Mapping[str, Any], *, customer: int = CUSTOMER, **made: Any
) -> None:
    """Store one message of a ticket's thread; `made` as in `_stored`, and `version` how often it was redacted."""
    shop.run(_stored_message(ticket_id, number, document, customer=customer, **made))


def _stored_with_messages(
    table: str, key: int | str, document: Mapping[str, Any], *, customer: int = CUSTOMER, **made: Any
) -> list[str]:
    """A ticket is stored with its messages, as rows of their own, and says only how many it has."""
    messages = document.get("messages") if table == "ticket" else None
    if not isinstance(messages, list):
        return [_stored(table, key, document, customer=customer, **made)]
    rows = [
        _stored_message(int(key), number, one, customer=customer, epoch=document["epoch"])
        for number, one in enumerate(messages, start=1)
    ]
    return [*rows, _stored(table, key, {**document, "messages": len(messages)}, customer=customer, **made)]


def _stored_message(
    ticket_id: int, number: int, document: Mapping[str, Any], *, epoch: int = 1, version: int = 1, **made: Any
) -> str:
    place = {"ticket": ticket_id, "number": number, "version": version, "epoch": epoch}
    of_customer = {"v": 1, "store": STORE, "customer": made.get("customer", CUSTOMER)}
    whole = {**of_customer, **place, **document}
    row = {"epoch": epoch, "number": number} | made
    return _stored("message", f"{ticket_id}:{version}", whole, **row)


def _stored(
    table: str,
    key: int | str,
    document: Mapping[str, Any],
    *,
    signer: SigningKey = KEY,
    signed_as: str = "",
    customer: int = CUSTOMER,
    **row: Any,
) -> str:
    """The statement that stores it; `row` replaces columns, `signed_as` signs it for another table."""
    made = signed_row(signer, signed_as or table, document, customer_id=customer, epoch=1, number=1)
    columns: dict[str, int | str] = {
        "store": STORE,
        "key": key,
        "customer": customer,
        "epoch": document.get("epoch", 1),
        "number": document.get("number", 1),
        "payload": made.payload,
        "key_id": made.key_id,
        "mac": made.mac,
        **row,
    }
    if table == "price":
        del columns["customer"]
    if table == "message":
        ticket_id, version = str(columns.pop("key")).split(":")
        columns = {"store": columns.pop("store"), "key": int(ticket_id), "version": int(version), **columns}
    values = ", ".join(map(_literal, columns.values()))
    return f"REPLACE INTO {{p}}{table} (store, {COLUMNS[table]}epoch, number, payload, key_id, mac) VALUES ({values})"


def push_prices(shop: Storefront, documents: Iterable[Mapping[str, Any]]) -> None:
    """Store many signed prices at once, each under its code."""
    values = []
    for document in documents:
        row = signed_row(KEY, "price", document, customer_id=0, epoch=document["epoch"], number=document["number"])
        columns = (STORE, document["code"], row.epoch, row.number, row.payload, row.key_id, row.mac)
        values.append(f"({', '.join(map(_literal, columns))})")
    shop.run(f"REPLACE INTO {{p}}price (store, code, epoch, number, payload, key_id, mac) VALUES {', '.join(values)}")


def _literal(value: int | str) -> str:
    """A value for a statement; text in hexadecimal, so that no character of it means anything."""
    return str(value) if isinstance(value, int) else f"0x{value.encode().hex()}"


TURNING = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
"""Every mark that turns the direction of what follows it, or ends such a turn."""


def in_three(text: str) -> dict[str, str]:
    return {"en": text, "ru": f"{text} по-русски", "fa": f"{text} به فارسی"}


def quote(number: int = 12, **changes: Any) -> dict[str, Any]:
    """A quote document; `text` sets its hashes too unless they are given."""
    text = changes.get("text", in_three("Set up Google Analytics.\nIt costs 50 coins."))
    document = {
        "v": 1,
        "store": STORE,
        "customer": CUSTOMER,
        "epoch": 1,
        "number": 1,
        "quote": number,
        "ticket": 5,
        "subject": "Google Analytics",
        "kind": "work",
        "state": "offered",
        "version": 2,
        "coins": 50,
        "text": text,
        "text_hash": hashes(text) if isinstance(text, dict) else {},
        "offered_at": NOW - DAY,
        "valid_until": NOW + DAY,
        "valid_until_text": {"en": "16 January 2027", "ru": "16 января 2027 г.", "fa": "۲۶ دی ۱۴۰۵"},
        "held": 0,
        "spent": None,
        "history": [{"at": NOW - DAY, "text": in_three("Offered")}],
    }
    return {**document, **changes}


def hashes(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: hashlib.sha256(text.encode()).hexdigest() for language, text in texts.items()}


def ticket(number: int = 5, **changes: Any) -> dict[str, Any]:
    """A ticket document; a list of `messages` is stored as rows of their own."""
    document = {
        "v": 1,
        "store": STORE,
        "customer": CUSTOMER,
        "epoch": 1,
        "number": 1,
        "ticket": number,
        "kind": "support",
        "channel": "page",
        "subject": "Google Analytics",
        "state": "open",
        "opened_at": NOW - 2 * DAY,
        "urgency": "none",
        "price": None,
        "order": None,
        "product": None,
        "quotes": [],
        "continues": None,
        "continued_by": None,
        "messages": [message("Please set it up.", at=NOW - 2 * DAY)],
        "promise": {"guaranteed": None, "best_effort": None, "due": None},
    }
    return {**document, **changes}


def promise(*, guaranteed: str = "", best_effort: str = "", due: int | None = None) -> dict[str, Any]:
    """What the desk promised when a ticket was opened, in three languages."""
    texts = {"guaranteed": guaranteed, "best_effort": best_effort}
    said = {name: {"at": NOW + DAY, "text": in_three(text)} if text else None for name, text in texts.items()}
    return {**said, "due": due}


def cover(code: str = "licence", text: str = "Help is free.", **changes: Any) -> dict[str, Any]:
    """Who pays for the help in a ticket, as the desk says it."""
    facts: dict[str, Any] = {
        "code": code,
        "reason": "active",
        "licence": None,
        "product": None,
        "text": in_three(text),
        "ways": [],
    }
    return {**facts, **changes}


def message(text: str | dict[str, str], **changes: Any) -> dict[str, Any]:
    """One message of a ticket's thread; a person's own words are in no language."""
    document = {
        "at": NOW - DAY,
        "by": "customer",
        "quote": None,
        "verified": True,
        "text": {"": text} if isinstance(text, str) else text,
        "files": [],
    }
    return {**document, **changes}


def a_file(name: str = "error.png", **changes: Any) -> dict[str, Any]:
    """A file of a message, as the message names it."""
    document = {"file": "0b3e7c1a-4f2d-4c55-9a1e-2f6d8c7b9a10", "name": name, "size": 2_048, "type": "image/png"}
    return {**document, **changes}


def licence(number: int = 7, **changes: Any) -> dict[str, Any]:
    """A licence document: active, used on one of three domains, of which none has been released."""
    end = {"at": NOW + 90 * DAY, "text": {"en": "15 April 2027", "ru": "15 апреля 2027 г.", "fa": "۲۶ فروردین ۱۴۰۶"}}
    document = {
        "v": 1,
        "store": STORE,
        "customer": CUSTOMER,
        "epoch": 1,
        "number": 1,
        "licence": number,
        "key": "7K3QX-M2R9D-W8HPA-V5TNC-4JEGB",
        "product": "seo",
        "name": {"en": "SEO extension", "ru": "Расширение SEO", "fa": "افزونهٔ سئو"},
        "order": 1042,
        "suspended": None,
        "until": NOW + 90 * DAY,
        "expiring_from": NOW + 60 * DAY,
        "licence_until": None,
        "updates_until": end,
        "support_until": end,
        "units": 1,
        "places": 3,
        "domains": [{"domain": "shop.example", "since": NOW - DAY}],
        "renew_url": "https://shop.example/renew",
        "releases": {"most": 2, "days": 365, "used": []},
    }
    return {**document, **changes}


def agreement(number: int = 3, **changes: Any) -> dict[str, Any]:
    """An agreement document, offered; `text` sets its hashes too unless they are given."""
    text = changes.get("text", in_three("Technical support at 20.00 USD an hour.\nAt most 2 hours."))
    document = {
        "v": 1,
        "store": STORE,
        "customer": CUSTOMER,
        "epoch": 1,
        "number": 1,
        "agreement": number,
        "name": {"en": "Technical support", "ru": "Техническая поддержка", "fa": "پشتیبانی فنی"},
        "state": "offered",
        "version": 2,
        "rate": {"en": "20.00 USD an hour", "ru": "20,00 USD в час", "fa": "هر ساعت ۲۰٫۰۰ USD"},
        "cap_hours": {"en": "2 h", "ru": "2 ч", "fa": "۲ ساعت"},
        "cap": {"en": "40.00 USD", "ru": "40,00 USD", "fa": "۴۰٫۰۰ USD"},
        "text": text,
        "text_hash": hashes(text) if isinstance(text, dict) else {},
        "offered_at": NOW - DAY,
        "valid_until": NOW + DAY,
        "valid_until_text": {"en": "16 January 2027", "ru": "16 января 2027 г.", "fa": "۲۶ دی ۱۴۰۵"},
        "ticket": 5,
        "accepted": None,
        "worked_seconds": 0,
        "worked": {},
        "running_since": None,
        "waits": False,
        "closed_at": None,
        "charged": None,
    }
    return {**document, **changes}


def bill(number: int = 4, **changes: Any) -> dict[str, Any]:
    """A statement document of one line, sent."""
    document = {
        "v": 1,
        "store": STORE,
        "customer": CUSTOMER,
        "epoch": 1,
        "number": 1,
        "bill": number,
        "state": "sent",
        "period": None,
        "lines": [bill_line()],
        "hours": {"en": "1 h", "ru": "1 ч", "fa": "۱ ساعت"},
        "total": {"en": "20.00 USD", "ru": "20,00 USD", "fa": "۲۰٫۰۰ USD"},
        "costs_nothing": False,
        "pay": None,
        "text_hash": "a" * 64,
        "sent_at": NOW - DAY,
        "billed_at": None,
        "paid_at": None,
        "order": None,
        "disputed": "",
    }
    return {**document, **changes}


def bill_line(**changes: Any) -> dict[str, Any]:
    """One line of a statement: 47 minutes of technical support, charged as an hour."""
    document = {
        "kind": "time",
        "agreement": 3,
        "name": {"en": "Technical support", "ru": "Техническая поддержка", "fa": "پشتیبانی فنی"},
        "rate": {"en": "20.00 USD an hour", "ru": "20,00 USD в час", "fa": "هر ساعت ۲۰٫۰۰ USD"},
        "hours": {"en": "1 h", "ru": "1 ч", "fa": "۱ ساعت"},
        "amount": {"en": "20.00 USD", "ru": "20,00 USD", "fa": "۲۰٫۰۰ USD"},
        "worked": {"en": "0:47:00", "ru": "0:47:00", "fa": "۰:۴۷:۰۰"},
        "at": NOW - DAY,
        "reason": "",
    }
    return {**document, **changes}


def premium_terms(**changes: Any) -> dict[str, Any]:
    """What the desk says to everybody of premium time."""
    kinds = [{"name": in_three("Technical support"), "rate": in_three("20.00 USD an hour")}]
    return {"kinds": kinds, "chat": True, "numbers": ["+98 21 5555 0100"], **changes}


def a_plan(code: str = "base", **changes: Any) -> dict[str, Any]:
    """One plan of what the desk says to everybody."""
    document = {
        "code": code,
        "rank": 2,
        "name": {"en": "Base", "ru": "Базовый", "fa": "پایه"},
        "coins": 550,
        "service": {"en": "7 days a week", "ru": "7 дней в неделю", "fa": "۷ روز هفته"},
        "buy": "https://shop.example/base",
    }
    return {**document, **changes}


def push_page(
    shop: Storefront, *plans: dict[str, Any], signer: SigningKey = KEY, mac: str = "", **changes: Any
) -> None:
    """Store what the desk says to every customer; without plans it has one."""
    document = {"v": 1, "store": STORE, "epoch": 1, "number": 0, "customer": 0, "plans": plans or [a_plan()], **changes}
    payload = canonical_json(document)
    shop.run(
        "REPLACE INTO {p}meta (name, payload, key_id, mac) VALUES"
        f" ('page:{STORE}', 0x{payload.encode().hex()}, '{signer.id}', '{mac or mac_of(signer, 'meta', payload)}')"
    )


def right(key: str, **changes: Any) -> dict[str, Any]:
    """A right as an account's row names it, of the plan "base"."""
    named = {"key": key, "kind": "standing", "name": in_three(key), "plans": ["base"]}
    return {**named, "redeemed": None, "value": None, **changes}


def price(code: str = "analytics", **changes: Any) -> dict[str, Any]:
    document = {
        "v": 1,
        "store": STORE,
        "epoch": 1,
        "number": 1,
        "code": code,
        "coins": 50,
        "name": in_three("Google Analytics"),
        "about": {"en": "", "ru": "", "fa": ""},
        "rank": 1,
        "listed": True,
    }
    return {**document, **changes}


def answer(uuid: str, **changes: Any) -> dict[str, Any]:
    document = {
        "v": 1,
        "store": STORE,
        "customer": CUSTOMER,
        "uuid": uuid,
        "epoch": 1,
        "number": 1,
        "received": NOW,
        "outcome": "accepted",
        "code": "held",
        "text": in_three("50 coins are held."),
        "data": {},
    }
    return {**document, **changes}


def push_account(shop: Storefront, *packages: dict[str, Any], entries: int = 0, **changes: Any) -> None:
    """Store an account and the entries that lead to it: each grants one coin unless `books` says otherwise."""
    books = changes.pop("books", [{} for _ in range(entries)])
    digest, posted, held = "", 0, 0
    shop.run("DELETE FROM {p}entry")
    for number, change in enumerate(books, start=1):
        booked = {"kind": "grant", "coins": 1, "held": 0, "order": None, "reason": "", **change}
        posted, held = posted + booked["coins"], held + booked["held"]
        entry = {
            "v": 1,
            "store": STORE,
            "customer": CUSTOMER,
            "number": number,
            "at": NOW - DAY,
            "packages": [{"id": 1, "coins": booked["coins"], "held": booked["held"]}],
            "posted_after": posted,
            "held_after": held,
            **booked,
        }
        payload = canonical_json(entry)
        digest = chain(digest, payload)
        shop.run(
            f"INSERT INTO {{p}}entry (store, customer_id, number, epoch, payload, key_id, mac) VALUES ('{STORE}',"
            f" {CUSTOMER}, {number}, 1, 0x{payload.encode().hex()}, '{KEY.id}', '{mac_of(KEY, 'entry', payload)}')"
        )
    shop.push(account(*packages, entries={"count": len(books), "digest": digest}, **changes))


def inbox(shop: Storefront) -> list[Posted]:
    """Every row of the inbox, in order, read as the desk reads it, and spelt in the one way that is agreed on."""
    rows = shop.run("SELECT store, uuid, customer_id, payload, key_id, mac FROM {p}inbox ORDER BY id")
    posted = []
    for store, uuid, customer, payload, key_id, mac in rows:
        read = read_row(InboxRow(1, customer, uuid, payload, key_id, mac), store, [KEY])
        assert not isinstance(read, Doubt), read
        assert read.data is not None
        MODELS[read.kind].model_validate(read.data)
        document = json.loads(payload)
        assert canonical_json(document) == payload
        assert len(payload) <= MOST_INBOX_BYTES
        posted.append(Posted(uuid, customer, document))
    return posted
