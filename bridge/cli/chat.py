"""`bridge chat ...`: conversations with contacts, whichever channel carries them (rules W1, W3, W9, W10)."""

from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.acting import MOST_LISTED
from bridge.cli.call import ByOption, Call, EachStoreOption, StoreOption, command, group
from bridge.cli.chat_arguments import ChatNumber, ContactNumber, MessageNumber

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.cli.chats_shown import ChatView
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx

app = group("chat", "Conversations: who writes on which number, and what they become.")

ROUTES = ("new", "presales", "redirected", "premium")


@command(app, "list")
def list_chats(
    call: Call,
    store: EachStoreOption = None,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only those in which a contact waits for an answer.")
    ] = False,
) -> None:
    """List the conversations in which something happened last."""
    from bridge.cli.call import meant_stores
    from bridge.cli.chat_looking import view_of
    from bridge.cli.chats_shown import chat_document, listed_chats
    from bridge.cli.session import CLOCK, the_desk

    settings, at = call.settings(), CLOCK.now()
    stores = meant_stores(settings, store)

    with the_desk(settings) as desk:
        views = [
            view
            for one in stores
            for view in desk.look(
                lambda tx, each: [
                    view_of(tx, each, chat, at)
                    for chat in tx.conversations.latest(each.name, MOST_LISTED, waiting=waiting)
                ],
                one,
            )
        ]
    call.answer({"chats": [chat_document(view) for view in views]}, lambda: listed_chats(views))


@command(app, "show")
def show(call: Call, chat: ChatNumber, store: StoreOption = None) -> None:
    """Show a conversation: whom it is with, and all that was said."""
    from bridge.cli.chat_looking import view_of, without_premium_numbers
    from bridge.cli.chats_shown import chat_document, chat_parts, message_document, thread_parts
    from bridge.cli.desk_work import CHAT, Numbered, store_of
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk

    settings, at = call.settings(), CLOCK.now()
    with the_desk(settings) as desk:
        chosen = store_of(settings, desk, Numbered(CHAT, chat), store)
        found = desk.look(lambda tx: tx.conversations.get(chosen.name, chat))
        assert found is not None, "it was there a moment ago, and conversations are never deleted"
        view = desk.look(view_of, chosen, found, at)
        thread = without_premium_numbers(chosen, desk.look(lambda tx: tx.conversations.thread(chat)))
        addresses = desk.look(lambda tx: tx.chat_contacts.addresses_of(found.contact_id))
    phones = [one.phone for one in addresses if one.phone]
    hint = f"Who in the shop has that number, which proves nothing: bridge account find {phones[0]}" if phones else ""
    call.answer(
        {**chat_document(view), "phones": phones, "messages": [message_document(one) for one in thread]},
        lambda: [
            *chat_parts(view, addresses),
            *([line(), line(hint)] if hint and view.owner is None else []),
            *thread_parts(thread, view),
        ],
    )


