"""`bridge coins import`: looked at first, all or nothing, the same file again changes nothing (rule C15)."""

from pathlib import Path

import pytest

from tests.bridge.cli.conftest import ShopPlace
from tests.support.commands import Workplace

BY = ("--by", "Anna")


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> str:
    path = folder / "balances.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


async def test_C15_a_file_is_shown_first_then_booked_and_then_known(acme: ShopPlace, tmp_path: Path) -> None:
    await acme.join()
    ada, eve = [await acme.shop.add_customer(f"{name}@shop.example") for name in ("ada", "eve")]
    file = written(
        tmp_path,
        f"customer;coins;expiry;note\r\nAda@shop.example;300;;\r\n{eve};25;2099-01-31;=1+1\r\n",
        encoding="utf-8-sig",
    )
    looked = await acme.cli("coins", "import", file, *BY)
    assert looked.code == 0, looked.err
    assert "To be granted: 325 coins in 2 packages for 2 customers." in looked.out
    assert "Nothing was written. To do it, run the same with --write." in looked.out
    assert (await acme.cli("coins", "balance", str(ada))).code != 0
    done = (await acme.cli("coins", "import", file, *BY, "--write", "--json")).document
    assert (done["written"], done["new"], done["coins"], done["customers"]) == (True, 2, 325, 2)
    assert [(one["line"], one["customer"], one["coins"]) for one in done["rows"]] == [(2, ada, 300), (3, eve, 25)]
    again = await acme.cli("coins", "import", file, *BY, "--write")
    assert again.lines()[-1] == "Nothing to grant: 2 lines were imported before."
    assert "granted" not in again.out
    balance = (await acme.cli("coins", "balance", str(ada), "--json")).document
    assert balance["available"] == 300


async def test_C15_unknown_customers_and_addresses_of_several_accounts_are_named(
    acme: ShopPlace, tmp_path: Path
) -> None:
    await acme.join()
    first, second = [await acme.shop.add_customer("ada@shop.example") for _ in range(2)]
    lines = "customer,coins\nada@shop.example,5\nnobody@shop.example,5\n99999,5\nada@shop.example,6\n"
    refused = await acme.cli("coins", "import", written(tmp_path, lines), *BY, "--write")
    several = f"ada@shop.example has several accounts, customers {first}, {second}: name one by its number"
    assert refused.err.splitlines() == [
        f"Error: line 2: customer: {several}",
        "Error: line 3: customer: nobody@shop.example is the address of nobody with an account in the shop",
        "Error: line 4: customer: 99999 is no customer of the shop",
        f"Error: line 5: customer: {several}",
        "Try: correct the lines named above and run it again; nothing was booked",
    ]
    document = (await acme.cli("coins", "import", written(tmp_path, lines), *BY, "--json")).document
    assert [one["line"] for one in document["wrong"]] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{eve},x", "coins: must be a whole number of coins from 1 to 1000000, not 'x'"),
        ("{eve},-5", "coins: must be a whole number of coins from 1 to 1000000, not '-5'"),
        ("99999,5", "customer: 99999 is no customer of the shop"),
        ("{ada},300", "says the same as line 2; if both are meant, tell them apart by a column key"),
        ("ada@shop.example,300", "says the same as line 2; if both are meant, tell them apart by a column key"),
    ],
)
async def test_C15_one_wrong_line_books_nothing_of_the_file(
    acme: ShopPlace, tmp_path: Path, line: str, error: str
) -> None:
    await acme.join()
    ada, eve = [await acme.shop.add_customer(f"{name}@shop.example") for name in ("ada", "eve")]
    text = f"customer,coins\n{ada},300\n{line.format(ada=ada, eve=eve)}\n{eve},25\n"
    refused = await acme.cli("coins", "import", written(tmp_path, text), *BY, "--write")
    assert refused.code != 0
    assert refused.err.splitlines() == [
        f"Error: line 3: {error}",
        "Try: correct the lines named above and run it again; nothing was booked",
    ]
    for customer in (ada, eve):
        assert "has no account" in (await acme.cli("coins", "balance", str(customer))).err
    assert "No lines" in (await acme.cli("audit")).out


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "line 1: the file is empty: its first line must name the columns"),
        (b"customer,coins\n77,5\n\xe9\xe8,5\n", "line 3: is no UTF-8 text; save the table as CSV in UTF-8"),
        (b'customer,coins\n77,5\n"78,5\n', "line 3: can't be read as a line of a table: unexpected end of data"),
        (b"customer,coins\n77,\x00\n", "line 2: coins: must be one line without control characters, not '\\x00'"),
        (b"customer,coins\n77,x\n", "line 2: coins: must be a whole number of coins from 1 to 1000000, not 'x'"),
    ],
)
def test_C15_what_is_no_table_is_refused(workplace: Workplace, tmp_path: Path, content: bytes, error: str) -> None:
    path = tmp_path / "balances.csv"
    path.write_bytes(content)
    refused = workplace.cli("coins", "import", str(path), *BY)
    assert refused.code != 0
    assert refused.err.splitlines()[0] == f"Error: {error}"


@pytest.mark.usefixtures("desk")
def test_C15_a_missing_and_a_huge_file_are_refused(workplace: Workplace, tmp_path: Path) -> None:
    assert "there is no file" in workplace.cli("coins", "import", str(tmp_path / "none.csv"), *BY).err
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    assert "the file has more than 20 MB: part it" in workplace.cli("coins", "import", str(path), *BY).err
