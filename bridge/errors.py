"""Every error the bridge raises on purpose, in one tree.

An error carries facts (ids, amounts, the rule); the edge that shows it chooses words, colours and the HTTP status.
`code` is stable: logs, `--json` output and tests use it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

MOST_NAMED = 50
"""Lines of a table that an error's own words name; the rest is counted."""


class BridgeError(Exception):
    """Base of the tree. `hint` says what a person can do about it, empty where nothing can be done."""

    code = "bridge_error"
    hint = ""


# --- settings and use -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One thing wrong in one file. `value` is never a secret."""

    file: str
    path: str
    rule: str
    value: str = ""

    def __str__(self) -> str:
        where = f"{self.file}: {self.path}" if self.path else self.file
        return f"{where}: {self.rule}" + (f", not {self.value}" if self.value else "")


class SettingsError(BridgeError):
    """One or more settings break a rule; all of them are named at once."""

    code = "settings"
    hint = "correct the lines named above, then run: bridge check"

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class UsageError(BridgeError):
    """A command was called with words that do not fit."""

    code = "usage"


# --- ledger -----------------------------------------------------------------------------------------------


class LedgerError(BridgeError):
    """The books refuse an entry; nothing was written."""

    code = "ledger"


class KeyReused(LedgerError):
    """The same idempotency key came with other content: one of the two is wrong, and staff must look."""

    code = "key_reused"

    def __init__(self, key: str, *, recorded: str, offered: str) -> None:
        super().__init__(f"entry {key} is already recorded as {recorded}; refused to record it as {offered}")
        self.key, self.recorded, self.offered = key, recorded, offered


class NotEnoughCoins(LedgerError):
    """The account cannot cover the amount without going below zero (rule C10)."""

    code = "not_enough_coins"

    def __init__(self, account: str, *, needed: int, available: int) -> None:
        super().__init__(f"{account} has {available} coins available, {needed} needed")
        self.account, self.needed, self.available = account, needed, available


class ImpossibleAmount(LedgerError):
    """A number of coins that no entry may carry: not whole, zero, or out of range."""

    code = "impossible_amount"


class UnknownAccount(LedgerError):
    """No account of that customer exists at the store."""

    code = "unknown_account"


class QuoteRefused(LedgerError):
    """Something can't be done to a quote as it stands; `reason` is a stable word for the customer's answer."""

    code = "quote_refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class RightRefused(LedgerError):
    """A right can't be redeemed (rules P1, P2); `reason` is a stable word for the customer's answer."""

    code = "right_refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class LicenceRefused(LedgerError):
    """What somebody wants to do with a licence can't be done; `reason` is a stable word (rules L5, L6)."""

    code = "licence_refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class BadDomain(BridgeError):
    """What was written is no domain name (rule L6); `reason` is `bad_domain`, or `address` for an address."""

    code = "bad_domain"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class WrongToken(BridgeError):
    """A domain's place is given back only with the token of its activation (rule L6)."""

    code = "wrong_token"


class ErasureRefused(LedgerError):
    """What is kept of a customer can't be erased while coins are held for him (rule D2)."""

    code = "erasure_refused"
    hint = "bridge quote settle or bridge quote release, then run this again"


class WrongLine(NamedTuple):
    """One thing wrong in one line of a table; line 1 is the heading. `column` is empty where it is the whole line."""

    line: int
    column: str
    rule: str
    value: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}: {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.rule}" + (f", not {self.value!r}" if self.value else "")


class ImportRefused(LedgerError):
    """A table of balances was not imported: each line that is wrong is named, and nothing was booked."""

    code = "import_refused"
    hint = "correct the lines named above and run it again; nothing was booked"

    def __init__(self, wrong: tuple[WrongLine, ...]) -> None:
        named = [str(one) for one in wrong[:MOST_NAMED]]
        more = len(wrong) - len(named)
        super().__init__("\n".join([*named, f"and {more:,} more"] if more else named))
        self.wrong = wrong


class UnknownOrder(LedgerError):
    """No order of that number has granted coins to that account."""

    code = "unknown_order"


class UnknownTicket(LedgerError):
    """No ticket of that number exists at the store."""

    code = "unknown_ticket"


class TicketRefused(LedgerError):
    """Something can't be done to a ticket as it stands; `reason` is a stable word."""

    code = "ticket_refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


# --- premium time -----------------------------------------------------------------------------------------


class PremiumError(BridgeError):
    """Something about agreements, worked time or bills can't be done; `reason` is a stable word."""

    code = "premium"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class AgreementRefused(PremiumError):
    """An agreement can't be made, accepted or changed as it stands (rule W5)."""

    code = "agreement_refused"


