"""Which application an application can say that it renews."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from domain.case.application import Application
from domain.case.completeness import check_application
from domain.case.events import ApplicationSubmitted
from domain.case.renewals import check_predecessor
from tests.case.vocabulary import NOW, filed, state_after, submit
from tests.world.applications import application

PERMIT = UUID("44444444-4444-7444-8444-444444444444")
SSIN, OTHER_SSIN = "85073003328", "93051822361"


def renewal(ssin: str = SSIN, **changes: object) -> Application:
    """A renewal of the ordinary application, by a worker whose number is known by now."""
    ordinary = application()
    worker = replace(ordinary.worker, ssin=ssin)
    return replace(ordinary, **{"renewal": True, "renewal_of": PERMIT, "worker": worker, **changes})  # type: ignore[arg-type]


def wrong(given: Application, before: Application) -> list[str]:
    return [each.problem for each in check_predecessor(given, state_after(filed(before)))]


def test_the_event_says_what_is_renewed() -> None:
    (submitted, *_) = filed(renewal())
    assert isinstance(submitted, ApplicationSubmitted)
    assert submitted.renewal_of == PERMIT
    assert submit().application.renewal_of is None


def test_of_the_same_worker_and_employer_it_is_taken() -> None:
    before = replace(application(), worker=replace(application().worker, ssin=SSIN))
    assert wrong(renewal(), before) == []


def test_another_number_or_another_employer_is_named() -> None:
    before = replace(application(), worker=replace(application().worker, ssin=SSIN))
    assert wrong(renewal(OTHER_SSIN), before) == ["the application that it names is not of this worker"]
    elsewhere = replace(before.employer, enterprise_number="0420429375")
    assert wrong(renewal(employer=elsewhere), before) == ["the application that it names is not with this employer"]


@pytest.mark.parametrize(("born", "is_taken"), [(None, True), (date(1971, 2, 3), False)])
def test_where_the_first_application_knew_no_number_the_birth_tells(born: date | None, is_taken: bool) -> None:
    before = replace(application(), worker=replace(application().worker, ssin=None))
    given = renewal()
    if born is not None:
        given = replace(given, worker=replace(given.worker, birth_date=born))
    assert (wrong(given, before) == []) is is_taken


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"renewal": False}, "only a renewal names the application that it renews"),
        ({"change_of_employer": True}, "who changes employer applies for the first time, and renews nothing"),
    ],
)
def test_who_renews_nothing_names_nothing(changes: dict[str, object], problem: str) -> None:
    issues = check_application(renewal(**changes), today=NOW.date())
    assert problem in [each.problem for each in issues if each.path == "renewalOf"]
