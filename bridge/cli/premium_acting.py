"""What staff do about agreements: `bridge premium offer`, `revise`, `withdraw`, `accept`, `decline`, `close`."""

from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.call import ByOption, Call, StoreOption, command
from bridge.cli.premium_arguments import (
    AgreementNumber,
    ContactOption,
    CustomerOption,
    EvidenceOption,
    one_party,
    party_of,
    steps_of,
)
from bridge.cli.problems import HIGHEST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.cli.desk_work import Work
    from bridge.cli.premium_shown import AgreementView
    from bridge.contracts.desk import Tx
    from bridge.domain.agreements import Agreement

KindOption = Annotated[str, typer.Option("--kind", metavar="KEY", help="The kind of work, as the store's file has it.")]
LimitOption = Annotated[
    int, typer.Option("--limit", metavar="MINUTES", help="The most time that can be charged: 15, 30, 45, 60 ...")
]
WordsOption = Annotated[
    str,
    typer.Option("--words", metavar="TEXT", help="What it is about, for the customer to read.", show_default=False),
]

app = typer.Typer(rich_markup_mode=None)


@command(app, "offer")
def offer(
    call: Call,
    kind: KindOption,
    limit: LimitOption,
    customer: CustomerOption = None,
    contact: ContactOption = None,
    words: WordsOption = "",
    ticket: Annotated[
        int | None,
        typer.Option(
            "--ticket",
            metavar="TICKET",
            help="The ticket it is about: its work costs no coins meanwhile.",
            min=1,
            max=HIGHEST_NUMBER,
            show_default=False,
        ),
    ] = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Offer premium time: one kind of work at its rate, up to a limit.

    Nothing can be charged before it is accepted: in the chat, on the customer's page, or with evidence through you. A
    customer whom the desk does not know yet is looked up in the shop.
    """
    from bridge.cli.call import one_store
    from bridge.cli.desk_work import Work, ways_on
    from bridge.cli.in_shop import is_new_in_shop
    from bridge.cli.premium_looking import view_of
    from bridge.cli.session import CLOCK, the_desk
    from bridge.domain.accounts import Owner, OwnerKind
    from bridge.services import agreements

    one_party(customer, contact)
    steps = steps_of(limit, "--limit")
    settings, now = call.settings(), CLOCK.reading()
    chosen = one_store(settings, store)
    work = Work.of(chosen, by)

    def do(tx: "Tx") -> "AgreementView":
        who = party_of(tx, work, customer, contact, in_shop=in_shop)
        made = agreements.offer(
            tx,
            work.terms,
            who.id,
            kind=kind,
            cap_steps=steps,
            by=work.staff,
            at=work.at,
            words=words,
            ticket_id=ticket,
        )
        return view_of(tx, chosen, made, now)

    owner = Owner(OwnerKind.CUSTOMER, customer) if customer is not None else None
    with the_desk(settings) as desk, ways_on(chosen.name, owner):
        in_shop = owner is not None and is_new_in_shop(settings, desk, chosen, owner)
        view = desk.run(do)
    _tell(call, work, view, f"offered agreement {view.agreement.id}{_until(view)}")


@command(app, "revise")
def revise(
    call: Call,
    agreement: AgreementNumber,
    kind: KindOption,
    limit: LimitOption,
    words: WordsOption = "",
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Offer it anew, with another limit, kind or rate of now, valid from now; what was shown before can't be accepted.

    One that is accepted never changes: close it and offer another one.
    """
    from bridge.services import agreements

    steps = steps_of(limit, "--limit")

    def do(tx: "Tx", work: "Work") -> "Agreement":
        return agreements.offer_anew(
            tx, work.terms, agreement, kind=kind, cap_steps=steps, by=work.staff, at=work.at, words=words
        )

    _act(call, agreement, store, by, do, lambda view: f"offered agreement {agreement} anew{_until(view)}")


@command(app, "withdraw")
def withdraw(call: Call, agreement: AgreementNumber, by: ByOption = None, store: StoreOption = None) -> None:
    """Take back an offer that nobody has accepted."""
    from bridge.services import agreements

    def do(tx: "Tx", work: "Work") -> "Agreement":
        return agreements.withdraw(tx, work.terms, agreement, by=work.staff, at=work.at)

    _act(call, agreement, store, by, do, lambda _: f"withdrew agreement {agreement}.")


@command(app, "accept")
def accept(
    call: Call,
    agreement: AgreementNumber,
    evidence: EvidenceOption,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="CODE",
            help="In which language he read it. Default: the store's first.",
            show_default=False,
        ),
    ] = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Record that the contact accepted an agreement as it is offered now, with what that rests on."""
    from bridge.domain.agreements import AgreementChannel
    from bridge.errors import UsageError
    from bridge.services import accepting
    from bridge.services.premium_parts import agreement_of

    def do(tx: "Tx", work: "Work") -> "Agreement":
        offered = agreement_of(tx, work.store.name, agreement).offer
        read = language or work.store.languages[0]
        if read not in offered.hashes:
            raise UsageError(f"--language must be one of {', '.join(offered.hashes)}, not {read}")
        who = accepting.Decider(AgreementChannel.STAFF, staff=work.staff, words=evidence)
        return accepting.accept(
            tx, work.terms, agreement, who, version=offered.version, text_hash=offered.hashes[read], at=work.at
        )

    _act(call, agreement, store, by, do, lambda _: f"recorded that agreement {agreement} is accepted.")


@command(app, "decline")
def decline(
    call: Call, agreement: AgreementNumber, evidence: EvidenceOption, by: ByOption = None, store: StoreOption = None
) -> None:
    """Record that the contact does not want what is offered."""
    from bridge.domain.agreements import AgreementChannel
    from bridge.services import accepting
    from bridge.services.premium_parts import agreement_of

    def do(tx: "Tx", work: "Work") -> "Agreement":
        version = agreement_of(tx, work.store.name, agreement).offer.version
        who = accepting.Decider(AgreementChannel.STAFF, staff=work.staff, words=evidence)
        return accepting.decline(tx, work.terms, agreement, who, version=version, at=work.at)

    _act(call, agreement, store, by, do, lambda _: f"recorded that agreement {agreement} is declined.")


@command(app, "close")
def close(call: Call, agreement: AgreementNumber, by: ByOption = None, store: StoreOption = None) -> None:
    """Close an accepted agreement: its total is rounded up once, to started quarters of an hour, and becomes a bill.

    The bill is a draft: the customer sees nothing of it before `bridge premium statement BILL --send`.
    """
    from bridge.cli.session import CLOCK
    from bridge.services import closing_agreements

    def do(tx: "Tx", work: "Work") -> "Agreement":
        return closing_agreements.close(tx, work.terms, agreement, by=work.staff, now=CLOCK.reading())[0]

    def told(view: "AgreementView") -> str:
        if view.bill is None:
            return f"closed agreement {agreement}: nothing was worked, nothing is charged."
        return f"closed agreement {agreement}: bill {view.bill.id}, a draft."

    _act(call, agreement, store, by, do, told)


def _act(
    call: Call,
    number: int,
    store: str | None,
    by: str | None,
    do: "Callable[[Tx, Work], Agreement]",
    words: "Callable[[AgreementView], str]",
) -> None:
    from bridge.cli.desk_work import AGREEMENT, Numbered, work_on
    from bridge.cli.premium_looking import view_of
    from bridge.cli.session import CLOCK

    with work_on(call.settings(), Numbered(AGREEMENT, number), store, by) as (desk, work):
        view = desk.run(lambda tx: view_of(tx, work.store, do(tx, work), CLOCK.reading()))
    _tell(call, work, view, words(view))


def _tell(call: Call, work: "Work", view: "AgreementView", words: str) -> None:
    from bridge.cli.premium_shown import agreement_document, agreement_parts
    from bridge.cli.screen import line

    call.answer(
        {**agreement_document(view), "by": work.staff},
        lambda: [line(f"{work.staff} {words}"), line(), *agreement_parts(view)],
    )


def _until(view: "AgreementView") -> str:
    from bridge.cli.screen import local

    return f". It can be accepted until {local(view.agreement.offer.valid_until, view.store.zone_info)}."
