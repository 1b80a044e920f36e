"""A proxy before the server's socket that loses a message at the worst moment."""

from __future__ import annotations

import socket
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

_SOCKET = ".s.PGSQL.5432"
_READY_FOR_QUERY = b"Z\x00\x00\x00\x05I"
"""How an answer ends when no transaction is open any more: the commit is done."""


class _Fault(Enum):
    LOST = auto()
    REPLY_LOST = auto()
    HELD_BACK = auto()


class DroppingProxy:
    """Passes everything on between clients and the server, until it is told to lose something."""

    def __init__(self, directory: Path, server: Path) -> None:
        """``directory`` becomes the socket directory of the clients; ``server`` is that of the server."""
        self._server = str(server / _SOCKET)
        self._trigger: tuple[bytes, _Fault] | None = None
        self.refuses = Event()
        """While set, new connections are turned away."""
        self.released = Event()
        """Ends what :meth:`hold_back` began."""
        self.struck = 0
        """How many messages have met their fault."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(directory / _SOCKET))
        self._listener.listen(64)
        self._threads = [Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def lose_the_reply_to(self, statement: str) -> None:
        """The next statement that contains this is carried out; its answer never arrives."""
        self._trigger = (statement.encode(), _Fault.REPLY_LOST)

    def lose(self, statement: str) -> None:
        """The next statement that contains this never arrives."""
        self._trigger = (statement.encode(), _Fault.LOST)

    def hold_back(self, statement: str) -> None:
        """The next statement that contains this does not arrive until ``released`` is set: its sender is stopped."""
        self._trigger = (statement.encode(), _Fault.HELD_BACK)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refuses.is_set():
                client.close()
                continue
            serving = Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(serving)
            serving.start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server, suppress(OSError):
            server.connect(self._server)
            losing = Event()
            back = Thread(target=self._pass_back, args=(server, client, losing), daemon=True)
            back.start()
            while data := client.recv(1 << 16):
                match self._fault_of(data):
                    case _Fault.LOST:
                        break
                    case _Fault.REPLY_LOST:
                        losing.set()
                    case _Fault.HELD_BACK:
                        self.released.wait(30)
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)
            back.join(10)

    def _fault_of(self, data: bytes) -> _Fault | None:
        if self._trigger is None or self._trigger[0] not in data:
            return None
        (_, fault), self._trigger = self._trigger, None
        self.struck += 1
        return fault

    def _pass_back(self, server: socket.socket, client: socket.socket, losing: Event) -> None:
        lost = b""
        with suppress(OSError):
            while data := server.recv(1 << 16):
                if not losing.is_set():
                    client.sendall(data)
                    continue
                lost += data
                if lost.endswith(_READY_FOR_QUERY):
                    break
        with suppress(OSError):  # also when the server has reset the connection
            client.shutdown(socket.SHUT_RDWR)
