"""What staff do to coins by hand: grants and corrections, each with a reason and a name (rule C15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.contracts.desk import Tx
from bridge.contracts.ledger import NumberedEntry
from bridge.domain import ledger
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.coins import whole_coins
from bridge.domain.desk_terms import LOW_PERCENT, REMINDER_DAYS
from bridge.domain.events import CoinsCorrected, CoinsGranted
from bridge.domain.ledger import Entry, EntryKind, Posting
from bridge.domain.packages import Package, available, burn_down_order, end_of_day, usable_until
from bridge.errors import ImpossibleAmount, KeyReused, UnknownAccount
from bridge.services import expiring
from bridge.services.coin_moves import note
from bridge.services.entries import entries_after
from bridge.services.staff_words import require_staff, require_utf8
from bridge.services.ticket_standing import stir

DEFAULT_MONTHS = 12
"""A manual package ends after a year unless a day is named (rule C15)."""
LONGEST = timedelta(days=100 * 365)
"""A day further away is a typing error; calendars of the account page's languages end somewhere beyond."""


@dataclass(frozen=True, slots=True)
class Balance:
    """An account as of a moment: coins owned, reserved and spendable, and the packages in the order they pay."""

    account: Account
    available: int
    packages: tuple[Package, ...]


def grant(
    tx: Tx,
    store: str,
    owner: Owner,
    *,
    coins: int,
    reason: str,
    staff: str,
    key: str,
    zone: ZoneInfo,
    at: datetime,
    last_day: date | None = None,
    plan: str | None = None,
    kind: EntryKind = EntryKind.GRANT,
    reminder_days: Sequence[int] = REMINDER_DAYS,
) -> Balance:
    """Give coins as a new package that ends on `last_day` in the store's zone, by default in a year.

    It has no plan unless one is named. The same key again changes nothing. `reminder_days` before its end its owner is
    told of it (rule C17).
    Raises `ImpossibleAmount` for coins, a reason or a day that no grant may have, `KeyReused` for a key that is
    recorded with other content, `UnknownAccount` for a former customer's account that there is not, and for a guest's
    order that was linked to a customer.
    """
    whole_coins(coins, what="coins")
    _require_words(reason, staff)
    if owner.kind is OwnerKind.FORMER and owner not in tx.accounts.of_owners(store, [owner]):
        raise UnknownAccount(f"{store}: {owner} has no account")
    if owner.kind in {OwnerKind.VISITOR, OwnerKind.HOLDER}:
        raise UnknownAccount(f"{store}: {owner} has no account in the shop, so he can't have coins")
    account = tx.accounts.open(store, [owner])[owner]
    full_key = staff_key(store, key)
    recorded = tx.ledger.recorded(full_key)
    if recorded is None:
        _require_not_linked(tx, store, owner)
        until = last_second(last_day, zone=zone, at=at)
        (package_id,) = tx.ledger.new_package_ids(1)
        package = Package(package_id, account.id, plan, coins, granted_at=at, usable_until=until)
        entry = ledger.grant(package, key=full_key, at=at, kind=kind, reason=reason, staff=staff)
        tx.ledger.append(store, [entry], {package.id: package}, [package.id])
        expiring.arm_packages(tx, store, [package], at=at, reminder_days=reminder_days)
        stir(tx, store, [account.id], at=at)
        told = CoinsGranted if kind is EntryKind.GRANT else CoinsCorrected
        tx.outbox.add(
            [
                told(
                    key=entry.key,
                    store=store,
                    owner=owner,
                    order_id=None,
                    plan=plan,
                    coins=coins,
                    at=at,
                    usable_until=until,
                )
            ]
        )
        note(tx, store, staff, kind.value, f"account:{account.id}", at, coins=coins, plan=plan or "")
    else:
        _require_same(recorded, Entry(full_key, account.id, kind, at, (Posting(0, coins),)))
        _require_same_package(tx, recorded, plan, end_of_day(last_day, zone) if last_day else None)
    return balance(tx, store, owner, at=at)