@command(app, "send")
def send(
    call: Call,
    chat: ChatNumber,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What to send.")],
    template: Annotated[
        bool,
        typer.Option("--template", help="Where it has to wait, ask the contact to write by the approved template."),
    ] = False,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Write to a contact. Later than a day after his last message it waits until he writes, and says so."""
    from bridge.domain.chats import SendState
    from bridge.services import chat_sending

    told = ""

    def do(tx: "Tx", work: "Work") -> None:
        nonlocal told
        sent = chat_sending.send(tx, work.terms, chat, text=text, by=work.staff, at=work.at, template=template)
        waits = sent.state is SendState.WAITING
        told = f"wrote message {sent.id}" + ("; it waits until the contact has written." if waits else ".")

    _act(call, chat, store, by, do, lambda _: told)


@command(app, "done")
def done(call: Call, chat: ChatNumber, by: ByOption = None, store: StoreOption = None) -> None:
    """Say that nothing is to be answered, as to a word of thanks; the contact waits again when he writes again."""
    from bridge.services import chat_by_staff

    def do(tx: "Tx", work: "Work") -> None:
        chat_by_staff.needs_no_answer(tx, work.terms, chat, by=work.staff, at=work.at)

    _act(call, chat, store, by, do, lambda _: f"says that nothing is to be answered in conversation {chat}.")


@command(app, "route")
def route(
    call: Call,
    chat: ChatNumber,
    to: Annotated[str, typer.Argument(metavar="ROUTE", help=f"What it is: {', '.join(ROUTES)}.")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Say what a conversation is. Who is on the wrong number is told where to go, at no charge.

    `presales` on a premium number redirects to the official one; `redirected` on the official one names the page for
    help after the purchase.
    """
    from bridge.domain.chats import Route
    from bridge.errors import UsageError
    from bridge.services import chat_routing

    if to not in ROUTES:
        raise UsageError(f"ROUTE must be one of {', '.join(ROUTES)}, not {to}")

    def do(tx: "Tx", work: "Work") -> None:
        chat_routing.route(tx, work.terms, chat, Route(to), by=work.staff, at=work.at)

    _act(call, chat, store, by, do, lambda view: f"made conversation {chat} {view.conversation.route}.")


@command(app, "move")
def move(
    call: Call,
    chat: ChatNumber,
    subject: Annotated[str, typer.Option("--subject", metavar="TEXT", help="What the ticket is about.")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Make a ticket of a conversation with a linked customer: all that was said goes along, and a timer ends.

    What he writes from then on goes to the ticket; what is answered there is sent to the chat while free text may be.
    """
    from bridge.cli.session import CLOCK
    from bridge.services import chat_moving

    def do(tx: "Tx", work: "Work") -> None:
        chat_moving.move(tx, work.terms, chat, subject=subject, by=work.staff, now=CLOCK.reading())

    _act(call, chat, store, by, do, lambda view: f"made ticket {view.conversation.ticket_id} of conversation {chat}.")


@command(app, "resend")
def resend(call: Call, message: MessageNumber, by: ByOption = None, store: StoreOption = None) -> None:
    """Let a message go out again that failed, or that nobody knows to have arrived: look at the telephone first."""
    from bridge.cli.call import one_store
    from bridge.cli.chat_looking import without_premium_numbers
    from bridge.cli.chats_shown import message_document
    from bridge.cli.desk_work import Work
    from bridge.cli.screen import line
    from bridge.cli.session import the_desk
    from bridge.domain.chats import ChatMessage
    from bridge.errors import ChatRefused
    from bridge.services import chat_by_staff

    settings = call.settings()

    def do(tx: "Tx") -> tuple[Work, ChatMessage]:
        kept = tx.conversations.message(message)
        if kept is None or (store is not None and kept.store != store) or kept.store not in settings.stores:
            raise ChatRefused("unknown_message", f"there is no message {message}")
        work = Work.of(one_store(settings, kept.store), by)
        return work, chat_by_staff.send_again(tx, work.terms, kept, by=work.staff, at=work.at)

    with the_desk(settings) as desk:
        work, again = desk.run(do)
    (again,) = without_premium_numbers(work.store, [again])
    call.answer(message_document(again), lambda: [line(f"{work.staff} lets message {message} go out again.")])


@command(app, "block")
def block(
    call: Call,
    contact: ContactNumber,
    undo: Annotated[bool, typer.Option("--undo", help="Answer him again.")] = False,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Answer a contact no more, by nobody and by nothing automatic; what he writes is kept.

    With --undo he waits again for what he wrote before and nobody has answered.
    """
    from bridge.services import chat_by_staff

    def do(tx: "Tx", work: "Work") -> None:
        chat_by_staff.block(tx, work.terms, contact, blocked=not undo, by=work.staff, at=work.at)

    words = f"blocked contact {contact}."
    if undo:
        words = f"un{words} What he wrote meanwhile stands in his conversation and waits for nobody."
    _on_contact(call, contact, store, by, do, words)


@command(app, "erase")
def erase(call: Call, contact: ContactNumber, by: ByOption = None, store: StoreOption = None) -> None:
    """Erase what is kept of a contact who is linked to nobody; for a customer's there is bridge privacy erase."""
    from bridge.services import premium_personal

    def do(tx: "Tx", work: "Work") -> None:
        premium_personal.erase_contact(tx, work.terms, contact, by=work.staff, at=work.at)

    _on_contact(call, contact, store, by, do, f"erased what was kept of contact {contact}.")


@command(app, "unlink")
def unlink(call: Call, contact: ContactNumber, by: ByOption = None, store: StoreOption = None) -> None:
    """Take a contact's link to a customer back. Only a code from the account page links him again."""
    from bridge.services import chat_linking

    def do(tx: "Tx", work: "Work") -> None:
        chat_linking.unlink(tx, work.terms, contact, by=work.staff, at=work.at)

    _on_contact(call, contact, store, by, do, f"unlinked contact {contact}.")


def _act(
    call: Call,
    number: int,
    store: str | None,
    by: str | None,
    do: "Callable[[Tx, Work], None]",
    words: "Callable[[ChatView], str]",
) -> None:
    from bridge.cli.chat_looking import view_of
    from bridge.cli.chats_shown import chat_document, chat_parts
    from bridge.cli.desk_work import CHAT, Numbered, work_on
    from bridge.cli.screen import line

    with work_on(call.settings(), Numbered(CHAT, number), store, by) as (desk, work):

        def action(tx: "Tx") -> "ChatView":
            do(tx, work)
            found = tx.conversations.get(work.store.name, number)
            assert found is not None, "it is there, and conversations are never deleted"
            return view_of(tx, work.store, found, work.at)

        view = desk.run(action)
        addresses = desk.look(lambda tx: tx.chat_contacts.addresses_of(view.contact.id))
    call.answer(
        {**chat_document(view), "by": work.staff},
        lambda: [line(f"{work.staff} {words(view)}"), line(), *chat_parts(view, addresses)],
    )


def _on_contact(
    call: Call, contact: int, store: str | None, by: str | None, do: "Callable[[Tx, Work], None]", words: str
) -> None:
    from bridge.cli.call import one_store
    from bridge.cli.desk_work import Work
    from bridge.cli.screen import line
    from bridge.cli.session import the_desk

    settings = call.settings()
    work = Work.of(one_store(settings, store), by)
    with the_desk(settings) as desk:
        desk.run(do, work)
    call.answer({"contact": contact, "by": work.staff}, lambda: [line(f"{work.staff} {words}")])
