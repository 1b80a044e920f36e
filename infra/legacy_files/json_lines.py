"""Wallonia's files: one JSON object a line, in UTF-8."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path
from typing import Final

from domain.migration.findings import Finding, RefusalReason
from domain.migration.source_lines import LONGEST_LINE, LineKind, OtherLine, RawRecord, SourceCount, SourceLine, Waivers
from infra.legacy_files.beginnings import UTF_8_MARK, refuse_sheet_waivers, require_text
from infra.legacy_files.counted_lines import BLOCK, SHOWN, TOO_LONG, counted, lines_of
from infra.legacy_files.json_texts import JsonTexts, NotJson
from infra.legacy_files.legacy_file import NotThisKind
from infra.legacy_files.texts import name_of, readable

_LIST_BEGINS: Final = re.compile(rb"\[\s*(?:\{|$)")
_NO_OBJECT: Final = "it is JSON, but no object"


class JsonLinesFile:
    """Known by an object with all ``required`` names. Implements :class:`infra.legacy_files.legacy_file.LegacyFile`."""

    def __init__(self, required: frozenset[str]) -> None:
        self._required = required

    def read(self, file: Path, waivers: Waivers, count: SourceCount) -> Generator[SourceLine]:
        """As :meth:`infra.legacy_files.legacy_file.LegacyFile.read`."""
        name = name_of(file)
        refuse_sheet_waivers(name, waivers)
        if waivers.columns:
            raise NotThisKind(f"{name} holds JSON objects and has no columns: leave out --without.")
        texts = JsonTexts()
        first, is_ours = b"", False
        with counted(file, count) as content:
            require_text(name, content.peek(BLOCK), "UTF-8")
            for number, line in enumerate(lines_of(content), 1):
                text = line.removeprefix(UTF_8_MARK).strip()
                if not text:
                    yield OtherLine(number, LineKind.BLANK)
                    continue
                first = first or text
                raw = _record(name, number, line, text, texts)
                is_ours = is_ours or self._required <= raw.record.keys()
                yield raw
        expected = f"each line should be one JSON object with {', '.join(sorted(self._required))}"
        if not first:
            raise NotThisKind(f"{name} holds blank lines only: request it again.")
        if _LIST_BEGINS.match(first):
            # Some of its lines may be objects all the same: those that no comma follows.
            raise NotThisKind(f"{name} is one JSON list: {expected}. Write its entries so (jq -c '.[]').")
        if first == b"{":
            raise NotThisKind(f"{name} has its objects spread over several lines: {expected}. Write them so (jq -c .).")
        if not is_ours:
            raise NotThisKind(f"{name} is not a file of this authority: {expected}, and none is.")


def _record(source: str, number: int, line: bytes, text: bytes, texts: JsonTexts) -> RawRecord:
    if len(line) > LONGEST_LINE:
        return _malformed(source, number, text[:SHOWN], TOO_LONG)
    try:
        value, findings = texts.read(text)
    except NotJson as why:
        return _malformed(source, number, text, str(why))
    if not isinstance(value, dict):
        return _malformed(source, number, text, _NO_OBJECT)
    return RawRecord(source=source, line=number, record=value, findings=findings)


def _malformed(source: str, number: int, text: bytes, sentence: str) -> RawRecord:
    shown, _ = readable(text.decode("utf-8", "backslashreplace"))
    finding = Finding(RefusalReason.MALFORMED, "", sentence)
    return RawRecord(source=source, line=number, record={"line": shown}, findings=(finding,))
