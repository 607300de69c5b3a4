"""Errors as a person at a terminal reads them: what is wrong, and what to do about it.

Here are the words for errors that carry facts alone; an error that knows its own remedy (`hint`) keeps it.
"""

import json
import sys
from typing import Any

from bridge.errors import BridgeError, ImportRefused, PremiumError, SettingsError, UsageError

WELL, FOUND_WRONG, WRONG_USE = 0, 1, 2
DESK_DAMAGED = 3
"""What the daemon ends with when its desk is damaged: starting it again does not help, so nobody should."""
NOT_RUNNING = 4
"""What `bridge status` ends with where no daemon answers, so that a monitor hears of it and can tell it apart."""

_REORDER = frozenset({0x061C, 0x200E, 0x200F, *range(0x2066, 0x206A)})
"""Marks of direction, which show nothing themselves."""

REMEDIES = {
    "desk": "look at the state directory with: bridge check",
    "desk_missing": "bridge desk upgrade",
    "desk_too_old": "bridge desk upgrade",
    "desk_too_new": "install the newer program",
    "desk_busy": "wait for the other process, or stop the daemon (systemctl stop bridge), then run this again",
    "desk_damaged": "put a backup in its place: bridge desk restore FILE",
    "desk_unusable": "look at the state directory with: bridge check",
    "desk_unwritable": "let the disk of the state directory be written to",
    "not_enough_coins": "see what there is: bridge coins balance CUSTOMER",
    "unknown_account": "check the number; the first coins open an account: bridge coins grant CUSTOMER COINS ...",
    "key_reused": "look at it (bridge coins statement CUSTOMER, bridge licence show LICENCE), or choose another --key",
    "impossible_amount": "correct the value and run the command again",
    "quote_refused": "see how it stands: bridge quote list",
    "bad_domain": "write the name alone, as the address bar of a browser has it: shop.example.com",
    "wrong_token": "give the place back without a token: bridge licence release-domain LICENCE DOMAIN",
    "licence_refused": "see how it stands: bridge licence show LICENCE",
    "right_refused": "see what there is: bridge rights list",
    "unknown_order": "see which orders its coins came from: bridge account show CUSTOMER",
    "unknown_ticket": "bridge ticket list",
    "shop_unavailable": "see that the shop's database server runs and can be reached, then: bridge check",
    "shop_refused": "bridge check",
    "ticket_refused": "see how it stands: bridge ticket show TICKET",
    "premium": "see how it stands: bridge premium list --all",
    "agreement_refused": "see how it stands: bridge premium show AGREEMENT",
    "time_refused": "see what was worked: bridge premium show AGREEMENT, and what runs: bridge premium timers",
    "bill_refused": "see how it stands: bridge premium statement BILL",
    "chat_refused": "see how it stands: bridge chat show CHAT",
    "thread_gone": "see what became of it in the shop's back office; the ticket stays: bridge ticket show TICKET",
    "employee_gone": "name an active employee in [[staff]] shop_employees, then: systemctl reload bridge",
    "never_served": "let [service] or the plan's holidays leave days of service, then: bridge check",
    "foreign_desk": "use the desk that this shop belongs to (bridge desk restore FILE brings a lost one back)",
    "plugin": "correct [plugins] in bridge.toml, or install the plugin again",
}

PREMIUM_REMEDIES = {
    "agreement_lapsed": "offer it anew: bridge premium revise AGREEMENT",
    "bill_state": "a draft is sent first (bridge premium statement BILL --send), a disputed one corrected or agreed to",
    "blocked": "bridge chat block CONTACT --undo",
    "no_agreement": "bridge premium accept AGREEMENT, or offer another one: bridge premium offer",
    "not_listed": "its agents stand under [[premium.numbers]] of the store's file; see them: bridge whatsapp numbers",
    "nothing": "see which bills are drafts: bridge premium bills",
    "timer_runs": "see what runs: bridge premium timers; its agent stops it: bridge premium stop",
    "unknown_contact": "bridge chat list",
    "unknown_kind": "name one of these with --kind, or add one under [premium.kinds] of the store's file",
    "unknown_number": "name the number again under [[premium.numbers]] of the store's file",
}
"""By the reason of what premium time or a chat refuses, where that says more than the error's code."""


def exit_code(error: BridgeError) -> int:
    """2 for wrong usage or settings, 1 for everything that was found wrong."""
    return WRONG_USE if isinstance(error, SettingsError | UsageError) else FOUND_WRONG


def remedy(error: BridgeError, *, command: str) -> str:
    """What to do about it; `command` is what was called, for its help."""
    known = PREMIUM_REMEDIES.get(error.reason) if isinstance(error, PremiumError) else None
    return error.hint or known or REMEDIES.get(error.code) or f"{command} --help"


def tell(error: BridgeError, *, command: str, as_json: bool) -> int:
    """Tell the error: two lines on stderr, or one document on stdout. Returns the exit code."""
    hint = remedy(error, command=command)
    if as_json:
        sys.stdout.write(json.dumps(document(error, hint), indent=2) + "\n")
    else:
        for line in str(error).splitlines():
            sys.stderr.write(f"Error: {shown(line)}\n")
        sys.stderr.write(f"Try: {shown(hint)}\n")
    return exit_code(error)


def document(error: BridgeError, hint: str) -> dict[str, Any]:
    """The error as `--json` shows it."""
    found: dict[str, Any] = {"error": error.code, "message": str(error), "try": hint}
    if isinstance(error, SettingsError):
        found["problems"] = [
            {"file": one.file, "path": one.path, "rule": one.rule, "value": one.value} for one in error.problems
        ]
    if isinstance(error, ImportRefused):
        found["wrong"] = [one._asdict() for one in error.wrong]
    return found


def shown(text: str) -> str:
    """Text of a shop or a person made safe for a terminal: what would steer it is shown as an escape."""
    return "".join(character if _harmless(character) else repr(character)[1:-1] for character in text)


def _harmless(character: str) -> bool:
    """Line breaks and what no terminal acts on; marks, embeddings and isolates could reorder a whole line."""
    number = ord(character)
    steers = number < 0x20 or 0x7F <= number < 0xA0 or number in _REORDER or 0x2028 <= number <= 0x202E
    return character == "\n" or not steers
