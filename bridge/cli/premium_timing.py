"""What agents do with their time: `bridge premium start`, `waiting`, `stop`, `add`, `timers` (rule W6)."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.call import ByOption, Call, EachStoreOption, StoreOption, command, unclear
from bridge.cli.premium_arguments import AgreementNumber, ContactOption, moment_of
from bridge.cli.problems import HIGHEST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.contracts.desk import Tx
    from bridge.domain.desk_terms import DeskTerms
    from bridge.domain.work_time import Reading, Segment
    from bridge.settings import StoreSettings

app = typer.Typer(rich_markup_mode=None)


@command(app, "start")
def start(
    call: Call,
    agreement: Annotated[
        int | None,
        typer.Argument(metavar="[AGREEMENT]", help="The agreement that it is for.", min=1, max=HIGHEST_NUMBER),
    ] = None,
    unbilled: Annotated[
        bool, typer.Option("--unbilled", help="Time that is never charged, with --contact instead of an agreement.")
    ] = False,
    contact: ContactOption = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Start your timer for an accepted agreement, or go on after waiting.

    It ends by itself at the agreement's limit, and when it was forgotten.
    """
    from bridge.services import timing

    if (agreement is None) != unbilled or (contact is None) == unbilled:
        raise unclear(
            "what is it for? Time is charged only by an agreement",
            "bridge premium start AGREEMENT, or bridge premium start --unbilled --contact CONTACT",
        )

    def do(tx: "Tx", terms: "DeskTerms", agent: str, now: "Reading") -> "Segment":
        if agreement is not None:
            return timing.start(tx, terms, agreement, agent=agent, now=now)
        assert contact is not None, "said instead of an agreement"
        return timing.start_unbilled(tx, terms, contact, agent=agent, now=now)

    _act(call, agreement, store, by, do, "works")


@command(app, "waiting")
def waiting(call: Call, by: ByOption = None, store: StoreOption = None) -> None:
    """Mark that you wait for the contact: some minutes later your timer ends, and these still count."""
    from bridge.services import timing

    _act(call, None, store, by, lambda tx, terms, agent, now: timing.wait(tx, terms, agent=agent, now=now), "waits")


@command(app, "stop")
def stop(call: Call, by: ByOption = None, store: StoreOption = None) -> None:
    """Stop your timer."""
    from bridge.services import timing

    _act(call, None, store, by, lambda tx, terms, agent, now: timing.stop(tx, terms, agent=agent, now=now), "stopped")


@command(app, "add")
def add(
    call: Call,
    agreement: AgreementNumber,
    since: Annotated[
        str, typer.Option("--from", metavar="MOMENT", help='By the store\'s clock, such as "2026-11-22 14:30".')
    ],
    minutes: Annotated[int, typer.Option("--minutes", metavar="MINUTES", help="How long it took.", min=1, max=1_440)],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is entered by hand. It is kept.")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Enter time by hand that you have worked: after the acceptance, apart from all else you worked, in the limit."""
    from bridge.services import timing

    def do(tx: "Tx", terms: "DeskTerms", agent: str, now: "Reading") -> "Segment":
        begun = moment_of(since, "--from", terms.zone)
        return timing.add(
            tx,
            terms,
            agreement,
            since=begun,
            until=begun + timedelta(minutes=minutes),
            reason=reason,
            agent=agent,
            now=now,
        )

    _act(call, agreement, store, by, do, "entered")


@command(app, "timers")
def timers(call: Call, store: EachStoreOption = None) -> None:
    """List the timers that run: who works for whom, and for how long."""
    from bridge.cli.call import meant_stores
    from bridge.cli.premium_looking import running_of
    from bridge.cli.premium_shown import listed_timers, segment_document
    from bridge.cli.session import CLOCK, the_desk

    settings, now = call.settings(), CLOCK.reading()
    stores = meant_stores(settings, store)
    with the_desk(settings) as desk:
        found = [view for one in stores for view in desk.look(running_of, one, now)]
    call.answer(
        {"timers": [{"store": one.store.name, **segment_document(one.segment, now)} for one in found]},
        lambda: listed_timers(found, now),
    )


def _act(
    call: Call,
    agreement: int | None,
    store: str | None,
    by: str | None,
    do: "Callable[[Tx, DeskTerms, str, Reading], Segment]",
    what: str,
) -> None:
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.desk_work import AGREEMENT, Numbered, store_of
    from bridge.cli.premium_shown import exact, segment_document, so_far
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup

    settings, now = call.settings(), CLOCK.reading()
    with the_desk(settings) as desk:
        if agreement is None:
            chosen = one_store(settings, store)
        else:
            chosen = store_of(settings, desk, Numbered(AGREEMENT, agreement), store)
        agent = staff_name(chosen, by)
        segment = desk.run(do, StoreSetup.of(chosen).desk_terms, agent, now)
    worked = so_far(segment, now) if segment.worked is None else segment.worked
    words = f"{agent} {what if segment.runs or what == 'entered' else 'stopped'}: {segment.purpose}, {exact(worked)}."
    call.answer(segment_document(segment, now), lambda: [line(f"{words} {_more(segment, chosen)}".strip())])


def _more(segment: "Segment", store: "StoreSettings") -> str:
    from bridge.cli.screen import local
    from bridge.domain.work_time import Ending

    if segment.flagged:
        why = "at the agreement's limit" if segment.ending is Ending.CAP else "because it was forgotten"
        return f"The timer had ended by itself at {local(segment.ended_at, store.zone_info)}, {why}."
    if segment.runs and segment.waiting_since is not None:
        return f"It ends {store.premium.waiting_minutes} min after the waiting was marked."
    return ""
