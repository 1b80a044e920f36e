"""Texts in few bytes: the ids and digests in them as they are, not in hexadecimal.

Two bytes never occur in UTF-8: 0xFF stands before the 16 bytes of a UUID in its usual spelling, 0xFE before the 32 of
a lower-case SHA-256. All else is UTF-8. Before it all stands its length in bytes, as a variable-length integer.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_UUID: Final = 0xFF
_DIGEST: Final = 0xFE
_MARKED: Final = re.compile(rb"\xff(.{16})|\xfe(.{32})", re.DOTALL)
_SPELLED: Final = re.compile(
    rb"(?<![0-9a-f])(?:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|([0-9a-f]{64}))(?![0-9a-f])"
)


class Truncated(ValueError):
    """The bytes end before what they announce."""


@lru_cache(maxsize=1024)
def compact(text: str) -> bytes:
    """The bytes of a text with their length before them."""
    content = _SPELLED.sub(_marked, text.encode())
    return varint(len(content)) + content


def text_at(data: bytes, at: int) -> tuple[str, int]:
    """The text that begins at ``at``, and where it ends. Raises ``ValueError`` for bytes that hold none."""
    length, at = varint_at(data, at)
    end = at + length
    if end > len(data):
        raise Truncated("a text ends early")
    return _MARKED.sub(_spelled, data[at:end]).decode(), end


def after_texts(data: bytes, at: int, count: int) -> int:
    """Where ``count`` texts end that begin at ``at``, none of them spelled out. Raises :class:`Truncated`."""
    for _ in range(count):
        length, at = varint_at(data, at)
        at += length
    if at > len(data):
        raise Truncated("a text ends early")
    return at


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def varint_at(data: bytes, at: int) -> tuple[int, int]:
    """The integer that begins at ``at``, and where it ends. Raises :class:`Truncated`."""
    if at < len(data) and data[at] < 0x80:
        return data[at], at + 1  # nearly all there are
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise Truncated("a length ends early")


def _marked(found: re.Match[bytes]) -> bytes:
    uuid, digest = found.groups()
    if uuid is not None:
        return bytes([_UUID]) + bytes.fromhex(uuid.replace(b"-", b"").decode())
    return bytes([_DIGEST]) + bytes.fromhex(digest.decode())


def _spelled(found: re.Match[bytes]) -> bytes:
    uuid, digest = found.groups()
    if uuid is None:
        return bytes(digest.hex(), "ascii")
    spelled = uuid.hex()
    return "-".join((spelled[:8], spelled[8:12], spelled[12:16], spelled[16:20], spelled[20:])).encode()
