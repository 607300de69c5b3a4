"""How a shop's customers are addressed, and who has an address or a number: the same story on every platform.

A platform brings the statements, named alike, and how its tables hold text. Collations take e-mail addresses for equal
that are not (josé@ and jose@), so the server finds candidates and the comparison is made here. A telephone number is
what somebody typed: its digits are compared, whatever stands between them and in whichever digits it is written.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from bridge.contracts.shop_documents import Contact
from bridge.shopkit.database import Row, ShopDatabase
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.reading import in_parts

MOST_FOUND = 20
CANDIDATES = 1000

FEWEST_DIGITS = 5
"""Fewer are no telephone number."""

TELLING_DIGITS = 7
"""Of two spellings of one number, with the country's code and without, at least these are the same."""

_DIGITS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")


class ContactReader:
    """Reads customers' addresses by a platform's statements.

    `contacts` and `order_contact` yield (customer, e-mail, first name, last name, language, telephone); the statements
    `customers_by_...` yield (customer, whether he is of a selected shop, what was looked for). `text` gives what was
    typed for what the tables hold, `stored` the other way round.
    """

    def __init__(
        self,
        database: ShopDatabase,
        sql: Mapping[str, Statement],
        shops: Mapping[str, object],
        *,
        text: Callable[[str], str] = str,
        stored: Callable[[str], str] = str,
    ) -> None:
        self._database, self._sql, self._shops = database, sql, shops
        self._text, self._stored = text, stored

    async def contacts(self, customer_ids: Sequence[int]) -> dict[int, Contact]:
        """Those of these customers whom the shop has."""
        found: dict[int, Contact] = {}
        for part in in_parts(customer_ids):
            rows = await self._database.rows(self._sql["contacts"], customers=part, limit=len(part))
            found |= {row[0]: self._contact(row) for row in rows}
        return found

    async def order_contact(self, order_id: int) -> Contact | None:
        """Whom an order's mail goes to; None where there is no such order of a selected shop, or no address on it."""
        rows = await self._database.rows(self._sql["order_contact"], order=order_id, **self._shops)
        contact = self._contact(rows[0]) if rows else None
        return contact if contact is not None and contact.email else None

    async def find(self, *, email: str = "", phone: str = "") -> list[int]:
        """Customers with that address or that number, ascending; of the selected shops, if any of them is."""
        rows: list[Row] = []
        if email.strip():
            rows += await self._with_email(email.strip())
        if len(digits_of(phone)) >= FEWEST_DIGITS:
            rows += await self._with_phone(phone)
        ours = {customer for customer, mine, _ in rows if mine}
        return sorted(ours or {customer for customer, _, _ in rows})[:MOST_FOUND]

    async def _with_email(self, email: str) -> list[Row]:
        # Letters that a column's charset may lack can't be compared with it, and a conversion misses its index.
        statement = self._sql["customers_by_email" if email.isascii() else "customers_by_any_email"]
        spellings = {email, email.lower(), self._stored(email), self._stored(email).lower()}
        rows = await self._database.rows(statement, emails=sorted(spellings), limit=CANDIDATES, **self._shops)
        return [row for row in rows if self._text(row[2]).strip().casefold() == email.casefold()]

    async def _with_phone(self, phone: str) -> list[Row]:
        last = digits_of(phone)[-TELLING_DIGITS:]
        patterns = {f"script_{number}": f"%{'%'.join(spelt)}%" for number, spelt in enumerate(_spellings(last))}
        rows = await self._database.rows(self._sql["customers_by_phone"], **patterns, limit=CANDIDATES, **self._shops)
        return [row for row in rows if same_number(self._text(row[2]), phone)]

    def _contact(self, row: Row) -> Contact:
        customer, email, first, last, language, phone = row
        name = " ".join(self._text(part or "").strip() for part in (first, last)).strip()
        return Contact(
            customer_id=int(customer),
            email=self._text(email or "").strip(),
            name=name,
            language=language_of(language or ""),
            phone=self._text(phone or "").strip(),
        )


def language_of(code: str) -> str:
    """The ISO 639 code in a shop's code of a language (`en-gb`, `pt_BR`, `fa`); empty where there is none in it."""
    language = code.replace("_", "-").partition("-")[0].strip().lower()
    return language if language.isascii() and language.isalpha() and 2 <= len(language) <= 3 else ""


def same_number(one: str, other: str) -> bool:
    """Whether two spellings are one telephone number: the same digits, with or without country's code or leading 0."""
    short, long = sorted((digits_of(one).lstrip("0"), digits_of(other).lstrip("0")), key=len)
    if len(short) < FEWEST_DIGITS:
        return False
    return short == long or (len(short) >= TELLING_DIGITS and long.endswith(short))


def digits_of(text: str) -> str:
    """The digits of a text, in whichever script, as 0 to 9."""
    values = (unicodedata.digit(letter, None) for letter in text)
    return "".join(str(value) for value in values if value is not None)


def _spellings(digits: str) -> Iterable[str]:
    return (digits.translate(str.maketrans(_DIGITS[0], script)) for script in _DIGITS)
