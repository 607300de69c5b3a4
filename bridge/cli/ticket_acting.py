"""What the commands for tickets share: doing something to one, and showing how it stands then."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge.cli.call import Call
from bridge.errors import QuoteRefused, TicketRefused

if TYPE_CHECKING:
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx
    from bridge.desk.desk import Desk

LAST_SHOWN = 3
"""Messages of a thread that are shown after something was said in it."""


def nothing_besides(_: Any) -> Mapping[str, Any]:
    """Where programs are told nothing but how the ticket stands."""
    return {}


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to a ticket, and what is told of it.

    `words` say what was done, after the name of who did it; where they depend on what `do` returned they are worked
    out from that. `also` is what programs are told besides. `shown` names the ticket that is shown where it is another
    one. `before` does what must be there before the transaction.
    """

    do: "Callable[[Tx, Work], Any]"
    words: str | Callable[[Any], str]
    also: Callable[[Any], Mapping[str, Any]] = nothing_besides
    shown: Callable[[Any], int] | None = None
    before: "Callable[[Desk, Work], Any] | None" = None


def on_ticket(call: Call, number: int, store: str | None, by: str | None, deed: Deed, *, thread: bool = False) -> None:
    """Do something to a ticket and show it, with the end of its `thread` where something was said to somebody."""
    from bridge.cli.desk_work import TICKET, Numbered, work_on
    from bridge.cli.screen import line
    from bridge.cli.threads_shown import thread_document, thread_parts
    from bridge.cli.tickets_shown import ticket_document, ticket_parts, view_of_ticket
    from bridge.domain.tickets import MessageKind

    def action(tx: "Tx") -> tuple[Any, Any, Any, Any]:
        done = deed.do(tx, work)
        shown = deed.shown(done) if deed.shown else number
        found = tx.tickets.get(work.store.name, shown)
        assert found is not None, "something was just done to it"
        said = [one for one in tx.tickets.thread(shown) if one.kind is not MessageKind.STANDING]
        return done, view_of_ticket(tx, work.store, found, work.at), said, tx.files.of_ticket(shown)

    with (
        work_on(call.settings(), Numbered(TICKET, number), store, by) as (desk, work),
        ways_on_ticket(number, work.store.name),
    ):
        if deed.before is not None:
            deed.before(desk, work)
        done, view, said, files = desk.run(action)
    words = deed.words if isinstance(deed.words, str) else deed.words(done)
    last = thread_document(said[-1:], files)[0]
    end = [
        line(),
        *([line(f"{len(said) - LAST_SHOWN} earlier: bridge ticket show {number}")] if len(said) > LAST_SHOWN else []),
        *thread_parts(said[-LAST_SHOWN:], work.store, files),
    ]
    call.answer(
        {**ticket_document(view), "by": work.staff, "said": last, **deed.also(done)},
        lambda: [line(f"{work.staff} {words}"), line(), *ticket_parts(view), *(end if thread else [])],
    )


@contextmanager
def ways_on_ticket(number: int, store: str) -> Iterator[None]:
    """Refusals leave with the next command that helps."""
    try:
        yield
    except TicketRefused as error:
        ways = {
            "unknown_macro": f"bridge ticket macros --store {store}",
            "unknown_staff": f"bridge ticket assign {number} NAME",
            "closed": f"bridge ticket state {number} open",
            "other_licence": f"see which he has: bridge ticket show {number}",
            "progress_and_state": "leave out --progress or --state",
        }
        error.hint = error.hint or ways.get(error.reason, f"see how it stands: bridge ticket show {number}")
        raise
    except QuoteRefused as error:  # files are refused by the same words as on the customer's page
        if error.reason.startswith("file"):
            error.hint = "send a picture, PDF, text or zip within the limits of [files] in the store's file"
        raise
