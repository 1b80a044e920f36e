"""One POST over HTTPS to an address that was checked, within one time for all of it.

The connection goes to the very address that was judged, so a name that changes in between changes nothing. Redirects
are not followed. Of the answer only its head is read, up to a bound: what a receiver says in its body is nobody's to
keep.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException, parse_headers
from pathlib import Path
from typing import Final

from infra.webhooks.addresses import AddressBook, AddressRefused, Receiver
from infra.webhooks.troubles import WebhookTrouble

USER_AGENT: Final = "single-permit-notices"

_LARGEST_HEAD: Final = 16 * 1024
_INFORMATIONAL_AT_MOST: Final = 5
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n", re.ASCII)
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")


class CallFailed(Exception):
    """No answer came that can be read as one. The text holds nothing of the content."""

    def __init__(self, trouble: WebhookTrouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``retry_after`` is the seconds that the receiver asks to be left alone, None where it asks nothing."""

    status: int
    retry_after: float | None


class HttpsCalls:
    """Calls receivers; safe between threads. ``ca_file`` holds authorities that are trusted beside the system's."""

    def __init__(self, book: AddressBook, *, seconds: float, ca_file: Path | None = None) -> None:
        self._book = book
        self._seconds = seconds
        self._tls = ssl.create_default_context()
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._tls.set_alpn_protocols(["http/1.1"])
        if ca_file is not None:
            self._tls.load_verify_locations(cafile=ca_file)

    def post(self, receiver: Receiver, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send and read the head of the answer. Raises :class:`CallFailed`."""
        ends_at = time.monotonic() + self._seconds
        try:
            addresses = self._book.addresses_of(receiver)
        except AddressRefused as why:
            raise CallFailed(why.trouble) from None
        with _connected(addresses, receiver.port, ends_at) as plain:
            try:
                return self._exchange(plain, receiver, headers, body, ends_at)
            except TimeoutError:
                raise CallFailed(WebhookTrouble.TOO_SLOW) from None
            except ssl.SSLCertVerificationError:
                raise CallFailed(WebhookTrouble.CERTIFICATE) from None
            except ssl.SSLError:
                raise CallFailed(WebhookTrouble.NO_TLS) from None
            except OSError:
                raise CallFailed(WebhookTrouble.CONNECTION_LOST) from None

    def _exchange(
        self, plain: socket.socket, receiver: Receiver, headers: Mapping[str, str], body: bytes, ends_at: float
    ) -> Answer:
        plain.settimeout(_left(ends_at))
        with self._tls.wrap_socket(plain, server_hostname=receiver.host) as secured:
            secured.settimeout(_left(ends_at))
            secured.sendall(_request(receiver, headers, len(body)) + body)
            return _answer(secured, ends_at)


def _left(ends_at: float) -> float:
    """Raises ``TimeoutError`` where nothing is left."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connected(addresses: Sequence[str], port: int, ends_at: float) -> socket.socket:
    """A connection to the first of these addresses that takes one. Raises :class:`CallFailed`."""
    trouble = WebhookTrouble.NO_CONNECTION
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_left(ends_at))
        except TimeoutError:
            trouble = WebhookTrouble.TOO_SLOW
        except OSError:
            trouble = WebhookTrouble.NO_CONNECTION
    raise CallFailed(trouble)


def _request(receiver: Receiver, headers: Mapping[str, str], length: int) -> bytes:
    lines = [
        f"POST {receiver.target} HTTP/1.1",
        f"Host: {receiver.authority}",
        f"User-Agent: {USER_AGENT}",
        "Accept: */*",
        "Connection: close",
        f"Content-Length: {length}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _answer(secured: ssl.SSLSocket, ends_at: float) -> Answer:
    """The head of the answer, behind those that only say that one will come. Raises :class:`CallFailed`."""
    received = b""
    for _ in range(_INFORMATIONAL_AT_MOST):
        head, received = _head(secured, received, ends_at)
        line = _STATUS_LINE.match(head)
        if line is None:
            raise CallFailed(WebhookTrouble.NO_HTTP)
        status = int(line[1])
        if status >= 200:
            return Answer(status=status, retry_after=_retry_after(head[line.end() :]))
    raise CallFailed(WebhookTrouble.NO_HTTP)


def _head(secured: ssl.SSLSocket, received: bytes, ends_at: float) -> tuple[bytes, bytes]:
    """The bytes up to the empty line, and what came behind it."""
    while (end := _HEAD_END.search(received)) is None:
        if len(received) > _LARGEST_HEAD:
            raise CallFailed(WebhookTrouble.NO_HTTP)
        secured.settimeout(_left(ends_at))
        piece = secured.recv(4096)
        if not piece:
            raise CallFailed(WebhookTrouble.CONNECTION_LOST)
        received += piece
    return received[: end.end()], received[end.end() :]


def _retry_after(headers: bytes) -> float | None:
    """In seconds, or until a moment (RFC 9110, section 10.2.3); what is neither asks nothing."""
    try:
        stated = parse_headers(io.BytesIO(headers)).get("Retry-After", "").strip()
    except HTTPException:
        return None
    if re.fullmatch(r"[0-9]{1,9}", stated, re.ASCII):
        return float(stated)
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, parsedate_to_datetime(stated).timestamp() - time.time())
    return None
