"""Makes the zips that a shop's administrator installs.

It believes: a folder `storefront/` holds everything that is only of its platform, and what all share (the PHP classes
that know no platform, the style sheets, the script, the definition of the tables) exists once, below
`bridge/shopkit`, and is copied into each. OpenCart 3 lays its files out in another way, so it has a folder of its
own, which borrows from OpenCart 4's what both have word for word. The same sources always give the same bytes: names
sorted, rights fixed, nothing compressed, because two machines' compressors may differ. A file's time follows from the
version and its content: PrestaShop unpacks with the zip's times, PHP's cache knows a changed file by another time,
and the template engine by a later one.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge import VERSION
from bridge.resources import resource

SHOPKIT = Path(__file__).parent / "shopkit"
SHARED = SHOPKIT / "storefront"
SCHEMA = SHOPKIT / "tables.sql"
STYLE_SHEETS = tuple(SHARED / name for name in ("account.css", "page.css", "tickets.css", "parts.css"))
"""They go into the shop as one, in this order."""
SCRIPT = SHARED / "supportbridge.js"

_FIRST_TIME = datetime(2020, 1, 1, tzinfo=UTC)
_TICK = timedelta(seconds=2)
"""The steps in which a zip states times."""
_TICKS_AN_HOUR = 1800

_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Package:
    """What one zip is made of; what follows its folder are places inside it.

    What is `borrowed` comes from the folder of OpenCart 4, as (path there, place here).
    """

    zip_name: str
    folder: str
    root: str
    classes: str
    schema: str
    style_sheet: str
    script: str
    borrowed: tuple[tuple[str, str], ...] = ()


_OPENCART = "plugins/opencart/storefront"

PACKAGES = (
    Package(
        zip_name="supportbridge.ocmod.zip",
        folder=_OPENCART,
        root="",
        classes="system/library/shared/",
        schema="system/shop_tables.sql",
        style_sheet="catalog/view/stylesheet/account.css",
        script="catalog/view/javascript/supportbridge.js",
    ),
    Package(
        zip_name="supportbridge-3.0.ocmod.zip",
        folder="plugins/opencart/storefront-3.0",
        root="upload/",
        classes="system/library/supportbridge/shared/",
        schema="system/library/supportbridge/shop_tables.sql",
        style_sheet="catalog/view/theme/default/stylesheet/supportbridge.css",
        script="catalog/view/theme/default/javascript/supportbridge.js",
        borrowed=(
            ("system/library/account_page.php", "system/library/supportbridge/account_page.php"),
            ("system/library/back_office.php", "system/library/supportbridge/back_office.php"),
            ("system/library/shop_database.php", "system/library/supportbridge/shop_database.php"),
            ("system/library/support_shop.php", "system/library/supportbridge/support_shop.php"),
            (
                "catalog/view/template/account.twig",
                "catalog/view/theme/default/template/extension/module/supportbridge.twig",
            ),
            *(
                (
                    f"{side}/language/{language}/{name}.php",
                    f"{side}/language/{language}/extension/module/supportbridge.php",
                )
                for side, name in (("admin", "module/supportbridge"), ("catalog", "account"))
                for language in ("en-gb", "ru-ru", "fa-ir")
            ),
            *(
                (
                    f"admin/language/{language}/back_office.php",
                    f"admin/language/{language}/extension/supportbridge/back_office.php",
                )
                for language in ("en-gb", "ru-ru", "fa-ir")
            ),
        ),
    ),
    Package(
        zip_name="supportbridge.zip",
        folder="plugins/prestashop/storefront",
        root="supportbridge/",
        classes="src/",
        schema="sql/shop_tables.sql",
        style_sheet="views/css/account.css",
        script="views/js/supportbridge.js",
    ),
)


def build(out_dir: Path) -> list[Path]:
    """Write the zips into `out_dir`, made if need be, and return their paths; a zip of that name is replaced."""
    out_dir.mkdir(parents=True, exist_ok=True)
    return [_write(package, out_dir / package.zip_name) for package in PACKAGES]


def stated_time(content: bytes, version: str = VERSION) -> datetime:
    """The time a zip states for a file: an hour that grows with the version, and a moment in it for the content."""
    major, minor, patch = (int(number) for number in re.findall(r"\d+", version + ".0.0")[:3])
    moment = int.from_bytes(hashlib.sha256(content).digest()) % _TICKS_AN_HOUR
    return _FIRST_TIME + timedelta(hours=major * 10_000 + minor * 100 + patch) + moment * _TICK


def contents(package: Package) -> dict[str, bytes]:
    """Every file of a zip by its place in it, sorted."""
    files = {package.root + place: path.read_bytes() for place, path in _sources(package)}
    files[package.root + package.style_sheet] = style_sheet()
    return dict(sorted(files.items()))


def style_sheet() -> bytes:
    """The one style sheet of a shop."""
    return b"\n".join(path.read_bytes() for path in STYLE_SHEETS)


def _sources(package: Package) -> Iterator[tuple[str, Path]]:
    own = resource(package.folder)
    for path in own.rglob("*"):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(own).parts):
            yield path.relative_to(own).as_posix(), path
    for source, place in package.borrowed:
        yield place, resource(_OPENCART) / source
    for path in SHARED.glob("*.php"):
        yield package.classes + path.name, path
    yield package.schema, SCHEMA
    yield package.script, SCRIPT


def _write(package: Package, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for place, content in contents(package).items():
            entry = zipfile.ZipInfo(place, stated_time(content).timetuple()[:6])
            entry.create_system = _UNIX
            entry.external_attr = _PLAIN_FILE
            archive.writestr(entry, content)
    return target
