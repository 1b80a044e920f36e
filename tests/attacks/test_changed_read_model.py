"""Whoever changes rows of the read models opens no file by it: whose a case is, is judged by its stream.

What a changed row can do is show its own few columns in a list of somebody else: a reference, a category, days and a
status, and for a case handler the employer's number. None of them is personal, and none leads further.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from api.composition import Program, open_program
from api.pages.session import SESSION_COOKIE
from api.server import running_server
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.settings import Settings
from projections.registered import registered_read_models
from tests.documents.files import pdf
from tests.identity.callers import NOW
from tests.projections.log_of_cases import run
from tests.world.bodies import CANARIES
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases
from tests.world.service_clients import ServiceClient, ServiceClients
from tests.world.stated import stating

pytestmark = pytest.mark.server

STRANGERS_NUMBER, STRANGERS_SSIN = "0420429375", "93051822361"

STRANGERS = {
    "employer_number": Caller(
        role=Role.EMPLOYER, subject="x-1", token_id="x-1", enterprise_number=STRANGERS_NUMBER
    ),
    "representative_number": Caller(
        role=Role.REPRESENTATIVE, subject="x-2", token_id="x-2", enterprise_number=STRANGERS_NUMBER
    ),
    "worker_subject": Caller(role=Role.WORKER, subject="x-3", token_id="x-3", ssin=STRANGERS_SSIN),
    "authority": Caller(role=Role.CASE_HANDLER, subject="x-4", token_id="x-4", authority="brussels"),
}  # fmt: skip
"""Who has nothing to do with the case, by the column that would make it theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A service whose read models say that one of its cases is a stranger's."""

    program: Program
    clients: ServiceClients
    issuer: DevelopmentIssuer
    filed: httpx.Response
    document: str
    before: dict[str, Any]

    def of(self, caller: Caller) -> ServiceClient:
        return self.clients.of(caller)

    def browser(self, caller: Caller) -> httpx.Client:
        token = self.issuer.issue(caller, now=SystemClock().now())
        return httpx.Client(base_url=self.clients.address, cookies={SESSION_COOKIE: token, "lang": "en"})


@pytest.fixture(scope="module", params=[False, True], ids=["rows changed", "rows changed and ahead of the stream"])
def changed(
    request: pytest.FixtureRequest, admin_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Changed]:
    with program_databases(admin_url) as (journal_url, keys_url):
        home = tmp_path_factory.mktemp("home")
        settings = Settings(home=home, database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True, clock=StoppedClock(NOW)) as program:
            issuer = DevelopmentIssuer.open(home, create=True)
            with running_server(program) as address, ServiceClients(program, address, issuer) as clients:
                employer = clients.of(Role.EMPLOYER)
                filed = employer.file()
                attached = employer.attach(filed, pdf())
                assert attached.status_code == 201, attached.text
                for runner in program.projection_runners().values():
                    runner.catch_up()
                before = employer.case(filed)
                subject = program.keys.mint()
                program.index.remember("flanders", [stating(subject, ssin=STRANGERS_SSIN)])
                change_every_row(journal_url, str(subject), ahead=request.param)
                yield Changed(
                    program=program,
                    clients=clients,
                    issuer=issuer,
                    filed=filed,
                    document=before["documents"][-1]["sha256"],
                    before=before,
                )


def change_every_row(url: str, subject: str, *, ahead: bool) -> None:
    """Make the strangers the parties of every row, in the columns and inside the files."""
    values = {
        "employer_number": STRANGERS_NUMBER,
        "representative_number": STRANGERS_NUMBER,
        "worker_subject": subject,
        "authority": "brussels",
    }
    for model in registered_read_models():
        for table, parties in model.parties.items():
            columns = [
                each
                for each in (parties.authority, parties.employer, parties.representative, parties.worker)
                if each is not None and table != "sla_board_target"
            ]
            if columns:
                changes = ", ".join(f"{each} = %s" for each in columns)
                run(url, f"update permit.{table} set {changes}", *(values[each] for each in columns))
    run(
        url,
        "update permit.case_file set file = jsonb_set(jsonb_set(jsonb_set(jsonb_set(file::jsonb,"
        " '{authority}', '\"brussels\"'), '{application,authority}', '\"brussels\"'),"
        " '{application,employer,enterpriseNumber}', to_jsonb(%s::text)),"
        " '{worker_subject}', to_jsonb(%s::text))::json",
        STRANGERS_NUMBER,
        subject,
    )
    run(url, "update permit.case_file_group set key = %s", subject)
    if ahead:
        # A row that is as new as the stream, or newer, is what a reader of the table would rest on.
        for table in ("case_file", "own_application", "work_queue_case", "sla_board_case"):
            run(url, f"update permit.{table} set version = version + 1000")
        run(url, "update permit.case_file set file = jsonb_set(file::jsonb, '{version}', '1000')::json")


