"""A double of clamd on a real socket, which recognises EICAR: for the gate; `tests/ports` compares it with clamd.

It can be told to hang, and to give no verdict, which clamd does only when it is unwell.
"""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from infra.documents.scanning import ClamdAddress

EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every scanner recognises, by agreement; in two halves, so that none recognises this one."""

STREAM_MAX_LENGTH: Final = 30 * 1024 * 1024


@dataclass(slots=True)
class Manner:
    """How it behaves from the next connection on; ``goes_on`` ends a hang."""

    hangs: bool = False
    is_unwell: bool = False
    goes_on: threading.Event = field(default_factory=threading.Event)


class _Session(socketserver.StreamRequestHandler):
    manner: Manner

    def handle(self) -> None:
        command = self._until_zero()
        if self.manner.hangs:
            self.manner.goes_on.wait()
            return
        answer = b"PONG" if command == b"zPING" else self._scanned() if command == b"zINSTREAM" else b"UNKNOWN COMMAND"
        self.wfile.write(answer + b"\0")

    def _until_zero(self) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            byte = self.rfile.read(1)
            if not byte:
                break
            command += byte
        return command.rstrip(b"\0")

    def _scanned(self) -> bytes:
        content = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            if len(content) + length > STREAM_MAX_LENGTH:
                return b"INSTREAM size limit exceeded. ERROR"
            content += self.rfile.read(length)
        if self.manner.is_unwell:
            return b"Can't allocate memory ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"


class _OnUnixSocket(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class _OnTcp(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True


@contextmanager
def clamd_double(path: Path | None = None) -> Iterator[tuple[ClamdAddress, Manner]]:
    """Answer on a Unix socket at ``path``, else on a TCP port of this machine, until the block ends."""
    manner = Manner()
    session = type("Session", (_Session,), {"manner": manner})
    server: socketserver.BaseServer
    if path is None:
        server = _OnTcp(("127.0.0.1", 0), session)
        address = ClamdAddress(host="127.0.0.1", port=server.server_address[1])
    else:
        server = _OnUnixSocket(str(path), session)
        address = ClamdAddress(path=str(path))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield address, manner
    finally:
        manner.goes_on.set()
        server.shutdown()
        thread.join()
        server.server_close()
