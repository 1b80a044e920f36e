"""What somebody states of a job and a worker to learn what the law says: an application of which any part may lack.

Nothing of it is stored. The words are those of :mod:`domain.case.application`; what is not stated is not known.
:mod:`domain.case.stated_checks` says what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
from domain.law.facts import ApplicationFacts, Publication, WorkDone


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
        """Of authority and category, without which no law can be queried, those that are not stated."""
        return tuple(
            path for path, value in (("authority", self.authority), ("category", self.category)) if value is None
        )

    @property
    def document_kinds(self) -> tuple[str, ...] | None:
        """The kinds of paper that are there; None when papers are not mentioned at all."""
        return None if self.documents is None else tuple(each.kind for each in self.documents)

    def facts(self) -> ApplicationFacts | None:
        """The facts as the law looks at them; None when authority or category is not stated.

        Raises ValueError for what :func:`domain.case.stated_checks.check_stated_facts` finds wrong.
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
