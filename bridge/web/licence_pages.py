"""The public pages as the daemon opens them: the licence API over the desk and its keys."""

from collections.abc import Callable, Collection
from pathlib import Path

from bridge.contracts.clock import Clock
from bridge.desk.desk import Desk
from bridge.desk.statement_keys import StatementKeys
from bridge.domain.licences import LicenceBook
from bridge.settings.listening import PublicWebSettings
from bridge.web.licence_api import LicenceApi
from bridge.web.licence_desk import DeskLicences
from bridge.web.public import PublicPages, serve_public


class LicencePages:
    """The open API; `address` is where it is."""

    def __init__(self, pages: PublicPages, licences: DeskLicences) -> None:
        self._pages, self._licences, self.address = pages, licences, pages.address

    async def close(self) -> None:
        """Stop answering, and close what reads the desk."""
        await self._pages.close()
        self._licences.close()


async def serve_licences(
    settings: PublicWebSettings,
    desk: Desk,
    state_dir: Path,
    clock: Clock,
    *,
    book_of: Callable[[str], LicenceBook | None],
    on_changed: Callable[[Collection[str]], None] = lambda _: None,
) -> LicencePages:
    """Let extensions in the field ask; `book_of` and `on_changed` as in `DeskLicences`. Raises `ListenerError`."""
    licences = DeskLicences(desk, clock, book_of=book_of, on_changed=on_changed)
    api = LicenceApi(licences, StatementKeys(state_dir).signing, clock, per_key=settings.per_key)
    return LicencePages(await serve_public(settings, api.routes), licences)
