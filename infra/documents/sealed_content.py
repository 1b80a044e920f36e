"""The file format of stored content: authenticated encryption in chunks, written and read in bounded memory.

A file is a header and then chunks of 64 KiB of content, each sealed with AES-256-GCM; the last may be shorter::

    magic 8 | salt 32 | nonce prefix 7 | size of the content 8 | seal of the header 16 | chunk, tag 16 | chunk, tag 16 …

- Each file has a key of its own, derived from the subject's key and the salt (HKDF, RFC 5869), so that nonces of
  different files and of the events never meet. Destroying the subject's key destroys them all.
- A nonce is the prefix, the number of the chunk, and what it is: a chunk, the last one, or the header's seal. Chunks
  cannot be put in another order, left out or taken from another file; neither can the end be cut off.
- All is bound to origin and subject; the header's seal binds the file to the SHA-256 of its content as well, which is
  known only at the end, and therefore is written last. It is checked before the first chunk is given.
- The magic says whether a scanner found nothing in the content; it is bound by the header's seal like all before it.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from infra.documents.errors import DocumentDamaged
from infra.keys import KEY_BYTES
from infra.randomness import random_bytes

CHUNK_BYTES: Final = 64 * 1024
_MAGIC: Final = b"permitd1"
_SCANNED_MAGIC: Final = b"permitd2"
_SALT_BYTES: Final = 32
_PREFIX_BYTES: Final = 7
_TAG_BYTES: Final = 16
_SIZE: Final = struct.Struct(">Q")
_COUNTER_AND_MARK: Final = struct.Struct(">IB")
_SEALED_CHUNK_BYTES: Final = CHUNK_BYTES + _TAG_BYTES
HEADER_BYTES: Final = len(_MAGIC) + _SALT_BYTES + _PREFIX_BYTES + _SIZE.size + _TAG_BYTES

_CHUNK: Final = 0
_LAST_CHUNK: Final = 1
_HEADER: Final = 2
_SCANNED_HEADER: Final = 3
"""Another nonce than that of the header before the scan, which was on the disk for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentAddress:
    """Whose content it is, in which log's store; a file that is moved elsewhere does not open."""

    origin: str
    subject: UUID


class _FileCipher:
    """What seals and opens the parts of one file."""

    def __init__(self, key: bytes, address: ContentAddress, salt: bytes, prefix: bytes) -> None:
        derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"single-permit/1/document")
        self._cipher = AESGCM(derivation.derive(key))
        self._prefix = prefix
        self._place = f"{address.origin}\x1f{address.subject}\x1f{salt.hex()}"

    def seal_chunk(self, index: int, plain: bytes | bytearray, *, last: bool) -> bytes:
        nonce, bound = self._chunk(index, last)
        return self._cipher.encrypt(nonce, plain, bound)

    def open_chunk(self, index: int, sealed: bytes, *, last: bool) -> bytes:
        nonce, bound = self._chunk(index, last)
        return self._cipher.decrypt(nonce, sealed, bound)

    def header_seal(self, header: bytes, sha256: str) -> bytes:
        return self._cipher.encrypt(self._header_nonce(header), b"", self._header(header, sha256))

    def verify_header(self, header: bytes, sha256: str, seal: bytes) -> None:
        self._cipher.decrypt(self._header_nonce(header), seal, self._header(header, sha256))

    def _chunk(self, index: int, last: bool) -> tuple[bytes, bytes]:
        mark = _LAST_CHUNK if last else _CHUNK
        return self._nonce(index, mark), f"{self._place}\x1f{index}\x1f{mark}".encode()

    def _header(self, header: bytes, sha256: str) -> bytes:
        return f"{self._place}\x1f{sha256}\x1f".encode() + header

    def _header_nonce(self, header: bytes) -> bytes:
        return self._nonce(0, _SCANNED_HEADER if header.startswith(_SCANNED_MAGIC) else _HEADER)

    def _nonce(self, index: int, mark: int) -> bytes:
        return self._prefix + _COUNTER_AND_MARK.pack(index, mark)


