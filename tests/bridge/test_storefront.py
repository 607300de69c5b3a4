"""The zips: the same sources give the same bytes, and everything a shop needs is inside."""

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.storefront import PACKAGES, SCHEMA, SCRIPT, SHARED, build, contents, stated_time, style_sheet

NAMES = ["supportbridge.ocmod.zip", "supportbridge-3.0.ocmod.zip", "supportbridge.zip"]


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = build(tmp_path / "first"), build(tmp_path / "second")
    assert [path.name for path in first] == NAMES
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_zip_of_an_earlier_build_is_replaced(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text("old")
    assert all(zipfile.is_zipfile(path) for path in build(tmp_path))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (
            "supportbridge.ocmod.zip",
            {
                "install.json",
                "admin/controller/module/supportbridge.php",
                "admin/view/template/module/supportbridge.twig",
                "admin/language/fa-ir/module/supportbridge.php",
                "catalog/controller/event/account.php",
                "catalog/controller/event/order.php",
                "catalog/language/en-gb/account.php",
                "catalog/language/ru-ru/account.php",
                "catalog/language/fa-ir/account.php",
                "catalog/view/template/account.twig",
                "catalog/view/stylesheet/account.css",
                "catalog/view/javascript/supportbridge.js",
                "system/library/shop_database.php",
                "system/library/shared/all.php",
                "system/shop_tables.sql",
            },
        ),
        (
            "supportbridge-3.0.ocmod.zip",
            {
                "upload/admin/controller/extension/module/supportbridge.php",
                "upload/admin/view/template/extension/module/supportbridge.twig",
                "upload/admin/language/fa-ir/extension/module/supportbridge.php",
                "upload/catalog/controller/extension/module/supportbridge.php",
                "upload/catalog/language/en-gb/extension/module/supportbridge.php",
                "upload/catalog/language/ru-ru/extension/module/supportbridge.php",
                "upload/catalog/language/fa-ir/extension/module/supportbridge.php",
                "upload/catalog/view/theme/default/template/extension/module/supportbridge.twig",
                "upload/catalog/view/theme/default/stylesheet/supportbridge.css",
                "upload/catalog/view/theme/default/javascript/supportbridge.js",
                "upload/system/library/supportbridge/shop_database.php",
                "upload/system/library/supportbridge/shared/all.php",
                "upload/system/library/supportbridge/shop_tables.sql",
            },
        ),
        (
            "supportbridge.zip",
            {
                "supportbridge/supportbridge.php",
                "supportbridge/index.php",
                "supportbridge/classes/SupportbridgeDatabase.php",
                "supportbridge/translations/ru.php",
                "supportbridge/translations/fa.php",
                "supportbridge/views/templates/hook/account.tpl",
                "supportbridge/views/templates/admin/configure.tpl",
                "supportbridge/views/css/account.css",
                "supportbridge/views/js/supportbridge.js",
                "supportbridge/views/js/index.php",
                "supportbridge/src/all.php",
                "supportbridge/sql/shop_tables.sql",
            },
        ),
    ],
)
def test_a_zip_holds_what_its_shop_needs_in_order_and_readable_by_all(
    tmp_path: Path, name: str, wanted: set[str]
) -> None:
    build(tmp_path)
    with zipfile.ZipFile(tmp_path / name) as archive:
        entries = archive.infolist()
        assert archive.testzip() is None
    places = [entry.filename for entry in entries]
    assert wanted <= set(places)
    assert places == sorted(places)
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert not [
        place for place in places if place.rpartition(".")[2] not in {"php", "twig", "tpl", "css", "js", "json", "sql"}
    ]


def test_every_zip_carries_the_one_definition_of_the_tables_and_the_same_classes_style_sheet_and_script() -> None:
    for package in PACKAGES:
        files = contents(package)
        assert files[package.root + package.schema] == SCHEMA.read_bytes()
        assert files[package.root + package.script] == SCRIPT.read_bytes()
        assert files[package.root + package.style_sheet] == style_sheet()
        for path in SHARED.glob("*.php"):
            assert files[package.root + package.classes + path.name] == path.read_bytes()


def test_opencart_3_accepts_every_folder_of_its_zip() -> None:
    """Its installer refuses the whole zip for one file elsewhere."""
    accepted = (
        "upload/admin/controller/extension/",
        "upload/admin/language/",
        "upload/admin/view/template/extension/",
        "upload/catalog/controller/extension/",
        "upload/catalog/language/",
        "upload/catalog/view/theme/",
        "upload/system/library/",
    )
    [package] = [package for package in PACKAGES if "3.0" in package.zip_name]
    assert all(place.startswith(accepted) for place in contents(package))


def test_a_changed_file_and_a_newer_version_state_another_time() -> None:
    """PHP's cache tells a changed file by its time, the template engine a newer one by a later time."""
    assert stated_time(b"one", "0.1.0") != stated_time(b"two", "0.1.0")
    versions = ["0.1.0", "0.1.1", "0.2.0", "1.0.0", "1.0.0.1", "1.2", "12.0.3"]
    times = [stated_time(b"one", version) for version in versions]
    assert times == sorted(times)
    assert stated_time(b"one", "0.1.1") - stated_time(b"one", "0.1.0") == timedelta(hours=1)
    assert times[-1].year < 2107  # the last year a zip can state
