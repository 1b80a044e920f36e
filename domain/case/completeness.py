"""What is sent, checked before it becomes a command: codes, check digits, dates in order, plausible amounts.

Each check gives the issues it finds, so that one answer names them all. Problems and remedies never repeat
the value that was sent: it may be somebody's name, number or pay. Whether a permit can be granted is not asked
here; bounds below are what we hold for a typing mistake, and no law.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Final

from domain.case import spellings
from domain.case.application import (
    Application,
    Document,
    Employer,
    Employment,
    GrossPay,
    LabourMarketEvidence,
    Representative,
    Transfer,
    VacancyPublication,
    Worker,
    WorkPeriod,
)
from domain.case.commands import CorrectCase
from domain.case.place_checks import municipality, municipality_within
from domain.case.refusals import InputIssue
from domain.case.value_checks import (
    INVALID_INPUT,
    OUT_OF_RANGE,
    REQUIRED_INPUT,
    Issues,
    at_most,
    day_within,
    digest,
    enterprise_number,
    euros,
    exactly_when,
    free_text,
    in_order,
    line,
    not_the_identifier,
    number_within,
    one_of,
    same_day_of_year,
)
from domain.codes import (
    AUTHORITIES,
    CATEGORIES,
    CONTRACT_ELEMENTS,
    CONTRACTS,
    DOCUMENT_KINDS,
    FILING_ROLES,
    KINDS,
    LANGUAGES,
    PAY_PERIODS,
    RECRUITMENT_CHANNELS,
    kind_of_category,
)
from domain.identifiers import EstablishmentUnitNumber, IdentifierInvalid, Ssin

HIGHEST_PAY: Final = {"year": Decimal(1_000_000), "month": Decimal("83333.33")}
"""EUR by period. Whoever earns more than this has more likely been given pay in cents."""

YEARS_AROUND_FILING: Final = 5
"""Years before or after the day of filing within which a job is expected to start."""

LONGEST_JOB_IN_YEARS: Final = 50
EARLIEST_BIRTH: Final = date(1900, 1, 1)
EARLIEST_FOUNDING: Final = date(1200, 1, 1)
"""The oldest undertakings are breweries of abbeys."""

EARLIEST_WORK_OR_VACANCY: Final = date(1950, 1, 1)
MOST_MONTHS_OF_SERVICE: Final = 600
LARGEST_DOCUMENT_IN_BYTES: Final = 100 * 1024 * 1024
PLACE_OF_WORK: Final = "employment.workplace.municipalityCode"
RESIDENCE: Final = "worker.residence.municipalityCode"


def check_application(application: Application, *, today: date) -> tuple[InputIssue, ...]:
    """All that is wrong with an application filed on ``today`` (Europe/Brussels); empty when it can be taken."""
    a, job = application, application.employment
    return tuple(
        chain(
            one_of("authority", a.authority, AUTHORITIES),
            _kind_and_category(a),
            one_of("procedureLanguage", a.procedure_language, LANGUAGES),
            one_of("filedBy", a.filed_by, FILING_ROLES),
            _filed_by_the_right_one(a),
            _employer(a.employer),
            () if a.representative is None else _representative(a.representative),
            _worker(a.worker, renewal=a.renewal, today=today),
            _job(job, today),
            *(municipality(path, code, today) for path, code in _places(a.worker, job)),
            _pay("employment.grossPay", job.gross_pay),
            () if a.labour_market_test is None else _evidence("labourMarketTest.", a.labour_market_test, today),
            () if a.transfer is None else _transfer(a.transfer),
            at_most("workHistory", a.work_history),
            *(_work_period(f"workHistory[{n}]", each, today) for n, each in enumerate(a.work_history)),
            at_most("documents", a.documents),
            *(_document(f"documents[{n}]", each) for n, each in enumerate(a.documents)),
        )
    )


def check_evidence(evidence: LabourMarketEvidence, *, today: date) -> tuple[InputIssue, ...]:
    """All that is wrong with proof of recruitment that is sent on its own."""
    return tuple(_evidence("", evidence, today))


def check_corrected_parts(correction: CorrectCase, *, today: date) -> Issues:
    """What is wrong with the parts that replace those of an application."""
    if correction.employer is not None:
        yield from _employer(correction.employer)
    if correction.worker is not None:
        yield from _worker(correction.worker, renewal=False, today=today)
    if correction.employment is not None:
        yield from _job(correction.employment, today)
        yield from _pay("employment.grossPay", correction.employment.gross_pay)

    # The file may be older than a merger, and its places be right as they are written.
    first = same_day_of_year(today, -YEARS_AROUND_FILING)
    for path, code in _places(correction.worker, correction.employment):
        yield from municipality_within(path, code, first, today)


def _places(worker: Worker | None, job: Employment | None) -> tuple[tuple[str, str], ...]:
    """The municipalities that are named, each with where it is written."""
    home = None if worker is None or worker.residence is None else worker.residence.municipality_code
    work = None if job is None else job.workplace.municipality_code
    return tuple((path, code) for path, code in ((RESIDENCE, home), (PLACE_OF_WORK, work)) if code is not None)


def _kind_and_category(a: Application) -> Issues:
    known = (*one_of("kind", a.kind, KINDS), *one_of("category", a.category, CATEGORIES))
    yield from known
    if not known and kind_of_category(a.category) != a.kind:
        yield InputIssue(
            path="category",
            code=INVALID_INPUT,
            problem=f"the category {a.category} does not belong to the kind {a.kind}",
            remedy=f"write the kind {kind_of_category(a.category)}, or choose another category",
        )


def _filed_by_the_right_one(a: Application) -> Issues:
    if a.kind == "unlimited" and a.filed_by != "worker":
        yield InputIssue(
            path="filedBy",
            code=INVALID_INPUT,
            problem="a permit of unlimited duration is asked for by the worker",
            remedy="write worker, or choose another kind of permit",
        )
    if a.filed_by == "worker" and a.kind != "unlimited":
        yield InputIssue(
            path="filedBy",
            code=INVALID_INPUT,
            problem="a worker asks for a permit of unlimited duration only; the employer asks for every other",
            remedy="write employer or representative, or choose the kind unlimited",
        )
    yield from exactly_when(
        "representative", a.representative, "filedBy is representative", due=a.filed_by == "representative"
    )
    yield from exactly_when(
        "transfer", a.transfer, "kind is intraCorporateTransfer", due=a.kind == "intraCorporateTransfer"
    )


def _employer(employer: Employer) -> Issues:
    yield from enterprise_number("employer.enterpriseNumber", employer.enterprise_number)
    yield from line("employer.name", employer.name)
    if employer.establishment_unit_number is not None:
        try:
            EstablishmentUnitNumber.parse(employer.establishment_unit_number)
        except IdentifierInvalid as why:
            yield not_the_identifier("employer.establishmentUnitNumber", why)


def _representative(representative: Representative) -> Issues:
    yield from enterprise_number("representative.enterpriseNumber", representative.enterprise_number)
    yield from line("representative.mandateReference", representative.mandate_reference)


def _worker(worker: Worker, *, renewal: bool, today: date) -> Issues:
    if worker.given_name is not None:
        yield from line("worker.givenName", worker.given_name)
    yield from line("worker.familyName", worker.family_name)
    yield from day_within("worker.birthDate", worker.birth_date, EARLIEST_BIRTH, today)
    yield from spellings.country("worker.nationality", worker.nationality)
    if worker.ssin is not None:
        try:
            Ssin.parse(worker.ssin, today=today)
        except IdentifierInvalid as why:
            yield not_the_identifier("worker.ssin", why)
    elif renewal:
        yield InputIssue(
            path="worker.ssin",
            code=REQUIRED_INPUT,
            problem="a renewal is confirmed from declared wages, which are asked for by the worker's SSIN",
            remedy="add the worker's SSIN",
        )


def _job(job: Employment, today: date) -> Issues:
    yield from line("employment.title", job.title)
    yield from one_of("employment.contract", job.contract, CONTRACTS)
    earliest, latest = same_day_of_year(today, -YEARS_AROUND_FILING), same_day_of_year(today, YEARS_AROUND_FILING)
    yield from day_within("employment.start", job.start, earliest, latest)
    if job.end is not None:
        disorder = tuple(in_order("employment.end", job.start, job.end))
        yield from disorder
        if not disorder and job.end.year - job.start.year > LONGEST_JOB_IN_YEARS:
            yield InputIssue(
                path="employment.end",
                code=OUT_OF_RANGE,
                problem=f"the job would last more than {LONGEST_JOB_IN_YEARS} years",
                remedy="leave the end out of an open-ended contract",
            )
    if not 0 < job.full_time_equivalent <= 1:
        yield InputIssue(
            path="employment.fullTimeEquivalent",
            code=OUT_OF_RANGE,
            problem="it is not above 0 and at most 1",
            remedy='write the fraction of a full-time job, such as "1.0" or "0.5"',
        )
    if job.occupation_code is not None:
        yield from spellings.occupation("employment.occupationCode", job.occupation_code)
    if job.qualification_level is not None:
        yield from number_within("employment.qualificationLevel", job.qualification_level, 1, 8)
    if job.joint_committee is not None:
        yield from spellings.joint_committee("employment.jointCommittee", job.joint_committee)
    yield from contract_elements("employment.contractStates", job.contract_states)


def contract_elements(path: str, elements: tuple[str, ...]) -> Issues:
    yield from at_most(path, elements)
    for n, each in enumerate(elements):
        yield from one_of(f"{path}[{n}]", each, CONTRACT_ELEMENTS)


def _pay(path: str, pay: GrossPay) -> Issues:
    yield from one_of(f"{path}.period", pay.period, PAY_PERIODS)
    yield from euros(f"{path}.amount", pay.amount, HIGHEST_PAY.get(pay.period, HIGHEST_PAY["year"]))


def _evidence(prefix: str, evidence: LabourMarketEvidence, today: date) -> Issues:
    yield from at_most(f"{prefix}publications", evidence.publications, at_least=1)
    for n, publication in enumerate(evidence.publications):
        yield from _publication(f"{prefix}publications[{n}]", publication, today)
    yield from at_most(f"{prefix}candidates", evidence.candidates)
    for n, candidate in enumerate(evidence.candidates):
        yield from free_text(f"{prefix}candidates[{n}]", candidate)


def _publication(path: str, publication: VacancyPublication, today: date) -> Issues:
    yield from one_of(f"{path}.channel", publication.channel, RECRUITMENT_CHANNELS)
    yield from day_within(f"{path}.from", publication.from_, EARLIEST_WORK_OR_VACANCY, today)
    yield from in_order(f"{path}.to", publication.from_, publication.to)


def _transfer(transfer: Transfer) -> Issues:
    yield from line("transfer.sendingUndertaking", transfer.sending_undertaking)
    yield from spellings.country("transfer.country", transfer.country)
    yield from number_within("transfer.priorServiceMonths", transfer.prior_service_months, 0, MOST_MONTHS_OF_SERVICE)


def _work_period(path: str, period: WorkPeriod, today: date) -> Issues:
    yield from line(f"{path}.employer", period.employer)
    yield from day_within(f"{path}.from", period.from_, EARLIEST_WORK_OR_VACANCY, today)
    yield from in_order(f"{path}.to", period.from_, period.to)
    yield from spellings.basis_of_work(f"{path}.basis", period.basis)


def _document(path: str, document: Document) -> Issues:
    yield from one_of(f"{path}.kind", document.kind, DOCUMENT_KINDS)
    yield from digest(f"{path}.sha256", document.sha256)
    yield from spellings.media_type(f"{path}.mediaType", document.media_type)
    yield from number_within(f"{path}.size", document.size, 1, LARGEST_DOCUMENT_IN_BYTES)
