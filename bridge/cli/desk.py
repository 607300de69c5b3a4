"""`bridge desk ...`: the desk's file itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bridge.cli.call import Call, command, group

if TYPE_CHECKING:
    from bridge.desk.transaction import DeskTx

app = group("desk", "The desk, our own books: make, back up, restore.")


@command(app, "upgrade")
def upgrade(call: Call) -> None:
    """Make the desk, or bring an older one up to date.

    The daemon does the same when it starts; beside a running daemon this is refused.
    """
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, enter
    from bridge.desk.desk import FILE_NAME, Desk
    from bridge.desk.lock import DaemonLock
    from bridge.desk.upgrade import upgrade as upgrade_desk

    settings = call.settings()
    path = enter(settings) / FILE_NAME
    with DaemonLock.take(path.parent, purpose="bridge desk upgrade"):
        existed = path.exists()
        changed = upgrade_desk(path, now=CLOCK.now())
        with Desk.open(path) as desk:
            version, epoch = desk.identity.schema_version, desk.identity.epoch
    done = "unchanged" if not changed else "upgraded" if existed else "made"
    words = {
        "unchanged": f"The desk {path} has version {version} already; nothing was done.",
        "upgraded": f"The desk {path} was brought to version {version}.",
        "made": f"A new desk was made: {path}",
    }
    call.answer({"desk": str(path), "done": done, "version": version, "epoch": epoch}, lambda: [line(words[done])])


@command(app, "backup")
def backup(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; one that exists is never overwritten.")],
) -> None:
    """Copy the desk to FILE while it is in use.

    The copy is checked by opening it.
    """
    from bridge.cli.files import OutputFile
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.desk.backup import backup_to, note_backup

    settings = call.settings()
    with OutputFile(file) as output, the_desk(settings) as desk:
        at = CLOCK.now()
        size = backup_to(desk, output.file)
        output.publish()
        desk.run(note_backup, at)
    call.answer(
        {"file": str(output.target), "bytes": size, "desk": desk.identity.desk_id, "epoch": desk.identity.epoch},
        lambda: [line(f"Backed up to {output.target} ({size:,} bytes, checked by opening it).")],
    )


@command(app, "restore")
def restore(
    call: Call, file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `bridge desk backup` made.")]
) -> None:
    """Put a backup in the desk's place.

    The desk that was there is kept beside it. Beside a running daemon this is refused.
    """
    from bridge.cli.files import copy_in, open_input
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, enter
    from bridge.desk.backup import restore as restore_desk
    from bridge.desk.desk import FILE_NAME, Desk
    from bridge.desk.lock import DaemonLock
    from bridge.errors import DeskDamaged

    settings = call.settings()
    with open_input(file) as source:
        path = enter(settings) / FILE_NAME
        with DaemonLock.take(path.parent, purpose="bridge desk restore"):
            copied = path.with_name(f"{FILE_NAME}.given")
            try:
                copy_in(source, copied)
                identity, kept = restore_desk(copied, path, at=CLOCK.now())
                with Desk.open(path) as desk:
                    held = desk.look(_held)
            except DeskDamaged as error:
                told = DeskDamaged(str(error).replace(str(copied), str(file)))
                told.hint = "use another backup; the desk in place was not touched"
                raise told from error
            finally:
                copied.unlink(missing_ok=True)
    call.answer(
        {
            "desk": str(path),
            "desk_id": identity.desk_id,
            "epoch": identity.epoch,
            "kept": str(kept) if kept else None,
            "held_messages": {one.store: one.messages for one in held},
        },
        lambda: [
            line(f"Restored from {file}; the desk is {path}, epoch {identity.epoch}."),
            *([line(f"The desk that was there is kept as {kept}.")] if kept else []),
            *([line(one.words) for one in held] or [line("No message waited to be sent when the backup was made.")]),
            line("Start the daemon: it reads every shop again from where the backup stood and pushes every account."),
        ],
    )


class _Held(NamedTuple):
    """What of a store is held back for staff, and under which problem."""

    store: str
    messages: int
    problem: int

    @property
    def words(self) -> str:
        from bridge.cli.screen import count

        are, they, them = ("is", "it", "it") if self.messages == 1 else ("are", "they", "them")
        return (
            f"Store {self.store}: {count(self.messages, 'message')} that waited then {are} held back, because {they} "
            f"may have been sent since. Send {them}: bridge problems retry {self.problem}. "
            f"Drop {them}: bridge problems dismiss {self.problem}."
        )


def _held(tx: "DeskTx") -> list[_Held]:
    from bridge.contracts.office import MAIL_HELD

    return [
        _Held(one.store, tx.outbox.held(one.store) + tx.deliveries.held(one.store), one.id)
        for one in tx.problems.open()
        if one.kind == MAIL_HELD
    ]
