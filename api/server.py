"""The HTTP interface on a socket, in parallel with the caller until a block ends."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread
from typing import Final

import uvicorn

from api.app import create_app
from api.composition import Program
from api.http.guarded_connections import ConnectionGuard
from api.http.routes.health import WatchedWork
from api.services.employer_lookups import EmployerLookups
from domain.unusable import Unusable
from infra.identity.accepted_issuer import issuer_for
from infra.identity.development_issuer import DevelopmentIssuer

LOOPBACK: Final = "127.0.0.1"

_SECONDS_TO_START: Final = 10.0
_SECONDS_TO_FINISH: Final = 10
"""How long requests that are under way may take once the server is stopped."""


class PortUnusable(Unusable):
    """Nobody can listen there: another program does, or the system does not allow it."""


class ServerDidNotStart(Unusable):
    """The HTTP server ended before it took its first request."""


@contextmanager
def running_server(
    program: Program,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    workers: WatchedWork | None = None,
    listening: socket.socket | None = None,
    lookups: EmployerLookups | None = None,
) -> Iterator[str]:
    """Answer in a thread until the block ends; gives the address, such as ``http://127.0.0.1:8080``.

    With ``port`` 0 the system chooses one; a socket that is ``listening`` already is taken as it is, and closed at
    the end. Raises PortUnusable, ServerDidNotStart, and IssuerNotAccepted where no tokens could be accepted.
    """
    issuer = issuer_for(program.settings, host)
    with closing(listening_socket(host, port) if listening is None else listening) as listening:
        server = _server(program, issuer, workers, lookups)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="http-server")
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://{host}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _server(
    program: Program, issuer: DevelopmentIssuer, workers: WatchedWork | None, lookups: EmployerLookups | None
) -> uvicorn.Server:
    guard = ConnectionGuard(program.limits.connections, program.limit_counts)
    return uvicorn.Server(
        uvicorn.Config(
            create_app(program, issuer, workers=workers, lookups=lookups),
            http=guard.protocol,  # type: ignore[arg-type]  # called as the class would be
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=program.limits.connections.idle_seconds,
            timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        )
    )


def listening_socket(host: str, port: int) -> socket.socket:
    """A TCP socket that listens; several processes may answer on one. Raises :class:`PortUnusable`.

    Its protocol is named because asyncio turns Nagle off only where it sees TCP (40 ms).
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()  # a bound socket alone does not keep another process from the port
    except OSError as why:
        listening.close()
        raise PortUnusable(
            f"port {port} of {host} cannot be used ({why.strerror}): choose another with --port or PERMIT_PORT, "
            "or 0 for any free one"
        ) from why
    return listening


def _wait_until_started(server: uvicorn.Server, thread: Thread) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise ServerDidNotStart("the HTTP server did not start; see its log")
        time.sleep(0.005)
