"""Facts that somebody states for an assessment, checked as far as they go.

The checks are those of filing, with its day in the place of today; bounds are against typing mistakes, and no law.
"""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TypeVar

from domain.case.application_fields import (
    DOCUMENT,
    EARLIEST_WORK_OR_VACANCY,
    EMPLOYER,
    LATEST_DAY,
    PAY,
    PERMIT,
    POSITION,
    PROCEDURE,
    REPRESENTATIVE,
    TERMS,
    TRANSFER,
    WORK_PERIOD,
    WORKER,
    Fields,
    apart_from_filing,
    beside_filing,
    category_of_another_kind,
    evidence_of_recruitment,
    walk,
    walk_each,
)
from domain.case.place_checks import PLACE_OF_WORK, RESIDENCE, municipality
from domain.case.refusals import InputIssue
from domain.case.stated_facts import StatedFacts
from domain.case.stated_parts import StatedEmployer, StatedEmployment, StatedWorker
from domain.case.value_checks import INVALID_PERIOD, Issues, day_within

P = TypeVar("P")

_OTHER_KIND = "write the kind {kind} or leave it out, or choose another category"


def check_stated_facts(stated: StatedFacts) -> tuple[InputIssue, ...]:
    """All that is wrong with the facts; empty when they can be judged. No day of today enters."""
    s = stated
    job = s.employment or StatedEmployment()
    filing = tuple(day_within("filedOn", s.filed_on, EARLIEST_WORK_OR_VACANCY, LATEST_DAY))

    def apart(fields: Fields[P], prefix: str, part: P | None) -> Issues:
        return walk(apart_from_filing(fields), prefix, part, s.filed_on)

    return tuple(
        chain(
            filing,
            apart(PERMIT, "", s),
            apart(PROCEDURE, "", s),
            category_of_another_kind(s.kind, s.category, _OTHER_KIND),
            apart(EMPLOYER, "employer.", s.employer),
            apart(REPRESENTATIVE, "representative.", s.representative),
            apart(WORKER, "worker.", s.worker),
            apart(POSITION, "employment.", job),
            apart(PAY, "employment.grossPay.", job.gross_pay),
            apart(TERMS, "employment.", job),
            # A vacancy may still be open, or open again, after filing: the law counts the days before.
            evidence_of_recruitment("labourMarketTest.", s.labour_market_test, LATEST_DAY, at_least=0),
            apart(TRANSFER, "transfer.", s.transfer),
            walk_each(apart_from_filing(WORK_PERIOD), "workHistory", s.work_history or (), s.filed_on),
            walk_each(DOCUMENT, "documents", s.documents or (), s.filed_on),
            _places(s, None if filing else s.filed_on),
            # Days are compared with the day of filing only where that is one.
            () if filing else _days_around_filing(s),
        )
    )


def _places(s: StatedFacts, day: date | None) -> Issues:
    """The municipalities by their codes on the day of filing."""
    employer, worker, job = (
        s.employer or StatedEmployer(),
        s.worker or StatedWorker(),
        s.employment or StatedEmployment(),
    )
    for path, place in (
        ("employer.establishmentUnit.municipalityCode", employer.establishment_unit),
        ("employer.registeredOffice.municipalityCode", employer.registered_office),
        (PLACE_OF_WORK, job.workplace),
        (RESIDENCE, worker.residence),
    ):
        if place is not None and place.municipality_code is not None:
            yield from municipality(path, place.municipality_code, day)


def _days_around_filing(s: StatedFacts) -> Issues:
    """Days that are impossible beside the day of filing, or out of the order in which they happen."""
    filed = s.filed_on
    yield from walk(beside_filing(WORKER), "worker.", s.worker, filed)
    yield from walk(beside_filing(TERMS), "employment.", s.employment, filed)
    for n, period in enumerate(s.work_history or ()):
        yield from walk(beside_filing(WORK_PERIOD), f"workHistory[{n}].", period, filed)
    yield from _not_before("admissibleOn", s.admissible_on, filed)
    yield from _not_before("decidedOn", s.decided_on, max(filed, s.admissible_on or filed))
    if s.permit_expires_on is not None:
        yield from day_within("permitExpiresOn", s.permit_expires_on, EARLIEST_WORK_OR_VACANCY, LATEST_DAY)


def _not_before(path: str, day: date | None, earlier: date) -> Issues:
    if day is not None and day < earlier:
        yield InputIssue(
            path=path,
            code=INVALID_PERIOD,
            problem="it lies before an earlier step of the procedure",
            remedy="write the days of filing, admission and decision in their order",
        )
    elif day is not None:
        yield from day_within(path, day, earlier, LATEST_DAY)
