"""Texts that can be kept and sent: what PostgreSQL, UTF-8 and a line of a report hold without harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import Final

from domain.migration.field_names import shown_name
from domain.migration.findings import Finding, RefusalReason

TEXT_UNREADABLE: Final = (
    "it holds a control character, a line break or half a character, which no value may; it is shown with escapes"
)

# Control characters other than TAB, line and paragraph separators, halves of surrogate pairs, noncharacters.
_UNREADABLE: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def readable(text: str) -> tuple[str, bool]:
    """The text as it may be kept, and whether it could be read.

    A TAB becomes a blank. What cannot be read is shown with escapes (``\\x00``, ``\\ud800``). What is merely invisible
    (zero-width and bidirectional marks, no-break spaces) stays as it is.
    """
    if text.isprintable():
        return text, True
    text = text.replace("\t", " ")
    shown, escaped = _UNREADABLE.subn(_escape, text)
    return shown, not escaped


def readable_record(value: object, path: str = "") -> tuple[object, tuple[Finding, ...]]:
    """A JSON value with every text and name in it as :func:`readable` gives it, and what was wrong at which path."""
    findings: list[Finding] = []

    def text_at(text: str, at: str) -> str:
        shown, ok = readable(text)
        if not ok:
            findings.append(Finding(RefusalReason.TEXT_UNREADABLE, at, TEXT_UNREADABLE))
        return shown

    return with_texts(value, path, text_at), tuple(findings)


def with_texts(value: object, path: str, text_at: Callable[[str, str], str]) -> object:
    """A JSON value with each text and name replaced by what ``text_at`` makes of it and of its path."""
    if isinstance(value, str):
        return text_at(value, path)
    if isinstance(value, list):
        return [with_texts(each, f"{path}[{number}]", text_at) for number, each in enumerate(value)]
    if isinstance(value, Mapping):
        shown: dict[str, object] = {}
        for name, each in value.items():
            at = path_of(path, readable(name)[0])
            place = free_name(text_at(name, at), shown)
            shown[place] = with_texts(each, at, text_at)
        return shown
    return value


def path_of(path: str, name: str) -> str:
    """Where the field ``name`` of the object at ``path`` is: ``travailleur.nom``. Findings say it to anybody."""
    shown = shown_name(name)
    return f"{path}.{shown}" if path else shown


def free_name(name: str, taken: Container[str]) -> str:
    """The name, or with the next number behind it where it is taken: no value gives way to another."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def name_of(file: Path) -> str:
    """The file's name as it may be kept: names on a disk may be no Unicode."""
    return readable(file.name)[0]


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
