"""`bridge store ...`: joining a shop to the desk."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import Call, command, group

if TYPE_CHECKING:
    from bridge.settings import Settings, StoreSettings

app = group("store", "Shops: which there are, their tables, their keys.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The store: its file is stores/NAME.toml.")]

KEY_PLACES = {
    "opencart": "the shop's storage folder (DIR_STORAGE in the shop's config.php; best outside the web root)",
    "prestashop": "the folder config/ of the shop",
}
ELSEWHERE = "the folder that the documentation of the plugin {platform} names"


@command(app, "list")
def list_stores(call: Call) -> None:
    """List the stores in the settings."""
    from bridge.cli.screen import table
    from bridge.cli.session import enter
    from bridge.desk.key_files import load_keys

    settings = call.settings()
    state_dir = enter(settings)
    keys = {name: load_keys(state_dir, name) for name in settings.stores}
    call.answer(
        {
            "stores": [
                {
                    "store": name,
                    "platform": store.platform,
                    "enabled": store.enabled,
                    "zone": store.zone,
                    "database": store.database.name,
                    "place": _place(store),
                    "file": str(store.source),
                    "keys": [key.id for key in keys[name].keys],
                    "active_key": keys[name].active or None,
                }
                for name, store in settings.stores.items()
            ]
        },
        lambda: [
            table(
                "Store",
                "Platform",
                "Enabled",
                "Zone",
                "Database",
                "Key",
                words=("Database",),
                rows=[
                    (
                        name,
                        store.platform,
                        store.enabled,
                        store.zone,
                        f"{store.database.name} at {_place(store)}",
                        keys[name].active or "none",
                    )
                    for name, store in settings.stores.items()
                ],
            )
        ],
    )


@command(app, "prepare")
def prepare(
    call: Call,
    name: Name,
    print_sql: Annotated[
        bool, typer.Option("--print", help="Change nothing: print the SQL and the exact rights, to be run by hand.")
    ] = False,
    user: Annotated[
        str | None,
        typer.Option(
            "--user",
            metavar="USER[@HOST]",
            help="With --print: the database user to give the rights to. Default: the one in the store's file.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Create the bridge's own tables in the shop's database."""
    import asyncio

    from bridge.cli.call import one_store
    from bridge.cli.screen import line
    from bridge.cli.session import enter, plugins_of
    from bridge.errors import UsageError

    settings = call.settings()
    store = one_store(settings, name)
    if user is not None and not print_sql:
        raise UsageError("--user goes with --print")
    if not print_sql:
        enter(settings)
        done = asyncio.run(_prepared(settings, store))
        call.answer({"store": name, "done": list(done)}, lambda: [line(f"Store {name}: {words}.") for words in done])
        return
    sql = asyncio.run(_sql(plugins_of(settings), store, user or store.database.user))
    if call.as_json:
        call.answer({"store": name, "sql": sql}, list)
    else:
        typer.echo(sql, nl=False)


async def _prepared(settings: "Settings", store: "StoreSettings") -> Any:
    from bridge.cli.session import plugins_of, the_shop

    async with the_shop(plugins_of(settings), store) as shop:
        return await shop.prepare()


async def _sql(plugins: Any, store: "StoreSettings", user: str) -> str:
    """The SQL needs no connection, so no password either: it is what an operator runs before there is one."""
    from bridge.engine.setup import StoreSetup

    adapter = plugins.connect(StoreSetup.of(store).connection(with_password=False))
    try:
        return str(adapter.preparation_sql(user))
    finally:
        await adapter.close()


@command(app, "pair")
def pair(
    call: Call,
    name: Name,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Write the key file for the shop here (mode 0600).", show_default=False
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the key file. It is a secret.")] = False,
    activate: Annotated[
        bool, typer.Option("--activate", help="Sign with the newest key from now on: its file is in the shop.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Drop the key that waits to be activated: its file was lost.")
    ] = False,
) -> None:
    """Make the key that a shop shares with the desk.

    The answer says where its file goes. A second key becomes valid beside the first; once its file is in the shop,
    --activate makes the desk sign with it. While one waits for that, no other is made unless it is to --replace it.
    """
    from bridge.cli.call import one_store
    from bridge.errors import UsageError

    settings = call.settings()
    store = one_store(settings, name)
    if activate and (out is not None or show):
        raise UsageError("--activate makes no new key, so there is nothing for --out or --show")
    if activate and replace:
        raise UsageError("--activate makes no new key, so there is none for --replace")
    if out is not None and show:
        raise UsageError("either --out FILE or --show")
    if activate:
        _activate(call, settings, store)
    else:
        _pair(call, settings, store, out=out, show=show, replace=replace)


