"""Everybody on every route and page, about a case of their own, somebody else's and none: what the table says.

The status is the one that the permission table gives, and no answer holds anything of a file that its reader may not
read. The gate tries everybody on every route with one case each, so that each pair of a route, a caller and a kind of
case meets; `make nightly` tries them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.app import create_app
from api.permissions import Action, Permissions, Reach
from infra.identity.caller import Caller, Role
from tests.attacks.asked_routes import ALL, Asked, places_known, places_of, sent
from tests.attacks.everybody import ABSENT, FILED, NOBODYS, SIGNED_OUT, Everybody, everybody
from tests.http.test_permission_matrix import EVERYBODY, expected_of
from tests.identity.callers import CALLERS
from tests.world.products import pairs

pytestmark = pytest.mark.server

PERMISSIONS = Permissions.load()
OF_BRUSSELS = replace(CALLERS[Role.CASE_HANDLER], subject="handler-12-brussels", authority="brussels")
KINDS = (*FILED, ABSENT)
WHO: tuple[Caller | None, ...] = (*EVERYBODY, SIGNED_OUT)

CHOSEN = pairs(ALL, WHO, KINDS)
WHOLE = [(asked, caller, kind)
         for asked in ALL for caller in WHO for kind in (KINDS if asked.is_of_a_case else KINDS[:1])]  # fmt: skip


@pytest.fixture(scope="module")
def there(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    with everybody(admin_url, tmp_path_factory.mktemp("everybody")) as opened:
        yield opened


def wrong_with(there: Everybody, asked: Asked, caller: Caller | None, kind: str) -> str | None:
    """What is not as the table says about one request; None where all is."""
    case = there.cases.get(kind)
    answer = (
        sent(there, caller, asked)
        if case is None
        else sent(there, caller, asked, case=case.case_id, document=case.document)
    )
    who = "nobody" if caller is None else f"{caller.role} {caller.subject}"
    status, expected = answer.status_code, expected_statuses(asked, caller, kind)
    if status not in expected:
        return f"{asked.name} by {who}, a case {kind}: {status} and not one of {sorted(expected)}"
    leaked = [
        f"{mark!r} of the case {other}"
        for other, known in there.cases.items()
        for mark in known.marks
        if not may_read(caller, other) and (mark in answer.text or mark in str(answer.headers))
    ]
    if caller is None or caller.authority != "brussels" or caller.role is not Role.CASE_HANDLER:
        leaked += [f"{mark!r} of a quarantined record" for mark in there.record_marks if mark in answer.text]
    return f"{asked.name} by {who}, a case {kind}: {'; '.join(leaked)}" if leaked else None


def may_read(caller: Caller | None, kind: str) -> bool:
    return caller is not None and expected_of(caller, Action.READ_APPLICATION, kind) is None


SUCCESSES = frozenset({200})
NOTHING_CARRIED_OUT = frozenset({400, 409, 412})
"""What a change is answered by who may make it: this one names a version that no case has."""


def expected_statuses(asked: Asked, caller: Caller | None, kind: str) -> frozenset[int]:
    method, _ = asked.place
    if asked.action is None:
        return frozenset({200, 303}) if method == "GET" else frozenset({200, 400})
    if caller is None:
        return frozenset({303, 307} if asked.is_page else {401})
    if PERMISSIONS.reach(caller.role, asked.action) is Reach.NONE:
        return frozenset({403})
    if not asked.is_of_a_case:
        return expected_elsewhere(asked, caller)
    refused = 404 if kind == ABSENT else expected_of(caller, asked.action, kind)
    if refused is not None:
        return frozenset({refused})
    if asked.path == "/queue/assignments":
        return frozenset({303})  # carried out: a case is taken by who sees it in the queue
    return SUCCESSES if method == "GET" else NOTHING_CARRIED_OUT


def expected_elsewhere(asked: Asked, caller: Caller) -> frozenset[int]:
    """About no case of anybody's own."""
    if asked.action is Action.REPAIR_LEGACY_RECORD:
        # Carried out, or refused because the record has changed since.
        return frozenset({303, 409} if caller.authority == "brussels" else {403})
    if re.match("/employer(/|$)", asked.path) and PERMISSIONS.reach(caller.role, asked.action) is Reach.AUTHORITY:
        return frozenset({403})  # who works for an authority has no applications of their own
    if asked.path.endswith("/workQueues/flanders") and caller.authority not in (None, "flanders"):
        return frozenset({404})
    if asked.path.endswith("/employerLookups"):
        return frozenset({503})  # no register is connected here; see tests/http/test_employer_lookups.py
    return SUCCESSES


def test_every_route_and_page_has_a_line_here(there: Everybody) -> None:
    routes = places_of(create_app(there.program, there.issuer))
    assert routes - places_known() == set(), "say in asked_routes.py who may use it"
    assert places_known() - routes == set(), "asked_routes.py names what is not there"


def test_every_role_is_here() -> None:
    assert {caller.role for caller in EVERYBODY} == set(Role)
    assert OF_BRUSSELS in EVERYBODY


@pytest.mark.parametrize(
    "requests", [CHOSEN, pytest.param(WHOLE, marks=(pytest.mark.nightly, pytest.mark.timeout(600)))],
    ids=["each pair", "all"],
)  # fmt: skip
def test_everybody_is_answered_as_the_table_says_and_reads_nothing_else(
    there: Everybody, requests: list[tuple[Asked, Caller | None, str]]
) -> None:
    wrong = [wrong_with(there, asked, caller, kind) for asked, caller, kind in requests]
    assert not any(wrong), "\n".join(each for each in wrong if each)
    assert len(wrong) >= len(ALL) * len(WHO)


def test_a_case_that_is_read_by_who_may_is_found(there: Everybody) -> None:
    # the marks that the others are searched for do stand where they may
    (case_page,) = (each for each in ALL if each.name == "GET /cases/{case}")
    (case_file,) = (each for each in ALL if each.name == "GET /applications/{case}")
    for kind, known in there.cases.items():
        reader = next(each for each in EVERYBODY if may_read(each, kind))
        for asked in (case_page, case_file):
            text = sent(there, reader, asked, case=known.case_id).text
            assert known.marks[1] in text, (asked.name, kind)
    (quarantined,) = (each for each in ALL if each.name == "GET /migration/brussels/quarantine/{record}")
    assert there.record_marks[0] in sent(there, OF_BRUSSELS, quarantined).text


@pytest.mark.parametrize("path", ["/", "/rest/singlePermit/v1/applications", "/static/single-permit.css", "/metrics"])
def test_nothing_repeats_a_request(there: Everybody, path: str) -> None:
    answer = there.client(EVERYBODY[0]).request("TRACE", path, headers={"X-Canary": "kwispel"})
    assert answer.status_code in (404, 405)
    assert "kwispel" not in answer.text


def test_nobody_is_nobody(there: Everybody) -> None:
    assert sent(there, SIGNED_OUT, ALL[0], case=NOBODYS).status_code == 401
