"""The log on standard error, for the daemon and for commands: our own lines and those of libraries, in one shape.

Believes: a log is read by more people than the books, and kept for longer. So it holds ids and causes, never a secret
and never what a customer wrote (rule D1). What goes by a name that promises either is masked whatever the caller meant;
traces show no local variables; and no text can steer the terminal it is read on.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}
SECRET, LEFT_OUT = "***", "(left out)"
SECRET_WORDS = frozenset(
    {"password", "passwd", "passphrase", "secret", "secrets", "token", "credential", "credentials", "authorization"}
    | {"cookie", "keys", "hmac", "salt"}
)
SECRET_NAMES = frozenset({"private_key", "signing_key", "api_key", "key_material"})
TEXT_WORDS = frozenset(
    {"text", "body", "subject", "comment", "email", "mail", "phone", "telephone", "address", "firstname", "lastname"}
    | {"payload"}
)
_IN_TEXT = re.compile(r"(?i)\b((?:password|passwd|secret|token|authorization)=)\S+|(://[^/\s:@]+:)[^@\s]+(?=@)")
_STEERING = {
    number: repr(chr(number))[1:-1]
    for number in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)
}
_STEERING_IN_TRACES = {number: escape for number, escape in _STEERING.items() if chr(number) not in "\n\t"}
FIRST = ("timestamp", "level", "event")
_TRACES = frozenset({"exception", "stack"})


def to_stderr(style: Literal["json", "console"], level: str, *, libraries: str = "warning") -> None:
    """Write our own lines from `level` on, and those of libraries from `libraries` on, if that is not less."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        discreet,
    ]
    shape = _shape(style)
    structlog.configure(
        processors=[*shared, shape],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=_current_stderr,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shape],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(LEVELS[libraries], LEVELS[level]))
    logging.captureWarnings(capture=True)


def discreet(_: Any, __: str, event: EventDict) -> EventDict:
    """Mask secrets and leave out customers' words, by name and in what is nested; make every text safe to show."""
    ordered = {name: event[name] for name in (*FIRST, *event) if name in event}
    return {name: value if name.startswith("_") else _shown(name, value) for name, value in ordered.items()}


def _shown(name: str, value: Any) -> Any:
    words = frozenset(re.split(r"[^a-z]+", name.lower()))
    if value is None or isinstance(value, bool | int | float):
        return value if not words & SECRET_WORDS or value is None else SECRET
    if words & SECRET_WORDS or name.lower() in SECRET_NAMES or isinstance(value, bytes | bytearray):
        return SECRET
    if words & TEXT_WORDS:
        return LEFT_OUT
    if isinstance(value, Mapping):
        return {str(key): _shown(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown(name, item) for item in value]
    masked = _IN_TEXT.sub(rf"\1\2{SECRET}", value if isinstance(value, str) else str(value))
    return masked.translate(_STEERING_IN_TRACES if name in _TRACES else _STEERING)


def _shape(style: Literal["json", "console"]) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
    )


def _current_stderr(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)
