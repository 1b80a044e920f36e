"""The Crossroads Bank over HTTP: one call, one outcome, and never a guess.

Every call has a time-out; nothing is tried again here, because that is the business of the check's own process. What
brought no usable answer is raised as `CheckUnanswered`. How questions and replies are written is the business of the
protocol; the wire of both protocols is described in the docstring of the package `infra.crossroads.simulator`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

import httpx

from domain.crossroads.answers import (
    CheckUnanswered,
    Consultation,
    EmployerAnswer,
    EmploymentAnswer,
    Exchange,
    PersonAnswer,
    UnansweredReason,
    WagesAnswer,
)
from domain.crossroads.bank import Answered
from infra.crossroads.errors import FailedAttempt
from infra.crossroads.protocol import BankProtocol, Content, Operation, ReceivedReply, Value
from infra.crossroads.replies import (
    Registering,
    read_employer,
    read_employment,
    read_person,
    read_registration,
    read_wages,
)

_LONGEST_TICKET = 36
_LARGEST_REPLY_BYTES = 256 * 1024
_MOST_CONNECTIONS = 64
_KEEP_IDLE_CONNECTIONS_SECONDS = 3.0

Answer = TypeVar("Answer")


class HttpCrossroadsBank:
    """Implements `domain.crossroads.bank.CrossroadsBank` over either protocol. Safe for many threads.

    `timeout` (seconds) is the longest wait for a connection, for sending, and for the whole reply. `digest` makes
    keyed digests of what was sent and received: a plain one would confirm a guessed wage.

    A ticket is the idempotency key: a reply that carries another one is no answer. A ticket of more than 36
    characters, or of none, is a mistake of the caller and raises ValueError.
    """

    def __init__(
        self, base_url: str, *, protocol: BankProtocol, timeout: float, digest: Callable[[bytes], str]
    ) -> None:
        self._protocol = protocol
        self._timeout = timeout
        self._digest = digest
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Accept-Encoding": "identity"},
            limits=httpx.Limits(max_connections=_MOST_CONNECTIONS, keepalive_expiry=_KEEP_IDLE_CONNECTIONS_SECONDS),
            # Personal data take no detour over a proxy that happens to stand in the environment.
            trust_env=False,
        )

    def employer(self, enterprise_number: str, consultation: Consultation) -> Answered[EmployerAnswer]:
        """What the enterprise register holds under this number."""
        return self._ask(
            Operation.EMPLOYER,
            consultation,
            {"enterpriseNumber": enterprise_number},
            lambda content: read_employer(content, consultation.ticket, enterprise_number),
        )

    def person(self, ssin: str, consultation: Consultation) -> Answered[PersonAnswer]:
        """Whether the registers know a living person under this number, and no newer one."""
        return self._ask(
            Operation.PERSON,
            consultation,
            {"ssin": ssin},
            lambda content: read_person(content, consultation.ticket, ssin),
        )

    def declared_wages(
        self, ssin: str, enterprise_number: str, quarters: Sequence[str], consultation: Consultation
    ) -> Answered[WagesAnswer]:
        """What this employer declared for this worker in the given quarters ("2025Q3"), at least one."""
        return self._ask(
            Operation.DECLARED_WAGES,
            consultation,
            {"ssin": ssin, "enterpriseNumber": enterprise_number, "quarters": list(quarters)},
            lambda content: read_wages(content, consultation.ticket, enterprise_number, quarters),
        )

    def declared_employment(
        self, ssin: str, since: date, until: date, consultation: Consultation
    ) -> Answered[EmploymentAnswer]:
        """The employments declared for the worker that touch the days from `since` to `until`, both included."""
        return self._ask(
            Operation.DECLARED_EMPLOYMENT,
            consultation,
            {"ssin": ssin, "beginDate": since.isoformat(), "endDate": until.isoformat()},
            lambda content: read_employment(content, consultation.ticket, since, until),
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
        return self._ask(
            Operation.REGISTRATION,
            consultation,
            {"ssin": ssin, "action": action.value},
            lambda content: read_registration(content, consultation.ticket, action),
        ).exchange

    def _ask(
        self,
        operation: Operation,
        consultation: Consultation,
        question: Mapping[str, Value],
        read: Callable[[Content], Answer],
    ) -> Answered[Answer]:
        if not 1 <= len(consultation.ticket) <= _LONGEST_TICKET:
            raise ValueError(f"a ticket has 1 to {_LONGEST_TICKET} characters, not {len(consultation.ticket)}")
        written = self._protocol.write(operation, consultation, question)
        request = self._client.build_request(
            "POST", written.path, content=written.content, headers=dict(written.headers), timeout=self._timeout
        )
        exchange = Exchange(request_digest=self._digest(written.content))
        try:
            reply = self._reply(request)
            exchange = replace(
                self._protocol.kept_of(reply),
                request_digest=exchange.request_digest,
                reply_digest=self._digest(reply.content),
            )
            return Answered(answer=read(self._protocol.content_of(reply)), exchange=exchange)
        except FailedAttempt as failure:
            unanswered = CheckUnanswered(
                failure.reason,
                stay_away_seconds=failure.stay_away_seconds,
                replaced_by=failure.replaced_by,
                exchange=exchange,
            )
        # Raised here and not above, so that no error that knows the request hangs on to it.
        raise unanswered

    def _reply(self, request: httpx.Request) -> ReceivedReply:
        """The whole reply; raises `FailedAttempt` when there is none."""
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
        return ReceivedReply(
            status=response.status_code, retry_after=response.headers.get("Retry-After"), content=content
        )


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
