"""Whatever bytes a text file holds: each physical line comes out once, and one that is damaged changes no other."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.legacy_files.records import LegacyFile, SourceLine
from infra.legacy_files.texts import readable
from tests.legacy_files.reading import CSV, JSON, read
from tests.legacy_files.test_csv_file import HEADER, row
from tests.legacy_files.test_json_lines import GOOD

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
