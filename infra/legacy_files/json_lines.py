"""Wallonia's files: one JSON object a line, in UTF-8."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from infra.legacy_files.records import LONGEST_LINE, NotThisKind, RawRecord

_LOOKED_AT: Final = 20


class JsonLinesFile:
    """Implements :class:`infra.legacy_files.records.LegacyFile`."""

    def __init__(self, required: frozenset[str]) -> None:
        self._required = required

    def read(self, file: Path) -> Generator[RawRecord]:
        held: list[RawRecord] = []
        is_ours = False
        with closing(_lines(file)) as lines:
            for raw in lines:
                if is_ours:
                    yield raw
                    continue
                # Until one of the first lines shows that this is such a file, nothing of it is given out.
                held.append(raw)
                is_ours = self._required <= raw.record.keys()
                if is_ours:
                    yield from held
                elif len(held) == _LOOKED_AT:
                    break
        if not is_ours:
            if not held:
                raise NotThisKind(f"{file.name} is empty: ask for it again.")
            raise NotThisKind(
                f"{file.name} is not a file of this authority: none of its first {len(held)} lines is a JSON object "
                f"with {', '.join(sorted(self._required))}."
            )


def _lines(file: Path) -> Generator[RawRecord]:
    with file.open("rb") as content:
        line = 0
        while part := content.readline(LONGEST_LINE + 1):
            line += 1
            if len(part) > LONGEST_LINE:
                _skip_line(content, part)
                problem: str | None = f"the line is longer than {LONGEST_LINE:,} bytes"
                record: dict[str, Any] = {}
            else:
                text = (part.removeprefix(b"\xef\xbb\xbf") if line == 1 else part).strip()
                if not text:
                    continue
                record, problem = _object(text)
            yield RawRecord(source=file.name, line=line, record=record, problem=problem)


def _object(text: bytes) -> tuple[dict[str, Any], str | None]:
    try:
        read = json.loads(text.decode("utf-8"))
    except UnicodeDecodeError:
        return {}, "it is not UTF-8"
    except (ValueError, RecursionError):
        return {}, "it is no JSON"
    return (read, None) if isinstance(read, dict) else ({}, "it is no JSON object")


def _skip_line(content: Any, part: bytes) -> None:
    """Read on to the end of a line of which ``part`` is the beginning."""
    while part and not part.endswith(b"\n"):
        part = content.readline(LONGEST_LINE)
