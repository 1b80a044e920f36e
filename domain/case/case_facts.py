"""From what events say to the facts the law looks at. What is withheld or was not given is not known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TypedDict

from domain.case.application import VacancyPublication, Worker, WorkPeriod
from domain.case.events import JobOffered
from domain.case.personal_data import Personal, revealed
from domain.law.facts import Publication, WorkDone


class WorkerFacts(TypedDict):
    birth_date: date | None
    nationality: str | None
    residence_municipality: str | None
    family_in_belgium: bool | None


class JobFacts(TypedDict):
    contract: str
    employment_start: date
    employment_end: date | None
    full_time_equivalent: Decimal
    qualification_level: int | None
    occupation_code: str | None
    municipality_code: str
    contract_states: tuple[str, ...] | None


def of_worker(worker: Personal[Worker | None]) -> WorkerFacts:
    known = revealed(worker)
    return WorkerFacts(
        birth_date=None if known is None else known.birth_date,
        nationality=None if known is None else known.nationality,
        residence_municipality=None if known is None or known.residence is None else known.residence.municipality_code,
        family_in_belgium=None if known is None else known.family_in_belgium,
    )


def of_job(job: JobOffered) -> JobFacts:
    return JobFacts(
        contract=job.contract,
        employment_start=job.start,
        employment_end=job.end,
        full_time_equivalent=job.full_time_equivalent,
        qualification_level=job.qualification_level,
        occupation_code=job.occupation_code,
        municipality_code=job.workplace.municipality_code,
        contract_states=job.contract_states or None,
    )


def of_publications(publications: Iterable[VacancyPublication]) -> tuple[Publication, ...]:
    return tuple(
        Publication(channel=each.channel, published_from=each.from_, published_to=each.to) for each in publications
    )


def of_work_history(history: Personal[tuple[WorkPeriod, ...]]) -> tuple[WorkDone, ...] | None:
    """An application without earlier work says nothing about it: nobody is asked to prove a negative."""
    known = revealed(history)
    return tuple(WorkDone(from_=each.from_, to=each.to, basis=each.basis) for each in known) if known else None
