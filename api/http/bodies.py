"""Strict parsing of request bodies into domain values: all issues of the form are reported at once.

Whether its values can be right is judged afterwards, and only of a body whose form is. In addition to the checks of
pydantic: no duplicate names in an object, and one spelling for amounts and days, as strings. Identification numbers
may be sent as printed; the value has their digits. A blank given name is absent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import UnionType
from typing import Any, Final, NoReturn, TypeVar, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from domain.case.refusals import InputIssue, InvalidInput
from domain.case.value_checks import not_as_written, not_plain
from domain.identifiers import DIGITS_BY_FIELD
from domain.plain_text import LAYOUT, is_plain, is_shown_as_written
from infra.wire_format import wire_adapter, wire_name

T = TypeVar("T")

WHOLE_BODY: Final = "$"
"""The path of an issue that concerns the body as a whole."""

_AMOUNT: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FIELD_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)
_NAME_UNFIT: Final = "?"
_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_BETWEEN_TOKENS: Final = " \t\r\n"
"""What JSON allows there and in no text."""
_ISSUES_AT_MOST: Final = 100

_BY_TYPE: Final = {
    "missing": ("requiredInput", "it is missing", "add it"),
    "unexpected_keyword_argument": ("unknownInput", "this field is not known here", "leave it out or fix its name"),
    "string_type": ("schemaViolation", "it is not a string", "write a string in double quotes"),
    "int_type": ("schemaViolation", "it is not a whole number", "write a whole number without quotes"),
    "bool_type": ("schemaViolation", "it is neither true nor false", "write true or false without quotes"),
    "date_type": ("schemaViolation", "it is not a day", 'write the day as a string, such as "2026-03-01"'),
    "date_parsing": ("schemaViolation", "the calendar has no such day", 'write a day such as "2026-03-01"'),
    "decimal_type": ("schemaViolation", "it is not an amount", 'write the amount as a string, such as "52000.00"'),
    "tuple_type": ("schemaViolation", "it is not a list", "write a list in square brackets"),
    "null": ("schemaViolation", "it is null", "leave it out where there is no value"),
    "dataclass_type": ("schemaViolation", "it is not an object", "write an object in braces"),
}


def read_body(value_type: type[T], body: bytes) -> T:
    """The value in ``body``. Raises :class:`InvalidInput` with all issues, at most 100."""
    tree = _parsed(body)
    # The first issue of a place is the most specific: pydantic would only add that it is not an amount.
    unplain = () if _is_plain_throughout(body) else _not_plain(tree)
    issues = {issue.path: issue for issue in (*unplain, *_misspelled(value_type, tree, ""))}
    value: T | None = None
    try:
        value = wire_adapter(value_type).validate_json(body, strict=True)
    except ValidationError as invalid:
        # Without the input, which holds what people sent.
        for error in invalid.errors(include_url=False, include_context=False, include_input=False):
            path = _path(error["loc"])
            # Lone surrogates were already reported in place.
            if error["type"] != "json_invalid" or not issues:
                issues.setdefault(path, _issue(error["type"], path))
    if b"null" in body:
        for path in _nulls(tree):
            issues.setdefault(path, _issue("null", path))
    if issues or value is None:
        raise InvalidInput(tuple(issues.values())[:_ISSUES_AT_MOST])
    return _as_kept(value)


def _name_if_any(text: str) -> str | None:
    """A person may have a single name; a form sends the other one blank."""
    return text if text.strip() else None


_KEPT_AS: Final[Mapping[str, Callable[[str], str | None]]] = {**DIGITS_BY_FIELD, "given_name": _name_if_any}
"""How a text with several spellings is stored, by field."""


def _as_kept(value: T) -> T:
    """``value`` with every such text, in all its parts, as it is stored."""
    kind: Any = type(value)
    changed: dict[str, object] = {}
    for name, as_kept in _kept_parts(kind):
        held = getattr(value, name)
        kept = None if held is None else as_kept(held)
        if kept is not held and kept != held:
            changed[name] = kept
    return replace(value, **changed) if changed else value  # type: ignore[type-var]


@lru_cache(maxsize=64)
def _kept_parts(value_type: type[Any]) -> tuple[tuple[str, Callable[[Any], object]], ...]:
    """The fields of a dataclass that are such a text or a part with one, and what each is kept as."""
    parts: list[tuple[str, Callable[[Any], object]]] = []
    for name, hint in get_type_hints(value_type).items():
        alternatives: tuple[Any, ...] = get_args(hint) if get_origin(hint) is UnionType else (hint,)
        if name in _KEPT_AS:
            parts.append((name, _KEPT_AS[name]))
        elif any(isinstance(each, type) and is_dataclass(each) and _kept_parts(each) for each in alternatives):
            parts.append((name, _as_kept))
    return tuple(parts)


def nameable(name: str) -> str:
    """A caller's name for a field or parameter if it is well formed, else ``?``: it may contain anything."""
    return name if _FIELD_NAME.fullmatch(name) else _NAME_UNFIT


