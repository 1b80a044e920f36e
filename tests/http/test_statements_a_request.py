"""How often a request goes to the database: nothing is read twice, and no list has a query a row."""

import re
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from api.composition import open_program
from api.http.problems import API_ROOT
from api.pages.session import SESSION_COOKIE
from api.server import running_server
from infra.clock import SystemClock
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.settings import Settings
from tests.identity.callers import CALLERS
from tests.world.bodies import application_body
from tests.world.databases import program_databases
from tests.world.statements import Statements, counting

pytestmark = pytest.mark.server

ON_A_PAGE = 50


class Service:
    """The service as a program and a browser use it, and the statements that it sends meanwhile."""

    def __init__(self, address: str, issuer: DevelopmentIssuer, journal: Statements, keys: Statements) -> None:
        self.address, self.issuer, self.journal, self.keys = address, issuer, journal, keys

    def token(self, role: Role) -> str:
        return self.issuer.issue(CALLERS[role], now=SystemClock().now())

    def program(self, role: Role) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {self.token(role)}"})

    def browser(self, role: Role) -> httpx.Client:
        return httpx.Client(base_url=self.address, cookies={SESSION_COOKIE: self.token(role), "lang": "en"})


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home, journal, keys = tmp_path_factory.mktemp("home"), Statements(), Statements()
    with (
        program_databases(admin_url) as (journal_url, keys_url),
        counting(journal_url, journal) as counted_journal,
        counting(keys_url, keys) as counted_keys,
    ):
        settings = Settings(home=home, database_url=counted_journal, key_database_url=counted_keys)
        with open_program(settings, set_up=True) as program:
            issuer = DevelopmentIssuer.open(home, create=True)
            with running_server(program) as address:
                opened = Service(address, issuer, journal, keys)
                # It looks once a second, whoever asks.
                program.database_watch.close()
                # What a process asks once is asked before anything is counted: a block of numbers, epochs.
                file(opened)
                for _ in range(ON_A_PAGE):
                    file(opened)
                for runner in program.projection_runners().values():
                    runner.catch_up()
                yield opened


def file(service: Service) -> httpx.Response:
    with service.program(Role.EMPLOYER) as client:
        filed = client.post(
            f"{API_ROOT}/applications?another=true", json=application_body(), headers={"Idempotency-Key": str(uuid4())}
        )
    assert filed.status_code == 201, filed.text
    return filed


def once_a_request(statements: list[str]) -> list[str]:
    """All but what a process reads once a second, whoever asks: which authorities are live."""
    return [each for each in statements if each != "select authority_epochs from journal_head"]


def tables_read(statements: list[str]) -> Counter[str]:
    """How many statements read each table; what one statement reads of several counts for each."""
    return Counter(
        table
        for each in once_a_request(statements)
        if each.lower().startswith("select")
        for table in set(re.findall(r"\bfrom\s+(\w+)", each.lower()))
    )


def test_a_submit(service: Service) -> None:
    with service.journal.noted() as journal, service.keys.noted() as keys:
        file(service)
    # A new id has no stream to be read: the append finds a repetition out by the id of its command.
    assert [each.split()[0] for each in once_a_request(journal)] == ["execute"]
    assert len(keys) == 1, "the number and the names by which a case is found are stored at once"


def test_a_change(service: Service) -> None:
    filed = file(service)
    with service.program(Role.CASE_HANDLER) as client, service.journal.noted() as journal:
        assigned = client.post(
            f"{filed.json()['href']}/assignments".removeprefix(service.address),
            json={"handler": "caseHandler:handler-12"},
            headers={"Idempotency-Key": str(uuid4()), "If-Match": filed.headers["ETag"]},
        )
    assert assigned.status_code == 201, assigned.text
    assert tables_read(journal)["journal"] == 1
    assert len(once_a_request(journal)) == 2, journal


def test_a_case_page(service: Service) -> None:
    case_id = file(service).json()["id"]
    with service.browser(Role.CASE_HANDLER) as browser, service.journal.noted() as journal:
        page = browser.get(f"/cases/{case_id}")
    assert page.status_code == 200
    # All that is shown is of one reading; which overviews lag behind and who renews this permit is asked besides.
    assert tables_read(journal) == {"journal": 1, "parked_stream": 1, "own_application": 1}
    assert len(once_a_request(journal)) == 3, journal


def test_a_form_that_is_sent(service: Service) -> None:
    filed = file(service)
    case_id, version = filed.json()["id"], filed.headers["ETag"].strip('"')
    with service.browser(Role.CASE_HANDLER) as browser, service.journal.noted() as journal:
        sent = browser.post(
            f"/cases/{case_id}/assignments",
            data={"handler": CALLERS[Role.CASE_HANDLER].actor, "version": version, "key": str(uuid4())},
        )
    assert sent.status_code == 303, sent.text
    # Beside the case and its append: whom one can choose from.
    assert tables_read(journal)["journal"] == 1
    assert len(once_a_request(journal)) == 3, journal


def test_an_employers_list(service: Service) -> None:
    with service.program(Role.EMPLOYER) as client, service.journal.noted() as journal:
        listed = client.get(f"{API_ROOT}/applications", params={"pageSize": ON_A_PAGE})
    assert len(listed.json()["items"]) == ON_A_PAGE
    assert len(once_a_request(journal)) == 1, journal


def test_an_employers_page(service: Service) -> None:
    with service.browser(Role.EMPLOYER) as browser, service.journal.noted() as journal:
        page = browser.get("/employer")
    assert page.status_code == 200
    # The page, what waits for an answer, what is to be renewed, and names and due days of all rows together. Whose a
    # case is that shows a name, its own stream says: all streams of the page come together.
    assert tables_read(journal) == {"own_application": 3, "case_file": 1, "unnest": 2, "journal": 1}
    assert len(once_a_request(journal)) == 6, journal
