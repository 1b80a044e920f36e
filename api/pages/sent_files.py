"""A form with one file, read as it arrives: the fields first, then the content, which never lies anywhere whole.

Ready-made parsers of such forms keep large files on disk until they are read; there a document would be
unencrypted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.http.problems import RequestRefused, own_problem
from api.http.uploads import Uploads
from api.pages.refusals import FormFault, form_refused
from api.pages.sent_forms import SentForm

if TYPE_CHECKING:  # the name is only there for type checkers
    from python_multipart.multipart import MultipartCallbacks

_MULTIPART: Final = b"multipart/form-data"
_MOST_FIELDS: Final = 20
_LONGEST_FIELD: Final = 1_000
_MOST_DRAINED: Final = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartBegun:
    name: str
    filename: str | None
    media_type: str


@dataclass(frozen=True, slots=True)
class _PartContent:
    content: bytes


@dataclass(frozen=True, slots=True)
class _PartEnded:
    pass


_Event = _PartBegun | _PartContent | _PartEnded


class SentFile:
    """A form whose last field is a file. Read :meth:`fields`, then :meth:`content` to its end."""

    def __init__(self, content_type: str, chunks: AsyncIterator[bytes], uploads: Uploads) -> None:
        """Parts are found in the threads of ``uploads``. Raises :class:`RequestRefused` (415) for no such form."""
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != _MULTIPART or not boundary:
            raise RequestRefused(own_problem("unsupportedMediaType", "Send the form as multipart/form-data."))
        self._chunks = chunks
        self._uploads = uploads
        self._parts = _Parts(boundary)
        self.media_type: str | None = None

    async def fields(self) -> SentForm:
        """The fields before the file; ``media_type`` is then that of the file, or None when none was chosen.

        Raises :class:`RequestRefused` (400).
        """
        values: dict[str, list[str]] = {}
        name, content = "", b""
        async for event in self._events():
            match event:
                case _PartBegun(filename=str() as filename, media_type=media_type):
                    self.media_type = media_type if filename else None
                    break
                case _PartBegun():
                    name, content = event.name, b""
                case _PartContent():
                    content += event.content
                    if len(content) > _LONGEST_FIELD:
                        raise _unreadable()
                case _PartEnded():
                    values.setdefault(name, []).append(_text(content))
                    if len(values) > _MOST_FIELDS:
                        raise _unreadable()
        return SentForm(values)

    async def content(self) -> AsyncIterator[bytes]:
        """The file as it arrives. Raises :class:`RequestRefused` (400) where the form goes on after it, or is cut off.

        So nothing is stored of an incomplete file.
        """
        ended = False
        async for event in self._events():
            match event:
                case _PartContent() if not ended:
                    yield event.content
                case _PartEnded() if not ended:
                    ended = True
                case _:
                    raise _unreadable()
        if not (ended and self._parts.complete):
            raise _unreadable()

    async def drain(self) -> None:
        """Read what is left, so that a browser that is still sending hears the answer."""
        drained = 0
        async for chunk in self._chunks:
            drained += len(chunk)
            if drained > _MOST_DRAINED:
                return

    async def _events(self) -> AsyncIterator[_Event]:
        while True:
            while self._parts.events:
                yield self._parts.events.popleft()
            chunk = await anext(self._chunks, None)
            if chunk is None:
                return
            await self._uploads.work(self._parts.take, chunk)


class _Parts:
    """The parts of a body as events, in their order."""

    def __init__(self, boundary: bytes) -> None:
        self.events: deque[_Event] = deque()
        self.complete = False
        self._header = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        callbacks: MultipartCallbacks = {
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": lambda: self.events.append(_PartEnded()),
            "on_end": self._end,
        }
        self._parser = MultipartParser(boundary, callbacks)

    def take(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except MultipartParseError:
            raise _unreadable() from None

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        filename = options.get(b"filename")
        media_type = self._headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        self.events.append(
            _PartBegun(
                name=_text(options.get(b"name", b"")),
                filename=None if filename is None else _text(filename),
                media_type=_text(media_type),
            )
        )
        self._headers = {}

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self.events.append(_PartContent(data[start:end]))

    def _end(self) -> None:
        self.complete = True


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _unreadable() from None


def _unreadable() -> RequestRefused:
    return form_refused(FormFault.NOT_WHOLE)
