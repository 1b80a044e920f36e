"""The case file: complete in clear and personal parts, up to date for whoever wrote last, empty of an erased person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4

import pytest

from domain.case.application import Employer, GrossPay, Transfer, WorkPeriod
from domain.case.case_times import times_of
from domain.case.commands import CorrectCase, RecordIdentifierReplaced
from domain.case.folding import fold
from domain.codes import CONTRACT_ELEMENTS
from domain.crossroads.answers import CheckKind
from domain.deadlines.clocks import clocks_of
from infra.event_formats import FORMATS
from infra.postgres.journal.recorded_events import events_of_case, handled_events
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from infra.stored_form.keyed_parts import PartNotAuthentic
from projections.case_file import folding as case_file
from projections.case_file.table import CaseFileModel, look_up
from tests.projections.eventful_cases import eventful_cases
from tests.projections.log_of_cases import (
    CANARIES,
    DIPLOMA,
    EMPLOYED,
    EVIDENCE,
    FILED,
    FILES,
    NO_DATA,
    ORDINARY,
    RULES,
    LogOfCases,
    digests,
    forget_read_models,
    read_model_tables,
    run,
)

pytestmark = pytest.mark.server

WITHHELD = {"withheld": "erased"}
DAY = timedelta(days=1)


def body(log: LogOfCases, case_id: UUID) -> dict:
    return log.shown(case_id).file().body


def test_a_granted_application_with_all_that_is_on_record(log: LogOfCases) -> None:
    # given an application filed with evidence, the employer found, the permit granted
    case = log.file(replace(ORDINARY, labour_market_test=EVIDENCE))
    log.answer(case, FILED + timedelta(minutes=5))
    log.grant(case, FILED + timedelta(days=20))
    log.catch_up()
    # when it is read
    view = log.shown(case).file()
    # then it is told in the words of the application
    body = view.body
    assert (view.case_id, view.version, view.position) == (case, 11, 11)
    assert body["id"] == str(case)
    assert (body["status"], body["version"], body["filedAt"]) == ("decidedGranted", 11, "2026-02-02T09:00:00Z")
    assert body["updatedAt"] == "2026-02-22T09:00:00Z"
    assert body["worker"] == {
        "givenName": "Zephyrine",
        "familyName": "Quillfeather",
        "birthDate": "1987-06-05",
        "nationality": "IN",
    }
    assert body["employment"] == {
        "title": "Underwater basket weaver",
        "start": "2026-06-01",
        "contract": "belgian",
        "contractStates": list(CONTRACT_ELEMENTS),
        "grossPay": {"amount": "49321.17", "period": "year"},
        "fullTimeEquivalent": "1.0",
        "qualificationLevel": 4,
        "workplace": {"municipalityCode": "44021"},
    }
    assert body["labourMarketTest"]["candidates"] == ["Candidate Xanthippe had no diploma"]
    assert [each["channel"] for each in body["labourMarketTest"]["publications"]] == ["VDAB", "EURES"]
    # and with what came of it
    assert body["deadlines"]["target"] == {
        "termId": "TARGET",
        "startsOn": "2026-02-02",
        "dueOn": "2026-04-03",
        "atRiskFrom": "2026-03-24",
        "stoppedOn": "2026-02-22",
        "state": "stopped",
        "status": "inTime",
        "onExpiry": "none",
    }
    assert body["employerOnRegister"] == {
        "enterpriseNumber": "0202239951",
        "name": "Acme NV",
        "active": True,
        "eventVersion": 5,
    }
    assert body["checks"] == [
        {
            "check": "employerRegister",
            "revision": 1,
            "state": "found",
            "requestedAt": "2026-02-02T09:00:00Z",
            "answeredAt": "2026-02-02T09:05:00Z",
            "ticket": "t-1",
        }
    ]
    salary = next(each for each in body["findings"] if each["rule"] == "salaryThreshold")
    assert (salary["verdict"], salary["observed"], salary["threshold"]) == ("met", "49321.17", "43396.00")
    assert (salary["basis"], salary["legalReferenceDate"]) == ("contract", "2026-02-02")
    assert (body["admissibility"]["outcome"], body["admissibility"]["openPoints"]) == ("admissible", ["feeNotPaid"])
    assert body["workPart"]["outcome"] == "granted"
    assert body["workPart"]["motivation"] == "the file is in order"
    assert body["workPart"]["findings"][0]["branches"][0]["observed"] == "49321.17"
    assert body["forwarded"] == {"by": "tests", "forwardedAt": "2026-02-22T09:00:00Z"}
    assert body["residencePart"]["outcome"] == "granted"
    assert body["decision"] == {"outcome": "granted", "decidedAt": "2026-02-22T09:00:00Z"}
    assert (body["stage"], body["manualTasks"]) == ("closed", [])
    assert "holder" not in body
    assert _nulls(body) == []


def test_every_file_says_of_status_tasks_checks_and_clocks_what_the_domain_says(log: LogOfCases) -> None:
    cases = [*log.some_cases(12), *eventful_cases(log)]
    log.catch_up()
    log.clock.moment = FILED + 40 * DAY
    for case_id in cases:
        view = log.shown(case_id).file()
        case = fold(log.journal.read(case_id).events)
        assert case is not None
        assert view.body["reference"] == case.reference
        assert view.body["status"] == case.status.value
        assert view.body["stage"] == case.stage.value
        assert view.body.get("handler") == case.handler
        assert [each["kind"] for each in view.body["documents"]] == [each.kind for each in case.documents]
        clocks = clocks_of(times_of(case), RULES, log.clock.moment.date())
        assert {name: each["dueOn"] for name, each in view.body["deadlines"].items()} == {
            clock.id: clock.due_on.isoformat() for clock in clocks
        }
        assert view.body["manualTasks"] == [{"subject": t.subject, "reason": t.reason} for t in case.manual_tasks]
        shown = {each["check"]: (each["revision"], each["state"]) for each in view.body["checks"]}
        assert shown == {name: (check.revision, check.state.value) for name, check in case.checks.items()}


def test_a_reader_sees_what_was_written_just_now(log: LogOfCases) -> None:
    case = log.file()
    # given no projection at all, then one that has fallen behind, then one that is up to date
    before = log.shown(case).file()
    assert (before.version, before.body["worker"]["givenName"]) == (2, "Zephyrine")
    log.catch_up()
    assert log.shown(case).file() == before
    log.no_answer(case, FILED)
    behind = log.shown(case).file()
    assert [task["reason"] for task in behind.body["manualTasks"]] == ["timeout"]
    log.catch_up()
    # then every time the last event is in the file, and the file is the same wherever it comes from
    assert log.shown(case).file() == behind


def test_a_case_that_was_asked_and_paused_tells_who_had_it_when_and_why_it_is_due(log: LogOfCases) -> None:
    granted, lapsed, waiting, forwarded, *_ = eventful_cases(log)
    log.catch_up()
    log.clock.moment = FILED + 40 * DAY
    # the one that ended: asked on the second day and answered on the fifth, paused for a day
    told = body(log, granted)
    (request,) = told["informationRequests"]
    assert (request["question"], request["answer"]) == ("which diploma is it", "the diploma of Ghent")
    assert (request["items"], request["documents"]) == (["diploma"], [DIPLOMA.sha256])
    assert [(each["from"], each["to"], each["ground"]) for each in told["pauses"]] == [
        ("2026-02-04", "2026-02-07", "informationRequested"),
        ("2026-02-09", "2026-02-10", "forceMajeure"),
    ]
    assert told["pauses"][1]["motivation"] == "the counter was flooded"
    assert told["pauses"][1]["resumedMotivation"] == "the counter is dry"
    assert told["pauses"][1]["corrections"][0]["motivation"] == "the flood came later"
    assert told["deadlines"]["target"]["dueOn"] == "2026-04-07"
    assert (told["handler"], told["fees"][0]["amount"]) == ("handler-7", "138.00")
    assert told["documents"][0] == {
        "kind": "diploma",
        "sha256": DIPLOMA.sha256,
        "mediaType": "application/pdf",
        "size": 2048,
        "attachedAt": "2026-02-07T09:00:00Z",
        "by": "tests",
    }
    held = told["timeByHolder"]
    assert held["applicant"] == (3 * DAY + timedelta(hours=1)).total_seconds()
    assert held["crossroadsBank"] == timedelta(hours=6).total_seconds()
    assert sum(held.values()) == (31 * DAY).total_seconds()
    # the one whose answer term ran out is the region's again from the next day on
    told = body(log, lapsed)
    assert (told["status"], told["holder"]) == ("submitted", "region")
    assert [(each["clock"], each["kind"]) for each in told["alarms"]] == [("answer", "breached")]
    assert sum(told["timeByHolder"].values()) == (40 * DAY - timedelta(hours=1)).total_seconds()
    # the one that waits, and the one that lies with the Immigration Office
    assert (body(log, waiting)["stage"], body(log, waiting)["holder"]) == ("additionalInformation", "applicant")
    assert body(log, waiting)["deadlines"]["target"]["state"] == "paused"
    assert (body(log, forwarded)["stage"], body(log, forwarded)["holder"]) == ("residencePart", "immigrationOffice")


def test_the_deadlines_are_derived_step_by_step(log: LogOfCases) -> None:
    granted, *_ = eventful_cases(log)
    log.clock.moment = FILED + 40 * DAY
    view = log.shown(granted).deadlines()
    target = view.clocks[0]
    assert [step.code for step in target.derivation] == [
        "startsOn", "term", "paused", "paused", "pausedDays", "atRiskFrom", "dueOn",
    ]  # fmt: skip
    assert target.due_on == date(2026, 4, 7)
    assert (sum(view.held.values()), sum(view.permille.values())) == ((31 * DAY).total_seconds(), 1000)
    assert view.holder is None


def test_the_file_shows_what_was_corrected_and_that_it_was(log: LogOfCases) -> None:
    case = log.file()
    job = replace(ORDINARY.employment, title="Basket weaver", gross_pay=GrossPay(amount=Decimal(50000), period="year"))
    correction = CorrectCase(
        reason="a typing error",
        employer=Employer(enterprise_number="0206731645", name="Acme Holding"),
        worker=replace(ORDINARY.worker, given_name="Zephyrina"),
        employment=replace(job, start=date(2026, 7, 1)),
    )
    log.give(case, correction, FILED + DAY)
    log.catch_up()

    told = body(log, case)

    assert told["employer"] == {"enterpriseNumber": "0206731645", "name": "Acme Holding"}
    assert told["worker"]["givenName"] == "Zephyrina"
    assert (told["employment"]["title"], told["employment"]["start"]) == ("Basket weaver", "2026-07-01")
    assert told["employment"]["grossPay"]["amount"] == "50000"
    assert told["corrections"] == [
        {
            "corrected": ["worker", "employer", "employment"],
            "by": "tests",
            "correctedAt": "2026-02-03T09:00:00Z",
            "eventVersion": 3,
            "reason": "a typing error",
        }
    ]
    log.erase(case)
    erased = body(log, case)
    assert erased["corrections"][0]["reason"] == erased["worker"] == erased["employment"]["title"] == WITHHELD


def test_no_file_of_a_case_that_was_never_filed(log: LogOfCases) -> None:
    log.file()
    assert log.snapshots().read(uuid4()) is None


@pytest.mark.parametrize("projected", [True, False])
def test_an_erased_person_is_withheld_wherever_the_file_comes_from(log: LogOfCases, projected: bool) -> None:
    # given a case with every kind of personal data, and another one
    moved = replace(
        ORDINARY,
        kind="intraCorporateTransfer",
        category="ictManager",
        labour_market_test=EVIDENCE,
        transfer=Transfer(sending_undertaking="Sender", country="IN", prior_service_months=12),
        work_history=(WorkPeriod(employer="Old", from_=FILED.date(), to=FILED.date(), basis="singlePermit"),),
    )
    case, other = log.file(moved), log.file()
    log.answer(case, FILED)
    log.answer(case, FILED, EMPLOYED, CheckKind.DECLARED_EMPLOYMENT)
    log.add_evidence(case, FILED)
    log.refuse(case, FILED + timedelta(days=1))
    withdrawn = log.file()
    log.withdraw(withdrawn, FILED)
    if projected:
        log.catch_up()
    # when the keys of its worker are destroyed, while somebody has read the case and does not show it yet
    read_before = log.shown(case)
    log.erase(case)
    log.erase(withdrawn)
    # then all that was personal is withheld, and the rest stays
    told = read_before.file().body
    assert body(log, case) == told
    for word in ("worker", "transfer", "workHistory"):
        assert told[word] == WITHHELD, word
    assert told["employment"]["title"] == told["employment"]["grossPay"] == WITHHELD
    assert told["labourMarketTest"]["candidates"] == WITHHELD
    assert len(told["labourMarketTest"]["publications"]) == 4
    salary = next(each for each in told["findings"] if each["rule"] == "salaryThreshold")
    assert salary["observed"] == salary["trace"] == salary["declaredQuarters"] == WITHHELD
    assert told["workPart"]["motivation"] == WITHHELD
    assert told["workPart"]["outcome"] == "refused"
    assert all(finding["observed"] == WITHHELD for finding in told["workPart"]["findings"])
    assert (told["decision"]["outcome"], told["decision"]["refusedPart"]) == ("refused", "work")
    assert [found for found in CANARIES if found in str(told)] == []
    assert body(log, withdrawn)["withdrawal"]["reason"] == WITHHELD
    # and the other worker is untouched
    assert body(log, other)["worker"]["givenName"] == "Zephyrine"


def test_an_open_case_is_judged_today_and_a_closed_one_on_the_day_it_closed(log: LogOfCases) -> None:
    still_open, closed = log.file(), log.file()
    log.withdraw(closed, FILED + timedelta(days=60))
    log.catch_up()
    expected = {49: "inTime", 50: "atRisk", 60: "atRisk", 61: "late"}
    for days, status in expected.items():
        log.clock.moment = FILED + timedelta(days=days)
        for case, judged in ((still_open, status), (closed, "inTime")):
            view = log.shown(case).file()
            assert view.body["deadlines"]["target"]["status"] == judged, (days, judged)


def test_a_finding_that_is_judged_again_replaces_the_one_before(log: LogOfCases) -> None:
    case = log.file(replace(ORDINARY, labour_market_test=replace(EVIDENCE, publications=EVIDENCE.publications[:1])))
    log.add_evidence(case, FILED + timedelta(days=1))
    log.catch_up()
    view = log.shown(case).file()
    assert [(each["rule"], each["assessedAt"], each["verdict"]) for each in view.body["findings"]] == [
        ("labourMarketTest", "2026-02-03T09:00:00Z", "met")
    ]
    assert len(view.body["labourMarketTest"]["publications"]) == 3


def test_the_model_handles_every_event_there_is() -> None:
    # else a row could never reach the version at which its stream stands
    assert CaseFileModel.handles == {each.name for each in FORMATS}


def test_events_projected_twice_or_cut_anywhere_give_the_same_rows(log: LogOfCases) -> None:
    log.some_cases(6)
    eventful_cases(log)
    events = handled_events(log.recorder.select_notifications(1, 1_000), FILES.handles)

    def project(*batches: list) -> dict[str, str]:
        with log.writers.transaction() as connection, connection.cursor() as cursor:
            for batch in batches:
                FILES.project(batch, cursor)
        return digests(log.url)

    whole = project(events)
    assert project(events) == whole
    assert project([event for event in events for _ in range(2)]) == whole
    assert project(events[:20], events[:7], events[30:40]) == whole
    for seed in range(4):
        forget_read_models(log.url)
        pages = in_pages(events, seed)
        assert project(*[page * 2 for page in pages]) == whole, seed


def in_pages(events: list, seed: int) -> list[list]:
    """The events cut into pages of random size, the same for the same seed."""
    chance = Random(seed)
    pages, at = [], 0
    while at < len(events):
        size = chance.randint(1, 12)
        pages.append(events[at : at + size])
        at += size
    return pages


def test_the_table_holds_the_very_file_that_the_stream_folds_to(log: LogOfCases) -> None:
    cases = [*log.some_cases(6), *eventful_cases(log)]
    log.runner(FILES, page_size=4).catch_up()
    with rows_within(log.readers, EVERYTHING) as cursor:
        for case_id in cases:
            events = events_of_case(cursor, case_id, FILES.handles)
            found = look_up(cursor, case_id)
            assert found is not None
            assert found.file == case_file.fold(events)
            assert found.groups == case_file.sealed_groups(events)


def test_nothing_personal_is_stored_in_clear(log: LogOfCases) -> None:
    eventful_cases(log)
    log.catch_up()
    # No record of another system is in this log: tests/migration looks at that table.
    for table in set(read_model_tables(log.url)) - {"legacy_mirror"}:
        text = run(log.url, f"select string_agg(t::text, ' ') from permit.{table} t")[0][0]
        assert text, table
        assert [found for found in CANARIES if found in text] == []


def test_ciphertext_put_into_another_file_does_not_open(log: LogOfCases) -> None:
    mine, other = log.file(), log.file()
    log.catch_up()
    run(
        log.url,
        "update permit.case_file_group g set key = o.key, sealed = o.sealed"
        " from permit.case_file_group o where g.case_id = %s and o.case_id = %s",
        mine,
        other,
    )
    with pytest.raises(PartNotAuthentic):
        log.shown(mine).file()


def test_a_check_answered_without_data_stays_a_task_until_the_case_ends(log: LogOfCases) -> None:
    case = log.file()
    log.answer(case, FILED, NO_DATA)
    log.catch_up()
    view = log.shown(case).file()
    assert {"subject": "employerRegister", "reason": "noData"} in view.body["manualTasks"]
    log.withdraw(case, datetime(2026, 2, 5, tzinfo=UTC))
    view = log.shown(case).file()
    assert view.body["manualTasks"] == []


def _nulls(value: object, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for name, each in value.items() for found in _nulls(each, f"{path}.{name}")]
    if isinstance(value, list):
        return [found for each in value for found in _nulls(each, f"{path}[]")]
    return [path] if value is None else []


@pytest.mark.parametrize("projected", [True, False])
def test_a_newer_number_is_the_one_that_is_shown_until_the_worker_is_corrected(
    log: LogOfCases, projected: bool
) -> None:
    # given a worker whose number was replaced
    worker = replace(ORDINARY.worker, ssin="85073003328")
    case = log.file(replace(ORDINARY, worker=worker))
    replaced = RecordIdentifierReplaced(check=CheckKind.WORKER_IDENTITY, revision=1, ssin="85473003331", attempts=1)
    log.give(case, replaced, FILED)
    if projected:
        log.catch_up()
    assert body(log, case)["worker"] == {**body(log, case)["worker"], "ssin": "85473003331", "givenName": "Zephyrine"}
    # when the worker is corrected
    log.give(case, CorrectCase(reason="typing error", worker=worker), FILED)
    if projected:
        log.catch_up()
    # then what the correction says counts
    assert body(log, case)["worker"]["ssin"] == "85073003328"
    # and once erased, neither is shown
    log.erase(case)
    assert body(log, case)["worker"] == WITHHELD


@pytest.mark.parametrize("projected", [True, False])
def test_the_employer_of_a_record_is_the_one_that_is_shown_until_it_is_corrected(
    log: LogOfCases, projected: bool
) -> None:
    # given a case that another system's record tells, of an authority that is live here by now
    case = log.take_over()
    run(log.url, """update permit.journal_head set authority_epochs = '{"brussels": 1, "flanders": 1}'""")
    log.journal.authority_epochs()  # read again: they are remembered for a second
    if projected:
        log.catch_up()
    assert body(log, case)["employer"] == {"enterpriseNumber": "0202239951", "name": "Canary Sole Trader"}
    # when somebody else's particulars are corrected, it stays; when the employer is, what the correction says counts
    log.give(case, CorrectCase(reason="typing error", worker=ORDINARY.worker), FILED + DAY)
    assert body(log, case)["employer"]["name"] == "Canary Sole Trader"
    log.give(case, CorrectCase(reason="typing error", employer=ORDINARY.employer), FILED + 2 * DAY)
    if projected:
        log.catch_up()
    assert body(log, case)["employer"] == {"enterpriseNumber": "0202239951", "name": "Acme"}
    # and once erased, the number is all that is left
    log.erase(case)
    assert body(log, case)["employer"] == {"enterpriseNumber": "0202239951", "name": WITHHELD}
    assert body(log, case)["worker"] == WITHHELD
