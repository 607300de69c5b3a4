"""Files go from a customer's page to the desk in signed parts, and come back to him alone, whole or not at all."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.shop_files import PART_BYTES, FilePart
from bridge.contracts.shop_rows import DESK_TO_SHOP, SHOP_TO_DESK, verifies
from bridge.domain.files import shown_name, type_of
from bridge.storefront import SHARED
from bridge.testing.files import file_parts
from tests.plugins.conftest import MakeShop
from tests.support.file_contents import FALSE, TRUE
from tests.support.php_program import php_command
from tests.support.storefront import CUSTOMER, KEY, OTHER_KEY, PHP, STORE, Storefront

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
LONG = PNG + bytes(range(256)) * (PART_BYTES // 256) * 2
RIGHT_TO_LEFT_OVERRIDE = "\u202e"


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    made = make_shop("opencart")
    made.make_tables()
    made.pair()
    return made


class Page:
    """The customer's page as far as files are concerned."""

    def __init__(self, shop: Storefront, folder: Path) -> None:
        self.shop, self.folder = shop, folder

    def play(self, what: str, **orders: Any) -> dict[str, Any]:
        given = {
            "what": what,
            "shared": str(SHARED),
            "database": self.shop.database,
            "socket": str(self.shop.server.socket),
            "prefix": self.shop.prefix,
            "key_folder": str(self.shop.key_folder),
            "customer": CUSTOMER,
        } | orders
        done = subprocess.run(
            [*php_command({"upload_max_filesize": "8M"}), str(PHP / "files.php")],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    def uploads(self, *files: tuple[str, bytes], what: str = "upload", **orders: Any) -> dict[str, Any]:
        paths = []
        for number, (_, content) in enumerate(files):
            path = self.folder / f"uploaded-{number}"
            path.write_bytes(content)
            paths.append(str(path))
        sent = {
            "name": [name for name, _ in files],
            "tmp_name": paths,
            "error": [0] * len(files),
            "size": [len(content) for _, content in files],
        }
        return self.play(what, files={"supportbridge_files": sent}, **orders)

    def downloads(self, parts: list[FilePart], content: bytes, *, own: bool = True, **changes: Any) -> dict[str, Any]:
        file = {"file": parts[0].file, "name": "shot.png", "size": len(content), "type": "image/png"} | changes
        return self.play("download", file=file, own=own)

    def rows(self) -> list[FilePart]:
        found = self.shop.run("SELECT uuid, part, customer_id, payload, key_id, mac FROM {p}file ORDER BY uuid, part")
        return [FilePart(*row) for row in found]

    def put(self, *parts: FilePart) -> None:
        for part in parts:
            self.shop.run(
                f"INSERT INTO {{p}}file (store, uuid, part, customer_id, payload, key_id, mac) VALUES ('{STORE}', "
                f"'{part.file}', {part.part}, {part.customer_id}, '{part.payload}', '{part.key_id}', '{part.mac}')"
            )


@pytest.fixture
def page(shop: Storefront, tmp_path: Path) -> Page:
    return Page(shop, tmp_path)


def test_an_upload_becomes_signed_parts_that_the_desk_verifies(page: Page) -> None:
    told = page.uploads(("shot.png", LONG), ("log.txt", "ошибка\n".encode()))
    rows = page.rows()
    assert [one["parts"] for one in told["stored"]] == [3, 1]
    assert all(verifies([KEY], "file", row.payload, row.key_id, row.mac, direction=SHOP_TO_DESK) for row in rows)
    for stored, content in zip(told["stored"], (LONG, "ошибка\n".encode()), strict=True):
        mine = [row for row in rows if row.file == stored["file"]]
        assert mine == file_parts(KEY, store=STORE, customer=CUSTOMER, content=content, file=stored["file"])
    assert told["longest"] < 800_000, "a statement that every server takes"


def test_a_file_as_large_as_can_be_takes_little_memory(page: Page) -> None:
    told = page.uploads(("large.txt", b"x" * 5_242_880))
    assert ([one["parts"] for one in told["stored"]], len(page.rows())) == ([20], 20)
    assert told["peak"] < 24_000_000


def test_T12_an_eleventh_file_within_an_hour_is_not_taken(page: Page) -> None:
    for _ in range(2):
        page.uploads(*[(f"{number}.txt", b"text") for number in range(5)])
    assert page.uploads(("more.txt", b"text"))["refused"] == "refused_files_hour"
    assert len(page.rows()) == 10
    page.shop.run("UPDATE {p}file SET created = created - INTERVAL 61 MINUTE")
    assert page.uploads(("more.txt", b"text"))["refused"] == ""


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("shot.png", b"<script>alert(1)</script>", "refused_file_content"),
        ("shot.jpg", PNG, "refused_file_content"),
        ("notes.txt", b"GIF89a in letters alone", "refused_file_content"),
        ("notes.txt", b"text with a \0 in it", "refused_file_text"),
        ("notes.txt", "текст".encode("cp1251"), "refused_file_text"),
        ("orders.csv", "id;total".encode("utf-16"), "refused_file_text"),
        ("page.html", b"<html>", "refused_file_type"),
        ("shot.png.php", PNG, "refused_file_type"),
        (f"exe.{RIGHT_TO_LEFT_OVERRIDE}gnp.exe", PNG, "refused_file_type"),
        ("README", b"text", "refused_file_type"),
        ("empty.txt", b"", "refused_file_empty"),
        ("large.txt", b"x" * 5_242_881, "refused_file_large"),
        ("larger.txt", b"x" * 16_777_216, "refused_file_large"),
    ],
)
def test_a_file_that_cannot_be_sent_is_refused_by_name_and_nothing_is_written(
    page: Page, name: str, content: bytes, refusal: str
) -> None:
    told = page.uploads(("fine.txt", b"text"), (name, content))
    assert told["refused"] == refusal
    assert RIGHT_TO_LEFT_OVERRIDE not in told["values"]["name"]
    assert page.rows() == []


