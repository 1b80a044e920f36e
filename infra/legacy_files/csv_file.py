"""Brussels' files: ``;`` between columns, windows-1252, a header."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

from domain.migration.findings import Finding, RefusalReason
from domain.migration.source_lines import LONGEST_LINE, LineKind, OtherLine, RawRecord, SourceCount, SourceLine, Waivers
from infra.legacy_files.beginnings import UTF_8_MARK, refuse_sheet_waivers, require_text
from infra.legacy_files.counted_lines import BLOCK, SHOWN, TOO_LONG, counted, lines_of
from infra.legacy_files.csv_cells import SEPARATOR, LineMalformed, cells_of, plain_cells
from infra.legacy_files.header import FormColumns, Header, refuse_idle_waivers
from infra.legacy_files.legacy_file import NotThisKind
from infra.legacy_files.texts import TEXT_UNREADABLE, name_of, readable
from infra.legacy_files.windows_1252 import ENCODING, EncodingSeen, decoded

_HEADER_WITHIN: Final = 100
_SEPARATOR_HINT: Final = b"sep=;"
"""What Excel writes above a header for itself."""

# No control character, and no byte that is undefined or ends a UTF-8 sequence: of a line of these alone nothing can be
# doubtful but its quotation marks.
_PLAIN: Final = bytes(each for each in range(256) if each >= 0x20 and not 0x7F <= each <= 0xBF)

_DOUBTFUL: Final = "its bytes are not windows-1252, or are UTF-8; they are shown as such"


class CsvFile:
    """Implements :class:`infra.legacy_files.legacy_file.LegacyFile`."""

    def __init__(self, columns: FormColumns) -> None:
        self._columns = columns

    def read(self, file: Path, waivers: Waivers, count: SourceCount) -> Generator[SourceLine]:
        """As :meth:`infra.legacy_files.legacy_file.LegacyFile.read`."""
        name = name_of(file)
        refuse_sheet_waivers(name, waivers)
        waived = self._columns.waived_by(name, waivers.columns)
        with counted(file, count) as content:
            beginning = content.peek(BLOCK)
            require_text(name, beginning, "windows-1252")
            if beginning.startswith(UTF_8_MARK):
                raise NotThisKind(f"{name} begins with a byte order mark, so it is UTF-8: save it as windows-1252.")
            lines = lines_of(content)
            encoding = EncodingSeen()
            before, header = self._header(name, lines, waived, encoding)
            count.columns_waived = tuple(sorted(header.waived))
            yield from before
            yield from self._records(_Row(name, header, self._columns), lines, len(before), encoding)
        if encoding.is_utf_8:
            raise NotThisKind(f"{name} is UTF-8: save it as windows-1252, else names would be garbled.")

    def _header(
        self, name: str, lines: Iterator[bytes], waived: frozenset[str], encoding: EncodingSeen
    ) -> tuple[list[OtherLine], Header]:
        """The header, and all lines to it."""
        before: list[OtherLine] = []
        for number, line in enumerate(lines, 1):
            content = line.rstrip(b"\r\n")
            is_hint = content.lower() == _SEPARATOR_HINT
            before.append(OtherLine(number, LineKind.HEADER if is_hint or not _is_blank(content) else LineKind.BLANK))
            if number > _HEADER_WITHIN:
                break
            if is_hint or _is_blank(content):
                continue
            if not content.isascii():
                encoding.add(content, header=True)
            if b"\r" in content:
                raise NotThisKind(f"{name}: its lines end with a carriage return alone. Save it with line feeds.")
            try:
                cells = [decoded(cell)[0] for cell in cells_of(content)]
            except LineMalformed as why:
                raise NotThisKind(f"{name}: its header cannot be read: {why}.") from why
            if len(cells) == 1:
                raise NotThisKind(f"{name}: line {number} should be the header, with ; between the names of columns.")
            header = self._columns.header(name, cells, waived)
            refuse_idle_waivers(name, waived, header.waived)
            return before, header
        raise NotThisKind(f"{name}: its first {len(before)} lines are blank. The header should be the first line.")

    def _records(self, row: _Row, lines: Iterator[bytes], before: int, encoding: EncodingSeen) -> Iterator[SourceLine]:
        source, names, width, column_names = row.source, row.names, row.width, row.column_names
        for number, line in enumerate(lines, before + 1):
            content = line.rstrip(b"\r\n")
            is_plain = not content.translate(None, _PLAIN)
            if is_plain and not content.isascii():
                encoding.other_lines = True
            if len(line) > LONGEST_LINE:
                yield row.too_long(number, content)
                continue
            if is_plain and content.strip(b'"; '):
                cells = plain_cells(content.decode(ENCODING))
                if cells is not None and len(cells) == width and cells[0] not in column_names:
                    yield RawRecord(source=source, line=number, record=dict(zip(names, cells, strict=True)))
                    continue
            elif not content.isascii():
                encoding.add(content)
            yield row.judged(number, content)


class _Row:
    """A line of a file with this header, looked at with care."""

    def __init__(self, source: str, header: Header, columns: FormColumns) -> None:
        self.source = source
        self.names = header.names
        # No line is this wide where columns have no name: each is looked at, so that their empty cells are left out.
        self.width = 0 if header.unnamed else len(header.names)
        self.column_names = {*header.names, *columns.known}.union(*((n.upper(), n.title()) for n in columns.known))
        self._header = header
        self._columns = columns

    def too_long(self, number: int, content: bytes) -> RawRecord:
        return self._malformed(number, content[:SHOWN], TOO_LONG)

    def judged(self, number: int, content: bytes) -> SourceLine:
        if _is_blank(content):
            return OtherLine(number, LineKind.BLANK)
        try:
            cells = [decoded(cell) for cell in cells_of(content)]
        except LineMalformed as why:
            return self._malformed(number, content, str(why))
        texts = [text for text, _ in cells]
        if not any(text.strip() for text in texts):
            return OtherLine(number, LineKind.BLANK)
        if texts[0].strip() in self.column_names and self._columns.is_header(texts):
            self._columns.require_same(f"{self.source}, line {number}", texts, self._header)
            return OtherLine(number, LineKind.HEADER)
        if any(text.strip() for text in texts[len(self.names) :]):
            sentence = f"it has {len(cells)} cells and the header {len(self.names)}, so cells may have shifted"
            return self._malformed(number, content, sentence)
        return self._record(number, cells)

    def _record(self, number: int, cells: list[tuple[str, bool]]) -> RawRecord:
        record: dict[str, object] = {}
        findings: list[Finding] = []
        missing = [("", True)] * (len(self.names) - len(cells))
        for name, (text, certain) in zip(self.names, cells + missing, strict=False):
            shown, ok = readable(text)
            if not certain:
                findings.append(Finding(RefusalReason.ENCODING_DOUBTFUL, name, _DOUBTFUL))
            if not ok:
                findings.append(Finding(RefusalReason.TEXT_UNREADABLE, name, TEXT_UNREADABLE))
            if shown.strip() or name not in self._header.unnamed:
                record[name] = shown
        return RawRecord(source=self.source, line=number, record=record, findings=tuple(findings))

    def _malformed(self, number: int, content: bytes, sentence: str) -> RawRecord:
        line, _ = readable(decoded(content)[0])
        finding = Finding(RefusalReason.MALFORMED, "", sentence)
        return RawRecord(source=self.source, line=number, record={"line": line}, findings=(finding,))


def _is_blank(content: bytes) -> bool:
    return not content.strip(SEPARATOR + b" \t\r\n\x0b\x0c\xa0")
