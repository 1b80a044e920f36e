"""The Crossroads Bank over HTTP, in the manner of the Belgif guide: one call, one outcome, and never a guess.

Every call has a time-out; nothing is tried again here, because that is the business of the check's own process. What
brought no usable answer is raised as `CheckUnanswered`. The wire is described in the docstring of the package
`infra.crossroads_simulator`.

Identifiers travel in the body of a POST: an address ends up in logs.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import httpx

from domain.crossroads.answers import (
    CheckUnanswered,
    Consultation,
    EmployerAnswer,
    Exchange,
    UnansweredReason,
    WagesAnswer,
)
from domain.crossroads.bank import Answered
from infra.crossroads_replies import (
    FailedAttempt,
    Registering,
    exchange_of,
    read_employer,
    read_registration,
    read_wages,
    refuse_unless_ok,
)

_EMPLOYERS = "/crossroads/v1/employers/query"
_DECLARED_WAGES = "/crossroads/v1/declaredWages/query"
_REGISTRATIONS = "/crossroads/v1/registrations"
_LONGEST_TICKET = 36
_LARGEST_REPLY_BYTES = 256 * 1024
_MOST_CONNECTIONS = 64
_KEEP_IDLE_CONNECTIONS_SECONDS = 3.0

Answer = TypeVar("Answer")
WireValue = str | list[str]


class RestCrossroadsBank:
    """Implements `domain.crossroads.bank.CrossroadsBank`. Safe for many threads.

    `timeout` (seconds) is the longest wait for a connection, for sending, and for the whole reply. `digest` makes
    keyed digests of what was sent and received: a bare one would betray a wage to whoever guesses it.

    A ticket is the idempotency key: a reply that carries another one is no answer. A ticket of more than 36
    characters, or of none, is a mistake of the caller and raises ValueError.
    """

    def __init__(self, base_url: str, *, timeout: float, digest: Callable[[bytes], str]) -> None:
        self._timeout = timeout
        self._digest = digest
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Accept": "application/json, application/problem+json", "Accept-Encoding": "identity"},
            limits=httpx.Limits(max_connections=_MOST_CONNECTIONS, keepalive_expiry=_KEEP_IDLE_CONNECTIONS_SECONDS),
            # Personal data take no detour over a proxy that happens to stand in the environment.
            trust_env=False,
        )

    def employer(self, enterprise_number: str, consultation: Consultation) -> Answered[EmployerAnswer]:
        """What the enterprise register holds under this number."""
        ticket = consultation.ticket
        return self._ask(
            _EMPLOYERS,
            consultation,
            {"enterpriseNumber": enterprise_number},
            lambda content: read_employer(content, ticket=ticket, enterprise_number=enterprise_number),
        )

    def declared_wages(
        self, ssin: str, enterprise_number: str, quarters: Sequence[str], consultation: Consultation
    ) -> Answered[WagesAnswer]:
        """What this employer declared for this worker in the given quarters ("2025Q3"), at least one."""
        ticket = consultation.ticket
        return self._ask(
            _DECLARED_WAGES,
            consultation,
            {"ssin": ssin, "enterpriseNumber": enterprise_number, "quarters": list(quarters)},
            lambda content: read_wages(content, ticket=ticket, enterprise_number=enterprise_number, quarters=quarters),
        )

    def register(self, ssin: str, consultation: Consultation) -> Exchange:
        """Enter the person in the authority's register; somebody who is in it already stays in it."""
        return self._registration(ssin, Registering.REGISTER, consultation)

    def unregister(self, ssin: str, consultation: Consultation) -> Exchange:
        """Take the person out of the authority's register; somebody who is not in it stays out of it."""
        return self._registration(ssin, Registering.UNREGISTER, consultation)

    def close(self) -> None:
        """Close all connections. A question put afterwards raises RuntimeError."""
        self._client.close()

    def _registration(self, ssin: str, action: Registering, consultation: Consultation) -> Exchange:
        ticket = consultation.ticket
        done = self._ask(
            _REGISTRATIONS,
            consultation,
            {"ssin": ssin, "action": action.value},
            lambda content: read_registration(content, ticket=ticket, action=action),
        )
        return done.exchange

    def _ask(
        self,
        path: str,
        consultation: Consultation,
        question: Mapping[str, WireValue],
        read: Callable[[bytes], Answer],
    ) -> Answered[Answer]:
        if not 1 <= len(consultation.ticket) <= _LONGEST_TICKET:
            raise ValueError(f"a ticket has 1 to {_LONGEST_TICKET} characters, not {len(consultation.ticket)}")
        request = self._client.build_request(
            "POST",
            path,
            json={
                "ticket": consultation.ticket,
                "legalContext": consultation.legal_context,
                "purpose": consultation.purpose,
                **question,
            },
            headers={"BelGov-Trace-Id": consultation.trace_id},
            timeout=self._timeout,
        )
        asked = self._digest(request.content)
        exchange = Exchange(request_digest=asked)
        try:
            status, retry_after, content = self._reply(request)
            exchange = exchange_of(content, request_digest=asked, reply_digest=self._digest(content))
            refuse_unless_ok(status, retry_after, content)
            return Answered(answer=read(content), exchange=exchange)
        except FailedAttempt as failure:
            reason, stay_away = failure.reason, failure.stay_away_seconds
        # Raised here and not above, so that no error that knows the request hangs on to it.
        raise CheckUnanswered(reason, stay_away_seconds=stay_away, exchange=exchange)

    def _reply(self, request: httpx.Request) -> tuple[int, str | None, bytes]:
        """Status, Retry-After and content of the reply; raises `FailedAttempt` when there is no whole one."""
        until = time.monotonic() + self._timeout
        try:
            response = self._client.send(request, stream=True)
            try:
                content = _content(response, until=until)
            finally:
                response.close()
        except httpx.TimeoutException:
            raise FailedAttempt(UnansweredReason.TIMEOUT) from None
        except httpx.TransportError:
            raise FailedAttempt(UnansweredReason.CONNECTION_FAILED) from None
        return response.status_code, response.headers.get("Retry-After"), content


def _content(response: httpx.Response, *, until: float) -> bytes:
    """The reply's bytes. A reply that never ends is cut short by its size, one that drips in by the clock."""
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > _LARGEST_REPLY_BYTES:
            raise FailedAttempt(UnansweredReason.MALFORMED_ANSWER)
        if time.monotonic() > until:
            raise FailedAttempt(UnansweredReason.TIMEOUT)
    return bytes(content)
