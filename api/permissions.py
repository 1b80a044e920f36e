"""Who may do what, and how far: ``permissions.toml``, read strictly, and what its words mean for a case."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, assert_never

from domain.unusable import Unusable
from infra.identity.caller import Caller, Role

PACKAGED_PERMISSIONS: Final = Path(__file__).parent / "permissions.toml"


class Action(StrEnum):
    """Everything that can be requested from the service; an action that is not here does not exist."""

    FILE_APPLICATION = "fileApplication"
    FILE_APPLICATION_BATCH = "fileApplicationBatch"
    QUERY_APPLICATIONS = "queryApplications"
    SEARCH_CASES = "searchCases"
    READ_APPLICATION = "readApplication"
    READ_ASSESSMENT = "readAssessment"
    READ_TIMELINE = "readTimeline"
    READ_DEADLINES = "readDeadlines"
    ATTACH_DOCUMENT = "attachDocument"
    READ_DOCUMENT = "readDocument"
    ADD_LABOUR_MARKET_TEST = "addLabourMarketTest"
    REQUEST_INFORMATION = "requestInformation"
    PROVIDE_INFORMATION = "provideInformation"
    ASSIGN_CASE = "assignCase"
    VERIFY_MANDATE = "verifyMandate"
    READ_FEES = "readFees"
    LIST_OPEN_FEES = "listOpenFees"
    RECORD_FEE_PAYMENT = "recordFeePayment"
    WITHDRAW_DOCUMENT = "withdrawDocument"
    VOID_FEE_PAYMENT = "voidFeePayment"
    DECIDE_ADMISSIBILITY = "decideAdmissibility"
    DECIDE_WORK_PART = "decideWorkPart"
    FORWARD_TO_IMMIGRATION_OFFICE = "forwardToImmigrationOffice"
    DECIDE_RESIDENCE_PART = "decideResidencePart"
    WITHDRAW_APPLICATION = "withdrawApplication"
    CORRECT_CASE = "correctCase"
    CORRECT_CLOCK = "correctClock"
    READ_SERVICE_LEVELS = "readServiceLevels"
    READ_WORK_QUEUE = "readWorkQueue"
    READ_MIGRATIONS = "readMigrations"
    REPAIR_LEGACY_RECORD = "repairLegacyRecord"
    MANAGE_WEBHOOKS = "manageWebhooks"
    CHECK_SALARY = "checkSalary"
    DRAW_UP_CHECKLIST = "drawUpChecklist"
    LOOK_UP_EMPLOYER = "lookUpEmployer"
    READ_REFERENCE_DATA = "readReferenceData"
    READ_HEALTH = "readHealth"
    READ_CONTRACT = "readContract"


class Reach(StrEnum):
    """The reach of a role for an action; the comment in the table explains each word."""

    NONE = "none"
    OWN = "own"
    FILED = "filed"
    AUTHORITY = "authority"
    ALL = "all"
    ANYONE = "anyone"


class PermissionsUnusable(Unusable):
    """The table cannot be used. Names the file, the row where there is one, and the remedy."""

    def __init__(self, *, file: str, row: str | None, problem: str, remedy: str) -> None:
        super().__init__(f"{file}{f', row {row}' if row else ''}: {problem}; {remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseParties:
    """Whose case it is. ``employer`` and ``representative`` are enterprise numbers, ``filed_by`` is a role.

    ``worker_is_caller``: whether the SSIN in the caller's token is the worker's, however that was compared.
    """

    authority: str
    employer: str
    representative: str | None
    filed_by: str
    worker_is_caller: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """The table, complete: every role has a reach for every action."""

    reaches: Mapping[tuple[Role, Action], Reach]
    descriptions: Mapping[Action, str]

    @classmethod
    def load(cls, path: Path = PACKAGED_PERMISSIONS) -> Permissions:
        """Read the table; raises :class:`PermissionsUnusable` for anything missing, unknown or contradictory."""
        return _read(path)

    def reach(self, role: Role, action: Action) -> Reach:
        """The reach of ``role`` for ``action``."""
        return self.reaches[role, action]

    def needs_token(self, action: Action) -> bool:
        """Whether only a caller with a token may ask it."""
        return any(self.reach(role, action) is not Reach.ANYONE for role in Role)

    def table_markdown(self) -> str:
        """The table as the documentation shows it."""
        head = ["Action", *Role, "What it is"]
        rows = [
            [f"`{action}`", *(self.reach(role, action) for role in Role), self.descriptions[action]]
            for action in Action
        ]
        return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *rows))


def may(caller: Caller, reach: Reach, case: CaseParties) -> bool:
    """Whether a case is within the reach that the caller's role has."""
    match reach:
        case Reach.NONE:
            return False
        case Reach.OWN:
            return _is_own(caller, case)
        case Reach.FILED:
            return _is_own(caller, case) and case.filed_by in _FILED_FOR[caller.role]
        case Reach.AUTHORITY:
            return _is_of(caller, case.authority)
        case Reach.ALL | Reach.ANYONE:
            return True
        case _:
            assert_never(reach)


