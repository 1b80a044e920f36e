"""HTTP/1.1 with the service, one persistent connection per thread, for thousands of small requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Lock, local
from typing import Any, Final
from urllib.parse import urlsplit

_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    status: int
    etag: str | None
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object of the body."""
        body: dict[str, Any] = json.loads(self.content)
        return body


class Conversation:
    """Requests to the service at ``address``; safe to use from many threads."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        self._mine = local()
        self._opened: list[HTTPConnection] = []
        self._lock = Lock()

    def close(self) -> None:
        for connection in self._opened:
            connection.close()

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answered | None:
        """The answer, or None when there is none: it is then unknown whether the request was carried out."""
        connection = self._connection()
        # The service may have closed a persistent connection in the meantime: then a new one is opened.
        for _ in range(1 if connection.sock is None else 2):
            try:
                connection.request(method, path, body, dict(headers))
                answer = connection.getresponse()
                return Answered(status=answer.status, etag=answer.getheader("ETag"), content=answer.read())
            except (HTTPException, OSError):
                connection.close()
        return None

    def _connection(self) -> HTTPConnection:
        mine: HTTPConnection | None = getattr(self._mine, "connection", None)
        if mine is None:
            mine = self._mine.connection = HTTPConnection(self._host, timeout=_SECONDS)
            with self._lock:
                self._opened.append(mine)
        return mine
