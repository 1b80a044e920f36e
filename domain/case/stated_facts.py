"""What somebody states of a job and a worker to learn what the law says: an application of which any part may lack.

Nothing of it is stored. The words are those of :mod:`domain.case.application`; what is not stated is not known. The
checks are those of filing, with its day in the place of today; bounds are against typing mistakes, and no law.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final, TypeVar

from domain.case import spellings
from domain.case.completeness import (
    EARLIEST_BIRTH,
    EARLIEST_FOUNDING,
    EARLIEST_WORK_OR_VACANCY,
    HIGHEST_PAY,
    LARGEST_DOCUMENT_IN_BYTES,
    LONGEST_JOB_IN_YEARS,
    MOST_MONTHS_OF_SERVICE,
    PLACE_OF_WORK,
    RESIDENCE,
    YEARS_AROUND_FILING,
    contract_elements,
)
from domain.case.place_checks import municipality
from domain.case.refusals import InputIssue
from domain.case.stated_parts import (
    StatedDocument,
    StatedEmployer,
    StatedEmployment,
    StatedEvidence,
    StatedPay,
    StatedPlace,
    StatedPublication,
    StatedRepresentative,
    StatedTransfer,
    StatedWorker,
    StatedWorkPeriod,
)
from domain.case.value_checks import (
    INVALID_INPUT,
    INVALID_PERIOD,
    OUT_OF_RANGE,
    Issues,
    at_most,
    day_within,
    digest,
    enterprise_number,
    euros,
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
from domain.law.facts import ApplicationFacts, Publication, WorkDone

LATEST_DAY: Final = date(2199, 12, 31)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFacts:
    """Facts for an assessment on the day of filing, past, present or planned.

    An empty ``work_history`` or ``documents`` states that there is none; one that lacks states nothing.
    """

    filed_on: date
    authority: str | None = None
    kind: str | None = None
    category: str | None = None
    renewal: bool | None = None
    change_of_employer: bool | None = None
    procedure_language: str | None = None
    filed_by: str | None = None
    employer: StatedEmployer | None = None
    representative: StatedRepresentative | None = None
    worker: StatedWorker | None = None
    employment: StatedEmployment | None = None
    labour_market_test: StatedEvidence | None = None
    transfer: StatedTransfer | None = None
    work_history: tuple[StatedWorkPeriod, ...] | None = None
    documents: tuple[StatedDocument, ...] | None = None
    admissible_on: date | None = None
    decided_on: date | None = None
    permit_expires_on: date | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Of authority and category, without which no law can be asked, those that are not stated."""
        return tuple(
            path for path, value in (("authority", self.authority), ("category", self.category)) if value is None
        )

    @property
    def document_kinds(self) -> tuple[str, ...] | None:
        """The kinds of paper that are there; None when papers are not mentioned at all."""
        return None if self.documents is None else tuple(each.kind for each in self.documents)

    def facts(self) -> ApplicationFacts | None:
        """The facts as the law looks at them; None when authority or category is not stated.

        Raises ValueError for what :func:`check_stated_facts` finds wrong.
        """
        if self.authority is None or self.category is None:
            return None
        job, worker = self.employment or StatedEmployment(), self.worker or StatedWorker()
        employer = self.employer or StatedEmployer()
        pay, evidence = job.gross_pay or StatedPay(), self.labour_market_test or StatedEvidence()
        return ApplicationFacts(
            authority=self.authority,
            category=self.category,
            filed_on=self.filed_on,
            contract=job.contract,
            gross_pay=pay.amount,
            pay_period=pay.period,
            publications=_publications(evidence.publications),
            admissible_on=self.admissible_on,
            decided_on=self.decided_on,
            employment_start=job.start,
            employment_end=job.end,
            full_time_equivalent=job.full_time_equivalent,
            qualification_level=job.qualification_level,
            occupation_code=job.occupation_code,
            municipality_code=_code_of(job.workplace),
            birth_date=worker.birth_date,
            nationality=worker.nationality,
            renewal=self.renewal,
            change_of_employer=self.change_of_employer,
            filed_by=self.filed_by,
            mandate_reference=None if self.representative is None else self.representative.mandate_reference,
            prior_service_months=None if self.transfer is None else self.transfer.prior_service_months,
            work_history=_work_done(self.work_history),
            permit_expires_on=self.permit_expires_on,
            establishment_unit_municipality=_code_of(employer.establishment_unit),
            registered_office_municipality=_code_of(employer.registered_office),
            residence_municipality=_code_of(worker.residence),
            family_in_belgium=worker.family_in_belgium,
            employer_founded_on=employer.founded_on,
            employer_has_staff=employer.has_staff,
            employer_active=employer.active,
            employer_has_debts=employer.has_debts,
            contract_states=job.contract_states or None,
        )


