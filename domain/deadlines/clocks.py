"""The clocks of a case on a day, each with its derivation, and the alarms they have given.

All of it is a pure function of the dated facts of the case and of the data; nothing here is stored as truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from domain.codes import AUTHORITIES
from domain.deadlines.derivation import DerivationStep, derived_from_target, derived_from_term
from domain.deadlines.pauses import Pause
from domain.deadlines.service_levels import ServiceStatus, ServiceTarget, status_on
from domain.law.procedural_terms import ProceduralTerms
from domain.law.working_days import WorkingDays

TARGET: Final = "target"
DECISION: Final = "decision"
WORK_PART: Final = "workPart"
ANSWER: Final = "answer"
FORWARDING: Final = "forwarding"

CLOCKS: Final = (TARGET, DECISION, WORK_PART, ANSWER, FORWARDING)
"""Clocks of a case; those of law bear the name of the purpose of their term."""

WARNED: Final = "warned"
BREACHED: Final = "breached"


class ClockState(StrEnum):
    """``paused`` is only ever the target: no legal text was found by which a pause suspends a term of law."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTimes:
    """What clocks are derived from; days are Europe/Brussels civil days, None for what has not happened.

    ``information_requested_on`` is the day of the request that is open, None when none is. ``closed_on`` is the
    day on which the case ended, however it ended.
    """

    authority: str
    category: str
    filed_on: date
    pauses: tuple[Pause, ...] = ()
    admissible_on: date | None = None
    information_requested_on: date | None = None
    work_part_decided_on: date | None = None
    forwarded_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """The data behind the clocks: targets by authority, terms of law, and the calendar that some of them roll by."""

    targets: Mapping[str, ServiceTarget]
    terms: ProceduralTerms
    working_days: WorkingDays

    @staticmethod
    @cache
    def load() -> ClockRules:
        """The packaged data, read once a process. Raises LawDataUnusable for the first thing that is wrong."""
        return ClockRules(
            targets={authority: ServiceTarget.load(authority) for authority in AUTHORITIES},
            terms=ProceduralTerms.load(),
            working_days=WorkingDays.load(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock as it is on the given day; ``due_on`` is the last day in time.

    ``term_id`` names the target or the term of law, ``on_expiry`` what the law makes of its end (``none`` when
    nothing). A stopped clock is as it was on ``stopped_on``.
    """

    id: str
    term_id: str
    starts_on: date
    due_on: date
    at_risk_from: date | None
    stopped_on: date | None
    state: ClockState
    status: ServiceStatus
    on_expiry: str
    derivation: tuple[DerivationStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A clock ``warned`` or was ``breached``. ``crossed_on`` is the first day on which that was true.

    ``due_on`` is the last day in time as of ``crossed_on``.
    """

    clock: str
    kind: str
    due_on: date
    crossed_on: date


def clocks_of(times: CaseTimes, rules: ClockRules, on: date, *, explained: bool = True) -> tuple[Clock, ...]:
    """The clocks that had started by ``on``, in the order of ``CLOCKS``, as they were on that day.

    Deriving a day is quick, writing down how costs three times as much: it is made only on request.
    A target that is not yet in force on ``on``, or was not when the case closed, makes no clock.
    """
    target = _target_clock(times, rules, on, explained)
    return (() if target is None else (target,)) + tuple(_legal_clocks(times, rules, on, explained))


def alarms_due(times: CaseTimes, rules: ClockRules, on: date) -> tuple[Alarm, ...]:
    """The warnings and breaches that the clocks of an open case have given by ``on``; a closed case gives none.

    Asked later it answers the same: ``crossed_on`` does not depend on ``on``. A clock that stopped in time is
    silent, and one that stopped late keeps the alarms it gave before.
    """
    if times.closed_on is not None and times.closed_on <= on:
        return ()
    alarms: list[Alarm] = []
    for clock in clocks_of(times, rules, on, explained=False):
        last = on if clock.stopped_on is None else clock.stopped_on
        given = _target_alarms(times, rules) if clock.id == TARGET else _legal_alarms(clock)
        alarms.extend(alarm for alarm in given if alarm.crossed_on <= last)
    return tuple(alarms)


def _target_clock(times: CaseTimes, rules: ClockRules, on: date, explained: bool) -> Clock | None:
    target = rules.targets.get(times.authority)
    stopped_on = _earliest_by(on, times.closed_on)
    measured = stopped_on or on
    if target is None or on < times.filed_on or measured < target.valid_from:
        return None
    paused = any(each.covers(on) for each in times.pauses)
    return Clock(
        id=TARGET,
        term_id=target.id,
        starts_on=times.filed_on,
        due_on=target.due_on(times.filed_on, times.pauses, measured),
        at_risk_from=target.at_risk_from(times.filed_on, times.pauses, measured),
        stopped_on=stopped_on,
        state=ClockState.STOPPED if stopped_on else ClockState.PAUSED if paused else ClockState.RUNNING,
        status=target.status(times.filed_on, measured, times.pauses),
        on_expiry="none",
        derivation=derived_from_target(target, times.filed_on, times.pauses, measured) if explained else (),
    )


def _legal_clocks(times: CaseTimes, rules: ClockRules, on: date, explained: bool) -> Iterator[Clock]:
    runs = (
        (DECISION, times.admissible_on, None),
        (WORK_PART, times.admissible_on, times.work_part_decided_on),
        (ANSWER, times.information_requested_on, None),
        (FORWARDING, times.admissible_on, times.forwarded_on),
    )
    for clock_id, starts_on, ended_on in runs:
        if starts_on is None or starts_on > on:
            continue
        term = rules.terms.in_force(clock_id, times.authority, times.category, starts_on)
        if term is None:
            continue
        stopped_on = _earliest_by(on, ended_on, times.closed_on)
        due_on = term.ends_on(starts_on, rules.working_days)
        at_risk_from = term.at_risk_from(due_on)
        yield Clock(
            id=clock_id,
            term_id=term.id,
            starts_on=starts_on,
            due_on=due_on,
            at_risk_from=at_risk_from,
            stopped_on=stopped_on,
            state=ClockState.STOPPED if stopped_on else ClockState.RUNNING,
            status=status_on(stopped_on or on, due_on=due_on, at_risk_from=at_risk_from),
            on_expiry=term.on_expiry,
            derivation=derived_from_term(term, starts_on, times.pauses, stopped_on or on, rules.working_days)
            if explained
            else (),
        )


def _target_alarms(times: CaseTimes, rules: ClockRules) -> Iterator[Alarm]:
    target = rules.targets[times.authority]
    crossings = (
        (WARNED, target.warned_on(times.filed_on, times.pauses)),
        (BREACHED, target.breached_on(times.filed_on, times.pauses)),
    )
    for kind, crossed_on in crossings:
        if crossed_on is not None:
            due_on = target.due_on(times.filed_on, times.pauses, crossed_on)
            yield Alarm(clock=TARGET, kind=kind, due_on=due_on, crossed_on=crossed_on)


def _legal_alarms(clock: Clock) -> Iterator[Alarm]:
    if clock.at_risk_from is not None:
        yield Alarm(clock=clock.id, kind=WARNED, due_on=clock.due_on, crossed_on=clock.at_risk_from)
    yield Alarm(clock=clock.id, kind=BREACHED, due_on=clock.due_on, crossed_on=clock.due_on + timedelta(days=1))


def _earliest_by(on: date, *days: date | None) -> date | None:
    """The earliest of the days that has come by ``on``."""
    return min((day for day in days if day is not None and day <= on), default=None)
