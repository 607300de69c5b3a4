"""What staff do to a ticket beside the running daemon, as a command does, and what the desk then says of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.file_store import FOLDER, FileStore
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.tickets import TicketState
from bridge.engine.setup import StoreSetup
from bridge.services import files, ticket_decisions, tickets
from bridge.settings import load
from tests.live.beside import STORE, Beside

OLGA = "Olga"


def answers(bridge: Beside, customer: int, ticket: int, words: str, *, name: str, content: bytes) -> None:
    """Answer a ticket with words and a file."""
    settings = load(bridge.config, environ={}, credentials_dir=None)
    at = datetime.now(UTC)
    digest = FileStore(settings.bridge.desk.state_dir / FOLDER).keep(STORE, content, at=at)

    def do(tx: Any, terms: Any) -> None:
        attached = files.staff_file(terms, name, content, digest)
        tickets.reply(tx, terms, ticket, text=words, by=OLGA, at=at)
        owner = Owner(OwnerKind.CUSTOMER, customer)
        account = tx.accounts.of_owners(STORE, [owner])[owner]
        files.attach(tx, terms, account, ticket, [attached], at=at)

    _at_the_desk(bridge, do)


def confirms_urgent(bridge: Beside, ticket: int) -> None:
    _at_the_desk(
        bridge, lambda tx, terms: ticket_decisions.confirm_urgent(tx, terms, ticket, by=OLGA, at=datetime.now(UTC))
    )


def resolves(bridge: Beside, ticket: int) -> None:
    resolved = TicketState.RESOLVED
    _at_the_desk(
        bridge,
        lambda tx, terms: ticket_decisions.set_state(tx, terms, ticket, resolved, by=OLGA, at=datetime.now(UTC)),
    )


def state_of(bridge: Beside, ticket: int) -> str:
    return str(_at_the_desk(bridge, lambda tx, _: tx.tickets.now([ticket])[ticket].state.value))


def _at_the_desk(bridge: Beside, do: Callable[[Any, Any], Any]) -> Any:
    settings = load(bridge.config, environ={}, credentials_dir=None)
    terms = StoreSetup.of(settings.stores[STORE]).desk_terms
    with Desk.open(settings.bridge.desk.state_dir / FILE_NAME) as desk:
        return desk.run(do, terms)