def _code_of(place: StatedPlace | None) -> str | None:
    return None if place is None else place.municipality_code


def _publications(stated: tuple[StatedPublication, ...] | None) -> tuple[Publication, ...] | None:
    if stated is None:
        return None
    return tuple(Publication(channel=each.channel, published_from=each.from_, published_to=each.to) for each in stated)


def _work_done(stated: tuple[StatedWorkPeriod, ...] | None) -> tuple[WorkDone, ...] | None:
    if stated is None:
        return None
    return tuple(WorkDone(from_=each.from_, to=each.to, basis=each.basis) for each in stated)


def check_stated_facts(stated: StatedFacts) -> tuple[InputIssue, ...]:
    """All that is wrong with the facts; empty when they can be judged. No day of today enters."""
    s = stated
    filing = tuple(day_within("filedOn", s.filed_on, EARLIEST_WORK_OR_VACANCY, LATEST_DAY))
    return tuple(
        chain(
            filing,
            _optional_codes(s),
            () if s.employer is None else _employer(s.employer),
            () if s.representative is None else _representative(s.representative),
            () if s.worker is None else _worker(s.worker),
            () if s.employment is None else _job(s.employment),
            () if s.labour_market_test is None else _evidence(s.labour_market_test),
            () if s.transfer is None else _transfer(s.transfer),
            _each("workHistory", s.work_history, _work_period),
            _each("documents", s.documents, _document),
            _places(s, None if filing else s.filed_on),
            # Days are compared with the day of filing only where that is one.
            () if filing else _days_around_filing(s),
        )
    )


def _optional_codes(s: StatedFacts) -> Issues:
    for path, code, allowed in (
        ("authority", s.authority, AUTHORITIES),
        ("kind", s.kind, KINDS),
        ("category", s.category, CATEGORIES),
        ("procedureLanguage", s.procedure_language, LANGUAGES),
        ("filedBy", s.filed_by, FILING_ROLES),
    ):
        if code is not None:
            yield from one_of(path, code, allowed)
    if s.kind in KINDS and s.category in CATEGORIES and kind_of_category(s.category) != s.kind:
        yield InputIssue(
            path="category",
            code=INVALID_INPUT,
            problem=f"the category {s.category} does not belong to the kind {s.kind}",
            remedy=f"write the kind {kind_of_category(s.category)} or leave it out, or choose another category",
        )


def _employer(employer: StatedEmployer) -> Issues:
    if employer.enterprise_number is not None:
        yield from enterprise_number("employer.enterpriseNumber", employer.enterprise_number)
    if employer.name is not None:
        yield from line("employer.name", employer.name)
    if employer.founded_on is not None:
        yield from day_within("employer.foundedOn", employer.founded_on, EARLIEST_FOUNDING, LATEST_DAY)
    if employer.establishment_unit_number is not None:
        try:
            EstablishmentUnitNumber.parse(employer.establishment_unit_number)
        except IdentifierInvalid as why:
            yield not_the_identifier("employer.establishmentUnitNumber", why)


def _representative(representative: StatedRepresentative) -> Issues:
    if representative.enterprise_number is not None:
        yield from enterprise_number("representative.enterpriseNumber", representative.enterprise_number)
    if representative.mandate_reference is not None:
        yield from line("representative.mandateReference", representative.mandate_reference)


def _worker(worker: StatedWorker) -> Issues:
    if worker.given_name is not None:
        yield from line("worker.givenName", worker.given_name)
    if worker.family_name is not None:
        yield from line("worker.familyName", worker.family_name)
    if worker.nationality is not None:
        yield from spellings.country("worker.nationality", worker.nationality)


def _job(job: StatedEmployment) -> Issues:
    if job.title is not None:
        yield from line("employment.title", job.title)
    if job.contract is not None:
        yield from one_of("employment.contract", job.contract, CONTRACTS)
    if job.gross_pay is not None:
        yield from _pay("employment.grossPay", job.gross_pay)
    if job.start is not None and job.end is not None:
        disorder = tuple(in_order("employment.end", job.start, job.end))
        yield from disorder
        if not disorder and job.end.year - job.start.year > LONGEST_JOB_IN_YEARS:
            yield InputIssue(
                path="employment.end",
                code=OUT_OF_RANGE,
                problem=f"the job would last more than {LONGEST_JOB_IN_YEARS} years",
                remedy="leave the end out of an open-ended contract",
            )
    if job.full_time_equivalent is not None and not 0 < job.full_time_equivalent <= 1:
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