def _parsed(body: bytes) -> object:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as why:
        _refuse(body[: why.start].decode("utf-8"), why.start, "it is not UTF-8", "send the body in UTF-8")
    try:
        return json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_no_json_constant)
    except json.JSONDecodeError as why:
        _refuse(text, why.pos, "it is not JSON", "correct it there")
    except _NameRepeated:
        offset, name = next(_repeated_names(text))
        _refuse(text, offset, f"the name {nameable(name)} is used twice in one object", "keep one of the two")
    except (ValueError, RecursionError):
        _refuse(text, 0, "it is nested too deeply, or holds a number of too many digits", "send an ordinary document")


def _refuse(text: str, offset: int, problem: str, remedy: str) -> NoReturn:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    where = f"at line {line} column {column}"
    raise InvalidInput(
        (InputIssue(path=WHOLE_BODY, code="schemaViolation", problem=f"{problem}, {where}", remedy=remedy),)
    )


class _NameRepeated(Exception):
    """An object has a duplicate name; parsers differ in which one they use (RFC 8259, section 4)."""


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NameRepeated
    return found


def _no_json_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _repeated_names(text: str) -> Iterator[tuple[int, str]]:
    """The places of duplicate names in their object; only called when there is one."""
    open_objects: list[set[str]] = []
    last: re.Match[str] | None = None
    for token in _JSON_TOKEN.finditer(text):
        match token[0]:
            case "{" | "[":
                open_objects.append(set())
            case "}" | "]":
                open_objects.pop()
            case ":" if last is not None:
                name = json.loads(last[0])
                if name in open_objects[-1]:
                    yield last.start(), name
                open_objects[-1].add(name)
        last = token


def _is_plain_throughout(body: bytes) -> bool:
    """Whether no text of it can be unfit to be stored, which is nearly always so: nothing is spelled by an escape."""
    return b"\\" not in body and is_plain(body.decode("utf-8"), _BETWEEN_TOKENS)


def _not_plain(tree: object) -> Iterator[InputIssue]:
    """Texts that cannot be stored or would deceive, wherever they are: in a value, or as the name of one."""
    # Not recursive: the caller decides the depth.
    waiting: list[tuple[object, str]] = [(tree, "")]
    while waiting:
        whole, path = waiting.pop()
        for step, part in _parts(whole):
            if isinstance(part, str):
                if not is_plain(part, LAYOUT):
                    yield not_plain(_joined(path, step) or WHOLE_BODY)
                elif not is_shown_as_written(part):
                    yield not_as_written(_joined(path, step) or WHOLE_BODY)
            elif isinstance(part, list | dict):
                waiting.append((part, _joined(path, step)))


def _nulls(tree: object) -> Iterator[str]:
    """Where a null stands in the place of a value. What has no value is absent: one way to say one thing."""
    waiting: list[tuple[object, str]] = [(tree, "")]
    while waiting:
        whole, path = waiting.pop()
        for step, part in _parts(whole):
            if part is None:
                yield _joined(path, step) or WHOLE_BODY
            elif isinstance(part, list | dict):
                waiting.append((part, _joined(path, step)))


def _parts(whole: object) -> Iterator[tuple[int | str | None, object]]:
    """The parts of a list or an object, including names, each with its place; a text is its only part."""
    if isinstance(whole, list):
        yield from enumerate(whole)
    elif isinstance(whole, dict):
        for name, value in whole.items():
            yield name, name
            yield name, value
    else:
        yield None, whole


def _joined(path: str, step: int | str | None) -> str:
    if step is None:
        return path
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{nameable(step)}" if path else nameable(step)


def _misspelled(expected: Any, found: object, path: str) -> Iterator[InputIssue]:
    """Amounts and days that are not in the one accepted spelling; pydantic accepts more."""
    if expected is Decimal:
        if not (isinstance(found, str) and _AMOUNT.fullmatch(found)):
            yield _issue("decimal_type", path)
    elif expected is date:
        if isinstance(found, str) and _DAY.fullmatch(found) is None:
            yield _issue("date_type", path)
    elif isinstance(expected, tuple):
        for n, item in enumerate(found if isinstance(found, list) else ()):
            yield from _misspelled(expected[0], item, f"{path}[{n}]")
    elif isinstance(expected, type) and isinstance(found, dict):
        for name, part in _spelled_parts(expected):
            if found.get(name) is not None:
                yield from _misspelled(part, found[name], f"{path}.{name}" if path else name)


@lru_cache(maxsize=64)
def _spelled_parts(value_type: type[Any]) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass that can hold an amount or a day; a list of X is given as ``(X,)``."""
    parts = ((wire_name(name), _part(hint)) for name, hint in get_type_hints(value_type).items())
    return tuple((name, part) for name, part in parts if part is not None)


def _part(hint: Any) -> Any:
    if get_origin(hint) is tuple:
        item = _part(get_args(hint)[0])
        return None if item is None else (item,)
    for each in get_args(hint) or (hint,):
        if each is Decimal or each is date or is_dataclass(each):
            return each
    return None


def _path(location: Sequence[int | str]) -> str:
    """``worker.ssin``, ``documents[0].size``; an unknown name is only repeated if it is well formed."""
    path = ""
    for part in location:
        path = _joined(path, part)
    return path or WHOLE_BODY


def _issue(error_type: str, path: str) -> InputIssue:
    code, problem, remedy = _BY_TYPE.get(error_type, ("schemaViolation", "it does not have the right form", "fix it"))
    return InputIssue(path=path or WHOLE_BODY, code=code, problem=problem, remedy=remedy)