def _pair(
    call: Call, settings: "Settings", store: "StoreSettings", *, out: Path | None, show: bool, replace: bool
) -> None:
    from contextlib import nullcontext

    from bridge.cli.files import OutputFile
    from bridge.cli.screen import line
    from bridge.cli.session import enter
    from bridge.desk.key_files import load_keys, save_keys

    with OutputFile(out) if out else nullcontext() as given:
        state_dir = enter(settings)
        before = load_keys(state_dir, store.name)
        ring = before.with_new_key(instead_of_waiting=replace)
        php, new = ring.php(store.shop_ids), ring.keys[-1].id
        kept = save_keys(state_dir, ring)
        if given is not None:
            given.file.write(php.encode("ascii"))
            given.publish()
            written: Path | None = given.target
        else:
            written = None if show else _keep_beside(kept, store.name, php)
    pushed = _push_again(state_dir, store.name) if ring.active == new else 0
    document = {
        "store": store.name,
        "key": new,
        "active": ring.active,
        "keys": [key.id for key in ring.keys],
        "replaced": before.waiting.id if before.waiting else None,
        "file": str(written) if written else None,
        "shop_file": f"supportbridge-{store.name}.php",
        "goes_to": _key_place(store),
        "accounts_to_push": pushed,
    }
    if show:
        document["php"] = php
    if show and not call.as_json:
        typer.echo(php)
    has = f"{new} in place of {before.waiting.id}" if before.waiting else new
    call.answer(
        document, lambda: [line(words) for words in _next_steps(store, written, has, signs=ring.active, new=new)]
    )


def _next_steps(store: "StoreSettings", written: Path | None, has: str, *, signs: str, new: str) -> list[str]:
    target = f"supportbridge-{store.name}.php"
    source = str(written) if written else "the text above"
    steps = [
        f"Store {store.name} has the key {has}" + ("." if new == signs else f"; {signs} still signs."),
        "",
        f"1. Copy {source} to {_key_place(store)}, as {target}.",
        "   Let the web server's user read it and nobody else: chown to that user, chmod 0400.",
    ]
    further = [f"When it is there: bridge store pair {store.name} --activate"] if new != signs else []
    if written:
        further.append(f"Then remove {written}: it is a secret.")
    return [*steps, *(f"{number}. {words}" for number, words in enumerate(further, start=2))]


def _activate(call: Call, settings: "Settings", store: "StoreSettings") -> None:
    from bridge.cli.screen import count, line
    from bridge.cli.session import enter
    from bridge.desk.key_files import load_keys, save_keys

    state_dir = enter(settings)
    ring = load_keys(state_dir, store.name).with_newest_active()
    save_keys(state_dir, ring)
    pushed = _push_again(state_dir, store.name)
    call.answer(
        {"store": store.name, "active": ring.active, "accounts_to_push": pushed},
        lambda: [
            line(
                f"Store {store.name} signs with the key {ring.active}; {count(pushed, 'account')} will be pushed again."
            )
        ],
    )


def _push_again(state_dir: Path, store: str) -> int:
    """Have every account signed with the key in force now; a running daemon notices. Returns how many wait."""
    from bridge.desk.desk import FILE_NAME, Desk

    path = state_dir / FILE_NAME
    if not path.exists():
        return 0

    def again(tx: Any) -> int:
        tx.push.again(store)
        return int(tx.push.count(store))

    with Desk.open(path) as desk:
        return desk.run(again)


def _keep_beside(kept: Path, store: str, php: str) -> Path:
    """Without --out the file waits beside the key, where nobody but the desk's owner and root can read it."""
    from io import BytesIO

    from bridge.cli.files import copy_in

    target = kept.with_name(f"supportbridge-{store}.php")
    copy_in(BytesIO(php.encode("ascii")), target)
    return target


def _key_place(store: "StoreSettings") -> str:
    return KEY_PLACES.get(store.platform, ELSEWHERE.format(platform=store.platform))


def _place(store: "StoreSettings") -> str:
    database = store.database
    return str(database.socket) if database.socket else f"{database.host}:{database.port}"
