"""One PostgreSQL and one Kafka for all processes of a test run.

pytest's first process keeps the servers and starts each when somebody first needs it. Workers of a parallel run ask
for them over a socket, so that a run has one of each however many workers it has, and they end with the run.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from multiprocessing.connection import Client, Connection, Listener
from typing import Final, Protocol

from tests.world.servers import FoundServer, NoServer, Place, first_server

_Answer = FoundServer | NoServer | str


class Servers(Protocol):
    """Whoever knows the servers of this run."""

    def find(self, what: str) -> FoundServer:
        """The server of this name. Raises :class:`NoServer` where no place has one."""

    def close(self) -> None: ...


class KeptServers:
    """The servers of this process; safe between threads."""

    def __init__(self, places: Mapping[str, Sequence[Place]]) -> None:
        self._places = places
        self._known: dict[str, FoundServer | NoServer] = {}
        self._opened = ExitStack()
        self._lock = threading.Lock()

    @property
    def in_use(self) -> dict[str, str]:
        """Where each server of this run was found."""
        return {what: known.place for what, known in self._known.items() if isinstance(known, FoundServer)}

    def find(self, what: str) -> FoundServer:
        with self._lock:
            if what not in self._known:
                try:
                    self._known[what] = self._opened.enter_context(first_server(self._places[what]))
                except NoServer as why:
                    self._known[what] = why
            known = self._known[what]
        if isinstance(known, NoServer):
            raise known
        return known

    def close(self) -> None:
        self._opened.close()


class ServersForWorkers:
    """Lets the workers of a parallel run ask for the servers that this process keeps."""

    def __init__(self, kept: KeptServers) -> None:
        self._kept = kept
        self._key: Final = secrets.token_bytes(16)
        self._listener = Listener(family="AF_UNIX", authkey=self._key)
        self._thread = threading.Thread(target=self._answer_all, name="servers-for-workers", daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, str]:
        """What a worker needs: the socket, and the key to it in hexadecimal."""
        return str(self._listener.address), self._key.hex()

    def close(self) -> None:
        # A listener is woken by a caller only.
        with suppress(OSError), Client(self._listener.address, authkey=self._key) as last:
            last.send(None)
        self._thread.join()
        self._listener.close()

    def _answer_all(self) -> None:
        while True:
            with self._listener.accept() as caller:
                what = caller.recv()
                if what is None:
                    return
                self._answer(caller, what)

    def _answer(self, caller: Connection, what: str) -> None:
        answer: _Answer
        try:
            answer = self._kept.find(what)
        except NoServer as why:
            answer = why
        except Exception as why:
            answer = f"{what} could not be started: {type(why).__name__}: {why}"
        caller.send(answer)


class ServersElsewhere:
    """The servers that the first process of a parallel run keeps, as its worker asks for them."""

    def __init__(self, address: tuple[str, str]) -> None:
        self._address, self._key = address

    def find(self, what: str) -> FoundServer:
        with Client(self._address, authkey=bytes.fromhex(self._key)) as asked:
            asked.send(what)
            answer: _Answer = asked.recv()
        if isinstance(answer, FoundServer):
            return answer
        if isinstance(answer, NoServer):
            raise answer
        raise AssertionError(answer)

    def close(self) -> None:
        """Nothing is ours."""
