"""What `bridge check` looks at of one store: its password, its key, its shop, and what of it waits for staff."""

import os
from collections.abc import Iterator

from bridge.cli.checks_chats import chat_findings, payment_findings
from bridge.cli.checks_numbers import number_findings
from bridge.cli.checks_service import employee_findings
from bridge.cli.checks_storefront import storefront_finding
from bridge.cli.failures import REMEDIES, remedy
from bridge.cli.screen import count, local
from bridge.cli.session import the_shop
from bridge.contracts.shop import Finding, Level, ShopAdapter
from bridge.contracts.shop_rows import SignedRow, SigningKey, claim_name, foreign_claim, verifies
from bridge.desk.desk import Desk
from bridge.desk.key_files import KeyRing, load_keys
from bridge.domain.accounts import Account
from bridge.errors import BridgeError, DeskError, ForeignDesk, SettingsError
from bridge.hooks.manager import Plugins
from bridge.services.syncing import IDS_WENT_BACK
from bridge.settings import Settings, StoreSettings

SAMPLE = 50
"""How many pushed accounts are compared with the shop; `bridge ledger verify` looks at all."""


async def store_findings(
    settings: Settings, store: StoreSettings, plugins: Plugins | None, desk: Desk | None
) -> list[Finding]:
    """All that can be seen of one store; without plugins or a desk as much as goes without."""
    if not store.enabled:
        return [Finding("store", Level.OK, "switched off; nothing was looked at")]
    key, keys = _key(settings, store)
    findings = [_secret(store), key, *chat_findings(store), *payment_findings(store)]
    if plugins is None or findings[0].level is Level.WRONG:
        return findings
    try:
        async with the_shop(plugins, store) as shop:
            findings += [_with_remedy(one) for one in await shop.check()]
            wrong = {one.name for one in findings if one.level is Level.WRONG}
            if desk is not None and not wrong & {"connection", "layout"}:
                findings += await number_findings(store.name, shop, desk)
            if not wrong & {"connection", "layout", "tables"}:
                findings.append(await storefront_finding(store, shop))
            if not wrong & {"connection", "layout"}:
                findings += await employee_findings(store, shop.threads_shop)
            if desk is not None and not wrong:
                findings.append(await _rows(store, shop, desk, keys))
    except BridgeError as error:
        findings.append(of_error(error, "shop"))
    if desk is not None:
        findings += _waiting(store, desk)
    return findings


def _with_remedy(finding: Finding) -> Finding:
    """A shop that does not answer is all that an adapter has no advice for."""
    if finding.level is Level.WRONG and not finding.remedy:
        return finding._replace(remedy=REMEDIES["shop_unavailable"])
    return finding


def _secret(store: StoreSettings) -> Finding:
    if store.database.password is None:
        return Finding("password", Level.OK, "none is set: the database must know the user by its socket")
    try:
        store.database.password_value()
    except SettingsError as error:
        return Finding("password", Level.WRONG, error.problems[0].rule, f"{store.source}: database.password names it")
    return Finding("password", Level.OK, f"{store.database.password}")


def _key(settings: Settings, store: StoreSettings) -> tuple[Finding, tuple[SigningKey, ...]]:
    state_dir = settings.bridge.desk.state_dir
    pair = f"bridge store pair {store.name}"
    try:
        ring = load_keys(state_dir, store.name) if os.access(state_dir, os.X_OK) else KeyRing(store.name)
    except DeskError as error:
        return Finding("key", Level.WRONG, str(error), pair), ()
    if not ring.keys:
        return Finding("key", Level.WRONG, "the store has no key, so customers see no coins", pair), ()
    if ring.keys[-1].id != ring.active:
        text = f"{ring.active} signs; {ring.keys[-1].id} waits to be activated"
        return Finding("key", Level.WARNING, text, f"when its file is in the shop: {pair} --activate"), ring.keys
    return Finding("key", Level.OK, f"{ring.active} signs"), ring.keys


async def _rows(store: StoreSettings, shop: ShopAdapter, desk: Desk, keys: tuple[SigningKey, ...]) -> Finding:
    """Whether the shop shows what this desk has pushed last; a foreign desk or an older copy of ours is seen here."""
    claim, ours = await shop.note(claim_name(store.name)), desk.identity
    if claim is not None and verifies(keys, "meta", claim.payload, claim.key_id, claim.mac):
        foreign = foreign_claim(claim.payload, ours.desk_id, ours.epoch)
        if foreign is not None:
            return Finding("account rows", Level.WRONG, f"nothing is pushed: {foreign}", REMEDIES[ForeignDesk.code])
    pushed = desk.look(lambda tx: tx.push.pushed(store.name, SAMPLE))
    rows, _ = await shop.pushed([account.owner.ref for account in pushed])
    found = {row.customer_id: row for row in rows}
    for account in pushed:
        row = found.get(account.owner.ref)
        if (words := _row_fault(account, row, keys, desk.identity.epoch)) is not None:
            text = f"{account.owner}: {words}"
            return Finding("account rows", Level.WRONG, text, f"bridge ledger verify --store {store.name}")
    return Finding("account rows", Level.OK, f"{count(len(pushed), 'account')} compared, as this desk pushed them")


def _row_fault(account: Account, row: SignedRow | None, keys: tuple[SigningKey, ...], epoch: int) -> str | None:
    if row is None:
        return "was pushed, and the shop has no row of it"
    if row.epoch > epoch:
        return f"the shop's row is of epoch {row.epoch}, this desk is at {epoch}: another desk writes to this shop"
    if not verifies(keys, "account", row.payload, row.key_id, row.mac):
        return "the shop's row is not signed with a key of this store"
    if row.epoch == epoch and row.number < account.number:
        return f"the shop's row is version {row.number}, {account.number} was pushed"
    return None


def _waiting(store: StoreSettings, desk: Desk) -> Iterator[Finding]:
    open_ones = desk.look(lambda tx: tx.problems.open(store.name))
    for pause in (one for one in open_ones if one.kind == IDS_WENT_BACK):
        since = local(pause.first_seen, store.zone_info)
        todo = f"find out what was done to the shop, then: bridge problems retry {pause.id} --by NAME"
        yield Finding("paused", Level.WRONG, f"since {since}: {pause.summary}", todo)
    problems = sum(one.kind != IDS_WENT_BACK for one in open_ones)
    if problems:
        see = f"bridge problems list --store {store.name}"
        yield Finding("problems", Level.WARNING, f"{count(problems, 'problem waits', 'problems wait')} for staff", see)


def of_error(error: BridgeError, name: str) -> Finding:
    """What kept us from looking is what is wrong."""
    return Finding(name, Level.WRONG, str(error), remedy(error, command="bridge check"))
