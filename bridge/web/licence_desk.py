"""The desk behind the licence API: it is read on the loop, and written to only where something is to be kept."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import replace

from bridge.contracts.clock import Clock
from bridge.desk.desk import Desk
from bridge.desk.licence_lookup import LicenceLookup
from bridge.domain.licence_answers import NOT_KNOWN, LicenceAnswer, LicenceQuestion
from bridge.domain.licences import LicenceBook
from bridge.services import licence_checks
from bridge.services.licence_checks import CheckTerms, spelled
from bridge.services.licence_freshness import serves

TOKEN_BYTES = 32


class DeskLicences:
    """Implements `bridge.web.licence_api.LicenceDesk`.

    `book_of` gives what an enabled store sells, as the settings are now, and None for any other name. `on_changed`
    hears of each store whose licence has other domains now.
    """

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        *,
        book_of: Callable[[str], LicenceBook | None],
        on_changed: Callable[[Collection[str]], None] = lambda _: None,
    ) -> None:
        self._desk, self._clock, self._book_of, self._on_changed = desk, clock, book_of, on_changed
        self._lookup = LicenceLookup(desk.path)

    def check(self, question: LicenceQuestion) -> LicenceAnswer:
        """How the licence stands. Raises `DeskError`."""
        terms = self._terms(question)
        found = self._lookup.find(question.store, spelled(question.key), question.domain)  # whichever store is named
        if terms is None or found is None:
            return NOT_KNOWN
        at = self._clock.now()
        return licence_checks.answer(found.now, terms, question, at=at, fresh=serves(found.lost_since, at))

    async def activate(self, question: LicenceQuestion) -> LicenceAnswer:
        """Use it on the domain; what a look already refuses does not get as far as the desk's writer."""
        seen = self.check(replace(question, takes_place=False, token=""))
        terms = self._terms(question)
        if terms is None or not seen.may_run:
            return seen
        token = secrets.token_urlsafe(TOKEN_BYTES)
        at = self._clock.now()
        answer = await self._desk.transact(
            "activate licence", licence_checks.activate, terms, question, token=token, at=at
        )
        if answer.token:
            self._on_changed([question.store])
        return answer

    async def deactivate(self, question: LicenceQuestion) -> LicenceAnswer:
        """Give the domain's place back. Raises `WrongToken`, `DeskError`."""
        terms = self._terms(question)
        found = self._lookup.find(question.store, spelled(question.key), question.domain)
        if terms is None or found is None:
            return NOT_KNOWN
        answer = await self._desk.transact(
            "deactivate licence", licence_checks.deactivate, terms, question, at=self._clock.now()
        )
        if answer.done and question.domain in found.now.activations:
            self._on_changed([question.store])
        return answer

    def close(self) -> None:
        """Close what reads the desk."""
        self._lookup.close()

    def _terms(self, question: LicenceQuestion) -> CheckTerms | None:
        book = self._book_of(question.store)
        return CheckTerms(question.store, book) if book is not None else None
