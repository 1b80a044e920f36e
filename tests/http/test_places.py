"""Municipality codes over HTTP: refused where the list does not hold them, and named with the code to write."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.bodies import APPLICATION, application_body
from tests.world.service_clients import ServiceClient, problem_of

pytestmark = pytest.mark.server

PLACE = "employment.workplace.municipalityCode"


def issues(answer: Any) -> list[tuple[str, str, str]]:
    assert problem_of(answer) == (400, "badRequest"), answer.text
    return [(each["type"].rsplit(":", 1)[-1], each["name"], each["detail"]) for each in answer.json()["issues"]]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("19999", "no municipality has or had this NIS code"),
        ("54010", "write 57097 (Comines-Warneton)"),
        ("23024", "write 23106 (Pajottegem)"),
    ],
)
def test_an_application_with_a_code_that_is_not_in_force_is_refused(
    employer: ServiceClient, code: str, told: str
) -> None:
    # given how much there is in the journal
    written = employer.written
    # when work is said to be in a municipality that there is not, or no longer
    refused = employer.file(application_body(employment__workplace__municipalityCode=code))
    # then the issue says so at its field, and nothing was written
    ((kind, name, detail),) = issues(refused)
    assert (kind, name) == ("invalidInput", PLACE)
    assert told in detail
    assert employer.written == written


def test_a_correction_to_a_code_that_never_was_is_refused(employer: ServiceClient, handler: ServiceClient) -> None:
    filed = employer.file()
    job = {**APPLICATION["employment"], "workplace": {"municipalityCode": "19999"}}
    ((kind, name, _),) = issues(handler.change(filed, "corrections", {"reason": "plaats", "employment": job}))
    assert (kind, name) == ("invalidInput", PLACE)


def test_an_assessment_checks_the_code_on_its_own_day_of_filing(employer: ServiceClient) -> None:
    # given the same code before and after its merger
    facts = {"authority": "flanders", "category": "highlySkilled", "filedOn": "2024-12-31", "filedBy": "employer",
             "employment": {"workplace": {"municipalityCode": "23024"}}}  # fmt: skip
    before = employer.post("salaryChecks", facts)
    after = employer.post("salaryChecks", {**facts, "filedOn": "2025-01-01"})
    # then the day decides
    assert before.status_code == 200, before.text
    ((_, name, detail),) = issues(after)
    assert name == PLACE
    assert "2024-12-31" in detail
    assert "23106 (Pajottegem)" in detail


def test_an_assessment_tells_which_link_decided_and_where_the_file_belongs(employer: ServiceClient) -> None:
    facts = {"authority": "flanders", "category": "highlySkilled", "filedOn": "2026-01-20", "filedBy": "employer",
             "employer": {"establishmentUnit": {"municipalityCode": "57097"}},
             "employment": {"workplace": {"municipalityCode": "44021"}}}  # fmt: skip
    answer = employer.post("salaryChecks", facts)
    assert answer.status_code == 200, answer.text
    (found,) = (each for each in answer.json()["findings"] if each["rule"] == "competentAuthority")
    assert (found["verdict"], found["observed"], found["required"]) == ("notMet", "wallonia", False)
    assert (
        "The establishment unit (Comines-Warneton, 57097) lies in the Walloon Region; that region is competent"
        in (found["text"]["en"])
    )
    assert "De vestigingseenheid (Komen-Waasten, 57097) ligt in het Waals Gewest" in found["text"]["nl"]
