"""What the registers of a simulated bank hold, asked over HTTP, fills a page in: to be checked, and saved or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import date

import httpx
import pytest

from infra.crossroads.simulator.holdings import (
    HoldingShares,
    activity_of,
    address_of,
    company_name,
    employment,
    units_of,
)
from infra.crossroads.simulator_process import running_simulator
from infra.identity.caller import Role
from tests.drafts.applicants import Applicant, version_of
from tests.pages.case_service import OTHER_EMPLOYER, SSIN, CaseService, case_service

pytestmark = pytest.mark.server

NUMBER = next(number for number in ("0202239951", "0420429375", "0409536968") if len(units_of(number)) > 1)
"""An employer with several establishment units."""

SEED = 2026
WORKS_FOR, WORKS_SINCE = employment(SEED, SSIN, HoldingShares(no_data=0)) or ("", date.max)
"""What the simulated bank holds of the worker."""

Meet = Callable[..., Applicant]


@pytest.fixture(scope="module")
def bank() -> Iterator[str]:
    """A simulated Crossroads Bank that knows everybody and never fails unless told to."""
    with running_simulator(
        SEED, no_data_share=0, inactive_share=0, slow_share=0, transient_share=0, outage_share=0
    ) as address:
        yield address


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory, bank: str) -> Iterator[CaseService]:
    with case_service(admin_url, tmp_path_factory.mktemp("home"), bank=bank) as opened:
        yield opened


@pytest.fixture
def meet(service: CaseService) -> Iterator[Meet]:
    with ExitStack() as there:
        yield lambda *who, **token: there.enter_context(closing(Applicant(service, *who, **token)))


def asked(applicant: Applicant, number: str) -> httpx.Response:
    """The page of the employer after the register was asked about a number."""
    typed = {"employer.enterpriseNumber": number, "version": version_of(applicant.open("employer"))}
    return applicant.press("register", typed)


def test_the_enterprise_register_fills_in_the_employer(meet: Meet) -> None:
    # given a representative who files for an employer
    applicant = meet(Role.REPRESENTATIVE, value=OTHER_EMPLOYER)
    applicant.begin()
    # when the register is asked
    page = asked(applicant, NUMBER).text
    # then name, address, activity and establishment units stand on the page
    where, (code, description) = address_of(NUMBER), activity_of(NUMBER)
    assert f'value="{company_name(NUMBER)}"' in page
    assert f"{where.street} {where.house_number}, {where.postal_code} {where.municipality}" in page
    assert f"{code} {description}" in page
    for unit in units_of(NUMBER):
        assert f'<option value="{unit.number}">{unit.number} {unit.name}, {unit.address.street}' in page
    # and nothing was saved before somebody checked it
    assert company_name(NUMBER) not in applicant.open("employer")
    saved = applicant.save(
        "employer",
        {
            "employer.enterpriseNumber": NUMBER,
            "employer.name": company_name(NUMBER),
            "employer.establishmentUnitNumber": units_of(NUMBER)[1].number,
            "representative.mandateReference": "M-2026-17",
        },
    )
    assert saved.status_code == 303
    assert f'value="{units_of(NUMBER)[1].number}"' in applicant.open("employer")


def test_a_register_that_is_away_leaves_the_page_to_be_filled_in_by_hand(meet: Meet, bank: str) -> None:
    applicant = meet(Role.REPRESENTATIVE, value=OTHER_EMPLOYER)
    applicant.begin()
    with httpx.Client(base_url=f"{bank}/admin", trust_env=False) as administration:
        administration.put("/outage", json={"trouble": "serviceUnavailable"})
        try:
            page = asked(applicant, NUMBER)
        finally:
            administration.delete("/outage")
    assert page.status_code == 200
    assert "The register does not answer at the moment" in page.text
    assert f'value="{NUMBER}"' in page.text


@pytest.fixture
def worker(meet: Meet) -> Applicant:
    """Somebody who begins to apply for unlimited duration."""
    found = meet(Role.WORKER, "w-1")
    assert found.begin(category="unlimited").status_code == 303
    return found


def employments_asked(worker: Applicant, typed: Mapping[str, str]) -> httpx.Response:
    return worker.press("employments", {**typed, "version": version_of(worker.open("workHistory"))})


def registered_at(bank: str) -> int:
    """How many persons the authority may consult about."""
    answer = httpx.get(f"{bank}/admin/registrations", trust_env=False).json()
    return int(answer["registered"])


def consulted(service: CaseService) -> list[tuple[str, ...]]:
    with service.program.writers.connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select operation, actor, outcome from crossroads_consultation join crossroads_reply using (trace_id)"
            " order by consulted_at"
        )
        return list(cursor.fetchall())


def test_a_worker_takes_the_work_history_from_what_was_declared(
    service: CaseService, worker: Applicant, bank: str
) -> None:
    # given an employment that the worker states already
    stated = {"workHistory.0.employer": "Bakkerij Eigen", "workHistory.0.from": "01/02/2012"}
    before = registered_at(bank)
    # when the register is asked
    page = employments_asked(worker, stated)
    # then what was declared stands below it, each with where it comes from, and the basis is left to be chosen
    number = f"{WORKS_FOR[:4]}.{WORKS_FOR[4:7]}.{WORKS_FOR[7:]}"
    assert page.status_code == 200, page.text
    assert 'value="Bakkerij Eigen"' in page.text
    assert f'name="workHistory.1.employer" type="text" value="{number}"' in page.text
    assert f'name="workHistory.1.from" type="text" value="{WORKS_SINCE:%d/%m/%Y}"' in page.text
    assert page.text.index("As you state it") < page.text.index("As declared to social security")
    assert number not in worker.open("workHistory")
    # and nobody stays in the authority's register for it, and it is on record who asked
    assert registered_at(bank) == before
    operations = [(operation, outcome) for operation, _, outcome in consulted(service)[-3:]]
    assert operations == [("register", "done"), ("declaredEmployment", "found"), ("unregister", "done")]
    assert all(actor.startswith("worker:") for _, actor, _ in consulted(service)[-3:])
    # when it is saved with its basis
    row = {"employer": number, "from": f"{WORKS_SINCE:%d/%m/%Y}", "to": "20/01/2026", "basis": "singlePermit"}
    saved = worker.save("workHistory", {f"workHistory.0.{member}": value for member, value in row.items()})
    # then the page and the last page say where it comes from, and say so no longer of what was changed
    assert saved.status_code == 303
    assert "As declared to social security" in worker.open("workHistory")
    assert f"{number} (As declared to social security)" in worker.client.get(f"{worker.draft}/check").text
    row["from"] = "01/01/2015"
    worker.save("workHistory", {f"workHistory.0.{member}": value for member, value in row.items()})
    assert f"{number} (As you state it)" in worker.client.get(f"{worker.draft}/check").text


def test_without_the_register_a_work_history_is_stated_by_hand(worker: Applicant, bank: str) -> None:
    typed = {"workHistory.0.employer": "Bakkerij Eigen"}
    with httpx.Client(base_url=f"{bank}/admin", trust_env=False) as administration:
        administration.put("/outage", json={"trouble": "serviceUnavailable"})
        try:
            page = employments_asked(worker, typed)
        finally:
            administration.delete("/outage")
    assert page.status_code == 200
    assert "fill in your employments yourself" in page.text
    assert 'value="Bakkerij Eigen"' in page.text


def test_nobody_asks_for_the_employments_of_another(meet: Meet) -> None:
    employer = meet()
    employer.begin()
    assert employer.press("employments", {"version": "1"}).status_code == 404


def test_a_worker_may_ask_a_few_times_a_minute(worker: Applicant) -> None:
    answers = [employments_asked(worker, {}).status_code for _ in range(12)]
    assert set(answers) == {200, 429}
