"""Files that can do something, or are two files at once: refused, with what was found and what to do."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.document_rules import DocumentRefusal
from tests.documents.files import JPEG, PDF, PNG, pdf, png
from tests.documents.test_real_files import CONTRACT, MOTION_VIDEO, PHOTO, refusal, updated

UNSAFE = DocumentRefusal.UNSAFE


def with_object(content: bytes) -> bytes:
    """The contract with one more object, as an update adds it."""
    return updated(CONTRACT + b"\n20 0 obj\n" + content + b"\nendobj\n")


def in_an_object_stream(
    content: bytes, *, filters: bytes = b"/Filter /FlateDecode", sealed: bytes | None = None
) -> bytes:
    """The same, where programs of today put their objects."""
    packed = zlib.compress(b"21 0 " + content) if sealed is None else sealed
    head = b"<< /Type /ObjStm /N 1 /First 5 " + filters + b" /Length %d >>" % len(packed)
    return with_object(head + b"\nstream\r\n" + packed + b"\nendstream")


def archive(comment: bytes = b"") -> bytes:
    """A ZIP archive that programs open."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr("run.js", "alert(1)")
        opened.comment = comment
    return file.getvalue()


SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"

ACTS = {
    "a script": SCRIPT,
    "a script when it is opened": b"<< /Type /Catalog /OpenAction << /S/JavaScript/JS(1)>> >>",
    "a script whose name is spelled in codes": b"<< /S /J#61v#61Script /JS (1) >>",
    "a program to start": b"<< /Type /Action /S /Launch /F (cmd.exe) >>",
    "another file": b"<< /Type /EmbeddedFile /Length 0 >>",
    "other files": b"<< /Names << /EmbeddedFiles 7 0 R >> >>",
    "a film": b"<< /Subtype /RichMedia >>",
    "a form of its own language": b"<< /AcroForm << /XFA [ (template) 8 0 R ] >> >>",
    "a way into another file": b"<< /S /GoToE /T << /R /C >> >>",
}


