"""A service with a case of each kind of owner, and everybody who may come to it: over HTTP and in a browser.

Whose a case is, and what the words of the permission table mean for it, is written out in the matrix of the interface
(:mod:`tests.http.test_permission_matrix`), and holds for the pages too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx

from api.composition import Program, open_program
from api.http.problems import API_ROOT
from api.pages.session import SESSION_COOKIE
from api.server import running_server
from api.services.migrations import loader_of
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.limits import AnswerLimits, Limits
from infra.migration.sources import MigratingAuthority
from infra.migration.waiting_records import listed
from infra.settings import Settings
from tests.documents.files import pdf
from tests.http.test_permission_matrix import AGENCY, EMPLOYER, OTHER_EMPLOYER, WORKER
from tests.migration.moving import record
from tests.migration.samples import brussels_file
from tests.world.bodies import QUESTION, application_body, represented, unlimited
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases
from tests.world.service_clients import ServiceClient

ABSENT: Final = "absent"
NOBODYS: Final = UUID("0190a000-0000-7abc-8def-00000000000a")
"""An id that nothing has, in the form of those that the service gives."""

SIGNED_OUT: Final = None
"""Instead of a caller: nobody that the service knows."""

FILED: Final[Mapping[str, tuple[Caller, dict[str, Any]]]] = {
    "of the employer": (EMPLOYER, application_body()),
    "of its representative": (AGENCY, represented()),
    "of the worker": (WORKER, unlimited()),
    "of strangers": (
        OTHER_EMPLOYER,
        application_body(
            employer__enterpriseNumber="0409536968", worker__ssin="17073003384", worker__birthDate="2017-07-30"
        ),
    ),
}
"""Who files what; see ``FILINGS`` of the matrix of the interface. The names in each are its own: see ``marked``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """``marks`` stand in its file and nowhere else: whoever reads one of them has seen that file."""

    case_id: UUID
    reference: str
    document: str
    marks: tuple[str, ...]


@dataclass(slots=True)
class Everybody:
    """The service at ``address``, and a client for each caller; ``record`` waits in the quarantine of Brussels."""

    program: Program
    address: str
    issuer: DevelopmentIssuer
    record: UUID
    record_marks: tuple[str, ...]
    cases: dict[str, KnownCase] = field(default_factory=dict)
    _clients: dict[Caller | None, httpx.Client] = field(default_factory=dict)
    _opened: ExitStack = field(default_factory=ExitStack)

    def client(self, caller: Caller | None) -> httpx.Client:
        """Sends the caller's token as programs do and as browsers do; a route looks at one of the two."""
        if caller not in self._clients:
            opened = httpx.Client(base_url=self.address, timeout=20, trust_env=False)
            if caller is not None:
                token = self.issuer.issue(caller, now=SystemClock().now())
                opened.headers["Authorization"] = f"Bearer {token}"
                opened.cookies.set(SESSION_COOKIE, token)
            self._clients[caller] = self._opened.enter_context(opened)
        return self._clients[caller]

    def interface(self, caller: Caller) -> ServiceClient:
        """The caller at the interface."""
        client = httpx.Client(
            base_url=f"{self.address}{API_ROOT}",
            timeout=20,
            trust_env=False,
            headers={"Authorization": self.client(caller).headers["Authorization"]},
        )
        return ServiceClient(self._opened.enter_context(client), self.program)

    def at(self, address: str) -> Everybody:
        """The same people and cases at another service over the same databases."""
        return Everybody(self.program, address, self.issuer, self.record, self.record_marks, self.cases)

    def close(self) -> None:
        self._opened.close()


@contextmanager
def everybody(admin_url: str, folder: Path) -> Iterator[Everybody]:
    """The service on 20 January 2026, with its lists read to the end of the journal.

    An answer that there is nothing there comes at once: hundreds of requests here are for that.
    """
    home = folder / "home"
    with (
        program_databases(admin_url) as (journal_url, keys_url),
        open_program(
            Settings(home=home, database_url=journal_url, key_database_url=keys_url),
            set_up=True,
            clock=StoppedClock(datetime(2026, 1, 20, 10, tzinfo=UTC)),
        ) as opened,
    ):
        program = replace(opened, limits=Limits(answers=AnswerLimits(not_found_step_seconds=0.001)))
        issuer = DevelopmentIssuer.open(home, create=True)
        marks = ("Quarantainov", "Quarantinette NV")
        found = _quarantined(program, folder, marks)
        with running_server(program) as address:
            there = Everybody(program, address, issuer, found, marks)
            try:
                for number, kind in enumerate(FILED):
                    there.cases[kind] = _filed(there, kind, number)
                for runner in program.projection_runners().values():
                    runner.catch_up()
                yield there
            finally:
                there.close()


def _quarantined(program: Program, folder: Path, marks: tuple[str, ...]) -> UUID:
    """A record of Brussels whose national number is wrong."""
    family_name, employer = marks
    file = brussels_file(folder, record(niss="85.07.30-033.29", nom=family_name, employeur=employer))
    loader_of(program, MigratingAuthority.BRUSSELS).load([file])
    with program.unhurried_readers.connection() as connection:
        (found,) = listed(connection, authority="brussels", states=None)
    return found.record_id


def _filed(there: Everybody, kind: str, number: int) -> KnownCase:
    """A case of this kind with a document and a question that waits for its answer."""
    filer, body = FILED[kind]
    marked, marks = _marked(body, number)
    sender, handler = there.interface(filer), there.interface(CASE_HANDLER)
    filed = sender.file(marked)
    assert filed.status_code == 201, filed.text
    content = pdf(f"content of case {number}".encode())
    attached = sender.attach(filed, content)
    assert attached.status_code == 201, attached.text
    question = f"Vraag nummer {number} over Zwaluwina"
    requested = handler.change(attached, "informationRequests", QUESTION | {"question": question})
    assert requested.status_code == 201, requested.text
    (document,) = handler.get(f"applications/{filed.json()['id']}/documents").json()["items"]
    return KnownCase(
        case_id=UUID(filed.json()["id"]),
        reference=filed.json()["reference"],
        document=document["sha256"],
        marks=(*marks, question, f"content of case {number}"),
    )


def _marked(body: dict[str, Any], number: int) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The application with names, a job and a wage of its own."""
    own = ("Abel", "Bertha", "Cornelis", "Dorothea")[number]
    names = (f"{own}ina", f"Van{own.lower()}huyse", f"{own} Haven NV", f"{own.lower()}verpleegkundige")
    given, family, employer, title = names
    marked = body | {
        "worker": body["worker"] | {"givenName": given, "familyName": family},
        "employer": body["employer"] | {"name": employer},
        "employment": body["employment"]
        | {"title": title, "grossPay": {"amount": f"4567{number}.9{number}", "period": "year"}},
    }
    return marked, (*names, f"4567{number}.9{number}")


CASE_HANDLER: Final = Caller(role=Role.CASE_HANDLER, subject="handler-12", token_id="t-4", authority="flanders")
