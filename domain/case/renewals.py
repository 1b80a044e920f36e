"""An application that renews a permit names the application of that permit: of the same worker, with the same employer.

Who changes employer applies for the first time. That there is such an application within the filer's reach is for the
caller's border to know, and nothing is said of one that is not: it is as absent as one that never was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from domain.case.application import Application, Worker
from domain.case.lifecycle import Case
from domain.case.refusals import InputIssue
from domain.case.value_checks import INVALID_INPUT

RENEWAL_OF: Final = "renewalOf"


def no_predecessor() -> InputIssue:
    """There is no such application, or none that the filer may read."""
    return _wrong("you have no such application", "write the id of an application that you can read, or leave it out")


def check_named_renewal(application: Application) -> Iterator[InputIssue]:
    """What is wrong with naming an application that is renewed at all."""
    if application.renewal_of is None:
        return
    if application.change_of_employer:
        yield _wrong(
            "who changes employer applies for the first time, and renews nothing", "leave out renewalOf and renewal"
        )
    elif not application.renewal:
        yield _wrong("only a renewal names the application that it renews", "write renewal true, or leave it out")


def check_predecessor(application: Application, before: Case) -> Iterator[InputIssue]:
    """Whether the application that is renewed is of the same worker and employer."""
    if not _is_of(application.worker, before):
        yield _wrong(
            "the application that it names is not of this worker", "correct the worker, or leave out renewalOf"
        )
    if application.employer.enterprise_number != before.employer_number:
        yield _wrong(
            "the application that it names is not with this employer",
            "apply for the first time with changeOfEmployer, or correct the employer",
        )


def _is_of(worker: Worker, before: Case) -> bool:
    """By the worker's number; a first application often has none yet (FACTS 5.1), and then by birth and nationality."""
    if before.worker_numbers:
        return worker.ssin in before.worker_numbers
    born = before.facts.birth_date
    return born is not None and (worker.birth_date, worker.nationality) == (born, before.facts.nationality)


def _wrong(problem: str, remedy: str) -> InputIssue:
    return InputIssue(path=RENEWAL_OF, code=INVALID_INPUT, problem=problem, remedy=remedy)
