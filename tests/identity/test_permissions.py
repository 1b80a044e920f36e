"""Permissions: the table is complete, strict, and says of every case who may touch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.permissions import (
    PACKAGED_PERMISSIONS,
    Action,
    CaseParties,
    Permissions,
    PermissionsUnusable,
    Reach,
    may,
    may_file,
    may_in,
)
from domain.codes import AUTHORITIES, FILING_ROLES
from infra.identity.caller import Caller, Role
from tests.identity.callers import CALLERS, ENTERPRISE, OTHER_ENTERPRISE, SUPERVISOR_OF_ALL

PERMISSIONS = Permissions.load()
READING = {action for action in Action if action.startswith(("read", "query", "search"))} | {
    # They are asked with a body and store nothing: everybody who is signed in may.
    Action.CHECK_SALARY,
    Action.DRAW_UP_CHECKLIST,
}
OF_A_FILE = {
    Action.QUERY_APPLICATIONS, Action.SEARCH_CASES, Action.READ_APPLICATION, Action.READ_ASSESSMENT,
    Action.READ_TIMELINE,
    Action.READ_DOCUMENT,
}  # fmt: skip
"""What shows personal data."""

CASE = CaseParties(
    authority="flanders",
    employer=ENTERPRISE,
    representative=OTHER_ENTERPRISE,
    filed_by="employer",
    worker_is_caller=True,
)
"""A case in which every caller has a part."""
STRANGE = CaseParties(
    authority="brussels", employer="0409536968", representative=None, filed_by="employer", worker_is_caller=False
)
"""A case in which none has."""


def allowed(caller: Caller, action: Action, case: CaseParties) -> bool:
    return may(caller, PERMISSIONS.reach(caller.role, action), case)


def test_every_role_has_a_reach_for_every_action() -> None:
    assert {(role, action) for role in Role for action in Action} == set(PERMISSIONS.reaches)
    assert all(PERMISSIONS.reach(role, action) in Reach for role in Role for action in Action)
    assert set(PERMISSIONS.descriptions) == set(Action)


def test_an_employer_works_on_its_own_files_only() -> None:
    employer = CALLERS[Role.EMPLOYER]
    for action in (Action.READ_APPLICATION, Action.ADD_LABOUR_MARKET_TEST, Action.WITHDRAW_APPLICATION):
        assert allowed(employer, action, CASE)
        assert not allowed(employer, action, STRANGE)
    assert not allowed(employer, Action.DECIDE_WORK_PART, CASE)


def test_a_handler_works_in_one_authority() -> None:
    handler = CALLERS[Role.CASE_HANDLER]
    for action in (Action.READ_APPLICATION, Action.DECIDE_WORK_PART, Action.CORRECT_CLOCK):
        assert allowed(handler, action, CASE)
        assert not allowed(handler, action, STRANGE)
    assert not allowed(handler, Action.FILE_APPLICATION, CASE)


def test_a_record_in_quarantine_is_opened_and_put_right_by_the_handlers_of_its_authority_only() -> None:
    for role, caller in CALLERS.items():
        reach = PERMISSIONS.reach(role, Action.REPAIR_LEGACY_RECORD)
        assert may_in(caller, reach, "flanders") == (role is Role.CASE_HANDLER), role
        assert not may_in(caller, reach, "brussels"), role
    assert may_in(SUPERVISOR_OF_ALL, Reach.AUTHORITY, "brussels")
    assert may_in(CALLERS[Role.OPERATIONS], Reach.ALL, "brussels")
    assert not may_in(CALLERS[Role.EMPLOYER], Reach.OWN, "flanders")


def test_operations_never_see_a_file_and_change_nothing() -> None:
    for action in Action:
        reach = PERMISSIONS.reach(Role.OPERATIONS, action)
        if action in OF_A_FILE or action not in READING:
            assert reach is Reach.NONE, action
    assert allowed(CALLERS[Role.OPERATIONS], Action.READ_SERVICE_LEVELS, CASE)


def test_a_regulator_reads_everything_and_changes_nothing() -> None:
    for action in Action:
        assert allowed(CALLERS[Role.REGULATOR], action, CASE) == (action in READING), action
        assert allowed(SUPERVISOR_OF_ALL, action, STRANGE) == (action in READING), action
    assert not allowed(CALLERS[Role.REGULATOR], Action.READ_APPLICATION, STRANGE)


def test_a_worker_reads_his_file_but_documents_only_where_he_filed() -> None:
    worker, filed_himself = CALLERS[Role.WORKER], replace(CASE, filed_by="worker")
    for action in (Action.READ_APPLICATION, Action.READ_ASSESSMENT, Action.READ_DEADLINES):
        assert allowed(worker, action, CASE)
        assert not allowed(worker, action, STRANGE)
    for action in (Action.READ_DOCUMENT, Action.PROVIDE_INFORMATION, Action.WITHDRAW_APPLICATION):
        assert not allowed(worker, action, CASE)
        assert allowed(worker, action, filed_himself)
        assert not allowed(worker, action, replace(filed_himself, worker_is_caller=False))


@pytest.mark.parametrize(
    ("filed_by", "who_may"),
    [
        ("employer", {Role.EMPLOYER}),
        ("representative", {Role.EMPLOYER, Role.REPRESENTATIVE}),
        ("worker", {Role.WORKER}),
    ],
)
def test_who_may_take_back_what_was_filed(filed_by: str, who_may: set[Role]) -> None:
    case = replace(CASE, filed_by=filed_by)
    assert {role for role in Role if allowed(CALLERS[role], Action.WITHDRAW_APPLICATION, case)} == who_may


@pytest.mark.parametrize("filed_by", FILING_ROLES)
def test_whoever_files_says_so_in_his_own_role(filed_by: str) -> None:
    case = replace(CASE, filed_by=filed_by)
    able = {
        role
        for role, caller in CALLERS.items()
        if may_file(caller, PERMISSIONS.reach(role, Action.FILE_APPLICATION), case)
    }
    assert able == {Role(filed_by)}
    for caller in CALLERS.values():
        reach = PERMISSIONS.reach(caller.role, Action.FILE_APPLICATION)
        assert not may_file(caller, reach, replace(STRANGE, filed_by=filed_by))


_TOUCHES: dict[Reach, Callable[[Role, CaseParties], bool]] = {
    Reach.NONE: lambda role, case: False,
    Reach.OWN: lambda role, case: case is CASE and role in tuple(FILING_ROLES),
    Reach.FILED: lambda role, case: case is CASE and role == "employer",
    Reach.AUTHORITY: lambda role, case: case is CASE and role not in tuple(FILING_ROLES),
    Reach.ALL: lambda role, case: True,
    Reach.ANYONE: lambda role, case: True,
}


@pytest.mark.parametrize("reach", Reach)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("case", [CASE, STRANGE], ids=["with a part in it", "a stranger"])
def test_what_each_reach_means_for_each_role(reach: Reach, role: Role, case: CaseParties) -> None:
    assert may(CALLERS[role], reach, case) == _TOUCHES[reach](role, case)


def test_a_representative_is_not_taken_for_the_employer() -> None:
    as_representative = replace(CALLERS[Role.REPRESENTATIVE], enterprise_number=ENTERPRISE)
    as_employer = replace(CALLERS[Role.EMPLOYER], enterprise_number=OTHER_ENTERPRISE)
    for caller in (as_representative, as_employer):
        assert not allowed(caller, Action.READ_APPLICATION, CASE)


@given(
    role=st.sampled_from(Role),
    reach=st.sampled_from([Reach.OWN, Reach.FILED, Reach.AUTHORITY]),
    authority=st.sampled_from(AUTHORITIES),
    filed_by=st.sampled_from(FILING_ROLES),
    representative=st.none() | st.just(ENTERPRISE),
    worker_is_caller=st.booleans(),
)
def test_a_caller_without_its_claim_reaches_nothing(
    role: Role, reach: Reach, authority: str, filed_by: str, representative: str | None, worker_is_caller: bool
) -> None:
    """The verifier lets no such caller through; were there one, an absent number would equal no absent number."""
    bare = Caller(role=role, subject="s", token_id="t")
    case = CaseParties(
        authority=authority,
        employer=ENTERPRISE,
        representative=representative,
        filed_by=filed_by,
        worker_is_caller=worker_is_caller,
    )
    assert may(bare, reach, case) == (role is Role.REGULATOR and reach is Reach.AUTHORITY)


def test_only_what_anyone_may_ask_needs_no_token() -> None:
    assert {action for action in Action if not PERMISSIONS.needs_token(action)} == {
        Action.READ_REFERENCE_DATA,
        Action.READ_HEALTH,
        Action.READ_CONTRACT,
    }


def test_the_documentation_shows_the_same_table() -> None:
    head, rule, *rows = PERMISSIONS.table_markdown().splitlines()
    assert head == (
        "| Action | employer | representative | worker | caseHandler | operations | regulator | What it is |"
    )
    assert set(rule) <= set("| -")
    assert len(rows) == len(Action)
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    for action, (name, *reaches, description) in zip(Action, cells, strict=True):
        assert name == f"`{action.value}`"
        assert reaches == [PERMISSIONS.reach(role, action).value for role in Role]
        assert description == PERMISSIONS.descriptions[action]


_HEALTH = (
    'readHealth                 = ["anyone",    "anyone",         "anyone",    "anyone",      "anyone",     "anyone"]'
)
_HEALTH_SAID = 'readHealth                 = "Check whether the service works"'


@pytest.mark.parametrize(
    ("line", "instead", "problem"),
    [
        (_HEALTH, "", "row reach: missing or unknown are readHealth"),
        (_HEALTH_SAID, "", "row description: missing or unknown are readHealth"),
        (_HEALTH, _HEALTH + '\nreadMinds = ["none"]', "row reach: missing or unknown are readMinds"),
        (_HEALTH, 'readHealth = "anyone"', "row reach / readHealth: it is no row"),
        (_HEALTH, _HEALTH.replace("]", ', "none"]'), "row reach / readHealth: it is no row"),
        (_HEALTH, _HEALTH.replace('"anyone"]', '"everyone"]'), "row reach / readHealth: it is no row"),
        (_HEALTH, _HEALTH.replace('"anyone"]', "{}]"), "row reach / readHealth: it is no row"),
        (_HEALTH, _HEALTH.replace('"anyone"]', '"all"]'), "anyone for every role, or for none"),
        (_HEALTH_SAID, 'readHealth = " "', "row description / readHealth"),
        (_HEALTH_SAID, 'readHealth = "a|b"', "row description / readHealth"),
        (_HEALTH_SAID, "readHealth = 7", "row description / readHealth"),
        ('"worker",    "caseHandler"', '"caseHandler", "worker"', "or not the columns"),
        ("columns =", "roles =", "does not have its three parts"),
        ("[description]", "[words]", "does not have its three parts"),
        ("[reach]", "[reach", "cannot be read as TOML"),
    ],
)
def test_a_table_that_is_not_understood_is_refused(tmp_path: Path, line: str, instead: str, problem: str) -> None:
    # given
    packaged = PACKAGED_PERMISSIONS.read_text(encoding="utf-8")
    assert packaged.count(line) == 1
    changed = tmp_path / "permissions.toml"
    changed.write_text(packaged.replace(line, instead), encoding="utf-8")
    # when, then
    with pytest.raises(PermissionsUnusable) as refused:
        Permissions.load(changed)
    assert str(refused.value).startswith("permissions.toml")
    assert problem in str(refused.value)


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PermissionsUnusable, match="cannot be read"):
        Permissions.load(tmp_path / "permissions.toml")
