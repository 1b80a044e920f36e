"""What is put right later: what a case says, and its clock; what was recorded stays in the log."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.bodies import APPLICATION, application_body
from tests.world.clocks import StoppedClock
from tests.world.service_clients import ServiceClient, admitted, case_path, problem_of

pytestmark = pytest.mark.server

WORKER = APPLICATION["worker"]
PAUSE: dict[str, Any] = {"kind": "pause", "on": "2026-01-22", "ground": "forceMajeure", "motivation": "brand"}


def test_a_number_that_became_known_later_makes_the_case_the_workers_own(
    employer: ServiceClient, handler: ServiceClient, worker: ServiceClient
) -> None:
    # given a case whose worker had no number yet: she cannot read it
    filed = employer.file(application_body(worker__ssin=None))
    assert problem_of(worker.get(case_path(filed))) == (404, "resourceNotFound")
    # when the handler adds it
    corrected = handler.change(filed, "corrections", {"reason": "rijksregisternummer bekend", "worker": WORKER})
    assert corrected.status_code == 201
    # then she reads it, with what was corrected and why
    read = worker.case(filed)
    assert read["worker"] == WORKER
    (correction,) = read["corrections"]
    assert (correction["corrected"], correction["by"]) == (["worker"], "caseHandler:handler-12")
    assert correction["reason"] == "rijksregisternummer bekend"


def test_corrected_parts_replace_those_on_file(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    job = application_body(employment__grossPay__amount="47000.00", employment__title="lasser-monteur")["employment"]
    renamed = {"enterpriseNumber": "0202239951", "name": "Haven BV"}
    body = {"reason": "naamswijziging", "employer": renamed, "employment": job}
    corrected = handler.change(filed, "corrections", body, tag=employer.employer_found(filed))
    assert corrected.status_code == 201
    read = employer.case(filed)
    assert (read["employer"], read["employment"]) == (renamed, job)
    # and in the timeline stands that it was corrected, the first filing too
    events = [each["event"] for each in employer.get(f"{case_path(filed)}/events").json()["items"]]
    assert (events[0], events.count("caseCorrected")) == ("applicationSubmitted", 1)


def test_what_a_decision_rests_on_is_not_corrected_afterwards(employer: ServiceClient, handler: ServiceClient) -> None:
    granted = handler.change(admitted(employer, handler), "workPartDecisions", {"outcome": "granted"})
    written = handler.written
    body = {"reason": "loon", "employment": APPLICATION["employment"]}
    assert problem_of(handler.change(granted, "corrections", body)) == (409, "notCorrectableNow")
    assert handler.written == written
    # the worker's own particulars still are
    body = {"reason": "spelling", "worker": {**WORKER, "familyName": "Vandekanarie-Mus"}}
    assert handler.change(granted, "corrections", body).status_code == 201
    assert employer.case(granted)["worker"]["familyName"] == "Vandekanarie-Mus"


def test_the_clock_is_paused_resumed_and_corrected(
    employer: ServiceClient, handler: ServiceClient, clock: StoppedClock
) -> None:
    filed = employer.file()
    etag = employer.employer_found(filed)
    assert employer.case(filed)["deadlines"]["target"]["dueOn"] == "2026-03-21"
    # given a pause that is recorded some days later
    clock.move_to("2026-01-27")
    paused = handler.change(filed, "clockCorrections", PAUSE, tag=etag)
    assert paused.status_code == 201
    assert employer.case(filed)["deadlines"]["target"]["state"] == "paused"
    # when it ends after four days, the last day moves as far
    resumed = handler.change(
        paused, "clockCorrections", {"kind": "resume", "on": "2026-01-26", "motivation": "hersteld"}
    )
    assert (resumed.status_code, resumed.json()["deadlines"]["target"]["dueOn"]) == (201, "2026-03-25")
    # and when it turns out to have been three
    body = {"kind": "correctPause", "pause": 1, "from": "2026-01-23", "to": "2026-01-26", "motivation": "dag later"}
    corrected = handler.change(resumed, "clockCorrections", body)
    assert (corrected.status_code, corrected.json()["deadlines"]["target"]["dueOn"]) == (201, "2026-03-24")
    (pause,) = employer.case(filed)["pauses"]
    assert (pause["from"], pause["to"], pause["ground"]) == ("2026-01-23", "2026-01-26", "forceMajeure")
    (told,) = pause["corrections"]
    assert told["by"] == "caseHandler:handler-12"


def test_a_case_whose_clock_stands_still_is_not_decided(
    employer: ServiceClient, handler: ServiceClient, clock: StoppedClock
) -> None:
    ready = admitted(employer, handler)
    clock.move_to("2026-01-23")
    paused = handler.change(ready, "clockCorrections", PAUSE)
    written = handler.written
    refused = handler.change(paused, "workPartDecisions", {"outcome": "granted"})
    assert problem_of(refused) == (409, "clockPaused")
    assert "2026-01-22 (forceMajeure)" in refused.json()["detail"]
    assert problem_of(handler.change(paused, "clockCorrections", {**PAUSE, "on": "2026-01-23"})) == (409, "clockPaused")
    assert handler.written == written
    resumed = handler.change(
        paused, "clockCorrections", {"kind": "resume", "on": "2026-01-23", "motivation": "hersteld"}
    )
    assert handler.change(resumed, "workPartDecisions", {"outcome": "granted"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({**PAUSE, "on": "2026-01-19"}, "pauseNotPossible"),
        ({"kind": "resume", "on": "2026-01-20", "motivation": "hersteld"}, "clockNotPaused"),
        ({"kind": "correctPause", "pause": 7, "from": "2026-01-20", "motivation": "andere dag"}, "pauseUnknown"),
    ],
)
def test_a_pause_that_cannot_be(
    employer: ServiceClient, handler: ServiceClient, body: dict[str, Any], problem: str
) -> None:
    filed = employer.file()
    written = handler.written
    assert problem_of(handler.change(filed, "clockCorrections", body)) == (409, problem)
    assert handler.written == written
