"""A Crossroads Bank that a test scripts: what it answers, how slowly, and when the breaker holds it back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Event, Lock

from domain.crossroads.answers import (
    CheckUnanswered,
    DeclaredWages,
    EmployerAnswer,
    EmployerOnRegister,
    QuarterWages,
    UnansweredReason,
    WagesAnswer,
)

ACTIVE = EmployerOnRegister(enterprise_number="0202239951", name="Haven NV", active=True)
HELD_BACK = CheckUnanswered(UnansweredReason.BREAKER_OPEN, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it reached the bank; ``ssin`` and ``quarters`` for declared wages only."""

    ticket: str
    enterprise_number: str
    ssin: str | None = None
    quarters: tuple[str, ...] = ()


@dataclass
class ScriptedGateway:
    """Gives ``replies`` in turn, then that the employer is active and the pay EUR 15,000 a quarter."""

    replies: deque[object] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    before_answering: Callable[[Asked], object] = lambda _: None
    _mutex: Lock = field(default_factory=Lock)

    def employer(self, enterprise_number: str, *, ticket: str) -> EmployerAnswer:
        reply = self._reply(Asked(ticket=ticket, enterprise_number=enterprise_number))
        return ACTIVE if reply is None else reply  # type: ignore[return-value]

    def declared_wages(self, ssin: str, enterprise_number: str, quarters: Sequence[str], *, ticket: str) -> WagesAnswer:
        asked = Asked(ticket=ticket, enterprise_number=enterprise_number, ssin=ssin, quarters=tuple(quarters))
        reply = self._reply(asked)
        declared = tuple(QuarterWages(quarter=each, gross=Decimal(15_000)) for each in quarters)
        return DeclaredWages(quarters=declared) if reply is None else reply  # type: ignore[return-value]

    def _reply(self, asked: Asked) -> object:
        with self._mutex:
            self.asked.append(asked)
            reply = self.replies.popleft() if self.replies else None
        self.before_answering(asked)
        if isinstance(reply, Exception):
            raise reply
        return reply


class Gate:
    """Where questions wait until a test lets them through; ``reached`` is set by the first that comes to it."""

    def __init__(self, *, only: Callable[[Asked], bool] = lambda _: True) -> None:
        self.reached = Event()
        self._opened = Event()
        self._only = only

    def __call__(self, asked: Asked) -> None:
        if self._only(asked):
            self.reached.set()
            assert self._opened.wait(20), "the test never opened the gate"

    def open(self) -> None:
        self._opened.set()
