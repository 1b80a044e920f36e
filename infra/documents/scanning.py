"""Whether harmful content is recognised in a document: a port, and clamd's protocol behind it.

A scanner is given a file when all of it has come: it is never kept waiting for a sender. It sees the content in clear
and over its own connection; nothing of it is written for it anywhere.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from domain.case.document_rules import DocumentRefusal, DocumentRefused
from infra.documents.errors import ScannerUnavailable
from infra.structured_logs import get_logger

_LENGTH: Final = struct.Struct(">I")
_AT_MOST: Final = 4_096
_FOUND: Final = re.compile(rb"stream: (?P<name>.{1,200}) FOUND")
_CLEAN: Final = b"stream: OK"

_log = get_logger(__name__)


class Scanner(Protocol):
    """Looks for harmful content; safe between threads."""

    def require_clean(self, content: Iterable[bytes]) -> None:
        """Raises ``DocumentRefused`` (INFECTED) for harmful content, and ScannerUnavailable without a verdict."""

    def require_answer(self) -> None:
        """A sign of life. Raises ScannerUnavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClamdAddress:
    """A Unix socket by its ``path``, or a TCP port of a host."""

    path: str | None = None
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        return f"unix:{self.path}" if self.path is not None else f"{self.host}:{self.port}"


class Clamd:
    """Implements :class:`Scanner` by ClamAV's daemon (``man 8 clamd``, INSTREAM); a connection for each file."""

    def __init__(self, address: ClamdAddress, *, patience: float) -> None:
        """``patience``: seconds that clamd may take to connect, to take a piece, and to answer."""
        self._address = address
        self._patience = patience

    def require_clean(self, content: Iterable[bytes]) -> None:
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            try:
                for chunk in content:
                    if chunk:
                        connection.sendall(_LENGTH.pack(len(chunk)) + chunk)
                connection.sendall(_LENGTH.pack(0))
            except (BrokenPipeError, ConnectionResetError):
                # It has answered before the end, and closed: of a file that is longer than its StreamMaxLength.
                _log.warning("scanner.stopped_reading")
            answer = _answer(connection)
        if answer == _CLEAN:
            return
        found = _FOUND.fullmatch(answer)
        if found is None:
            # What it says is its own words, such as that its StreamMaxLength is too small.
            _log.error("scanner.gave_no_verdict", answer=answer[:100].decode("ascii", "replace"))
            raise ScannerUnavailable
        _log.warning("document.infected", signature=found["name"].decode("ascii", "replace"))
        raise DocumentRefused(
            DocumentRefusal.INFECTED,
            "the virus scanner recognises harmful content in the file: have the computer checked that it comes from, "
            "and send a clean version",
        )

    def require_answer(self) -> None:
        with self._connected() as connection:
            connection.sendall(b"zPING\0")
            if _answer(connection) != b"PONG":
                raise ScannerUnavailable

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        try:
            with self._connection() as connection:
                yield connection
        except OSError as why:
            _log.error("scanner.unavailable", error=type(why).__name__)
            raise ScannerUnavailable from None

    def _connection(self) -> socket.socket:
        if self._address.path is None:
            return socket.create_connection((self._address.host, self._address.port), timeout=self._patience)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(self._patience)
            connection.connect(self._address.path)
        except BaseException:
            connection.close()
            raise
        return connection


def _answer(connection: socket.socket) -> bytes:
    """What clamd says, without the zero byte at its end."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _AT_MOST:
        received = connection.recv(_AT_MOST)
        if not received:
            break
        answer += received
    return answer.removesuffix(b"\0")