@pytest.mark.parametrize("content", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("piece", [7, 1000, 10**6])
def test_a_pdf_that_does_more_than_be_read(content: bytes, piece: int) -> None:
    assert refusal(PDF, with_object(content), piece) is UNSAFE
    assert refusal(PDF, in_an_object_stream(content), piece) is UNSAFE


def test_ordinary_objects_are_taken() -> None:
    quiet = b"<< /Type /Catalog /OpenAction [3 0 R /Fit] /Title (about /JavaScripting and /Launches) >>"
    assert refusal(PDF, with_object(quiet)) is None
    assert refusal(PDF, in_an_object_stream(quiet * 500)) is None
    # what is written on a page and packed with it is nobody's action
    page = zlib.compress(b"BT (about /JavaScript ) Tj ET")
    assert refusal(PDF, with_object(b"<< /Filter /FlateDecode >>\nstream\n" + page + b"\nendstream")) is None


def stored(content: bytes) -> bytes:
    """Compressed by a program that does not compress: what it is given stands in it as it is."""
    compressor = zlib.compressobj(0)
    return compressor.compress(content) + compressor.flush()


@pytest.mark.parametrize("piece", [7, 1000, 10**6])
@pytest.mark.parametrize(
    "content",
    [
        in_an_object_stream(b"", sealed=stored(b"21 0 (endstream) " + b" " * 300) + zlib.compress(SCRIPT)),
        in_an_object_stream(
            b"", filters=b"/Filter /ASCIIHexDecode", sealed=b"31 20 30 " + SCRIPT.hex().encode() + b">"
        ),
        in_an_object_stream(SCRIPT, filters=b"/Note (endobj) /Filter /FlateDecode"),
        in_an_object_stream(SCRIPT, filters=b"/Note (" + b"x" * 1_600 + b") /Filter /FlateDecode"),
    ],
    ids=["a mark of the end within", "another filter", "an end of the object within", "a long dictionary"],
)
def test_objects_that_are_hidden_from_a_quick_look_are_not_taken(content: bytes, piece: int) -> None:
    assert refusal(PDF, content, piece) is UNSAFE


def test_objects_in_clear_which_no_program_writes_are_not_taken() -> None:
    assert refusal(PDF, in_an_object_stream(b"", filters=b"", sealed=b"21 0 << /Type /Catalog >>")) is UNSAFE


def test_a_script_behind_ordinary_object_streams_is_found() -> None:
    quiet = b"<< /Type /Font >> " * 5_000
    for content in (quiet + SCRIPT, SCRIPT + quiet):
        assert refusal(PDF, in_an_object_stream(content), 333) is UNSAFE
    two = in_an_object_stream(quiet)[: -len(updated(CONTRACT)) + len(CONTRACT)]
    assert refusal(PDF, updated(two + in_an_object_stream(SCRIPT)[len(CONTRACT) :])) is UNSAFE


@pytest.mark.parametrize(
    "sealed", [Random(1).randbytes(500), zlib.compress(bytes(70 * 1024 * 1024))], ids=["a password", "a bomb"]
)
def test_objects_that_cannot_be_looked_into_are_not_taken(sealed: bytes) -> None:
    assert refusal(PDF, in_an_object_stream(b"", sealed=sealed)) is UNSAFE


@pytest.mark.parametrize(
    "before",
    [
        b"#!/bin/sh\nrm -rf .\nexit\n",
        b"<html><script>alert(1)</script>",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"MZ garbage",
        b"\x1b%-12345X@PJL\r\n<script>",
    ],
)
def test_a_pdf_behind_something_else(before: bytes) -> None:
    assert refusal(PDF, before + CONTRACT) is UNSAFE


@pytest.mark.parametrize(
    "behind",
    [
        b"<script>alert(1)</script>",
        archive(),
        b"\0" * 5_000 + b"MZ",
        b"\r\n" * 9_000 + b"<html>",
        b"<!-- page -->" * 200,
    ],
)
@pytest.mark.parametrize("piece", [7, 1000, 10**6])
def test_something_else_behind_a_pdf(behind: bytes, piece: int) -> None:
    assert refusal(PDF, CONTRACT + behind, piece) is UNSAFE


@pytest.mark.parametrize("piece", [7, 1000, 10**6])
def test_something_else_behind_a_picture(piece: int) -> None:
    for behind in (archive(), b"<?php system(1); ?>", b"MZ" + bytes(100), b"%PDF-1.7"):
        assert refusal(JPEG, PHOTO + behind, piece) is UNSAFE
        assert refusal(JPEG, PHOTO + b"\0" * 100 + behind, piece) is UNSAFE
        assert refusal(PNG, png() + behind, piece) is UNSAFE
    # what phones do is none of this, but an archive may hide in it
    assert refusal(JPEG, PHOTO + MOTION_VIDEO, piece) is None
    assert refusal(JPEG, PHOTO + MOTION_VIDEO + archive(), piece) is UNSAFE
    assert refusal(PNG, png() + MOTION_VIDEO, piece) is UNSAFE


def test_a_large_archive_says_where_it_is_in_another_record_and_is_found_too() -> None:
    whole = archive(b"%%EOF\n")
    at = whole.rindex(b"PK\x05\x06")
    zip64 = whole[: at + 12] + b"\xff" * 8 + whole[at + 20 :]
    assert refusal(JPEG, PHOTO + zip64) is UNSAFE
    assert refusal(PDF, CONTRACT + zip64) is UNSAFE


def test_an_archive_that_ends_like_a_pdf_is_found() -> None:
    for comment in (b"\n%%EOF\n", b"x" * 60_000 + b"\n%%EOF\n"):
        whole = CONTRACT + archive(comment)
        assert zipfile.is_zipfile(io.BytesIO(whole))
        assert refusal(PDF, whole) is UNSAFE
    within = pdf(archive() + b"\n%%EOF\n")
    assert refusal(PDF, within) is UNSAFE


@given(noise=st.binary(max_size=2_000), piece=st.integers(1, 500))
def test_noise_in_a_stream_is_no_action(noise: bytes, piece: int) -> None:
    content = with_object(b"<< /Length %d >>\nstream\n" % len(noise) + noise + b"\nendstream")
    assert refusal(PDF, content, piece) is None


@pytest.mark.parametrize("unit", [b"/ObjStm ", b"/ObjStm stream", b"/XFA ", b"/J#61", b"\x1b%-12345X", b"%%EOF\n"])
def test_files_made_to_keep_a_checker_busy_are_judged_in_seconds(unit: bytes) -> None:
    begun = time.monotonic()
    refusal(PDF, pdf(unit * (5_000_000 // len(unit))), 65_536)
    assert time.monotonic() - begun < 10
