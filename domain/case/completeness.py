"""What is sent, checked before it becomes a command: codes, check digits, dates in order, plausible amounts.

Each check gives the issues it finds, so that one answer names them all. Problems and remedies never repeat
the value that was sent: it may be somebody's name, number or pay. Whether a permit can be granted is not checked
here. What each field has to be is in :mod:`domain.case.application_fields`; here is what a filing needs beyond.
"""

from __future__ import annotations

from datetime import date
from itertools import chain

from domain.case.application import Application, Employment, LabourMarketEvidence, Worker
from domain.case.application_fields import (
    DOCUMENT,
    EMPLOYER,
    PAY,
    PERMIT,
    POSITION,
    PROCEDURE,
    RENEWED,
    REPRESENTATIVE,
    TERMS,
    TRANSFER,
    WORK_PERIOD,
    WORKER,
    YEARS_AROUND_FILING,
    category_of_another_kind,
    evidence_of_recruitment,
    walk,
    walk_each,
)
from domain.case.commands import CorrectCase
from domain.case.place_checks import PLACE_OF_WORK, RESIDENCE, municipality, municipality_within
from domain.case.refusals import InputIssue
from domain.case.value_checks import INVALID_INPUT, REQUIRED_INPUT, Issues, exactly_when, same_day_of_year

_OTHER_KIND = "write the kind {kind}, or choose another category"


def check_application(application: Application, *, today: date) -> tuple[InputIssue, ...]:
    """All that is wrong with an application filed on ``today`` (Europe/Brussels); empty when it can be taken."""
    a, job = application, application.employment
    return tuple(
        chain(
            walk(PERMIT, "", a, today),
            category_of_another_kind(a.kind, a.category, _OTHER_KIND),
            walk(PROCEDURE, "", a, today),
            _filed_by_the_right_one(a),
            walk(EMPLOYER, "employer.", a.employer, today),
            walk(REPRESENTATIVE, "representative.", a.representative, today),
            walk(WORKER, "worker.", a.worker, today),
            _number_for_a_renewal(a),
            walk(RENEWED, "", a, today),
            walk(POSITION, "employment.", job, today),
            walk(TERMS, "employment.", job, today),
            *(municipality(path, code, today) for path, code in _places(a.worker, job)),
            walk(PAY, "employment.grossPay.", job.gross_pay, today),
            evidence_of_recruitment("labourMarketTest.", a.labour_market_test, today, at_least=1),
            walk(TRANSFER, "transfer.", a.transfer, today),
            walk_each(WORK_PERIOD, "workHistory", a.work_history, today),
            walk_each(DOCUMENT, "documents", a.documents, today),
        )
    )


def check_evidence(evidence: LabourMarketEvidence, *, today: date) -> tuple[InputIssue, ...]:
    """All that is wrong with proof of recruitment that is sent on its own."""
    return tuple(evidence_of_recruitment("", evidence, today, at_least=1))


def check_corrected_parts(correction: CorrectCase, *, today: date) -> Issues:
    """What is wrong with the parts that replace those of an application."""
    worker, job = correction.worker, correction.employment
    yield from walk(EMPLOYER, "employer.", correction.employer, today)
    yield from walk(WORKER, "worker.", worker, today)
    yield from walk(POSITION, "employment.", job, today)
    yield from walk(TERMS, "employment.", job, today)
    yield from walk(PAY, "employment.grossPay.", None if job is None else job.gross_pay, today)

    # The file may be older than a merger, and its places be right as they are written.
    first = same_day_of_year(today, -YEARS_AROUND_FILING)
    for path, code in _places(worker, job):
        yield from municipality_within(path, code, first, today)


def _places(worker: Worker | None, job: Employment | None) -> tuple[tuple[str, str], ...]:
    """The municipalities that are named, each with where it is written."""
    home = None if worker is None or worker.residence is None else worker.residence.municipality_code
    work = None if job is None else job.workplace.municipality_code
    return tuple((path, code) for path, code in ((RESIDENCE, home), (PLACE_OF_WORK, work)) if code is not None)


def _filed_by_the_right_one(a: Application) -> Issues:
    if a.kind == "unlimited" and a.filed_by != "worker":
        yield InputIssue(
            path="filedBy",
            code=INVALID_INPUT,
            problem="a permit of unlimited duration is applied for by the worker",
            remedy="write worker, or choose another kind of permit",
        )
    if a.filed_by == "worker" and a.kind != "unlimited":
        yield InputIssue(
            path="filedBy",
            code=INVALID_INPUT,
            problem="a worker applies only for a permit of unlimited duration; the employer applies for every other",
            remedy="write employer or representative, or choose the kind unlimited",
        )
    yield from exactly_when(
        "representative", a.representative, "filedBy is representative", due=a.filed_by == "representative"
    )
    yield from exactly_when(
        "transfer", a.transfer, "kind is intraCorporateTransfer", due=a.kind == "intraCorporateTransfer"
    )


def _number_for_a_renewal(a: Application) -> Issues:
    if a.renewal and a.worker.ssin is None:
        yield InputIssue(
            path="worker.ssin",
            code=REQUIRED_INPUT,
            problem="a renewal is confirmed from declared wages, which are requested by the worker's SSIN",
            remedy="add the worker's SSIN",
        )