def correct(
    tx: Tx,
    store: str,
    owner: Owner,
    *,
    coins: int,
    reason: str,
    staff: str,
    key: str,
    zone: ZoneInfo,
    at: datetime,
    reminder_days: Sequence[int] = REMINDER_DAYS,
    low_percent: int = LOW_PERCENT,
) -> Balance:
    """Correct an account by `coins`: upwards as a new package, downwards in burn-down order (rules C4, C15).

    Where less than `low_percent` of the newest package is left then, its owner is told so once (rule C17).
    Raises `UnknownAccount`, `NotEnoughCoins`, `ImpossibleAmount`, `KeyReused`.
    """
    if coins > 0:
        require_account(tx, store, owner)
        return grant(
            tx,
            store,
            owner,
            coins=coins,
            reason=reason,
            staff=staff,
            key=key,
            zone=zone,
            at=at,
            kind=EntryKind.CORRECT,
            reminder_days=reminder_days,
        )
    whole_coins(-coins, what="coins")
    _require_words(reason, staff)
    account = require_account(tx, store, owner)
    packages = {one.id: one for one in tx.ledger.packages_of([account.id]).get(account.id, [])}
    full_key = staff_key(store, key)
    recorded = tx.ledger.recorded(full_key)
    if recorded is not None:
        _require_same(recorded, Entry(full_key, account.id, EntryKind.CORRECT, at, (Posting(0, coins),)))
    else:
        entry = ledger.take(
            packages.values(), -coins, account_id=account.id, key=full_key, at=at, reason=reason, staff=staff
        )
        touched = {posting.package_id: packages[posting.package_id] for posting in entry.postings}
        tx.ledger.append(store, [entry], touched)
        tx.outbox.add(
            [CoinsCorrected(key=entry.key, store=store, owner=owner, order_id=None, plan=None, coins=coins, at=at)]
        )
        note(tx, store, staff, EntryKind.CORRECT.value, f"account:{account.id}", at, coins=coins)
        expiring.tell_low(tx, store, account.id, at, percent=low_percent)
    return balance(tx, store, owner, at=at)


def balance(tx: Tx, store: str, owner: Owner, *, at: datetime) -> Balance:
    """The account now. Raises `UnknownAccount` where that customer has none."""
    account = require_account(tx, store, owner)
    packages = burn_down_order(tx.ledger.packages_of([account.id]).get(account.id, []))
    return Balance(account, available(packages, at), tuple(packages))


def statement(tx: Tx, store: str, owner: Owner) -> list[NumberedEntry]:
    """Every entry of an account, oldest first, each with the totals after it (rule C18).

    Raises `UnknownAccount`, `DeskDamaged` where entries are missing.
    """
    return list(entries_after(tx, require_account(tx, store, owner)))


def require_account(tx: Tx, store: str, owner: Owner) -> Account:
    """The owner's account. Raises `UnknownAccount`."""
    account = tx.accounts.of_owners(store, [owner]).get(owner)
    if account is None:
        raise UnknownAccount(f"{store}: {owner} has no account")
    return account


def staff_key(store: str, key: str) -> str:
    """The idempotency key of an entry that staff made: `key` is theirs to choose, unique within the store."""
    return f"{store}:staff:{key}"


def _require_not_linked(tx: Tx, store: str, owner: Owner) -> None:
    """What a guest's order gets goes to the account it was linked to (rule C19), which staff then name themselves."""
    linked = tx.guests.linked(store, [owner.ref]) if owner.kind is OwnerKind.GUEST else {}
    if linked:
        heir = tx.accounts.by_ids(linked.values())[linked[owner.ref]].owner
        raise UnknownAccount(f"{store}: {owner} was linked to the account of {heir}: name that one")


def last_second(last_day: date | None, *, zone: ZoneInfo, at: datetime) -> datetime:
    """The last second of coins that staff give, up to and with `last_day` or for a year (rule C15).

    Raises `ImpossibleAmount` for a day that is past, or too far ahead to be meant.
    """
    if last_day is None:
        return usable_until(at, months=DEFAULT_MONTHS, zone=zone)
    if not timedelta(0) <= last_day - at.astimezone(zone).date() <= LONGEST:
        raise ImpossibleAmount(f"expiry: must be a day to come, within {LONGEST.days // 365} years, not {last_day}")
    return end_of_day(last_day, zone)


def _require_same(recorded: Entry, offered: Entry) -> None:
    if recorded.content != offered.content:
        raise KeyReused(recorded.key, recorded=recorded.content, offered=offered.content)


def _require_same_package(tx: Tx, recorded: Entry, plan: str | None, until: datetime | None) -> None:
    """A grant says more than its entry: which plan, and until when where that was named."""
    (posting,) = recorded.postings
    package = tx.ledger.packages([posting.package_id])[posting.package_id]  # a guest's may be on another account by now
    known = package.usable_until if package.extended_to is None else None  # where it was moved, the first is not kept
    if package.plan != plan or (until is not None and known not in (None, until)):
        raise KeyReused(
            recorded.key,
            recorded=f"a package of {_words(package.plan, package.usable_until)}",
            offered=f"a package of {_words(plan, until or package.usable_until)}",
        )


def _words(plan: str | None, until: datetime) -> str:
    return f"{f'plan {plan}' if plan else 'no plan'} until {until:%Y-%m-%d %H:%M} UTC"


def _require_words(reason: str, staff: str) -> None:
    if not reason.strip():
        raise ImpossibleAmount("reason: must say why, in words the customer may read (rule C15)")
    require_utf8(reason, what="reason")
    require_staff(staff)
