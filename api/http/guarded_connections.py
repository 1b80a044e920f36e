"""Connections that may be slow, silent, greedy or many without costing the service more than its limits.

The HTTP server reads whatever comes: a header of any length, for any time, on any number of connections. Here each
connection counts its bytes as they come, and one look a second over all of them cuts those that keep the service
waiting. It costs a request no timer, only two additions.

Who is cut before a request was judged gets a short problem, where one can still be read.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from api.http.problems import OWN_PROBLEM_TYPES, PROBLEM_MEDIA_TYPE, SECONDS_TO_WAIT, UNAVAILABLE, Problem
from infra.limit_counts import Limit, LimitCounts
from infra.limits import ConnectionLimits

_SECONDS_BETWEEN_LOOKS: Final = 1.0
_SECONDS_TO_TAKE_LEAVE: Final = 2.0
"""How long a connection that is being closed may take for its last bytes."""
_SURROUNDINGS_OF_A_BYTE: Final = 16
"""Of a body in chunks: what its sender may have written before a byte of it. What comes after the last one is not paid
for: trailers without an end."""
_AROUND_A_HEADER: Final = len(": \r\n")


class ConnectionGuard:
    """The limits of all connections of one server; used by its event loop alone."""

    def __init__(self, limits: ConnectionLimits, counts: LimitCounts) -> None:
        self.limits: Final = limits
        self._counts = counts
        self._of_address: Counter[str] = Counter()
        self._open: set[GuardedConnection] = set()
        self._look: asyncio.TimerHandle | None = None

    @property
    def protocol(self) -> Callable[..., GuardedConnection]:
        """What the server makes for each connection."""
        return partial(GuardedConnection, self)

    def entered(self, connection: GuardedConnection, address: str) -> Limit | None:
        """Count a new connection; gives the limit that it is beyond."""
        self._open.add(connection)
        self._of_address[address] += 1
        if self._look is None:
            self._look = connection.loop.call_later(_SECONDS_BETWEEN_LOOKS, self._look_at_all, connection.loop)
        if len(self._open) > self.limits.most:
            return Limit.CONNECTIONS
        if self._of_address[address] > self.limits.most_of_one_address:
            return Limit.CONNECTIONS_OF_ONE_ADDRESS
        return None

    def left(self, connection: GuardedConnection, address: str) -> None:
        self._open.discard(connection)
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]

    def reached(self, limit: Limit) -> None:
        self._counts.reached(limit)

    def _look_at_all(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for each in tuple(self._open):
            each.looked_at(now)
        # Nobody there: the next connection looks again.
        self._look = loop.call_later(_SECONDS_BETWEEN_LOOKS, self._look_at_all, loop) if self._open else None


class GuardedConnection(HttpToolsProtocol):
    """One connection, within the limits of its guard."""

    cycle: RequestResponseCycle | None  # type: ignore[assignment]
    """The last request whose head was complete; none before the first, which the server's own type leaves out."""

    def __init__(
        self,
        guard: ConnectionGuard,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._guard = guard
        self._address = ""
        self._head_began: float | None = self.loop.time()
        """When the head that is awaited, or of which only a part came, began; none while a request is under way."""
        self._head_bytes = 0
        self._is_in_body = False
        self._body_began = 0.0
        self._body_bytes = 0
        self._around_bytes = 0
        """What came since the head was complete and is neither of the body nor of a head."""
        self._last_came = 0.0
        self._unread: tuple[int, float] = (0, 0.0)
        """How much of an answer the client has not taken yet, and since when it is just that much."""
        self._closing_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        beyond = self._guard.entered(self, self._address)
        if beyond is not None:
            self._cut(beyond, _TOO_MANY_CONNECTIONS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._guard.left(self, self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._closing_since is not None:
            return
        self._last_came = self.loop.time()
        self._around_bytes += len(data)
        if self._head_began is None and not self._is_in_body:
            # Not only where a message begins: empty lines before one would keep the connection open for ever.
            self._head_began = self._last_came
        super().data_received(data)
        if self._around_bytes > self._guard.limits.header_bytes:
            self._cut(Limit.HEADER_BYTES, _HEADERS_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_began = self._last_came
        self._head_bytes = self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._head_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_in_body:
            # A trailer: headers have been judged by now, and nobody reads what comes behind them.
            return
        self._head_bytes += len(name) + len(value) + _AROUND_A_HEADER
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._closing_since is not None:
            return
        if self._head_bytes > self._guard.limits.header_bytes:
            self._cut(Limit.HEADER_BYTES, _HEADERS_TOO_LARGE)
            return
        self._head_began = None
        self._is_in_body = True
        self._around_bytes = max(0, self._around_bytes - self._head_bytes)
        self._body_began = self._last_came
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._closing_since is not None:
            return
        self._around_bytes = max(0, self._around_bytes - (1 + _SURROUNDINGS_OF_A_BYTE) * len(body))
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._closing_since is None:
            self._is_in_body = False
            self._around_bytes = 0
            super().on_message_complete()

    def looked_at(self, now: float) -> None:
        """Cut the connection if it has kept the service waiting for too long; called once a second."""
        if self._closing_since is not None:
            if now - self._closing_since > _SECONDS_TO_TAKE_LEAVE:
                self.transport.abort()
        elif self._answer_is_not_read(now):
            self._guard.reached(Limit.UNREAD_ANSWER)
            self.transport.abort()
        elif self._is_in_body:
            self._require_a_body_that_comes(now)
        elif self._is_late_with_a_head(now):
            # A connection that sent nothing at all is closed without an answer, as an idle one is.
            self._cut(Limit.HEADERS_SECONDS, _TOO_SLOW if self._around_bytes else b"")

    def _is_late_with_a_head(self, now: float) -> bool:
        if self._head_began is None or not (self.cycle is None or self.cycle.response_complete):
            return False
        return now - self._head_began > self._guard.limits.headers_seconds

    def _require_a_body_that_comes(self, now: float) -> None:
        """Also of one that nobody reads any more, because its answer has been given."""
        limits = self._guard.limits
        if self.flow.read_paused or (self.cycle is not None and self.cycle.waiting_for_100_continue):
            # The sender waits for the service: that time is not the sender's.
            self._body_began += _SECONDS_BETWEEN_LOOKS
            self._last_came = now
            return
        waited, whole = now - self._last_came, now - self._body_began
        is_slow = self._body_bytes < limits.body_least_bytes_per_second * whole
        if waited > limits.body_stall_seconds or (whole > limits.body_stall_seconds and is_slow):
            self._cut(Limit.BODY_STALL, _TOO_SLOW)

    def _answer_is_not_read(self, now: float) -> bool:
        unread = self.transport.get_write_buffer_size()
        before, since = self._unread
        if unread == 0 or unread != before:
            self._unread = (unread, now)
            return False
        return now - since > self._guard.limits.unread_answer_seconds

    def _cut(self, limit: Limit, answer: bytes) -> None:
        """End the connection, with ``answer`` unless another one has begun or is still to come before it."""
        if self._closing_since is not None:
            return
        self._guard.reached(limit)
        self._closing_since = self.loop.time()
        cycle = self.cycle
        taken = cycle is not None and (cycle.response_started if self._is_in_body else not cycle.response_complete)
        if cycle is not None and not cycle.response_complete:
            # Whoever waits for the rest hears that the client is gone, and says no more.
            cycle.disconnected = True
            cycle.message_event.set()
        if answer and not taken:
            self.transport.write(answer)
        self.transport.close()


def _last_words(status: str, problem: Problem) -> bytes:
    body = problem.body("")
    lines = (
        f"HTTP/1.1 {status}",
        f"Content-Type: {PROBLEM_MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Connection: close",
        *(f"{name}: {value}" for name, value in problem.headers.items()),
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


_TOO_MANY_CONNECTIONS: Final = _last_words(
    "503 Service Unavailable",
    Problem(
        type=UNAVAILABLE,
        detail="Too many connections are open: close those that are not used, and connect again a little later.",
        headers={"Retry-After": str(SECONDS_TO_WAIT)},
    ),
)
_HEADERS_TOO_LARGE: Final = _last_words(
    "431 Request Header Fields Too Large",
    Problem(
        type=OWN_PROBLEM_TYPES["requestHeadersTooLarge"],
        detail="The address and the headers of the request are too long together: leave out what is not needed.",
    ),
)
_TOO_SLOW: Final = _last_words(
    "408 Request Timeout",
    Problem(
        type=OWN_PROBLEM_TYPES["requestTimeout"],
        detail="The request did not come to its end in time, and nothing was stored: send it again without a pause.",
    ),
)
