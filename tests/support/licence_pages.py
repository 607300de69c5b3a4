"""A desk with licences, and what a customer's page and extensions in the field do with them, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner
from bridge.domain.licence_answers import LicenceQuestion
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import LicenceBook
from bridge.services import licence_checks, purchases
from bridge.services.account_pages import PageTerms
from bridge.services.documents import documents_pushed, waiting_documents
from bridge.services.licence_checks import CheckTerms
from tests.support.books import ACME, MONDAY_9AM, PLANS, TEHRAN, a_quick_desk, an_order, customer
from tests.support.licences import MENU, PRODUCTS, a_licence_store

KEY = SigningKey("k1", bytes(32))
CUSTOMER = customer(77)


def page_terms(*, epoch: int = 1, licences: LicenceBook = PRODUCTS, key: SigningKey = KEY) -> PageTerms:
    """What the rows of a store that sells licences are made with."""
    return PageTerms(ACME, TEHRAN, PLANS, key, epoch, licences=licences)


class LicenceDesk:
    """The desk of one store that sells licences, at `now`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.now: datetime = MONDAY_9AM
        self.pages = page_terms()

    def later(self, **parts: float) -> datetime:
        """Let time pass; returns the new moment."""
        self.now += timedelta(**parts)
        return self.now

    def bought(self, order_id: int = 1042, code: str = MENU, **different: object) -> KeptLicence:
        """The licence that a paid order gives; of a product with three domains unless another code is named."""
        order = an_order(order_id, (code, 1), **different)
        self.desk.run(purchases.book_orders, a_licence_store(), [order], at=self.now)
        found = self.desk.look(lambda tx: tx.licences.of_orders(ACME, [order_id]))
        return found[order_id][0]

    def again(self, one: KeptLicence) -> KeptLicence:
        """The licence as it stands now."""
        found = self.desk.look(lambda tx: tx.licences.get(ACME, one.licence.id))
        assert found is not None
        return found

    def used_on(self, one: KeptLicence, *domains: str, token: str = "t") -> KeptLicence:
        """Extensions use it on these domains."""
        for domain in domains:
            question = LicenceQuestion(ACME, one.licence.key, domain, takes_place=True, product=one.licence.product)
            answer = self.desk.run(licence_checks.activate, self.checks, question, token=token, at=self.now)
            assert answer.done
        return self.again(one)

    @property
    def checks(self) -> CheckTerms:
        """What decides about the questions of extensions."""
        return CheckTerms(ACME, self.pages.licences)

    def waiting(self, table: DocumentTable = DocumentTable.LICENCE) -> list[DocumentRow]:
        """The rows that wait to be pushed."""
        batches = self.desk.look(waiting_documents, self.pages, limit=99)
        return [row for batch in batches if batch.table is table for row in batch.rows]

    def push(self, table: DocumentTable = DocumentTable.LICENCE) -> list[DocumentRow]:
        """Let the shop have what waits; the rows that it got."""
        found = self.waiting(table)
        for batch in self.desk.look(waiting_documents, self.pages, limit=99):
            self.desk.run(documents_pushed, ACME, batch)
        return found

    def owner_is(self, one: KeptLicence) -> Owner:
        """Whose the licence is."""
        account = self.again(one).now.account_id
        return self.desk.look(lambda tx: tx.accounts.by_ids([account]))[account].owner


@contextmanager
def a_licence_desk() -> Iterator[LicenceDesk]:
    """A real, empty desk of a store that sells licences."""
    with a_quick_desk() as desk:
        yield LicenceDesk(desk)
