"""A Crossroads Bank that a test scripts: what it answers, and when it lets a question through."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from threading import Event, Lock

from domain.crossroads.answers import (
    Consultation,
    DeclaredEmployment,
    DeclaredWages,
    EmployerAnswer,
    EmployerOnRegister,
    EmploymentAnswer,
    Exchange,
    PersonAnswer,
    PersonOnRegister,
    QuarterWages,
    WagesAnswer,
    WorkRelation,
)
from domain.crossroads.bank import Answered

ACTIVE = EmployerOnRegister(
    enterprise_number="0202239951",
    name="Haven NV",
    active=True,
    founded_on=date(1994, 3, 1),
    has_staff=True,
    has_debts=False,
)
KEPT = Exchange(code="MSG00000", ticket_cbss="ticket of the bank", request_digest="a" * 64, reply_digest="b" * 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call as it reached the bank; ``operation`` is the method's name."""

    operation: str
    consultation: Consultation
    enterprise_number: str | None = None
    ssin: str | None = None
    quarters: tuple[str, ...] = ()
    days: tuple[date, date] | None = None


@dataclass
class ScriptedBank:
    """Gives ``replies`` in turn, then that the employer is active and the pay EUR 15,000 a quarter."""

    replies: deque[object] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    before_answering: Callable[[Asked], object] = lambda _: None
    _mutex: Lock = field(default_factory=Lock)

    def operations(self) -> list[str]:
        return [each.operation for each in self.asked]

    def employer(self, enterprise_number: str, consultation: Consultation) -> Answered[EmployerAnswer]:
        asked = Asked(operation="employer", consultation=consultation, enterprise_number=enterprise_number)
        reply = self._reply(asked)
        return Answered(answer=ACTIVE if reply is None else reply, exchange=KEPT)  # type: ignore[arg-type]

    def person(self, ssin: str, consultation: Consultation) -> Answered[PersonAnswer]:
        reply = self._reply(Asked(operation="person", consultation=consultation, ssin=ssin))
        return Answered(answer=PersonOnRegister() if reply is None else reply, exchange=KEPT)  # type: ignore[arg-type]

    def declared_employment(
        self, ssin: str, since: date, until: date, consultation: Consultation
    ) -> Answered[EmploymentAnswer]:
        reply = self._reply(
            Asked(operation="declared_employment", consultation=consultation, ssin=ssin, days=(since, until))
        )
        employed = DeclaredEmployment(
            relations=(WorkRelation(enterprise_number="0202239951", start=since, last_day=None),)
        )
        return Answered(answer=employed if reply is None else reply, exchange=KEPT)  # type: ignore[arg-type]

    def declared_wages(
        self, ssin: str, enterprise_number: str, quarters: Sequence[str], consultation: Consultation
    ) -> Answered[WagesAnswer]:
        asked = Asked(
            operation="declared_wages",
            consultation=consultation,
            enterprise_number=enterprise_number,
            ssin=ssin,
            quarters=tuple(quarters),
        )
        reply = self._reply(asked)
        declared = tuple(QuarterWages(quarter=each, gross=Decimal(15_000)) for each in quarters)
        wages = DeclaredWages(quarters=declared) if reply is None else reply
        return Answered(answer=wages, exchange=KEPT)  # type: ignore[arg-type]

    def register(self, ssin: str, consultation: Consultation) -> Exchange:
        self._reply(Asked(operation="register", consultation=consultation, ssin=ssin))
        return KEPT

    def unregister(self, ssin: str, consultation: Consultation) -> Exchange:
        self._reply(Asked(operation="unregister", consultation=consultation, ssin=ssin))
        return KEPT

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
