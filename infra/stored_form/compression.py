"""Compression with a dictionary that ships with the program and is named, by its number, in each stored body.

A dictionary is never changed or removed: what was written with it is read with it for ever. A better one gets the next
number (``.ci/dictionary``), and ``CURRENT`` says with which is written. Number 0 is none at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from threading import local
from typing import Final

import zstandard

NONE: Final = 0
CURRENT: Final = 1
"""The number of the dictionary with which is written."""

LEVEL: Final = 3
_TOGETHER_FROM: Final = 8
"""Contents from which one call for all of them takes less time than a call for each."""

MOST_BYTES: Final = 64 * 1024 * 1024
"""No part of a body is as long. What says that it is has been tampered with, and is not unpacked."""


class DictionaryUnknown(ValueError):
    """A body names a dictionary that this program does not have: a later program wrote it."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"compression dictionary {number} is unknown: a later version of the program wrote this; use that one"
        )


class Damaged(ValueError):
    """Bytes that were compressed do not come back."""


class _Coders(local):
    """The coders of a thread: one coder must not serve two at once."""

    def __init__(self) -> None:
        self.compressor: zstandard.ZstdCompressor | None = None
        self.decompressors: dict[int, zstandard.ZstdDecompressor] = {}


_coders: Final = _Coders()


def compressed(content: bytes) -> bytes:
    """A frame of zstd without its magic number, checksum and dictionary id; with its content's size."""
    return _compressor().compress(content)


def compressed_all(contents: Sequence[bytes]) -> list[bytes]:
    """The frame of each, as :func:`compressed` makes it.

    Many are compressed in one call, which gives up the interpreter lock once: among threads that wait for it, getting
    it back takes longer than compressing.
    """
    if len(contents) < _TOGETHER_FROM:
        return [compressed(content) for content in contents]
    frames = _compressor().multi_compress_to_buffer(list(contents))
    return [frames[n].tobytes() for n in range(len(frames))]


def compressed_plainly(content: bytes) -> bytes:
    """A frame as :func:`compressed` makes it, of dictionary :data:`NONE`: for what no event looks like."""
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_checksum=False, write_content_size=True
    )
    return zstandard.ZstdCompressor(compression_params=parameters).compress(content)


def _compressor() -> zstandard.ZstdCompressor:
    """That of this thread."""
    if _coders.compressor is None:
        parameters = zstandard.ZstdCompressionParameters.from_level(
            LEVEL,
            format=zstandard.FORMAT_ZSTD1_MAGICLESS,
            write_checksum=False,
            write_dict_id=False,
            write_content_size=True,
        )
        _coders.compressor = zstandard.ZstdCompressor(dict_data=_dictionary(CURRENT), compression_params=parameters)
    return _coders.compressor


def decompressed(frame: bytes, dictionary: int) -> bytes:
    """Raises :class:`DictionaryUnknown`, and :class:`Damaged` for bytes that are no frame of that dictionary."""
    coder = _coders.decompressors.get(dictionary)
    if coder is None:
        coder = zstandard.ZstdDecompressor(
            dict_data=_dictionary(dictionary), format=zstandard.FORMAT_ZSTD1_MAGICLESS, max_window_size=MOST_BYTES
        )
        _coders.decompressors[dictionary] = coder
    try:
        return coder.decompress(frame, max_output_size=MOST_BYTES, allow_extra_data=False)
    except (zstandard.ZstdError, MemoryError):
        raise Damaged("a compressed part is damaged") from None


@lru_cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict | None:
    if number == NONE:
        return None
    shipped = files("infra.stored_form") / "dictionaries" / f"{number}.zdict"
    try:
        content = shipped.read_bytes()
    except FileNotFoundError:
        raise DictionaryUnknown(number) from None
    shared = zstandard.ZstdCompressionDict(content)
    # Else it would be prepared anew in each call for many.
    shared.precompute_compress(LEVEL)
    return shared