@pytest.mark.parametrize("column", STRANGERS)
@pytest.mark.parametrize("part", ["", "/assessment", "/events", "/deadlines", "/documents/{document}"])
def test_the_interface_opens_nothing_to_a_stranger(changed: Changed, column: str, part: str) -> None:
    path = f"applications/{changed.filed.json()['id']}{part.format(document=changed.document)}"
    absent = f"applications/00000000-0000-4000-8000-000000000000{part.format(document=changed.document)}"
    stranger = changed.of(STRANGERS[column])
    answer, unknown = stranger.get(path), stranger.get(absent)
    assert answer.status_code == 404, answer.text
    # nor is it told from a case that does not exist
    assert (answer.json()["type"], "ETag" in answer.headers) == (unknown.json()["type"], "ETag" in unknown.headers)
    assert not [each for each in CANARIES if each in answer.text]


@pytest.mark.parametrize("column", STRANGERS)
def test_no_page_is_opened_to_a_stranger(changed: Changed, column: str) -> None:
    with changed.browser(STRANGERS[column]) as browser:
        for part in ("", f"/documents/{changed.document}", "/events"):
            page = browser.get(f"/cases/{changed.filed.json()['id']}{part}")
            assert page.status_code == 404, part
            assert not [each for each in CANARIES if each in page.text]


@pytest.mark.parametrize("column", STRANGERS)
def test_a_stranger_changes_nothing(changed: Changed, column: str) -> None:
    written = changed.clients.of(Role.EMPLOYER).written
    for step, body in (
        ("withdrawal", {"reason": "Not mine."}),
        ("assignments", {"handler": "caseHandler:x-4"}),
        ("informationResponses", {"answer": "Here it is.", "documents": []}),
    ):
        answer = changed.of(STRANGERS[column]).change(changed.filed, step, body)
        assert answer.status_code in (400, 403, 404), (step, answer.text)
    assert changed.clients.of(Role.EMPLOYER).written == written


def test_those_whose_case_it_is_read_it_as_it_is(changed: Changed) -> None:
    """The file too is of the stream: nothing of the changed row is in it."""
    assert changed.clients.of(Role.EMPLOYER).case(changed.filed) == changed.before
    for role in (Role.WORKER, Role.CASE_HANDLER):
        assert changed.clients.of(role).get(f"applications/{changed.filed.json()['id']}").status_code == 200


AT_MOST = {
    "id", "href", "reference", "authority", "category", "kind", "renewal", "employerNumber", "status", "stage",
    "filedAt", "replyBy", "closedOn",
}  # fmt: skip
"""What a list of applications shows of each: all that a changed row can show a stranger."""


@pytest.mark.parametrize("column", STRANGERS)
def test_in_a_list_a_changed_row_shows_its_own_columns_and_nothing_personal(changed: Changed, column: str) -> None:
    listed = changed.of(STRANGERS[column]).get("applications")
    assert listed.status_code == 200
    if column == "worker_subject":
        # whose worker somebody is, is asked of the stream for a list too
        assert listed.json()["items"] == []
        return
    (item,) = listed.json()["items"]
    assert item.keys() <= AT_MOST
    assert not [each for each in CANARIES if each in listed.text]
    # and its link leads nowhere
    assert changed.of(STRANGERS[column]).get(f"applications/{item['id']}").status_code == 404


def test_in_the_queue_and_on_the_board_too(changed: Changed) -> None:
    stranger = changed.of(STRANGERS["authority"])
    for path in ("workQueues/brussels", "serviceLevels/cases"):
        listed = stranger.get(path)
        assert listed.status_code in (200, 404), listed.text
        assert not [each for each in CANARIES if each in listed.text]


@pytest.mark.parametrize("column", ["employer_number", "representative_number", "worker_subject"])
@pytest.mark.parametrize(
    "page", ["", "/applications.csv", "/permits", "/permits.csv", "/mandates", "/notices", "/calendar.ics"]
)
def test_the_counter_names_nobody_to_a_stranger(changed: Changed, column: str, page: str) -> None:
    with changed.browser(STRANGERS[column]) as browser:
        shown = browser.get(f"/employer{page}")
    assert shown.status_code == 200
    assert not any(each in shown.text for each in (*CANARIES, "Haven"))


def test_a_search_of_a_strangers_finds_nobody(changed: Changed) -> None:
    with changed.browser(STRANGERS["employer_number"]) as browser:
        shown = browser.post("/employer", data={"text": "Zwaluwina"})
    assert "Vandekanarie" not in shown.text
    assert "FL-20" not in shown.text
