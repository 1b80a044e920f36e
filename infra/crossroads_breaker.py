"""One circuit breaker for all calls to the Crossroads Bank.

pybreaker keeps the state (closed, open, half-open) and counts. Its own `call` is not used around a request:
it holds its lock for as long as the guarded call runs, and so would send sixteen threads through one by one.
Here the lock is held to ask for admission and to report the outcome, never while a request is under way.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import pybreaker

from infra.crossroads_replies import FailedAttempt

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)


class BreakerOpen(Exception):
    """The call was not made: too many before it failed, and it is too early to try again."""


class SharedBreaker:
    """Lets calls through until `threshold` in a row have failed, then one trial every `reset_seconds`.

    A trial that succeeds opens the way for all again. Only failures that blame the service count; any other
    outcome shows that the service is alive. Safe to use from many threads.
    """

    def __init__(self, *, threshold: int, reset_seconds: float) -> None:
        self._reset_seconds = reset_seconds
        self._next_trial_at = 0.0
        self._trial_under_way = False
        self._lock = threading.Lock()
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=threshold,
            reset_timeout=reset_seconds,
            exclude=[_shows_a_living_service],
            listeners=[_Announcer(self._opened)],
            throw_new_error_on_trip=False,
        )

    def call(self, attempt: Callable[[], Answer]) -> Answer:
        """What `attempt` returns or raises; raises `BreakerOpen` at once instead of calling it."""
        is_trial = self._admit()
        try:
            answer = attempt()
        except FailedAttempt as failure:
            self._report(failure, is_trial)
            raise
        else:
            self._report(None, is_trial)
            return answer
        finally:
            if is_trial:
                with self._lock:
                    self._trial_under_way = False

    def _admit(self) -> bool:
        """Whether this call is the trial; raises `BreakerOpen` when it may not be made."""
        with self._lock:
            if self._breaker.current_state == pybreaker.STATE_CLOSED:
                return False
            if self._trial_under_way or time.monotonic() < self._next_trial_at:
                raise BreakerOpen
            self._breaker.half_open()
            self._trial_under_way = True
            return True

    def _report(self, failure: FailedAttempt | None, is_trial: bool) -> None:
        def outcome() -> None:
            if failure is not None:
                raise failure

        with self._lock:
            # A call that set out before the breaker opened says nothing about the service of now.
            if is_trial or self._breaker.current_state == pybreaker.STATE_CLOSED:
                try:
                    self._breaker.call(outcome)
                except FailedAttempt:
                    # It has been counted, and `call` raises it to the one who asked.
                    return

    def _opened(self) -> None:
        self._next_trial_at = time.monotonic() + self._reset_seconds


class _Announcer(pybreaker.CircuitBreakerListener):
    def __init__(self, when_opened: Callable[[], None]) -> None:
        self._when_opened = when_opened

    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        if new_state.name == pybreaker.STATE_OPEN:
            self._when_opened()
        _log.warning("crossroads.breaker %s", new_state.name)


def _shows_a_living_service(error: BaseException) -> bool:
    return isinstance(error, FailedAttempt) and not error.blames_the_service
