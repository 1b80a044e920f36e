"""Applications of a list with what their files say.

Whose an application is, is judged by its stream, application by application, before anything of it is shown. Names and
birth dates come in one statement for all rows: those that are shown, and those that a list is searched or ordered by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from api.composition import Program
from api.permissions import Action
from api.services.access import Access, AuthorisedCaller
from api.services.cases import CaseService
from domain.case.fees import FeeStatus, fee_statuses
from domain.case.lifecycle import Case
from domain.law.findings import Verdict
from infra.postgres.read_models.case_snapshots import CaseSnapshot
from infra.postgres.read_models.people_of_cases import PeopleOfCases
from infra.postgres.read_models.row_scope import RowScope
from projections.lists.own_queries import FollowedApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Who an application is about. A name that is not on record is None; ``is_erased`` where it no longer is."""

    worker: str | None = None
    employer: str | None = None
    birth_date: date | None = None
    is_erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedApplication:
    """A row of a list with its file. ``due_on`` is when its decision is aimed at, None once it is closed.

    ``open_fees`` are those that admission waits for.
    """

    application: FollowedApplication
    names: Names
    due_on: date | None
    snapshot: CaseSnapshot
    open_fees: tuple[FeeStatus, ...]

    @property
    def case(self) -> Case:
        return self.snapshot.case

    def request(self) -> Mapping[str, Any] | None:
        """The request for information that is open, as the file has it, which is opened for this."""
        wanted = self.case.open_request
        if wanted is None:
            return None
        requests: Sequence[Mapping[str, Any]] = self.snapshot.file().body["informationRequests"]
        return next(each for each in requests if each["id"] == str(wanted.request_id))


class OpenedRows:
    """Opens rows for a caller; safe between threads."""

    def __init__(self, program: Program, access: Access, cases: CaseService) -> None:
        self._program = program
        self._access = access
        self._cases = cases
        self._people = PeopleOfCases(program.readers, program.keys, origin=program.recorder.origin)

    def open(
        self, caller: AuthorisedCaller, applications: Iterable[FollowedApplication], rows: RowScope
    ) -> tuple[OpenedApplication, ...]:
        """These applications, without any whose stream says that it is no longer the caller's.

        Raises ``NotPermitted``.
        """
        reader = self._access.authorise(caller.caller, Action.READ_APPLICATION)
        listed = {each.case_id: each for each in applications}
        judged = [(listed[each.case_id], each) for each in self._cases.within_reach(reader, listed)]
        names, due_days = self.names(each for each, _ in judged), self.due_days((each for each, _ in judged), rows)
        return tuple(
            OpenedApplication(
                application=each,
                names=names[each.case_id],
                due_on=due_days.get(each.case_id),
                snapshot=snapshot,
                open_fees=() if each.closed_on else self._open_fees(snapshot.case),
            )
            for each, snapshot in judged
        )

    def due_days(self, applications: Iterable[FollowedApplication], rows: RowScope) -> dict[UUID, date]:
        """When the decision on each that is open is aimed at, today."""
        still_open = list({each.case_id for each in applications if each.closed_on is None})
        return self._program.case_files.target_days(still_open, rows) if still_open else {}

    def names(self, applications: Iterable[FollowedApplication]) -> dict[UUID, Names]:
        """The names in many files, for searching and ordering; of a file that is not read yet nothing is known."""
        listed = tuple(applications)
        places = ((each.case_id, version) for each in listed for version in (each.worker_in, each.employer_in))
        fields = self._people.fields_at(places)
        return {
            each.case_id: _names_in(
                fields.get((each.case_id, each.worker_in), {}), fields.get((each.case_id, each.employer_in), {})
            )
            for each in listed
        }

    def judged_names(self, caller: AuthorisedCaller, applications: Iterable[FollowedApplication]) -> dict[UUID, Names]:
        """As :meth:`names`, for what is shown without being opened: of those that are the caller's by their streams."""
        reader = self._access.authorise(caller.caller, Action.READ_APPLICATION)
        listed = {each.case_id: each for each in applications}
        return self.names(listed[each.case_id] for each in self._cases.within_reach(reader, listed))

    def _open_fees(self, case: Case) -> tuple[FeeStatus, ...]:
        """What admission waits for: a fee that is not met, and whose amount is known to be missing."""
        if not case.is_open or case.admissible is not None:
            return ()
        statuses = fee_statuses(case, self._program.rulebook, self._program.today)
        return tuple(each for each in statuses if each.verdict is Verdict.NOT_MET)


def full_name(worker: Mapping[str, Any]) -> str | None:
    """The name as people write it; a record of another system may leave out a part, or all of it."""
    return " ".join(worker[each] for each in ("givenName", "familyName") if worker.get(each)) or None


def _names_in(of_worker: Mapping[str, Any] | None, of_employer: Mapping[str, Any] | None) -> Names:
    if of_worker is None or of_employer is None:
        return Names(is_erased=True)
    worker = of_worker.get("worker") or {}
    return Names(worker=full_name(worker), employer=of_employer.get("employerName"), birth_date=_birth_date(worker))


def _birth_date(worker: Mapping[str, Any]) -> date | None:
    written = worker.get("birthDate")
    return None if written is None else date.fromisoformat(written)
