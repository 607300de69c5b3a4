"""What the terminal shows: what people do in the shops, and what the daemon's own log says, in plain sentences."""

from collections.abc import Callable, Mapping
from textwrap import fill, indent
from typing import Any

from rich.console import Console
from rich.text import Text

from tests.support.daemons import Daemon

Line = Mapping[str, Any]

STYLES = {
    "people": "bold",
    "desk": "green",
    "page": "cyan",
    "daemon": "dim",
    "staff": "yellow",
    "phone": "magenta",
    "wrong": "bold red",
}
INDENT, NARROWEST = 9, 20
"""The width of the first column, and of the narrowest sentence beside it."""


class Telling:
    """Prints lines as they happen. `names` are the customers' by store and number."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._heard = 0
        self._versions: dict[tuple[str, int], int] = {}
        self.names: dict[tuple[str, int], str] = {}
        self.wrong: list[str] = []

    def say(self, who: str, words: str) -> None:
        """Who it is about, and what happened: folded at blanks on a terminal, one line elsewhere."""
        if self._console.is_terminal:
            width = max(self._console.width - INDENT, NARROWEST)
            words = "\n".join(fill(line, width, break_long_words=False) for line in words.splitlines())
        label = (f"{who:>{INDENT - 2}}  ", STYLES.get(who, ""))
        self._console.print(Text.assemble(label, indent(words, " " * INDENT)[INDENT:]), soft_wrap=True)

    def people(self, words: str) -> None:
        """Something a person does in a shop or at the desk."""
        self._console.print()
        self.say("people", words)

    def hear(self, daemon: Daemon) -> None:
        """Tell what the daemon has logged since the last time."""
        lines = daemon.lines()
        for line in lines[self._heard :]:
            self._tell(line)
        self._heard = len(lines)

    def _tell(self, line: Line) -> None:
        if line.get("level") == "error":
            self.wrong.append(str(line))
            facts = {name: fact for name, fact in line.items() if name not in {"event", "level", "timestamp"}}
            self.say("wrong", f"{line.get('event')}: {facts}")
        elif line.get("event") in SENTENCES:
            who, sentence = SENTENCES[line["event"]]
            self.say(who, sentence(self, line))

    def who(self, line: Line) -> str:
        """The buyer a line is about, by name where it is a customer."""
        kind, _, number = str(line["owner"]).rpartition(" ")
        return self.name(line["store"], int(number)) if kind == "customer" else f"the guest of order {number}"

    def name(self, store: str, customer: int) -> str:
        """A customer by name."""
        return self.names.get((store, customer), f"customer {customer}")


def _moved(verb: str) -> Callable[[Telling, Line], str]:
    def sentence(telling: Telling, line: Line) -> str:
        order = f" for order {line['order']}" if line.get("order") else ""
        return f"{telling.who(line)} {verb} {line['coins']} coins ({line['plan']}){order}"

    return sentence


def _page(telling: Telling, line: Line) -> str:
    new = f"{line['entries']} new {'entry' if line['entries'] == 1 else 'entries'}"
    return f"account page of {telling.name(line['store'], line['customer'])} written: version {line['number']}, {new}"


SENTENCES: Mapping[str, tuple[str, Callable[[Telling, Line], str]]] = {
    "ready": ("daemon", lambda _, line: f"ready, {line['stores']} stores; health: {line['listen']}/health"),
    "shop recognised": ("daemon", lambda _, line: f"{line['store']}: {line['layout']} on {line['server']}"),
    "first sync done": (
        "desk",
        lambda _, line: (
            f"{line['store']}: first look, orders read: {line['orders']}, packages granted: {line['packages']}, "
            f"coins: {line['coins']}"
        ),
    ),
    "CoinsGranted": ("desk", _moved("receives")),
    "CoinsRevoked": ("desk", _moved("loses")),
    "CoinsReinstated": ("desk", _moved("gets back")),
    "orders wait for staff": ("staff", lambda _, line: f"{line['store']}: {line['orders']} order waits for staff"),
    "account pushed": ("page", _page),
    "shop unreachable": ("wrong", lambda _, line: f"{line['store']}: {line['cause']}"),
    "stopping": ("daemon", lambda *_: "stopping"),
    "stopped": ("daemon", lambda *_: "stopped"),
}
"""What is told of the daemon's log, by its event: who it is about, and the sentence."""
