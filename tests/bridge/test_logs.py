"""The log: its shape, and what never gets into it."""

import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bridge.contracts.shop_rows import SigningKey
from bridge.logs import to_stderr

log = structlog.get_logger()
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Give the process's logging back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def written(capsys: Captured) -> list[dict[str, Any]]:
    """What went to standard error, a document a line."""
    seen = capsys.readouterr()
    assert seen.out == ""
    return [json.loads(line) for line in seen.err.splitlines()]


def test_a_line_is_one_object_with_utc_time_and_level(capsys: Captured) -> None:
    to_stderr("json", "info")
    log.info("accounts pushed", store="acme", accounts=3)
    [line] = written(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "accounts pushed", "level": "info", "store": "acme", "accounts": 3}


def test_less_important_lines_are_left_out(capsys: Captured) -> None:
    to_stderr("json", "warning")
    log.info("accounts pushed")
    log.warning("shop unreachable")
    assert [line["event"] for line in written(capsys)] == ["shop unreachable"]


@pytest.mark.parametrize("library", ["asyncio", "aiohttp.server", "apscheduler.executors.default"])
def test_libraries_come_through_in_the_same_shape_from_warning_on(capsys: Captured, library: str) -> None:
    to_stderr("json", "info")
    logging.getLogger(library).info("Running job")
    logging.getLogger(library).error("failed: %s", "why")
    [line] = written(capsys)
    assert (line["event"], line["level"], line["logger"]) == ("failed: why", "error", library)


def test_a_warning_of_python_is_a_line_too(capsys: Captured) -> None:
    to_stderr("json", "info")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old call", DeprecationWarning, stacklevel=1)
    assert "old call" in written(capsys)[0]["event"]


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "hunter2"},
        {"database_password": "hunter2"},
        {"token": "hunter2"},
        {"keys": ["hunter2"]},
        {"signing_key": "hunter2"},
        {"database": {"user": "bridge", "password": "hunter2"}},
        {"all": [{"secret": "hunter2"}]},
        {"blob": b"hunter2"},
        {"cause": "can't open mysql://bridge:hunter2@db/shop"},
        {"cause": "refused: password=hunter2 user=bridge"},
        {"key": SigningKey("k1", b"hunter2")},
    ],
    ids=str,
)
def test_no_secret_is_written(capsys: Captured, fields: dict[str, Any]) -> None:
    to_stderr("json", "info")
    log.info("connecting", **fields)
    seen = capsys.readouterr().err
    assert "hunter2" not in seen
    assert "***" in seen


@pytest.mark.parametrize("name", ["text", "message_text", "email", "phone", "subject", "comment", "payload"])
def test_D1_what_a_customer_wrote_is_left_out(capsys: Captured, name: str) -> None:
    to_stderr("json", "info")
    log.info("message", customer=77, **{name: "Anna's words"})
    [line] = written(capsys)
    assert line[name] == "(left out)"
    assert line["customer"] == 77


def test_an_events_key_is_no_secret(capsys: Captured) -> None:
    to_stderr("json", "info")
    log.warning("plugin failed", key="acme:order:1042:base:unit:1", path=Path("/etc/supportbridge"))
    [line] = written(capsys)
    assert line["key"] == "acme:order:1042:base:unit:1"
    assert line["path"] == "/etc/supportbridge"


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_trace_shows_no_local_variables(capsys: Captured, style: Any) -> None:
    to_stderr(style, "info")

    def failing() -> None:
        hidden = "hunter2"
        raise ValueError(f"odd {len(hidden)}")

    try:
        failing()
    except ValueError:
        log.exception("task failed")
    seen = capsys.readouterr().err
    assert "ValueError: odd 7" in seen
    assert "in failing" in seen
    assert "hunter2" not in seen


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_text_can_steer_the_terminal(capsys: Captured, style: Any) -> None:
    to_stderr(style, "info")
    log.warning("shop unreachable", cause="server says \x1b[2J\nlevel=error \u202egnp.exe")
    seen = capsys.readouterr().err
    assert "\x1b[2J" not in seen
    assert "\u202e" not in seen
    assert seen.count("\n") == 1
