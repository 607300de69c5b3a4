"""Every error has words that say what to do; nothing in it can steer a terminal or show a secret."""

from collections.abc import Iterator

import pytest

from bridge.cli import identity
from bridge.cli.failures import REMEDIES, exit_code, shown, tell
from bridge.errors import BridgeError, DeskMissing, SettingProblem, SettingsError, UsageError


def every_error(base: type[BridgeError] = BridgeError) -> Iterator[type[BridgeError]]:
    for error in base.__subclasses__():
        yield error
        yield from every_error(error)


TOLD_OTHERWISE = {
    *("ledger", "shop", "settings", "usage"),
    *("delivery_needless", "delivery_refused", "deliver_later", "delivery_failed", "receipt_refused"),
}
"""Bases that nobody raises, errors that carry their remedy from where they are raised, and what plugins tell the
daemon of a delivery or a receipt, which no command meets.
"""


def test_each_kind_of_error_has_a_remedy() -> None:
    kinds = [kind for kind in every_error() if kind.__module__ == "bridge.errors" and kind.code not in TOLD_OTHERWISE]
    assert {"desk_missing", "shop_refused", "plugin", "listener"} <= {kind.code for kind in kinds}
    kinds.append(identity.ProgramClosed)
    assert [kind for kind in kinds if not kind.hint and kind.code not in REMEDIES] == []


def test_wrong_settings_and_wrong_use_have_a_code_of_their_own() -> None:
    assert exit_code(SettingsError((SettingProblem("bridge.toml", "", "is odd"),))) == 2
    assert exit_code(UsageError("no")) == 2
    assert exit_code(DeskMissing("no desk")) == 1


def test_an_error_is_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(DeskMissing("there is no desk yet"), command="bridge status", as_json=False) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "Error: there is no desk yet\nTry: bridge desk upgrade\n"


def test_several_wrong_settings_are_a_line_each_and_one_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    problems = (SettingProblem("a.toml", "x", "must be 1", "2"), SettingProblem("b.toml", "y", "must be set"))
    assert tell(SettingsError(problems), command="bridge check", as_json=False) == 2
    assert capsys.readouterr().err.splitlines() == [
        "Error: a.toml: x: must be 1, not 2",
        "Error: b.toml: y: must be set",
        "Try: correct the lines named above, then run: bridge check",
    ]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain", "plain"),
        ("حرفه\u200cای Необходимый", "حرفه\u200cای Необходимый"),
        ("\x1b]0;owned\x07red", "\\x1b]0;owned\\x07red"),
        ("a\rb", "a\\rb"),
        ("\u202eabc", "\\u202eabc"),
        ("\u2067abc\u2069", "\\u2067abc\\u2069"),
        ("a\u200fb\u061c", "a\\u200fb\\u061c"),
        ("a\u2028b", "a\\u2028b"),
        ("\x9b31m", "\\x9b31m"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_text_of_strangers_cannot_steer_a_terminal(text: str, safe: str) -> None:
    assert shown(text) == safe
