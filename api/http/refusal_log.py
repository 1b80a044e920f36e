"""Who was refused, for whoever watches over the service: a line each, up to so many a minute.

A line says what was refused (the status and the operation, never the address, which may name a case), to whom as far as
that is known (role and pseudonym), and under which trace id. An attacker who is refused ten thousand times fills no
disk with it: what is beyond the number is counted, and told by the first line of a later minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from starlette.types import Scope

from infra.structured_logs import get_logger

_REFUSALS: Final = frozenset({401, 403, 421, 429})
_NOT_FOUND: Final = 404
"""To a caller who is known it may be somebody else's case, which is not told apart from none."""
_LINES_A_MINUTE: Final = 60
_SECONDS: Final = 60.0

_log = get_logger(__name__)


class RefusalLog:
    """Safe between threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds that never go back."""
        self._clock = clock
        self._mutex = Lock()
        self._minute_began = clock()
        self._lines = 0
        self._left_out = 0

    def answered(self, status: int, scope: Scope, trace_id: str) -> None:
        """Log the answer if it refuses something."""
        caller = scope.get("state", {}).get("caller")
        if status not in _REFUSALS and not (status == _NOT_FOUND and caller is not None):
            return
        before = self._left_out_before()
        if before is None:
            return
        _log.warning(
            "request.refused",
            status=status,
            operation=getattr(scope.get("route"), "name", "-"),
            caller=caller or "-",
            trace=trace_id,
            **({"left_out_before": before} if before else {}),
        )

    def _left_out_before(self) -> int | None:
        """How many lines were left out before this one; None where this one is left out too."""
        with self._mutex:
            now = self._clock()
            if now - self._minute_began >= _SECONDS:
                self._minute_began, self._lines = now, 0
            if self._lines >= _LINES_A_MINUTE:
                self._left_out += 1
                return None
            self._lines += 1
            before, self._left_out = self._left_out, 0
            return before