def test_the_page_takes_just_what_the_desk_takes(page: Page) -> None:
    """Else the desk would refuse a whole message that the customer believes to be sent."""
    files = [*((name, content) for name, content, _ in TRUE), *FALSE]
    told = page.uploads(*files, what="each")
    assert [word == "" for word in told["each"]] == [type_of(name, content) is not None for name, content in files]


def test_T12_of_a_message_sent_twice_at_once_the_files_that_its_row_names_stay(page: Page) -> None:
    """The others nobody will have, and they would count for the ten an hour."""
    named, other = page.uploads(("shot.png", LONG), what="twice")["sent"]
    files = {row.file for row in page.rows()}
    assert (named in files, other in files, len(page.rows())) == (True, False, 3)


def test_more_files_than_a_message_takes_are_refused_together(page: Page) -> None:
    assert page.uploads(*[(f"{number}.txt", b"text") for number in range(6)])["refused"] == "refused_files_many"
    assert page.rows() == []


def test_more_than_php_takes_at_once_is_told_as_such(page: Page) -> None:
    assert page.play("received", length=7_000_000)["refused"] == ""
    assert page.play("received", length=9_000_000)["refused"] == "refused_files_large"


def test_what_php_has_not_received_with_this_form_is_not_read(page: Page) -> None:
    assert page.uploads(("passwd.txt", b"root"), what="really")["refused"] == "refused_file_broken"
    assert page.rows() == []


def test_nothing_is_left_of_files_that_could_not_be_written_whole(page: Page) -> None:
    third = ", 2, 77, 0x"
    told = page.uploads(("log.txt", b"text"), ("shot.png", LONG), **{"break": third})
    assert "database error 1153" in told["problem"]
    assert page.rows() == []


