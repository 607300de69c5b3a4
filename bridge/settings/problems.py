"""From pydantic's errors to ours: where, rule, value.

Believes: the person reading wrote TOML, not Python, so the rule speaks of tables, lists and texts in
quotes. What stands where a secret belongs, or under a key nobody knows, is never repeated.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr
from pydantic_core import ErrorDetails

from bridge.errors import SettingProblem
from bridge.settings.base import RULE_ERROR, Broken, Section, suggestion
from bridge.settings.secret_reference import SecretReference
from bridge.settings.tree import fields, section_at, written_path
from bridge.settings.values import shown_value

A_TABLE = "must be a table"
_WHOLE_RULES = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a whole number of a sensible size",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be a text in quotes",
    "date_type": "must be a date without quotes and time, such as 2026-01-01",
    "tuple_type": "must be a list in [ ]",
    "dict_type": A_TABLE,
    "mapping_type": A_TABLE,
    "model_type": A_TABLE,
    "model_attributes_type": A_TABLE,
}


def problems_of(errors: list[ErrorDetails], root: type[Section], file: str) -> list[SettingProblem]:
    """The problems behind pydantic's errors for one file whose top is `root`."""
    found: list[SettingProblem] = []
    for error in errors:
        parts = tuple(part for part in error["loc"] if part != "[key]")
        if error["type"] == RULE_ERROR:
            found += [_own_rule(rule, parts, error["input"], root, file) for rule in error["ctx"]["broken"]]
        else:
            found.append(_pydantic_rule(error, parts, root, file))
    return found


def _own_rule(
    rule: Broken, above: tuple[str | int, ...], written: object, root: type[Section], file: str
) -> SettingProblem:
    parts = above + rule.path
    value = rule.value
    if value is None:
        value = shown_value(_below(written, rule.path))
    return SettingProblem(file, written_path(parts), rule.rule, "" if _is_secret(root, parts) else value)


def _below(written: object, path: tuple[str | int, ...]) -> object:
    if not path:
        return written
    if isinstance(written, tuple) and isinstance(path[0], int):
        return _below(written[path[0]], path[1:])
    return _below(written[path[0]], path[1:]) if isinstance(written, Mapping) else written


def _pydantic_rule(error: ErrorDetails, parts: tuple[str | int, ...], root: type[Section], file: str) -> SettingProblem:
    if error["type"] == "extra_forbidden":
        return SettingProblem(file, written_path(parts), _unknown_key(parts, root))
    if error["type"] == "missing":
        return SettingProblem(file, written_path(parts), _missing(parts, root))
    value, path = "" if _is_secret(root, parts) else shown_value(error["input"]), written_path(parts)
    if error["type"] == "tuple_type" and section_at(root, (*parts, 0)) is not None:
        return SettingProblem(file, path, f"must be a list of tables, each written under [[{path}]]", value)
    example = _example(parts, root) if _WHOLE_RULES.get(error["type"]) == A_TABLE else ""
    return SettingProblem(file, path, f"{_rule(error)}, for example {example}" if example else _rule(error), value)


def _rule(error: ErrorDetails) -> str:
    limits: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "greater_than_equal":
            return _limit("at least", limits["ge"])
        case "less_than_equal":
            return _limit("at most", limits["le"])
        case "literal_error":
            return "must be " + str(limits["expected"]).replace("'", '"')
        case known if known in _WHOLE_RULES:
            return _WHOLE_RULES[known]
        case _:
            # No field of ours can raise another type today; pydantic's own words beat a guess.
            return error["msg"]


def _limit(side: str, limit: object) -> str:
    if isinstance(limit, int):
        return f"must be a whole number of {side} {limit:,}"
    if isinstance(limit, float):
        return f"must be a number of {side} {limit:,g}"
    return f"must be a date not {'before' if side == 'at least' else 'after'} {limit}"


def _unknown_key(parts: tuple[str | int, ...], root: type[Section]) -> str:
    rule = "is not a known setting"
    key, beside = str(parts[-1]), section_at(root, parts[:-1])
    if beside is not None and (near := suggestion(key, beside.model_fields)):
        return rule + near
    elsewhere = [path for path, _ in fields(root) if path.rpartition(".")[2] == key]
    elsewhere += [name for name in root.model_fields if name == key and name not in elsewhere]
    return f"{rule} here; did you mean {elsewhere[0]}?" if elsewhere else rule


def _missing(parts: tuple[str | int, ...], root: type[Section]) -> str:
    example = _example(parts, root)
    return f"must be set, for example {example}" if example else "must be set"


def _example(parts: tuple[str | int, ...], root: type[Section]) -> str:
    beside = section_at(root, parts[:-1])
    field = beside.model_fields.get(str(parts[-1])) if beside is not None else None
    return str(field.examples[0]) if field is not None and field.examples else ""


def _is_secret(root: type[Section], parts: tuple[str | int, ...]) -> bool:
    return any(
        section_at(root, parts[:length]) is SecretReference or _is_hidden(root, parts[:length])
        for length in range(1, len(parts) + 1)
    )


def _is_hidden(root: type[Section], parts: tuple[str | int, ...]) -> bool:
    """Whether it is a field whose text nobody reads, such as a premium number (rule W2)."""
    beside = section_at(root, parts[:-1])
    field = beside.model_fields.get(str(parts[-1])) if beside is not None else None
    return field is not None and field.annotation is SecretStr
