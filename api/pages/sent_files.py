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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenFile:
    """A file of a form, by the ``name`` of its field; its ``content`` is to be read before the next file."""

    name: str
    media_type: str
    content: AsyncIterator[bytes]


class SentFile:
    """A form that ends with one file, or several.

    Read :meth:`fields`; then :meth:`content` of the only file to its end, or each of :meth:`files`.
    """

    def __init__(
        self,
        content_type: str,
        chunks: AsyncIterator[bytes],
        uploads: Uploads,
        *,
        longest_field: int = _LONGEST_FIELD,
    ) -> None:
        """Parts are found in the threads of ``uploads``. Raises :class:`RequestRefused` (415) for no such form.

        A field that is no file has at most ``longest_field`` bytes.
        """
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != _MULTIPART or not boundary:
            raise RequestRefused(own_problem("unsupportedMediaType", "Send the form as multipart/form-data."))
        self._chunks = chunks
        self._uploads = uploads
        self._parts = _Parts(boundary)
        self._longest_field = longest_field
        self._begun: _PartBegun | None = None
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
                    self._begun = event
                    self.media_type = media_type if filename else None
                    break
                case _PartBegun():
                    name, content = event.name, b""
                case _PartContent():
                    content += event.content
                    if len(content) > self._longest_field:
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

    async def files(self) -> AsyncIterator[ChosenFile]:
        """Each file that was chosen, in the order of the form; fields in which none was are passed over.

        Raises :class:`RequestRefused` (400) for a field after a file, and where the form is cut off: what was taken of
        the file before is then nobody's, for its content has not come to an end either.
        """
        while (begun := self._begun) is not None:
            self._begun = None
            content = self._content_of_one()
            if begun.filename:
                yield ChosenFile(name=begun.name, media_type=begun.media_type, content=content)
            async for chunk in content:
                # What nobody has read, and the content of a field in which no file was chosen: none.
                if begun.filename is None or (chunk and not begun.filename):
                    raise _unreadable()

    async def _content_of_one(self) -> AsyncIterator[bytes]:
        """A file to its end, and on to the beginning of the next, if there is one."""
        ended = False
        async for event in self._events():
            match event:
                case _PartContent() if not ended:
                    yield event.content
                case _PartEnded() if not ended:
                    ended = True
                case _PartBegun(filename=str()) if ended:
                    self._begun = event
                    return
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