def _places(s: StatedFacts, day: date | None) -> Issues:
    """The municipalities by their codes on the day of filing."""
    employer, worker, job = s.employer or StatedEmployer(), s.worker or StatedWorker(), s.employment
    for path, place in (
        ("employer.establishmentUnit.municipalityCode", employer.establishment_unit),
        ("employer.registeredOffice.municipalityCode", employer.registered_office),
        (PLACE_OF_WORK, None if job is None else job.workplace),
        (RESIDENCE, worker.residence),
    ):
        code = _code_of(place)
        if code is not None:
            yield from municipality(path, code, day)


def _pay(path: str, pay: StatedPay) -> Issues:
    if pay.period is not None:
        yield from one_of(f"{path}.period", pay.period, PAY_PERIODS)
    if pay.amount is not None:
        yield from euros(f"{path}.amount", pay.amount, HIGHEST_PAY.get(pay.period or "year", HIGHEST_PAY["year"]))


def _evidence(evidence: StatedEvidence) -> Issues:
    yield from _each("labourMarketTest.publications", evidence.publications, _publication)
    yield from _each("labourMarketTest.candidates", evidence.candidates, free_text)


def _publication(path: str, publication: StatedPublication) -> Issues:
    """A vacancy may still stand, or stand again, after filing: the law counts the days before."""
    yield from one_of(f"{path}.channel", publication.channel, RECRUITMENT_CHANNELS)
    yield from day_within(f"{path}.from", publication.from_, EARLIEST_WORK_OR_VACANCY, LATEST_DAY)
    yield from in_order(f"{path}.to", publication.from_, publication.to)


def _transfer(transfer: StatedTransfer) -> Issues:
    if transfer.sending_undertaking is not None:
        yield from line("transfer.sendingUndertaking", transfer.sending_undertaking)
    if transfer.country is not None:
        yield from spellings.country("transfer.country", transfer.country)
    if transfer.prior_service_months is not None:
        yield from number_within(
            "transfer.priorServiceMonths", transfer.prior_service_months, 0, MOST_MONTHS_OF_SERVICE
        )


def _work_period(path: str, period: StatedWorkPeriod) -> Issues:
    if period.employer is not None:
        yield from line(f"{path}.employer", period.employer)
    yield from in_order(f"{path}.to", period.from_, period.to)
    yield from spellings.basis_of_work(f"{path}.basis", period.basis)


def _document(path: str, document: StatedDocument) -> Issues:
    yield from one_of(f"{path}.kind", document.kind, DOCUMENT_KINDS)
    if document.sha256 is not None:
        yield from digest(f"{path}.sha256", document.sha256)
    if document.media_type is not None:
        yield from spellings.media_type(f"{path}.mediaType", document.media_type)
    if document.size is not None:
        yield from number_within(f"{path}.size", document.size, 1, LARGEST_DOCUMENT_IN_BYTES)


def _days_around_filing(s: StatedFacts) -> Issues:
    """Days that are impossible beside the day of filing, or out of the order in which they happen."""
    filed = s.filed_on
    if s.worker is not None and s.worker.birth_date is not None:
        yield from day_within("worker.birthDate", s.worker.birth_date, EARLIEST_BIRTH, filed)
    if s.worker is not None and s.worker.ssin is not None:
        try:
            Ssin.parse(s.worker.ssin, today=filed)
        except IdentifierInvalid as why:
            yield not_the_identifier("worker.ssin", why)
    if s.employment is not None and s.employment.start is not None:
        earliest, latest = same_day_of_year(filed, -YEARS_AROUND_FILING), same_day_of_year(filed, YEARS_AROUND_FILING)
        yield from day_within("employment.start", s.employment.start, earliest, latest)
    for n, period in enumerate(s.work_history or ()):
        yield from day_within(f"workHistory[{n}].from", period.from_, EARLIEST_WORK_OR_VACANCY, filed)
    yield from _not_before("admissibleOn", s.admissible_on, filed)
    yield from _not_before("decidedOn", s.decided_on, max(filed, s.admissible_on or filed))
    if s.permit_expires_on is not None:
        yield from day_within("permitExpiresOn", s.permit_expires_on, EARLIEST_WORK_OR_VACANCY, LATEST_DAY)


def _not_before(path: str, day: date | None, earlier: date) -> Issues:
    if day is not None and day < earlier:
        yield InputIssue(
            path=path,
            code=INVALID_PERIOD,
            problem="it lies before a step of the procedure that comes first",
            remedy="write the days of filing, admission and decision in their order",
        )
    elif day is not None:
        yield from day_within(path, day, earlier, LATEST_DAY)


def _each(path: str, entries: Sequence[T] | None, check: Callable[[str, T], Issues]) -> Issues:
    yield from at_most(path, entries or ())
    for n, entry in enumerate(entries or ()):
        yield from check(f"{path}[{n}]", entry)
