"""What the shop's pages say: the same in every language, and dates as the desk writes them."""

import json
import re
import subprocess
from datetime import UTC, date, datetime, timedelta

import pytest

from bridge.domain.ledger import EntryKind
from bridge.locale.dates import LANGUAGES, date_text
from bridge.locale.statement_words import COLUMNS, column_name, kind_name, purpose
from bridge.storefront import SHARED
from tests.support.php_program import php_command

DAYS = [date(2020, 1, 1) + timedelta(days=number) for number in range(0, 365 * 40, 3)]


def php(program: str, given: object = None) -> object:
    done = subprocess.run(
        [*php_command({}), "-r", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return json.loads(done.stdout)


def words(language: str) -> dict[str, str]:
    found = php(f"echo json_encode(require '{SHARED}/words-{language}.php');")
    assert isinstance(found, dict)
    return found


def blanks(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize("language", ["ru", "fa"])
def test_every_text_is_there_in_every_language_with_the_same_blanks(language: str) -> None:
    english, translated = words("en"), words(language)
    assert list(translated) == list(english)
    assert [name for name in english if blanks(english[name]) != blanks(translated[name])] == []
    same = {name for name in english if english[name] == translated[name]}
    assert same <= {"moment", "comma", "semicolon"}


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    files = [path.read_text("utf-8") for path in SHARED.glob("*.php") if not path.name.startswith("words-")]
    source = "".join(file for file in files if "AdminWords" not in file)  # the administration has words of its own
    named = set(re.findall(r"'([a-z_]+)'", source))
    composed = tuple(set(re.findall(r"'((?:[a-z]+_)+)'", source)) - {"supportbridge_"})
    endings = set(re.findall(r"\. '([a-z]?_[a-z_]+)'", source))
    ended = {beginning + ending for beginning in named for ending in endings}
    used = named | ended
    assert [name for name in words("en") if name not in used and not name.startswith(composed)] == []
    said = set(re.findall(r"(?:say|notice|paragraph|submit|new Refusal)\('([a-z_]+)'", source))
    assert said - set(words("en")) == {name for name in said if name.endswith("_")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_C18_the_statement_says_the_same_as_the_desks(language: str) -> None:
    shown = words(language)
    for column in COLUMNS:
        assert shown[f"column_{column}"] == column_name(language, column)
    for kind in EntryKind:
        assert shown[f"entry_{kind}"] == kind_name(language, kind)
    numbers = {"order": 1, "quote": 2, "ticket": 3}
    digits = {name: shown_number(language, number) for name, number in numbers.items()}
    assert [shown[f"entry_{name}"].replace("{number}", digits[name]) for name in numbers] == purpose(
        language, numbers
    ).split(" · ")


def shown_number(language: str, number: int) -> str:
    return "۰۱۲۳۴۵۶۷۸۹"[number] if language == "fa" else str(number)


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_are_written_as_the_desk_writes_them(language: str) -> None:
    noons = [int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) for day in DAYS]
    program = f"""
        date_default_timezone_set('UTC');
        require '{SHARED}/all.php';
        $language = SupportBridge\\Language::of('{language}');
        echo json_encode(array_map([$language, 'day'], json_decode(file_get_contents('php://stdin'), true)));"""
    assert php(program, noons) == [date_text(day, language) for day in DAYS]
