"""One JSON text of a legacy record: numbers exact, repeated names found, bytes and texts readable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, DecimalException
from typing import Any, Final

from domain.migration.findings import Finding, RefusalReason
from infra.legacy_files.texts import TEXT_UNREADABLE, free_name, path_of, readable, with_texts

_DEEPEST: Final = 50
"""Objects and lists in one another; no record of a permit has more."""

_ENCODING_DOUBTFUL: Final = "its bytes are not UTF-8; they are shown as such"
_TWICE: Final = "the name stands more than once in one object; the first value is shown, the others beside it"

# A line of none but these bytes holds no control character, and no character that begins with one of three bytes under
# which (with harmless ones) all others lie that no value may hold; such an escape is found by itself.
_PLAIN: Final = bytes(each for each in range(0x20, 0xF5) if each not in b"\x7f\xc2\xe2\xef")
_DOUBTFUL_ESCAPE: Final = re.compile(
    rb"\\(?:[bfnrt]|u(?:00[01][0-9a-f]|007f|00[89][0-9a-f]|202[89]|d[89a-f]|fff[ef]))", re.IGNORECASE
)

# What "surrogateescape" makes of a byte that is not UTF-8.
_ESCAPED_BYTE: Final = re.compile("[\udc80-\udcff]")


class NotJson(Exception):
    """The text is no JSON that can be read; the sentence quotes nothing of it."""


class _Twice(dict[str, object]):
    """An object of which some names occur more than once: the further values are there under names of their own."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__()
        self.names: list[str] = []
        taken = {name for name, _ in pairs}
        for name, value in pairs:
            if name not in self:
                self[name] = value
                continue
            self.names.append(name)
            further = free_name(name, taken)
            taken.add(further)
            self[further] = value


class JsonTexts:
    """Reads one text after another. Integers are ``Decimal`` as all numbers are, so that no digit is lost."""

    def __init__(self) -> None:
        self._has_twice = False
        # Not strict: a bare control character in a text makes that text unreadable, not the whole line.
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_refuse_constant,
            strict=False,
        )

    def read(self, text: bytes) -> tuple[Any, tuple[Finding, ...]]:
        """The value and what is wrong in it, by path. Raises :class:`NotJson`."""
        self._has_twice = False
        try:
            decoded, is_utf_8 = text.decode("utf-8"), True
        except UnicodeDecodeError:
            decoded, is_utf_8 = text.decode("utf-8", "surrogateescape"), False
        try:
            value = self._decoder.decode(decoded)
            if text.count(b"{") + text.count(b"[") > _DEEPEST and _depth(value) > _DEEPEST:
                raise NotJson(_TOO_DEEP)
        except RecursionError as why:
            raise NotJson(_TOO_DEEP) from why
        except json.JSONDecodeError as why:
            raise NotJson(f"it is no JSON from character {why.pos + 1} on") from why
        except DecimalException as why:
            raise NotJson("it holds a number that is too large to be one") from why
        findings: list[Finding] = []
        if self._has_twice:
            findings += [Finding(RefusalReason.FIELD_MALFORMED, path, _TWICE) for path in _twice(value)]
        if self._has_twice or not is_utf_8 or text.translate(None, _PLAIN) or _DOUBTFUL_ESCAPE.search(text) is not None:
            value = _readable(value, findings, is_utf_8=is_utf_8)
        return value, tuple(findings)

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        record = dict(pairs)
        if len(record) == len(pairs):
            return record
        self._has_twice = True
        return _Twice(pairs)


_TOO_DEEP: Final = f"it has more than {_DEEPEST} objects and lists in one another"


def _refuse_constant(name: str) -> None:
    raise NotJson(f"it holds {name}, which is no JSON")


def _readable(value: object, findings: list[Finding], *, is_utf_8: bool) -> object:
    def text_at(text: str, at: str) -> str:
        if not is_utf_8:
            text, bytes_shown = _ESCAPED_BYTE.subn(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text)
            if bytes_shown:
                findings.append(Finding(RefusalReason.ENCODING_DOUBTFUL, at, _ENCODING_DOUBTFUL))
        shown, ok = readable(text)
        if not ok:
            findings.append(Finding(RefusalReason.TEXT_UNREADABLE, at, TEXT_UNREADABLE))
        return shown

    return with_texts(value, "", text_at)


def _twice(value: object, path: str = "") -> Iterator[str]:
    """The paths of all names that occur more than once."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _twice(each, f"{path}[{number}]")
    elif isinstance(value, Mapping):
        if isinstance(value, _Twice):
            yield from (path_of(path, readable(name)[0]) for name in dict.fromkeys(value.names))
        for name, each in value.items():
            yield from _twice(each, path_of(path, readable(name)[0]))


def _depth(value: object) -> int:
    """How many objects and lists lie in one another."""
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else None
    return 0 if parts is None else 1 + max(map(_depth, parts), default=0)
