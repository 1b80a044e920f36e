"""Asking the Crossroads Bank over HTTP, with patience that ends and never with a guess.

Every call has a time-out; what may pass is tried again after a pause of random length; when the bank fails
everybody, a breaker shared by all callers stops asking for a while. What remains unknown after that is raised
as `CheckUnanswered`. The wire is described in the docstring of the package `infra.crossroads_simulator`.

Identifiers travel in the body of a POST: an address ends up in logs.
"""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx
import tenacity

from domain.crossroads.answers import CheckUnanswered, EmployerAnswer, UnansweredReason, WagesAnswer
from infra.crossroads_breaker import BreakerOpen, SharedBreaker
from infra.crossroads_replies import FailedAttempt, read_employer, read_wages, refuse_unless_ok

_EMPLOYERS = "/crossroads/v1/employers/query"
_DECLARED_WAGES = "/crossroads/v1/declaredWages/query"
_LEGAL_CONTEXT = "SINGLE_PERMIT:WORK_PART"
_LONGEST_TICKET = 36
_LARGEST_REPLY_BYTES = 256 * 1024
_MOST_CONNECTIONS = 64
_KEEP_IDLE_CONNECTIONS_SECONDS = 3.0

Answer = TypeVar("Answer")
WireValue = str | list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPolicy:
    """How patient a question is. All times in seconds.

    timeout: the longest wait for a connection, for sending, and for the reply of one attempt.
    attempts: the most attempts of one question.
    total_budget: no attempt begins, and none waits, beyond this time after the question was put.
    backoff_base, backoff_cap: before attempt n + 1 a random pause between 0 and base * 2**(n-1), at most the
        cap ("full jitter"), on top of the time the bank itself asked to stay away (Retry-After).
    breaker_threshold: after this many failed attempts in a row, over all callers, nobody asks any more.
    breaker_reset: after this time one caller tries again, and all of them if that goes well.
    """

    timeout: float = 2.0
    attempts: int = 4
    total_budget: float = 10.0
    backoff_base: float = 0.1
    backoff_cap: float = 2.0
    breaker_threshold: int = 20
    breaker_reset: float = 5.0

    def __post_init__(self) -> None:
        if min(self.timeout, self.total_budget, self.backoff_base, self.backoff_cap, self.breaker_reset) <= 0:
            raise ValueError("every time of a call policy is more than zero seconds")
        if min(self.attempts, self.breaker_threshold) < 1:
            raise ValueError("a call policy allows at least one attempt and one failure")


class HttpCrossroadsGateway:
    """The questions a case may ask, each answered or raised as `CheckUnanswered`. Safe for many threads.

    `ticket` (1 to 36 characters, see `domain.crossroads.answers.ticket_of`) is the idempotency key: every
    attempt of one question carries it, and a reply that carries another is no answer. A ticket of another
    length is a mistake of the caller and raises ValueError.
    """

    def __init__(self, base_url: str, *, policy: CallPolicy) -> None:
        self._policy = policy
        self._breaker = SharedBreaker(threshold=policy.breaker_threshold, reset_seconds=policy.breaker_reset)
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Accept": "application/json, application/problem+json", "Accept-Encoding": "identity"},
            limits=httpx.Limits(max_connections=_MOST_CONNECTIONS, keepalive_expiry=_KEEP_IDLE_CONNECTIONS_SECONDS),
            # Personal data take no detour over a proxy that happens to stand in the environment.
            trust_env=False,
        )

    def employer(self, enterprise_number: str, *, ticket: str) -> EmployerAnswer:
        """What the enterprise register holds under this number."""
        body: dict[str, WireValue] = {"enterpriseNumber": enterprise_number}
        return self._ask(
            _EMPLOYERS,
            ticket,
            body,
            lambda content: read_employer(content, ticket=ticket, enterprise_number=enterprise_number),
        )

    def declared_wages(self, ssin: str, enterprise_number: str, quarters: Sequence[str], *, ticket: str) -> WagesAnswer:
        """What this employer declared for this worker in the given quarters ("2025Q3"), at least one."""
        body: dict[str, WireValue] = {
            "ssin": ssin,
            "enterpriseNumber": enterprise_number,
            "quarters": list(quarters),
        }
        return self._ask(
            _DECLARED_WAGES,
            ticket,
            body,
            lambda content: read_wages(content, ticket=ticket, enterprise_number=enterprise_number, quarters=quarters),
        )

    def close(self) -> None:
        """Close all connections. A question put afterwards raises RuntimeError."""
        self._client.close()

    def _ask(
        self, path: str, ticket: str, question: Mapping[str, WireValue], read: Callable[[bytes], Answer]
    ) -> Answer:
        if not 1 <= len(ticket) <= _LONGEST_TICKET:
            raise ValueError(f"a ticket has 1 to {_LONGEST_TICKET} characters, not {len(ticket)}")
        body = {"ticket": ticket, "legalContext": _LEGAL_CONTEXT, **question}
        deadline = time.monotonic() + self._policy.total_budget
        attempts = 0

        def attempt() -> Answer:
            nonlocal attempts
            attempts += 1
            return read(self._reply(path, body, deadline))

        try:
            return self._patiently(lambda: self._breaker.call(attempt))
        except FailedAttempt as failure:
            reason = failure.reason
        except BreakerOpen:
            reason = UnansweredReason.BREAKER_OPEN
        # Raised here and not above, so that no error that knows the request hangs on to it.
        raise CheckUnanswered(reason, attempts)

    def _patiently(self, attempt: Callable[[], Answer]) -> Answer:
        policy = self._policy
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, FailedAttempt) and error.is_worth_repeating
            ),
            stop=tenacity.stop_after_attempt(policy.attempts) | tenacity.stop_before_delay(policy.total_budget),
            wait=_AskedPauseAndJitter(policy),
            reraise=True,
        )
        return retrying(attempt)

    def _reply(self, path: str, body: Mapping[str, WireValue], deadline: float) -> bytes:
        """The content of a 200 reply; raises `FailedAttempt` for anything else."""
        began = time.monotonic()
        # At least a millisecond: httpx takes 0 for "at once" and has no notion of a past deadline.
        seconds = max(0.001, min(self._policy.timeout, deadline - began))
        try:
            with self._client.stream(
                "POST", path, json=body, headers={"BelGov-Trace-Id": str(uuid.uuid4())}, timeout=seconds
            ) as response:
                content = _content(response, until=began + seconds)
        except httpx.TimeoutException:
            raise FailedAttempt(UnansweredReason.TIMEOUT) from None
        except httpx.TransportError:
            raise FailedAttempt(UnansweredReason.CONNECTION_FAILED) from None
        refuse_unless_ok(response.status_code, response.headers.get("Retry-After"), content)
        return content


class _AskedPauseAndJitter(tenacity.wait.wait_base):
    """The pause the bank asked for, and on top of it a random one, so that callers do not return in step."""

    def __init__(self, policy: CallPolicy) -> None:
        self._jitter = tenacity.wait_random_exponential(multiplier=policy.backoff_base, max=policy.backoff_cap)

    def __call__(self, retry_state: tenacity.RetryCallState) -> float:
        failure = retry_state.outcome.exception() if retry_state.outcome is not None else None
        asked = failure.stay_away_seconds if isinstance(failure, FailedAttempt) else 0.0
        return asked + self._jitter(retry_state)


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
