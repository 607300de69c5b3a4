"""The public pages as the daemon opens them: the licence API over the desk and its keys, and what plugins serve."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from bridge.contracts.clock import Clock
from bridge.contracts.public_routes import PublicRoute
from bridge.desk.desk import Desk
from bridge.desk.statement_keys import StatementKeys
from bridge.domain.licences import LicenceBook
from bridge.settings.listening import PublicWebSettings
from bridge.web.licence_api import LicenceApi
from bridge.web.licence_desk import DeskLicences
from bridge.web.plugin_routes import served
from bridge.web.public import PublicPages, serve_public
from bridge.web.public_traffic import PublicTraffic


class OpenPages:
    """The open pages; `address` is where they are."""

    def __init__(self, pages: PublicPages, licences: DeskLicences | None) -> None:
        self._pages, self._licences, self.address = pages, licences, pages.address

    async def close(self) -> None:
        """Stop answering, and close what reads the desk."""
        await self._pages.close()
        if self._licences is not None:
            self._licences.close()


async def serve_pages(
    settings: PublicWebSettings,
    desk: Desk,
    state_dir: Path,
    clock: Clock,
    traffic: PublicTraffic,
    *,
    book_of: Callable[[str], LicenceBook | None],
    on_changed: Callable[[Collection[str]], None] = lambda _: None,
    of_plugins: Iterable[PublicRoute] = (),
) -> OpenPages:
    """Let extensions in the field ask, where the settings don't say otherwise, and plugins' senders deliver.

    `book_of` and `on_changed` are as in `DeskLicences`. What is answered is counted in `traffic`. Raises
    `ListenerError`.
    """
    others, licences = list(of_plugins), None
    routes = [served(one) for one in others]
    if settings.licence_api:
        licences = DeskLicences(desk, clock, book_of=book_of, on_changed=on_changed)
        routes += LicenceApi(
            licences, StatementKeys(state_dir).signing, clock, traffic, per_key=settings.per_key
        ).routes
    own = {one.path: one.per_minute for one in others if one.per_minute is not None}
    return OpenPages(await serve_public(settings, routes, traffic, per_minute=own), licences)
