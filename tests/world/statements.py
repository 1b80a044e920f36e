"""Counts the statements that a program sends: a proxy before PostgreSQL that reads along, so that nothing is faked."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

_PLUMBING: Final = ("BEGIN", "COMMIT", "ROLLBACK", "SET ")


@dataclass
class Statements:
    """What was sent, in order; transactions and settings of a session are not counted."""

    _sent: list[str] = field(default_factory=list)
    _mutex: Lock = field(default_factory=Lock)

    def note(self, statement: str) -> None:
        text = " ".join(statement.split())
        # Whose rows a statement is shown goes with it in the same message.
        text = re.sub(r"^set local permit\.rows = '[^']*'; ", "", text)
        if text and not text.upper().startswith(_PLUMBING):
            with self._mutex:
                self._sent.append(text)

    @contextmanager
    def noted(self) -> Iterator[list[str]]:
        """The statements that are sent while the block runs."""
        with self._mutex:
            first = len(self._sent)
        found: list[str] = []
        yield found
        with self._mutex:
            found += self._sent[first:]


@contextmanager
def counting(url: str, statements: Statements) -> Iterator[str]:
    """The URL of the same database through the proxy, which notes every statement."""
    parts = urlsplit(url)
    directory = parse_qs(parts.query)["host"][0]
    port = parse_qs(parts.query).get("port", ["5432"])[0]
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        Thread(target=_accept, args=(listening, f"{directory}/.s.PGSQL.{port}", statements), daemon=True).start()
        user = f"{parts.username}@" if parts.username else ""
        yield f"postgresql://{user}127.0.0.1:{listening.getsockname()[1]}{quote(parts.path)}?sslmode=disable"


def _accept(listening: socket.socket, server: str, statements: Statements) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        upstream = socket.socket(socket.AF_UNIX)
        upstream.connect(server)
        Thread(target=_requests, args=(client, upstream, statements), daemon=True).start()
        Thread(target=_replies, args=(upstream, client), daemon=True).start()


def _requests(client: socket.socket, upstream: socket.socket, statements: Statements) -> None:
    """Hands on what the client sends, message by message (PostgreSQL's protocol 3.0)."""
    with suppress(OSError, EOFError), client, upstream:
        upstream.sendall(b"".join(_message(client)))
        while True:
            kind = _exactly(client, 1)
            length, body = _message(client)
            # Before it is handed on: when its answer is there, it is among those that were sent.
            if kind == b"Q":
                statements.note(body.rstrip(b"\0").decode(errors="replace"))
            upstream.sendall(kind + length + body)


def _message(client: socket.socket) -> tuple[bytes, bytes]:
    """The length of the next message as it was sent, and what follows."""
    length = _exactly(client, 4)
    return length, _exactly(client, struct.unpack("!I", length)[0] - 4)


def _replies(upstream: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while chunk := upstream.recv(65536):
            client.sendall(chunk)


def _exactly(connection: socket.socket, size: int) -> bytes:
    read = bytearray()
    while len(read) < size:
        chunk = connection.recv(size - len(read))
        if not chunk:
            raise EOFError
        read += chunk
    return bytes(read)