class ContentSealer:
    """Writes one sealed file; until ``finish`` it cannot be opened by anybody."""

    def __init__(self, file: BinaryIO, key: bytes, address: ContentAddress) -> None:
        salt, prefix = random_bytes(_SALT_BYTES), random_bytes(_PREFIX_BYTES)
        self._file = file
        self._cipher = _FileCipher(key, address, salt, prefix)
        self._behind_magic = salt + prefix
        self._waiting = bytearray()
        self._sealed_chunks = 0
        self._size = 0
        file.write(bytes(HEADER_BYTES))

    def write(self, content: bytes) -> None:
        """Add to the content, however many bytes."""
        rest = memoryview(content)
        while rest:
            # Sealed only when something follows it: the last chunk is marked, and may be a full one.
            if len(self._waiting) == CHUNK_BYTES:
                self._seal_waiting(last=False)
            part = rest[: CHUNK_BYTES - len(self._waiting)]
            self._waiting += part
            rest = rest[len(part) :]

    def finish(self, sha256: str) -> None:
        """The content was whole, and this is its digest; nobody has scanned it."""
        self._seal_waiting(last=True)
        self._write_header(_MAGIC, sha256)

    def mark_scanned(self, sha256: str) -> None:
        """A scanner has seen the content since, and found nothing in it."""
        self._write_header(_SCANNED_MAGIC, sha256)

    def _write_header(self, magic: bytes, sha256: str) -> None:
        header = magic + self._behind_magic + _SIZE.pack(self._size)
        self._file.seek(0)
        self._file.write(header + self._cipher.header_seal(header, sha256))

    def _seal_waiting(self, *, last: bool) -> None:
        self._file.write(self._cipher.seal_chunk(self._sealed_chunks, self._waiting, last=last))
        self._sealed_chunks += 1
        self._size += len(self._waiting)
        self._waiting.clear()


def was_scanned(beginning: bytes, length: int, key: bytes, address: ContentAddress, sha256: str) -> bool:
    """Whether a scanner found nothing in the content of a sealed file, by its first :data:`HEADER_BYTES`.

    Raises :class:`DocumentDamaged` for a header that is not authentic, and for another ``length`` of the file.
    """
    _, header = _opened_header(beginning, key, address, sha256)
    if length != _length(header):
        raise DocumentDamaged(address.subject, sha256)
    return header.startswith(_SCANNED_MAGIC)


def opened_content(file: BinaryIO, key: bytes, address: ContentAddress, sha256: str) -> Iterator[bytes]:
    """The content of a sealed file in chunks, at least one; each is authentic when it is given.

    Raises :class:`DocumentDamaged` before the first chunk for a wrong header or length, and else before the first
    chunk that is not what was written.
    """
    damaged = DocumentDamaged(address.subject, sha256)
    cipher, header = _opened_header(file.read(HEADER_BYTES), key, address, sha256)
    if file.seek(0, os.SEEK_END) != _length(header):
        raise damaged
    file.seek(HEADER_BYTES)
    chunks = _chunks(header)
    for index in range(chunks):
        try:
            yield cipher.open_chunk(index, file.read(_SEALED_CHUNK_BYTES), last=index == chunks - 1)
        except InvalidTag:
            raise damaged from None


def _size(header: bytes) -> int:
    (size,) = _SIZE.unpack(header[-_SIZE.size :])
    return int(size)


def _chunks(header: bytes) -> int:
    return max(1, -(-_size(header) // CHUNK_BYTES))


def _length(header: bytes) -> int:
    """Of the whole sealed file."""
    return HEADER_BYTES + _size(header) + _chunks(header) * _TAG_BYTES


def _opened_header(sealed_header: bytes, key: bytes, address: ContentAddress, sha256: str) -> tuple[_FileCipher, bytes]:
    """The cipher of a sealed file, and its header, which is authentic."""
    damaged = DocumentDamaged(address.subject, sha256)
    if len(sealed_header) != HEADER_BYTES or not sealed_header.startswith((_MAGIC, _SCANNED_MAGIC)):
        raise damaged
    header, seal = sealed_header[:-_TAG_BYTES], sealed_header[-_TAG_BYTES:]
    salt_end = len(_MAGIC) + _SALT_BYTES
    cipher = _FileCipher(key, address, header[len(_MAGIC) : salt_end], header[salt_end : -_SIZE.size])
    try:
        cipher.verify_header(header, sha256, seal)
    except InvalidTag:
        raise damaged from None
    return cipher, header
