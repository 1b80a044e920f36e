"""What a PDF can do besides being read: run a script, start a program, carry other files. Looked for as its bytes come.

The names of ISO 32000-1 that begin such actions are looked for, in whatever way their letters are written, in the file
and in its compressed object streams (7.5.7), where most programs of today put their objects. Content streams are not
opened: nothing in them acts. A stream that should hold objects and cannot be opened, as in a file with a password,
cannot be judged, and is not taken either; nor is one in another form than programs write (compressed, once), or whose
place is not plain to see. It is no reader of PDF: who hides an object stream within a string of another still may.
"""

from __future__ import annotations

import re
import zlib
from typing import Final


def _spelled(name: bytes) -> bytes:
    """A name as a pattern: each letter as it is, or as ``#`` and its code (7.3.5)."""
    letters = (re.escape(bytes([letter])) + b"|#%02x|#%02X" % (letter, letter) for letter in name)
    return b"/" + b"".join(b"(?:%s)" % each for each in letters)


_ENDS: Final = rb"(?=[\x00\t\n\x0c\r /<>\[\](){}%])"

_ACTS: Final = {
    re.compile(_spelled(name) + _ENDS): what
    for name, what in {
        b"JavaScript": "a script",
        b"Launch": "a program to start",
        b"EmbeddedFile": "another file",
        b"EmbeddedFiles": "other files",
        b"RichMedia": "a film or an animation that is run",
        b"ImportData": "data to load from elsewhere",
        b"GoToE": "a way into another file",
    }.items()
}
_XFA: Final = re.compile(_spelled(b"XFA") + rb"\s*(?:\[|[0-9]+\s+[0-9]+\s+R\b)")
"""A form of its own language (12.7.8), with scripts: the name is too short to be looked for alone."""

_OBJECTS: Final = re.compile(_spelled(b"ObjStm") + _ENDS)
_LONGEST_DICTIONARY: Final = 1_500
_BEGIN_OF_STREAM: Final = b"stream"
_END_OF_STREAM: Final = b"endstream"
_OVERLAP: Final = 2_048
_AT_ONCE: Final = 64 * 1024
_MOST_OPENED: Final = 64 * 1024 * 1024
_UNCHECKABLE: Final = "parts that cannot be checked, as with a password"


class PdfActivity:
    """Follows a PDF; :attr:`found` says what it can do, in words, as soon as that is seen."""

    def __init__(self) -> None:
        self.found: str | None = None
        self._rest = b""
        self._objects: _ObjectStream | None = None
        self._opened = 0

    def take(self, chunk: bytes) -> None:
        """The next bytes, however many."""
        if self.found is not None:
            return
        seen = self._rest + chunk
        self.found = _acts_in(seen)
        while self.found is None:
            if self._objects is None:
                begins, is_hidden = _objects_in(seen)
                if is_hidden:
                    self.found = _UNCHECKABLE
                    return
                if begins is None:
                    self._rest = seen[-_OVERLAP:]
                    return
                self._objects = _ObjectStream(_MOST_OPENED - self._opened)
                seen = seen[begins:]
            content, end, after = seen.partition(_END_OF_STREAM)
            if not end:
                # Its last bytes may be the beginning of the mark of the end.
                content, self._rest = content[: -len(_END_OF_STREAM)], content[-len(_END_OF_STREAM) :]
            self.found = self._objects.found_in(content)
            if not end:
                return
            if self.found is None and not self._objects.is_whole:
                # A mark of the end that stands within the stream: readers go on behind it.
                self.found = _UNCHECKABLE
            self._opened += self._objects.size
            self._objects, seen = None, after


class _ObjectStream:
    """The objects of one stream, opened a piece at a time; ``most`` bytes of them at most."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inflating = zlib.decompressobj()
        self._rest = b""
        self.size = 0

    @property
    def is_whole(self) -> bool:
        """Whether the end of what was compressed has come."""
        return self._inflating.eof

    def found_in(self, content: bytes) -> str | None:
        """What the next bytes of the stream can do."""
        waiting = b"" if self._inflating.eof else content
        while waiting:
            try:
                opened = self._inflating.decompress(waiting, _AT_ONCE)
            except zlib.error:
                return _UNCHECKABLE
            waiting = self._inflating.unconsumed_tail
            self.size += len(opened)
            if self.size > self._most:
                return "more objects than can be checked"
            seen = self._rest + opened
            found = _acts_in(seen + (b" " if self._inflating.eof else b""))
            if found is not None:
                return found
            self._rest = seen[-_OVERLAP:]
            if self._inflating.eof:
                break
        return None


def _objects_in(seen: bytes) -> tuple[int | None, bool]:
    """Where the first object stream begins, behind its dictionary, if one does; and whether one is named that begins
    nowhere to be seen."""
    for named in _OBJECTS.finditer(seen):
        # Without a pattern: a file of nothing but such names would keep one busy for minutes.
        begin, end = named.end(), named.end() + _LONGEST_DICTIONARY
        at = seen.find(_BEGIN_OF_STREAM, begin, end)
        if at < 0:
            # Either it is still to come, or too far away.
            return None, len(seen) >= end
        if seen.find(b"endobj", begin, at) >= 0:
            return None, True
        content = at + len(_BEGIN_OF_STREAM)
        if content + 2 > len(seen):
            return None, False
        return content + (2 if seen[content : content + 2] == b"\r\n" else 1), False
    return None, False


def _acts_in(seen: bytes) -> str | None:
    for pattern, what in _ACTS.items():
        if pattern.search(seen):
            return what
    return "a form with scripts" if _XFA.search(seen) else None
