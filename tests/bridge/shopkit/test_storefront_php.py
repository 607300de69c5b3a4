"""Every PHP file we ship parses, and keeps to what PHP 7.4 knows and PHP 8.4 does not complain of."""

import subprocess
from pathlib import Path

import pytest

from bridge.resources import LICENCE_CLIENT, resource
from bridge.storefront import SHARED
from tests.support.php_program import php_command

CHECK = Path(__file__).parents[2] / "support/php/newer_than_74.php"
FOLDERS = (
    SHARED,
    resource("plugins/opencart/storefront"),
    resource("plugins/opencart/storefront-3.0"),
    resource("plugins/prestashop/storefront"),
    LICENCE_CLIENT,
)
FILES = sorted(path for folder in FOLDERS for path in folder.rglob("*.php"))


def php(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*php_command({}), *arguments], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_every_php_file_parses_without_a_word_from_php(folder: Path) -> None:
    files = [str(path) for path in FILES if path.is_relative_to(folder)]
    assert files
    for file in files:
        checked = php("-d", "error_reporting=-1", "-d", "display_errors=1", "-l", file)
        assert checked.stdout.strip() == f"No syntax errors detected in {file}", checked.stdout + checked.stderr


def test_every_php_file_keeps_to_php_74() -> None:
    checked = php(str(CHECK), *map(str, FILES))
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("$a?->b();", "?->"),
        ("$x = match (1) { default => 2 };", "match"),
        ("str_contains('a', 'b');", "str_contains()"),
        ("function f(int|string $a) {}", "a union or intersection of types"),
        ("class C { public function __construct(private int $a) {} }", "a promoted property"),
        ("f(name: 1);", "a named argument"),
        ("function f(mixed $a) {}", "the type mixed"),
        ("try { f(); } catch (\\Exception) {}", "a catch without a variable"),
        ("function f(string $a = null) {}", "a nullable type without its question mark"),
        ("function f(int $a,) {}", "a comma after the last parameter"),
        ("$f = strlen(...);", "a callable by (...)"),
        ("#[Attribute]\nclass C {}", "#["),
    ],
)
def test_the_check_sees_what_a_habit_slips_in(tmp_path: Path, code: str, what: str) -> None:
    file = tmp_path / "code.php"
    file.write_text(f"<?php\n{code}\n", "utf-8")
    checked = php(str(CHECK), str(file))
    assert checked.returncode == 1
    assert what in checked.stdout


def test_no_php_file_begins_or_ends_with_a_stray_character() -> None:
    """A blank before `<?php` or after a closing tag would be sent to the browser."""
    for path in FILES:
        content = path.read_text("utf-8")
        assert content.startswith("<?php\n"), path
        assert "?>" not in content, path
