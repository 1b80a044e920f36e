"""Files as scanners, phones and printers make them are taken, whatever hangs on them; what was cut off is not."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from random import Random

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from domain.case.document_rules import DocumentRefusal, DocumentRefused, DocumentRules
from infra.documents.content_check import ContentCheck
from tests.documents.files import JPEG, PDF, PNG, pieces, png

RULES = DocumentRules.load()


def refusal(media_type: str, content: bytes, piece: int = 1000) -> DocumentRefusal | None:
    """Why content that comes in pieces is not taken; None when it is."""
    check = ContentCheck(RULES.type_of(media_type), None)
    try:
        for each in pieces(content, piece):
            check.take(each)
        check.finish()
    except DocumentRefused as refused:
        return refused.code
    return None


def contract(pages: int = 3) -> bytes:
    """A PDF as a program makes it."""
    document = FPDF()
    document.set_font("helvetica")
    for number in range(pages):
        document.add_page()
        document.multi_cell(0, text=f"Arbeidsovereenkomst, bladzijde {number}. " * 40)
    return bytes(document.output())


def picture(width: int, height: int) -> Image.Image:
    """A picture that does not compress to nothing."""
    noise = Random(f"{width}x{height}")
    return Image.frombytes("RGB", (width, height), noise.randbytes(width * height * 3))


def photograph(width: int = 160, height: int = 120, *, progressive: bool = False, restarts: int = 0) -> bytes:
    """A JPEG as phones make it, without what they hang on it."""
    file = BytesIO()
    picture(width, height).save(
        file, "JPEG", quality=80, progressive=progressive, restart_marker_blocks=restarts, comment=b"a passport"
    )
    return file.getvalue()


def with_thumbnail(photo: bytes) -> bytes:
    """The photograph with a small JPEG of its own in its first segment, as Exif has it."""
    exif = b"Exif\0\0" + photograph(32, 24)
    return photo[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + photo[2:]


CONTRACT = contract()
PHOTO = photograph()
MOTION_VIDEO = b"\0\0\0\x18ftypmp42" + Random(7).randbytes(5000)


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\r\n\r\n",
        b"\0" * 16,
        b"\x1b%-12345X@PJL JOB NAME=\"scan\"\r\n@PJL ENTER LANGUAGE=PDF\r\n",
        b" " * 1019,
    ],
)  # fmt: skip
def test_a_pdf_may_begin_within_its_first_kilobyte(before: bytes) -> None:
    assert refusal(PDF, before + CONTRACT) is None


@pytest.mark.parametrize(
    "before",
    [b" " * 1020, b"PK\x03\x04\x14\0\0\0\0\0scan.pdf", photograph(8, 8), png(), b"\x7fELF\x02\x01\x01\0"],
)
def test_a_pdf_further_on_or_within_a_file_of_another_type_is_none(before: bytes) -> None:
    assert refusal(PDF, before + CONTRACT) is DocumentRefusal.NOT_OF_ITS_TYPE


@pytest.mark.parametrize(
    "behind",
    [b"", b"\r\n" * 20, b"\0" * 2048, b"\0" * 200_000, b"\x1b%-12345X@PJL EOJ\r\n\x1b%-12345X"],
)
def test_padding_and_a_printers_commands_may_stand_behind_the_end_of_a_pdf(behind: bytes) -> None:
    assert refusal(PDF, CONTRACT + behind) is None


def updated(pdf: bytes) -> bytes:
    """The file with an update behind it, as a signature adds one (ISO 32000-1, 7.5.6)."""
    return pdf + (
        b"\n9 0 obj\n<< /Type /Sig /Contents <00> >>\nendobj\nxref\n9 1\n0000000000 00000 n \n"
        b"trailer\n<< /Size 10 /Root 1 0 R /Prev 9 >>\nstartxref\n%d\n%%%%EOF\n" % (len(pdf) + 1)
    )


def linearized(pdf: bytes) -> bytes:
    """The file as one for fast web view, with a mark of the end near its beginning (ISO 32000-1, annex F)."""
    first = (
        b"%%PDF-1.7\n12 0 obj\n<< /Linearized 1 /L %010d /H [ 500 60 ] /O 14 /E 900 /N 1 /T 9000 >>\nendobj\n"
        b"xref\n12 1\n0000000000 00000 n \ntrailer\n<< /Size 20 /Root 13 0 R >>\nstartxref\n0\n%%%%EOF\n"
    )
    length = len(first % 0) + len(pdf)
    return first % length + pdf


def test_an_update_and_a_pdf_for_fast_web_view_are_taken() -> None:
    assert refusal(PDF, updated(CONTRACT)) is None
    assert refusal(PDF, linearized(CONTRACT)) is None
    assert refusal(PDF, b"\xef\xbb\xbf" + linearized(CONTRACT)) is None
    assert refusal(PDF, updated(linearized(CONTRACT))) is None


@given(share=st.floats(0.05, 0.99), piece=st.integers(7, 5000))
def test_a_pdf_that_was_cut_off_is_refused(share: float, piece: int) -> None:
    for whole in (CONTRACT, linearized(CONTRACT)):
        assert refusal(PDF, whole[: int(len(whole) * share)], piece) is DocumentRefusal.CUT_OFF


def test_an_update_that_was_cut_off_is_refused() -> None:
    whole = updated(CONTRACT)
    for length in range(len(CONTRACT) + 10, len(whole) - 6):
        assert refusal(PDF, whole[:length]) is DocumentRefusal.CUT_OFF, length


def test_a_download_that_broke_off_and_was_filled_with_zeros_is_refused() -> None:
    half = len(CONTRACT) // 2
    assert refusal(PDF, CONTRACT[:half] + b"\0" * half) is DocumentRefusal.CUT_OFF
    assert refusal(JPEG, PHOTO[: len(PHOTO) // 2] + b"\0" * 5000) is DocumentRefusal.CUT_OFF


@pytest.mark.parametrize("photo", [PHOTO, photograph(progressive=True), photograph(restarts=2), with_thumbnail(PHOTO)])
@pytest.mark.parametrize("behind", [b"", MOTION_VIDEO, b"\0" * 4096, with_thumbnail(photograph(40, 30))])
def test_what_phones_hang_behind_a_photograph_does_not_matter(photo: bytes, behind: bytes) -> None:
    # given that decoders read it
    Image.open(BytesIO(photo)).load()
    # then it is taken, with a motion video, zeros or a second picture behind it
    assert refusal(JPEG, photo + behind) is None


@given(piece=st.integers(1, 300), progressive=st.booleans())
def test_a_photograph_may_come_in_any_pieces(piece: int, progressive: bool) -> None:
    photo = with_thumbnail(photograph(64, 48, progressive=progressive))
    assert refusal(JPEG, photo + MOTION_VIDEO, piece) is None
    assert refusal(JPEG, photo[:-1], piece) is DocumentRefusal.CUT_OFF


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_photograph() -> None:
    whole = with_thumbnail(PHOTO)
    thumbnail_ends = whole.index(b"\xff\xd9") + 2
    for length in range(thumbnail_ends, len(whole) - 1, 13):
        assert refusal(JPEG, whole[:length]) is DocumentRefusal.CUT_OFF, length


def test_bytes_between_segments_are_passed_over_as_decoders_do() -> None:
    assert refusal(JPEG, PHOTO[:2] + b"\xff\xff\xff" + PHOTO[3:]) is None  # fill bytes before a marker


def scan(comment: bytes = b"") -> bytes:
    """A PNG with a comment in it."""
    chunk = struct.pack(">I", len(comment)) + b"tEXt" + comment + struct.pack(">I", zlib.crc32(b"tEXt" + comment))
    whole = png()
    after_the_header = 8 + 25
    return whole[:after_the_header] + chunk + whole[after_the_header:]


def test_what_hangs_behind_a_png_does_not_matter_and_its_end_is_its_own() -> None:
    false_end = scan(b"IEND\xae\x42\x60\x82")
    assert refusal(PNG, false_end) is None
    assert refusal(PNG, false_end + b"\0" * 5000) is None
    for length in range(40, len(false_end)):
        assert refusal(PNG, false_end[:length], 7) is DocumentRefusal.CUT_OFF, length