def test_names_are_shown_as_the_desk_shows_them(page: Page) -> None:
    names = [
        "../../etc/passwd.txt",
        "C:\\Users\\ada\\shot.png",
        "a\0b.png",
        f"exe.{RIGHT_TO_LEFT_OVERRIDE}gnp.exe",
        "  .htaccess  ",
        "...",
        "",
        "пример файла  с   пробелами.png",
        "گزارش\u200cها.pdf",
        "x" * 300 + ".pdf",
        "я" * 300,
        "line\nbreak\ttab.txt",
        "\u2028separator\u2069.txt",
        'quote".txt',
        "\ue000private.txt",
    ]
    told = page.play("names", names=[base64.b64encode(name.encode()).decode() for name in names])
    assert told["names"] == [shown_name(name) for name in names]
    assert page.play("names", names=[base64.b64encode(b"\xff\xfebad.png").decode()])["names"] == ["bad.png"]


def test_a_customer_gets_his_own_file_and_staffs_byte_by_byte_and_only_to_save(page: Page) -> None:
    for own, direction in ((True, SHOP_TO_DESK), (False, DESK_TO_SHOP)):
        parts = file_parts(KEY, store=STORE, customer=CUSTOMER, content=LONG, direction=direction)
        page.put(*parts)
        told = page.downloads(parts, LONG, own=own, name='Снимок "1".png')
        assert told["problem"] == ""
        assert base64.b64decode(told["content"]) == LONG
        assert "Content-Type: image/png" in told["headers"]
        assert not any("Content-Length" in line for line in told["headers"]), "a shop may pack it on the way"
        assert "X-Content-Type-Options: nosniff" in told["headers"]
        [disposition] = [line for line in told["headers"] if line.startswith("Content-Disposition")]
        assert disposition == (
            'Content-Disposition: attachment; filename="______ _1_.png"; '
            "filename*=UTF-8''%D0%A1%D0%BD%D0%B8%D0%BC%D0%BE%D0%BA%20%221%22.png"
        )


def test_a_type_that_is_none_of_ours_is_told_as_bytes_and_a_name_cannot_end_a_header(page: Page) -> None:
    parts = file_parts(KEY, store=STORE, customer=CUSTOMER, content=b"<html>")
    page.put(*parts)
    told = page.downloads(parts, b"<html>", type="text/html", name="../a\r\nSet-Cookie: b.png")
    assert "Content-Type: application/octet-stream" in told["headers"]
    assert not any("\r" in line or "\n" in line or "/a" in line for line in told["headers"])


def broken_files() -> dict[str, list[FilePart]]:
    """Files with one thing wrong, by what it is."""

    def made(**changes: Any) -> list[FilePart]:
        customer = changes.pop("customer", CUSTOMER)
        key = changes.pop("key", KEY)
        return file_parts(key, store=changes.pop("at", STORE), customer=customer, content=LONG, **changes)

    whole, other = made(), made()
    renamed = [part._replace(file=whole[0].file) for part in other]
    forged = whole[1]._replace(payload=whole[1].payload.replace('"part":1', '"part":2'))
    swapped = [whole[0], whole[2]._replace(part=1), whole[1]._replace(part=2)]
    return {
        "a part is missing": [whole[0], whole[2]],
        "a part was changed": [whole[0], forged, whole[2]],
        "parts have changed places": swapped,
        "a part is another file's": [whole[0], renamed[1], whole[2]],
        "another customer's": made(customer=78),
        "another customer's under this one's number": [part._replace(customer_id=77) for part in made(customer=78)],
        "another store's": made(at="other"),
        "signed by another key": made(key=OTHER_KEY),
        "the content is another": made(sha256="0" * 64),
        "more parts than there are": made(parts=4),
        "another size": made(size=len(LONG) - 1),
    }


@pytest.mark.parametrize("wrong", list(broken_files()))
def test_a_file_with_a_part_that_is_not_right_is_not_sent_at_all(page: Page, wrong: str) -> None:
    parts = broken_files()[wrong]
    page.put(*parts)
    told = page.downloads(parts, LONG)
    assert told["problem"]
    assert "content" not in told


def test_a_file_signed_for_the_other_direction_is_not_sent(page: Page) -> None:
    parts = file_parts(KEY, store=STORE, customer=CUSTOMER, content=LONG, direction=DESK_TO_SHOP)
    page.put(*parts)
    assert page.downloads(parts, LONG, own=True)["problem"]
    assert page.downloads(parts, LONG, own=False)["problem"] == ""
