"""Small files of each type, whole and valid, content cut in pieces, and the log in whose store they go."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

ORIGIN: Final = "single-permit.example/flanders"

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"

_PDF_BEGINNING: Final = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n%"
_PDF_END: Final = b"\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
SMALLEST_PDF: Final = len(_PDF_BEGINNING) + len(_PDF_END)


def pdf(filling: bytes = b"an employment contract") -> bytes:
    """A PDF that holds ``filling`` in a comment."""
    return _PDF_BEGINNING + filling + _PDF_END


def pdf_of_size(size: int) -> bytes:
    """A PDF of exactly ``size`` bytes, no two stretches of which are alike."""
    length = size - SMALLEST_PDF
    counted = b"".join(b"%08d" % number for number in range(length // 8 + 1))
    return pdf(counted[:length])


def png() -> bytes:
    """A white square of one pixel."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\x00\xff")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def jpeg() -> bytes:
    """The markers of a JPEG around some entropy-coded bytes."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(range(1, 250)) + b"\xff\xd9"


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    """The content as it comes over a network, ``size`` bytes at a time."""
    return (content[begin : begin + size] for begin in range(0, len(content), size))
