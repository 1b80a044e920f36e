"""Own applications: each sees his own, newest first."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.case.folding import fold
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from projections.lists.keyset_pages import PlaceUnusable
from projections.lists.own_applications import OwnApplications
from projections.lists.own_queries import (
    ALL_OF_THEM,
    OfEmployer,
    OfRepresentative,
    OfWorker,
    OwnApplication,
    Owner,
    newest_followed,
    own_applications,
)
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from tests.projections.eventful_cases import eventful_cases
from tests.projections.log_of_cases import CANARIES, LogDatabases, LogOfCases, run
from tests.projections.recorded_histories import (
    EMPLOYERS,
    FIRST_DAY,
    REPRESENTATIVE,
    log_of,
    random_history,
    some_case,
)
from tests.projections.scratch_tables import scratch_tables

pytestmark = pytest.mark.server

OWN = OwnApplications()
ACME, BETA = (OfEmployer(enterprise_number=number) for number in EMPLOYERS[:2])


@pytest.fixture
def tables(databases_of_logs: LogDatabases) -> Iterator[Cursor]:
    with scratch_tables(databases_of_logs.url, OWN) as cursor:
        yield cursor


def with_tables(log: LogOfCases) -> None:
    """The table made anew beside the log, as a migration would."""
    run(log.url, "set role permit_owner; set search_path to permit, public;" + OWN.ddl)


def whole(cursor: Cursor, owner: Owner, *, limit: int = 100) -> list[OwnApplication]:
    found, after = [], None
    while True:
        page = own_applications(cursor, owner, limit=limit, after=after)
        found += page.items
        if page.next is None:
            return found
        after = page.next


def many(number: int = 90) -> list[RecordedEvent]:
    rng = random.Random(4)
    return log_of(random_history(rng, n) for n in range(number))


def dump(cursor: Cursor) -> Sequence:
    cursor.execute("select t::text from own_application t order by case_id")
    return cursor.fetchall()


def filed_by(log: list[RecordedEvent], owner: Owner) -> list[UUID]:
    """The newest first, told from the filings themselves."""

    def is_his(clear: dict) -> bool:
        match owner:
            case OfEmployer(enterprise_number=number):
                return clear["employer"]["enterpriseNumber"] == number
            case OfRepresentative(enterprise_number=number):
                return clear["representative"] is not None and clear["representative"]["enterpriseNumber"] == number
            case OfWorker(subjects=subjects):
                return UUID(clear["workerSubject"]) in subjects

    his = [each for each in log if each.name == "ApplicationSubmitted" and is_his(each.clear)]
    return [each.case_id for each in sorted(his, key=lambda each: (each.known_at, each.case_id), reverse=True)]


def test_an_employer_sees_his_applications_the_newest_first(tables: Cursor) -> None:
    # given two applications of one employer, the older one with a question open, and one of another
    asked, newer, foreign = some_case(0), some_case(1), some_case(2)
    asked.is_filed(FIRST_DAY)
    newer.is_filed(FIRST_DAY + timedelta(days=1))
    foreign.is_filed(FIRST_DAY, employer={"enterpriseNumber": EMPLOYERS[1], "name": "Beta"})
    asked.happens("InformationRequested", date(2026, 1, 9), requestId="r-1", items=["diploma"], replyBy="2026-01-24")
    asked.happens("ClockPaused", date(2026, 1, 9), pause=1, ground="informationRequested")
    OWN.project(log_of([asked, newer, foreign]), tables)

    shown = whole(tables, ACME)

    assert [(each.case_id, each.status, each.stage, each.reply_by) for each in shown] == [
        (newer.case_id, "submitted", "admissibility", None),
        (asked.case_id, "informationRequested", "additionalInformation", date(2026, 1, 24)),
    ]
    assert [each.case_id for each in whole(tables, BETA)] == [foreign.case_id]


def test_a_row_is_what_the_domain_says_of_the_case(log: LogOfCases) -> None:
    cases = [*log.some_cases(12), *eventful_cases(log)]
    with_tables(log)
    log.runner(OWN, page_size=7).catch_up()

    with rows_within(log.readers, EVERYTHING) as cursor:
        shown = {each.case_id: each for each in whole(cursor, ACME)}

    assert shown.keys() == set(cases)
    for case_id in cases:
        events = log.journal.read(case_id).events
        case, told = fold(events), shown[case_id]
        assert (told.reference, told.status, told.stage) == (case.reference, case.status.value, case.stage.value)
        assert told.reply_by == (None if case.open_request is None else case.open_request.reply_by)
        assert told.filed_at == events[0].effective_at
        assert (told.closed_on is None) is case.is_open


def test_what_an_application_is_followed_by_is_what_the_domain_says(log: LogOfCases) -> None:
    cases = [*log.some_cases(12), *eventful_cases(log)]
    with_tables(log)
    log.runner(OWN, page_size=7).catch_up()

    with rows_within(log.readers, EVERYTHING) as cursor:
        shown = {each.case_id: each for each in newest_followed(cursor, ACME, ALL_OF_THEM, most=1_000)}

    assert shown.keys() == set(cases)
    for case_id in cases:
        case, told = fold(log.journal.read(case_id).events), shown[case_id]
        assert (told.work_from, told.work_until) == (case.facts.employment_start, case.facts.employment_end)
        assert told.is_admissible is (case.admissible is not None)
        assert told.is_work_part_decided is (case.work_part is not None)
        assert (told.mandate_found_on is None) is (case.mandate_valid is None)
        assert told.mandate_invalid is (case.mandate_valid is False)


def test_a_correction_says_where_the_worker_and_the_employer_stand_now(tables: Cursor) -> None:
    corrected = some_case(0)
    corrected.is_filed(FIRST_DAY)
    corrected.is_corrected(FIRST_DAY, {"enterpriseNumber": EMPLOYERS[1], "name": "Beta"})
    OWN.project(log_of([corrected]), tables)

    (shown,) = newest_followed(tables, BETA, ALL_OF_THEM, most=10)

    assert (shown.worker_in, shown.employer_in) == (1, 2)


def test_only_so_many_of_the_newest_are_followed_in_one_go(tables: Cursor) -> None:
    OWN.project(many(), tables)
    newest = [each.case_id for each in newest_followed(tables, ACME, ALL_OF_THEM, most=7)]
    assert newest == [each.case_id for each in whole(tables, ACME)[:7]]


@pytest.mark.parametrize(
    "owner",
    [
        *(OfEmployer(enterprise_number=number) for number in EMPLOYERS),
        OfRepresentative(enterprise_number=REPRESENTATIVE),
        OfWorker(subjects=(UUID(int=3), UUID(int=7), UUID(int=9_999))),
    ],
    ids=str,
)
@pytest.mark.parametrize("limit", [1, 6, 100])
def test_each_owner_gets_all_of_his_in_pages_of_any_length(tables: Cursor, owner: Owner, limit: int) -> None:
    log = many()
    OWN.project(log, tables)
    shown = [each.case_id for each in whole(tables, owner, limit=limit)]
    assert shown == filed_by(log, owner)
    assert shown


def test_who_has_none_gets_an_empty_page(tables: Cursor) -> None:
    OWN.project(many(), tables)
    for owner in (OfEmployer(enterprise_number="x"), OfRepresentative(enterprise_number="x"), OfWorker(subjects=())):
        page = own_applications(tables, owner)
        assert (page.items, page.next) == ((), None)


def test_an_application_goes_where_its_corrected_employer_is(tables: Cursor) -> None:
    case = some_case(0)
    case.is_filed(FIRST_DAY)
    case.is_corrected(FIRST_DAY, None)
    OWN.project(log_of([case]), tables)
    assert [each.case_id for each in whole(tables, ACME)] == [case.case_id]
    case.is_corrected(FIRST_DAY, {"enterpriseNumber": EMPLOYERS[1], "name": "Beta"})
    OWN.project(log_of([case]), tables)
    assert whole(tables, ACME) == []
    assert [each.employer_number for each in whole(tables, BETA)] == [EMPLOYERS[1]]


def test_paging_is_complete_and_without_repeats_while_cases_are_filed_and_decided(tables: Cursor) -> None:
    before = [some_case(number) for number in range(20)]
    for number, case in enumerate(before):
        case.is_filed(FIRST_DAY + timedelta(days=number // 4))
    OWN.project(log_of(before), tables)
    shown, after, number = [], None, 100
    while True:
        page = own_applications(tables, ACME, limit=3, after=after)
        shown += [each.case_id for each in page.items]
        if page.next is None:
            break
        after, number = page.next, number + 1
        new = some_case(number)
        new.is_filed(FIRST_DAY + timedelta(days=30))
        changed = before[number % 20]
        changed.happens("ApplicationWithdrawn", FIRST_DAY + timedelta(days=30))
        OWN.project([*new.events, *changed.events], tables)
    assert sorted(shown) == sorted(case.case_id for case in before)


def test_events_in_pages_of_any_length_and_twice_give_the_same_rows(tables: Cursor) -> None:
    rng = random.Random(3)
    log = many(60)
    OWN.project(log, tables)
    at_once = dump(tables)
    tables.execute("delete from own_application")
    at = 0
    while at < len(log):
        length = rng.randint(1, 30)
        for _ in range(2):
            OWN.project(log[at : at + length], tables)
        at += length
    assert dump(tables) == at_once
    OWN.project(log[: len(log) // 2], tables)
    assert dump(tables) == at_once


def test_a_place_that_no_page_gave_is_refused(tables: Cursor) -> None:
    for after in ("", "nonsense", "WyJkdWVEYXkiLCJhIiwiYiIsImMiXQ", "WyJuZXdlc3RGaXJzdCIsImEiLCJiIl0"):
        with pytest.raises(PlaceUnusable, match="it is"):
            own_applications(tables, ACME, after=after)


def test_no_personal_data_in_own_applications(log: LogOfCases) -> None:
    cases = [*log.some_cases(6), *eventful_cases(log)]
    with_tables(log)
    log.runner(OWN).catch_up()
    everything = run(log.url, "select string_agg(t::text, ' ') from permit.own_application t")[0][0]
    assert [found for found in CANARIES if found in everything] == []
    assert str(cases[0]) in everything
