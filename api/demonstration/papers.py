"""The documents of a demonstration: small files that programs open, made in memory, the same in every run."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

_SIDE: Final = 16
"""Pixels of a picture's side."""

_TITLES: Final = {
    "employmentContract": "Arbeidsovereenkomst",
    "diploma": "Diploma",
    "feeProof": "Betaalbewijs",
    "jobDescription": "Functiebeschrijving",
    "experienceProof": "Bewijs van ervaring",
    "passport": "Paspoort",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document that ``case`` (its number in the plan) gets; its content names no person."""

    kind: str
    case: int

    @property
    def media_type(self) -> str:
        return "image/png" if self.kind == "passport" else "application/pdf"

    @property
    def content(self) -> bytes:
        return _png(self.case) if self.kind == "passport" else _pdf(f"{_TITLES[self.kind]} {self.case}")

    @property
    def digest(self) -> str:
        """As the service names a document."""
        return sha256(self.content).hexdigest()


def _pdf(title: str) -> bytes:
    """A page of one line (ISO 32000-2, 7.5)."""
    drawn = f"BT /F1 24 Tf 72 720 Td ({title}) Tj ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    written = b"%PDF-1.4\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(written))
    )


def _png(number: int) -> bytes:
    """A grey square that is another one for each number (PNG, 5 and 11.2)."""
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 0, 0, 0, 0)
    line = bytes((number >> 8 * (place % 4)) & 0xFF for place in range(_SIDE))
    pixels = zlib.compress((b"\0" + line) * _SIDE)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