def may_in(caller: Caller, reach: Reach, authority: str) -> bool:
    """Whether what is about an authority, and about no case of anybody's own, is within the reach of a role."""
    return reach in (Reach.ALL, Reach.ANYONE) or (reach is Reach.AUTHORITY and _is_of(caller, authority))


def may_file(caller: Caller, reach: Reach, case: CaseParties) -> bool:
    """Whether the caller may file this application: within its reach, and filed in the caller's role."""
    return may(caller, reach, case) and case.filed_by == caller.role


_FILED_FOR: Final[Mapping[Role, tuple[Role, ...]]] = {
    Role.EMPLOYER: (Role.EMPLOYER, Role.REPRESENTATIVE),
    Role.REPRESENTATIVE: (Role.REPRESENTATIVE,),
    Role.WORKER: (Role.WORKER,),
}
"""The roles whose applications count as filed by this role: a representative files for its employer."""


def _is_of(caller: Caller, authority: str) -> bool:
    # Of the roles that have an authority only a regulator's token may name none: it supervises all.
    return caller.authority == authority or (caller.role is Role.REGULATOR and caller.authority is None)


def _is_own(caller: Caller, case: CaseParties) -> bool:
    match caller.role:
        case Role.EMPLOYER:
            return caller.enterprise_number is not None and caller.enterprise_number == case.employer
        case Role.REPRESENTATIVE:
            return caller.enterprise_number is not None and caller.enterprise_number == case.representative
        case Role.WORKER:
            return caller.ssin is not None and case.worker_is_caller
        case Role.CASE_HANDLER | Role.OPERATIONS | Role.REGULATOR:
            return False
        case _:
            assert_never(caller.role)


def _read(path: Path) -> Permissions:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        raise PermissionsUnusable(
            file=path.name, row=None, problem=f"it cannot be read as TOML ({why})", remedy="correct or restore it"
        ) from why
    if set(table) != {"columns", "reach", "description"} or table["columns"] != list(Role):
        raise PermissionsUnusable(
            file=path.name,
            row=None,
            problem="it does not have its three parts, or not the columns",
            remedy=f"write columns = {[role.value for role in Role]}, then [reach] and [description]",
        )
    reaches: dict[tuple[Role, Action], Reach] = {}
    for action, row in _rows(path.name, "reach", table["reach"]):
        reaches |= zip(((role, action) for role in Role), _reaches_of_row(path.name, action, row), strict=True)
    descriptions = {
        action: _description_of_row(path.name, action, row)
        for action, row in _rows(path.name, "description", table["description"])
    }
    return Permissions(reaches=MappingProxyType(reaches), descriptions=MappingProxyType(descriptions))


def _rows(file: str, part: str, rows: object) -> Iterator[tuple[Action, object]]:
    """Each action with its row."""
    written = set(rows) if isinstance(rows, dict) else set()
    if not isinstance(rows, dict) or written != set(Action):
        raise PermissionsUnusable(
            file=file,
            row=part,
            problem=f"missing or unknown are {', '.join(sorted(written ^ set(Action)))}",
            remedy="write exactly one line for each action",
        )
    return ((action, rows[action]) for action in Action)


def _reaches_of_row(file: str, action: Action, row: object) -> list[Reach]:
    if not isinstance(row, list) or len(row) != len(Role) or any(word not in tuple(Reach) for word in row):
        raise PermissionsUnusable(
            file=file,
            row=f"reach / {action}",
            problem="it is no row of reaches",
            remedy=f"write {len(Role)} of {', '.join(Reach)}",
        )
    if Reach.ANYONE in row and set(row) != {Reach.ANYONE}:
        raise PermissionsUnusable(
            file=file,
            row=f"reach / {action}",
            problem="what anyone may ask needs no token of a role",
            remedy="write anyone for every role, or for none",
        )
    return [Reach(word) for word in row]


def _description_of_row(file: str, action: Action, row: object) -> str:
    if not isinstance(row, str) or not row.strip() or re.search(r"[|\n]", row) is not None:
        raise PermissionsUnusable(
            file=file,
            row=f"description / {action}",
            problem="it is no description",
            remedy="write one line of text without |",
        )
    return row