class TimeRefused(PremiumError):
    """Time can't be recorded so: no agreement, another timer, an overlap (rules W5, W6)."""

    code = "time_refused"


class BillRefused(PremiumError):
    """A bill can't be changed so as it stands (rule W8)."""

    code = "bill_refused"


class PaperFailed(BridgeError):
    """A statement can't be set as PDF on this machine; HTML and CSV need nothing of what is missing."""

    code = "paper_failed"
    hint = "install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core, or take the HTML"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the PDF could not be made: {reason}")
        self.reason = reason


class ChatRefused(PremiumError):
    """Something can't be done in a conversation: not listed for the number, not linked, nothing of that number."""

    code = "chat_refused"


# --- service levels ---------------------------------------------------------------------------------------


class NeverServed(BridgeError):
    """The days off leave no service for so long that what was promised would never be due (rule T5)."""

    code = "never_served"

    def __init__(self, start: datetime, duration: timedelta) -> None:
        super().__init__(f"{duration} of service after {start.isoformat()} never come to an end")
        self.start, self.duration = start, duration


# --- shops ------------------------------------------------------------------------------------------------


class ShopError(BridgeError):
    """Something between us and a shop's database."""

    code = "shop"


class ShopUnavailable(ShopError):
    """The shop cannot be reached or did not answer in time: worth a retry."""

    code = "shop_unavailable"


class ShopRefused(ShopError):
    """The shop's database answered, and refuses: wrong password, missing right, unknown layout. A person must act."""

    code = "shop_refused"


class ThreadGone(ShopRefused):
    """The shop has no such thread any more, or not in the store's shops: nothing can be written into it."""

    code = "thread_gone"


class EmployeeGone(ShopRefused):
    """The shop has no such employee, or he is not active: nothing is written in his name."""

    code = "employee_gone"


class ForeignDesk(ShopError):
    """The shop's signed meta row names another desk or a higher epoch: this desk must not push."""

    code = "foreign_desk"


# --- desk -------------------------------------------------------------------------------------------------


class DeskError(BridgeError):
    """The desk (our own books) cannot be used."""

    code = "desk"


class DeskMissing(DeskError):
    """There is no desk yet at the place the settings name."""

    code = "desk_missing"


class DeskTooNew(DeskError):
    """The desk was written by a newer program that this one is not compatible with."""

    code = "desk_too_new"


class DeskTooOld(DeskError):
    """The desk needs a migration that only `bridge run` and `bridge desk upgrade` perform."""

    code = "desk_too_old"


class DeskUnusable(DeskError):
    """The desk can't be written at the moment, or not at all: told once for everybody who works at it."""

    code = "desk_unusable"


class DeskBusy(DeskUnusable):
    """Another daemon runs on this desk, or its lock did not come free in time."""

    code = "desk_busy"


class DeskDamaged(DeskUnusable):
    """The file is not a usable desk: truncated, not SQLite, or failing its integrity check."""

    code = "desk_damaged"


class DeskUnwritable(DeskUnusable):
    """The desk's disk is full, read-only or failing: nothing is booked until that is over."""

    code = "desk_unwritable"


# --- plugins ----------------------------------------------------------------------------------------------


class PluginError(BridgeError):
    """A plugin could not be loaded or broke its contract; names the plugin."""

    code = "plugin"


# --- deliveries -------------------------------------------------------------------------------------------


class ReceiptRefused(BridgeError):
    """What a plugin has kept can never be handled. Staff are told why, in words without a text or an address."""

    code = "receipt_refused"


class DeliveryRefused(BridgeError):
    """A message can never be delivered: a wrong address, a receiver that has gone. Staff are told, but no address."""

    code = "delivery_refused"


class DeliveryNeedless(BridgeError):
    """A message need not be delivered any more: nobody is there, or what it says is past. That is no failure."""

    code = "delivery_needless"


class DeliverLater(BridgeError):
    """A message must wait until a moment (aware, UTC), at most a week ahead; that is no failure."""

    code = "deliver_later"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"to be delivered from {until.isoformat()} on")
        self.until = until


class DeliveryFailed(BridgeError):
    """A message could not be delivered this time. The text is logged: ids and server answers, no address, no secret."""

    code = "delivery_failed"


# --- web --------------------------------------------------------------------------------------------------


class ListenerError(BridgeError):
    """An address to listen on can't be had: in use, not permitted, or its folder is missing. Names the address."""

    code = "listener"
    hint = "stop what uses the address, or name another in bridge.toml"
