"""Whatever a file holds: each physical line and row comes out once, and one that is damaged changes no other."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.migration.source_lines import SourceLine
from infra.legacy_files.legacy_file import LegacyFile, NotThisKind
from infra.legacy_files.texts import readable
from tests.legacy_files.reading import CSV, JSON, XLSX, read
from tests.legacy_files.test_csv_file import HEADER, row
from tests.legacy_files.test_json_lines import GOOD
from tests.legacy_files.workbooks import HEADER as HEADER_ROW
from tests.legacy_files.workbooks import record, row_of, sheet, workbook
from tests.world.examples import examples

# The first lines make the file one of its kind whatever follows; "é" alone shows that it is windows-1252.
FIRST: Final = {
    "csv": (HEADER.encode(), row(1).encode("cp1252")),
    "json": (GOOD.encode(), b""),
}
READERS: Final = {"csv": CSV, "json": JSON}

DIRT: Final = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [b'"', b";", b"\r", b"\r\n", b"\n", b"\x00", b"\xc3\xa9", b"\xe9", b"\x81", b"{", b"}", b"[", b"\\ud800"]
        ),
        st.just(row(7).encode("cp1252")),
        st.just(GOOD.encode()),
    ),
    max_size=12,
).map(b"".join)


def lines_of(reader: LegacyFile, content: bytes) -> list[SourceLine]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "extract"
        file.write_bytes(content)
        return read(reader, file).lines


@pytest.mark.parametrize("form", READERS)
@given(dirt=DIRT)
def test_as_many_lines_come_out_as_a_naive_reader_counts(form: str, dirt: bytes) -> None:
    content = b"\n".join([*FIRST[form], dirt])
    given_lines = lines_of(READERS[form], content)
    naive = content.split(b"\n")
    assert [each.line for each in given_lines] == list(range(1, len(naive) + bool(naive[-1])))


@pytest.mark.parametrize("form", READERS)
@given(damage=DIRT.map(lambda dirt: dirt.replace(b"\n", b"")))
def test_a_damaged_line_changes_no_other(form: str, damage: bytes) -> None:
    good = [row(n).encode("cp1252") if form == "csv" else GOOD.encode() for n in range(3)]
    before = lines_of(READERS[form], b"\n".join([*FIRST[form], *good]))
    after = lines_of(READERS[form], b"\n".join([*FIRST[form], good[0], damage, good[2]]))
    changed = len(FIRST[form]) + 1
    assert len(after) == len(before)
    assert [*after[:changed], *after[changed + 1 :]] == [*before[:changed], *before[changed + 1 :]]


@given(text=st.text(st.characters(), max_size=20))
def test_a_text_that_is_readable_comes_out_as_it_went_in_but_for_tabs(text: str) -> None:
    shown, ok = readable(text)
    shown.encode("utf-8")
    assert "\x00" not in shown
    assert len((shown + "x").splitlines()) == 1
    assert readable(shown) == (shown, True)
    if ok:
        assert shown == text.replace("\t", " ")


CELLS: Final = st.sampled_from(
    [
        "<c/>",
        "<c><v/></c>",
        "<c><v> </v></c>",
        "<c><v>7</v></c>",
        "<c><v>seven</v></c>",
        "<c><f/></c>",
        '<c t="b"><v>0</v></c>',
        '<c t="e"><v>#N/A</v></c>',
        '<c t="str"><v>\n</v></c>',
        '<c t="str"><v>_x0020_</v></c>',
        '<c t="d"><v>x</v></c>',
        '<c t="s"><v>0</v></c>',
        '<c t="s"><v> 01 </v></c>',
        '<c t="s"><v>2</v></c>',
        '<c t="s"><v>99</v></c>',
        '<c t="inlineStr"><is/></c>',
        '<c t="inlineStr"><is><t>\u2028</t></is></c>',
        '<c t="inlineStr"><is><r><t>a</t></r></is></c>',
        '<c t="inlineStr"><is><rPh sb="0" eb="1"><t>a</t></rPh></is><v>1</v></c>',
        '<c r="$C$5" t="inlineStr"><is><t>a</t></is></c>',
    ]
)


@given(rows=st.lists(st.lists(CELLS, max_size=4), max_size=12))
def test_as_many_rows_of_a_workbook_come_out_as_are_counted(rows: list[list[str]]) -> None:
    shared = "<si/><si><t>\u3000</t></si><si><t>a</t></si>"
    with TemporaryDirectory() as folder:
        content = sheet(HEADER_ROW, *(row_of(*cells) for cells in rows))
        read(XLSX, workbook(Path(folder), content, shared=shared))


@settings(max_examples=examples(200))
@given(
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=5), cut=st.booleans()
)
def test_a_damaged_workbook_is_read_or_refused(damage: list[tuple[float, int]], cut: bool) -> None:
    with TemporaryDirectory() as folder:
        file = workbook(Path(folder), sheet(HEADER_ROW, record()), shared="<si><t>a</t></si>")
        content = bytearray(file.read_bytes())
        for place, byte in damage:
            content[int(place * len(content))] = byte
        file.write_bytes(content[: len(content) // 2] if cut else content)
        with suppress(NotThisKind):
            read(XLSX, file)
